"""Nothing is left in SQLite's files of what was erased."""

import asyncio
import contextlib
import random
import shutil
import sqlite3
from collections.abc import Coroutine, Iterator
from datetime import timedelta
from pathlib import Path
from string import ascii_lowercase
from typing import Any

import pytest

from moderation.errors import StoreFailed
from moderation.stores import Query
from moderation.stores import furnishing as module
from moderation.stores.sqlite import KIND, SqliteStore
from tests.moderation.sqlite_databases import OPENING, child, line, store_at
from tests.support import keys
from tests.support.exchanges import closing, finding, objection, opening, report
from tests.support.keys import everything, keys_beside, left

PERSON, OTHER = "qzjvkxwyperson", "another-person"


class Life:
    """Fills a store as weeks of use do: exchanges of many at once, that grow while newer ones begin."""

    def __init__(self, seed: int) -> None:
        self.words: list[str] = [PERSON]
        """What is to be gone."""
        self._chance = random.Random(seed)
        self._kept: list[tuple[str, bool]] = []

    async def lead(self, store: SqliteStore, *, turns: int) -> None:
        writes: list[Coroutine[Any, Any, object]] = []
        for turn in range(turns):
            mine = self._chance.random() < 0.3
            if self._kept and self._chance.random() < 0.6:
                kept, mine = self._chance.choice(self._kept)
                judged = objection(self._text(20, secret=mine), finding(detail=self._text(2, secret=mine)))
                writes.append(store.add(kept, judged))
                if len(writes) > 10:
                    await asyncio.gather(*writes)
                    writes = []
            else:
                who, message = (PERSON if mine else OTHER), self._text(1, secret=mine)
                spoken = opening(self._text(3, secret=mine), person=who, message=message)
                kept = await store.open(spoken, objection(self._text(2, secret=mine)))
                self._kept.append((kept, mine))
                if turn % 3 == 0:
                    await store.close(kept, closing(shown=self._text(9, secret=mine)))
                comment = self._text(2, secret=True)
                reply = opening(person=OTHER, message=self._text(1, secret=False))
                await store.report(reply, report(by=PERSON, comment=comment))
        await asyncio.gather(*writes)

    def _text(self, most: int, *, secret: bool) -> str:
        words = ["".join(self._chance.choices(ascii_lowercase, k=24)) for _ in range(self._chance.randint(1, most))]
        if secret:
            self.words += words
        return " ".join(words)


def secrets_of(file: Path) -> list[bytes]:
    return keys.secrets_of(file, KIND, "console", PERSON, HELD)


BY_CHANCE = 1
"""Digests of four bytes that may stand among thousands of others although they are erased: one in 200 times one does,
in 100,000 times two."""


def digests_of(file: Path, words: list[str]) -> list[bytes]:
    """The terms that the search index holds for them."""
    return [keys_beside(file).term(word[:12]).encode() for word in words]


HELD = [
    f"SELECT {column} FROM {table} WHERE {owner} IN (SELECT value FROM json_each(:owners))"
    for table, owner, columns in (
        ("exchange", "person", ("said", "conversation", "message")),
        ("closing JOIN exchange ON seq = exchange", "person", ("shown",)),
        ("objection JOIN exchange e ON e.seq = exchange", "person", ("text", "shown")),
        ("finding JOIN objection o ON o.seq = objection", "reporter", ("detail",)),
    )
    for column in columns
]


def spoken(file: Path, words: list[str]) -> list[str]:
    """The words of which the middle stands in any file."""
    content = everything(file)
    return [word for word in words if word[4:14].encode() in content]


@pytest.mark.parametrize("seed", [2, 6, 10])
async def test_not_a_byte_is_left_of_what_was_erased(file: Path, seed: int) -> None:
    life, store, onlooker = Life(seed), store_at(file), store_at(file, prefix="b")
    await life.lead(store, turns=250)
    secrets = await asyncio.to_thread(secrets_of, file)
    assert len(await asyncio.to_thread(left, file, secrets)) > len(secrets) * 0.9
    digests = await asyncio.to_thread(left, file, await asyncio.to_thread(digests_of, file, life.words[2:]))
    assert len(digests) > 100, "comments are not searched"
    assert await asyncio.to_thread(spoken, file, life.words) == [], "nothing stands there in the open"
    others = [each for each in await store.list(Query(limit=999)) if each.opening.origin.person == OTHER]
    assert len(others) > 10

    assert await store.erase(PERSON, platform="console") > 10

    assert await asyncio.to_thread(left, file, secrets) == []
    assert len(await asyncio.to_thread(left, file, digests)) <= BY_CHANCE
    spared = {each.id for each in others}
    kept = [each for each in await onlooker.list(Query(limit=999)) if each.id in spared]
    assert [each.opening for each in kept] == [each.opening for each in others]
    assert await traced(store) == 0, "the next start need not clean up again"
    await onlooker.aclose()
    await store.aclose()
    assert await asyncio.to_thread(left, file, secrets) == []
    assert len(await asyncio.to_thread(left, file, digests)) <= BY_CHANCE
    assert await asyncio.to_thread(spoken, file, life.words) == []


