"""What was erased from a state in SQLite leaves nothing in its file."""

import asyncio
import contextlib
import random
import signal
import sqlite3
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bots.state.sqlite import SqliteState
from bots.state.statements import KIND
from moderation.errors import StoreFailed
from moderation.stores import furnishing as module
from tests.contracts.stating import (
    LATER,
    NOON,
    SECOND,
    Clock,
    child,
    entry,
    sqlite_at,
)
from tests.support import keys
from tests.support.keys import everything, left

SECRETS = ("비밀이야기", "secret-key", "secret-person", "secret-group")


HELD = ["SELECT value FROM entry WHERE person IN (SELECT value FROM json_each(:owners))"]


def secrets_of(file: Path) -> list[bytes]:
    """What is to be gone: sealed values, and the key that sealed them."""
    content = everything(file)
    assert [secret for secret in SECRETS if secret.encode() in content] == [], "nothing stands there in the open"
    return keys.secrets_of(file, KIND, "", "secret-person", HELD)


async def lived_in(state: SqliteState, seed: int) -> None:
    """A state full of what was put, put again and dropped, as it is after some weeks: rows moved between pages."""
    chance = random.Random(seed)
    story, key, person, group = SECRETS
    writes: list[Awaitable[object]] = []
    for _ in range(700):
        number, length = chance.randrange(150), chance.randrange(1, 60)
        if chance.random() < 0.3:
            put = entry(f"{key}{number}", text=story * length, person=person, group=group)
            writes.append(state.put(put))
        elif chance.random() < 0.8:
            writes.append(state.put(entry(f"x{number}", text="others" * length, person=f"p{number}")))
        else:
            writes.append(state.drop("note", f"x{number}"))
        if len(writes) == 10:  # some pages are written several times, as in life
            await asyncio.gather(*writes)
            writes = []
    await asyncio.gather(*writes)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_not_a_byte_is_left_of_what_was_erased(file: Path, seed: int) -> None:
    state = await sqlite_at(file)
    onlooker = await sqlite_at(file)
    await lived_in(state, seed)
    others = [each for each in await state.list("note", limit=1_000) if each.person != "secret-person"]
    secrets = await asyncio.to_thread(secrets_of, file)
    assert len(await asyncio.to_thread(left, file, secrets)) > 30

    assert await state.erase("secret-person") > 100

    assert await asyncio.to_thread(left, file, secrets) == []
    assert list(await onlooker.list("note", limit=1_000)) == others
    notes = await onlooker._reader.call(lambda db: db.execute("SELECT count(*) FROM trace").fetchone())
    assert notes == (0,), "the next start need not write it anew again"
    await onlooker.aclose()
    await state.aclose()
    assert await asyncio.to_thread(left, file, secrets) == []


async def test_what_was_erased_before_a_crash_leaves_nothing_after_the_next_start(file: Path) -> None:
    body = """
        from bots.state import sqlite
        sqlite.clean = lambda connection, file: os.kill(os.getpid(), signal.SIGKILL)
        await state.erase("secret-person")
    """
    state = await sqlite_at(file)
    await lived_in(state, 1)
    secrets = await asyncio.to_thread(secrets_of, file)
    await state.aclose()
    with child(file, body) as process:
        assert process.wait() == -signal.SIGKILL
    assert await asyncio.to_thread(left, file, secrets) != []

    again = await sqlite_at(file)

    assert await asyncio.to_thread(left, file, secrets) == []
    assert await again.of_person("secret-person") == ()
    await again.aclose()


async def test_where_somebody_still_reads_the_old_content_erasing_fails_and_can_be_repeated(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=50))
    state = await sqlite_at(file)
    await lived_in(state, 1)
    secrets = await asyncio.to_thread(secrets_of, file)
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        with pytest.raises(StoreFailed) as failed:
            await state.erase("secret-person")
        reader.execute("COMMIT")

    assert failed.value.key == "stores.traces"
    assert await state.of_person("secret-person") == ()
    assert await state.erase("secret-person") == 0
    assert await asyncio.to_thread(left, file, secrets) == []
    await state.aclose()


async def test_what_had_expired_leaves_nothing_either_when_its_person_is_erased(file: Path, clock: Clock) -> None:
    state = await sqlite_at(file, clock)
    story, key, person, group = SECRETS
    await state.put(entry("1", text="others"))
    await state.put(entry(key, text=story, person=person, group=group, at=NOON + SECOND))
    secrets = await asyncio.to_thread(secrets_of, file)
    clock.now = LATER

    assert await state.erase(person) == 0

    assert await asyncio.to_thread(left, file, secrets) == []
    await state.aclose()


async def test_a_start_while_somebody_reads_the_old_content_leaves_the_traces_to_the_next_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=50))
    first = await sqlite_at(file)
    await lived_in(first, 1)
    secrets = await asyncio.to_thread(secrets_of, file)
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchone()
        with pytest.raises(StoreFailed):
            await first.erase("secret-person")
        await (await sqlite_at(file)).aclose()
        assert await asyncio.to_thread(left, file, secrets) != []
    await first.aclose()

    await (await sqlite_at(file)).aclose()

    assert await asyncio.to_thread(left, file, secrets) == []


async def test_writes_go_on_while_somebody_is_erased(file: Path) -> None:
    state = await sqlite_at(file)
    await lived_in(state, 1)
    secrets = await asyncio.to_thread(secrets_of, file)

    results = await asyncio.gather(
        state.erase("secret-person"),
        *(state.put(replace(entry(str(number)), kind="new")) for number in range(30)),
        state.erase("p1"),
        state.add({"a": 1}, until=LATER),
    )

    assert results[0]
    assert len(await state.list("new")) == 30
    assert await state.counts(["a"]) == {"a": 1}
    assert await asyncio.to_thread(left, file, secrets) == []
    await state.aclose()
