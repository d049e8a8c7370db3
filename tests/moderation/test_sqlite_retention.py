"""What was kept for long enough is in no file of SQLite any more, and what nobody needs is in no copy either."""

import asyncio
import contextlib
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from moderation.stores import Query, retention
from moderation.stores.sqlite import KIND
from tests.moderation.sqlite_databases import store_at
from tests.moderation.test_sqlite_erasing import BY_CHANCE, HELD, digests_of
from tests.support.exchanges import NOON, closing, decide, objection, opening
from tests.support.keys import left, secrets_of

LATER = NOON + timedelta(days=1)
LETTERS = str.maketrans("0123456789", "abcdefghij")


async def lived_in(file: Path) -> None:
    store = store_at(file)
    for number in range(30):
        words = f"lantern{number} " * 20
        kept = await store.open(opening(words, person="p1" if number < 20 else "p2"), objection(words))
        await store.close(kept, closing(shown=words))
        await decide(store, kept)
    await store.aclose()


@pytest.mark.parametrize("batch", [7, 500])
async def test_after_the_next_start_nothing_is_left(file: Path, batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", batch)
    await lived_in(file)
    held = [query for query in HELD if "conversation" not in query and "message" not in query]
    secrets = (await asyncio.to_thread(secrets_of, file, KIND, "console", "p1", held))[:-3]
    assert len(await asyncio.to_thread(left, file, secrets)) > len(secrets) * 0.9
    store = store_at(file)

    done = await store.expire(texts=LATER, metadata=NOON)

    assert (done.texts, done.metadata) == (30, 0)
    assert await store.list(Query(text="lantern1")) == ()
    await store.aclose()
    await store_at(file).aclose()
    assert await asyncio.to_thread(left, file, secrets) == []


async def test_the_index_forgets_what_expired_also_where_somebody_is_erased_before_the_next_start(file: Path) -> None:
    await lived_in(file)
    store = store_at(file, prefix="b")
    words = [f"{number:03}".translate(LETTERS) for number in range(100)]
    kept = await store.open(opening(" ".join(words)), objection())
    await store.close(kept, closing())
    await decide(store, kept)
    digests = digests_of(file, words)
    assert len(await asyncio.to_thread(left, file, digests)) > 50
    await store.expire(texts=LATER, metadata=NOON)

    await store.erase("somebody of whom nothing was kept", platform="console")

    assert len(await asyncio.to_thread(left, file, digests)) <= BY_CHANCE
    await store.aclose()


async def test_words_that_came_too_late_to_be_counted_before_go_now(file: Path) -> None:
    """As databases of before the last step may hold them: expired, and with words that came since."""
    await lived_in(file)
    store = store_at(file)
    await store.expire(texts=LATER, metadata=NOON)
    await store.add("a1", objection("words that came since"))
    await store.aclose()
    with contextlib.closing(sqlite3.connect(file)) as old:
        old.execute("UPDATE exchange SET expired = 1")
        old.execute("DELETE FROM _sqlite_migrations WHERE name = 'words-since'")
        old.commit()

    store = store_at(file)

    assert (await store.get("a1")).objections[-1].text == "words that came since"
    assert (await store.expire(texts=LATER, metadata=NOON)).texts == 1, "the others have nothing left"
    assert (await store.get("a1")).objections[-1].text == ""
    await store.aclose()


async def test_who_has_nothing_left_has_no_key_any_more(file: Path) -> None:
    await lived_in(file)
    store = store_at(file, prefix="b")
    await store.open(opening("something new", person="p2"), objection())

    await store.expire(texts=LATER, metadata=LATER)

    destroyed = await store._writer.call(lambda _: store._ring.destroyed())
    owners = await store._writer.call(lambda _: [store._ring.owners(KIND, "console", who) for who in ("p1", "p2")])
    assert (len(destroyed), [len(each) for each in owners]) == (1, [0, 1])
    assert [each.opening.said for each in await store.of_person("p2", platform="console")] == ["something new"]
    await store.aclose()