async def traced(store: SqliteStore) -> int:
    """How many erasures may have left traces."""
    count: int = await store._reader.call(lambda db: db.execute("SELECT count(*) FROM trace").fetchone()[0])
    return count


async def test_what_was_written_while_somebody_is_erased_waits_and_is_kept(file: Path) -> None:
    store = store_at(file)
    kept = await store.open(OPENING, objection("draft"))

    _, late, other, _ = await asyncio.gather(
        store.erase("p1", platform="console"),
        store.add(kept, objection("late")),
        store.open(opening(person="p2"), objection("other")),
        store.erase("p2", platform="telegram"),
    )

    assert late is None
    assert [each.text for each in (await store.get(kept)).objections] == ["", ""]
    assert (await store.get(other)).objections == (objection("other"),)
    await store.aclose()


@contextlib.contextmanager
def watched(file: Path) -> Iterator[None]:
    """Somebody else reads, and does not finish."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN")
        other.execute("SELECT count(*) FROM exchange").fetchone()
        yield


async def test_where_somebody_reads_for_too_long_it_is_said_that_traces_are_left_and_the_next_start_removes_them(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=20))
    life, store = Life(5), store_at(file)
    await life.lead(store, turns=40)
    secrets = await asyncio.to_thread(secrets_of, file)
    with watched(file):
        with pytest.raises(StoreFailed) as refused:
            await store.erase(PERSON, platform="console")
        assert await store.of_person(PERSON, platform="console") == ()
        assert await store.open(OPENING, objection()), "the store goes on"
        assert await asyncio.to_thread(left, file, secrets) != []
        assert await traced(store) == 1
        meanwhile = store_at(file, prefix="b")
        assert await traced(meanwhile) == 1
    assert refused.value.key == "stores.traces"
    assert str(file) in refused.value.explain("en")

    next_start = store_at(file, prefix="c")

    assert await traced(next_start) == 0
    assert await asyncio.to_thread(left, file, secrets) == []
    for each in (next_start, meanwhile, store):
        await each.aclose()


async def test_asking_again_removes_the_traces_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=20))
    life, store = Life(5), store_at(file)
    await life.lead(store, turns=40)
    secrets = await asyncio.to_thread(secrets_of, file)
    with watched(file), pytest.raises(StoreFailed):
        await store.erase(PERSON, platform="console")

    assert await store.erase(PERSON, platform="console") == 0

    assert await asyncio.to_thread(left, file, secrets) == []
    await store.aclose()


async def test_a_kill_between_overwriting_and_cleaning_up_is_made_good_at_the_next_start(file: Path) -> None:
    body = f"""
        from moderation.stores import traces
        from tests.moderation.test_sqlite_erasing import Life, secrets_of
        await Life(5).lead(store, turns=150)
        say(" ".join(secret.hex() for secret in secrets_of(Path(sys.argv[1]))))
        await store._writer.call(lambda db: traces.erase(db, store._ring, {PERSON!r}, "console"))
        say("overwritten")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    with child(file, body) as process:
        secrets = [bytes.fromhex(secret) for secret in line(process).split()]
        assert line(process) == "overwritten"
    assert await asyncio.to_thread(left, file, secrets) != []

    store = store_at(file)

    assert await asyncio.to_thread(left, file, secrets) == []
    assert await traced(store) == 0
    assert await store.of_person(PERSON, platform="console") == ()
    await store.aclose()


async def test_a_kill_between_the_end_of_the_key_and_overwriting_is_made_good_at_the_next_start(file: Path) -> None:
    body = f"""
        from tests.moderation.test_sqlite_erasing import Life, secrets_of
        await Life(5).lead(store, turns=150)
        say(" ".join(secret.hex() for secret in secrets_of(Path(sys.argv[1]))))
        def destroy(db):
            store._ring.destroy(store._ring.owners("exchange", "console", {PERSON!r}))
            store._ring.settle()
            os.kill(os.getpid(), signal.SIGKILL)
        await store._writer.call(destroy)
    """
    with child(file, body) as process:
        secrets = [bytes.fromhex(secret) for secret in line(process).split()]
        process.wait()
    assert await asyncio.to_thread(left, file, secrets) != []

    store = store_at(file)

    assert await asyncio.to_thread(left, file, secrets) == []
    assert await store.of_person(PERSON, platform="console") == ()
    assert sum(each.erased for each in await store.list(Query(limit=999))) > 10
    await store.aclose()


async def test_a_copy_that_was_made_before_cannot_be_read_afterwards(file: Path) -> None:
    life, store = Life(3), store_at(file)
    await life.lead(store, turns=60)
    mine = [each.id for each in await store.of_person(PERSON, platform="console")]
    await store.aclose()
    copy = file.with_name("copy.db")
    await asyncio.to_thread(shutil.copy, file, copy)
    again = store_at(file)
    await again.erase(PERSON, platform="console")
    await again.aclose()

    old = store_at(copy)

    told = repr([await old.get(exchange) for exchange in mine])
    assert OTHER in told
    assert [word for word in life.words if word in told] == []
    assert await old.list(Query(text=life.words[5])) == ()
    await old.aclose()
