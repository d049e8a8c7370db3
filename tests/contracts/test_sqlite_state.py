"""What is particular to the state in SQLite: a file, and others who have it open."""

import asyncio
import contextlib
import itertools
import signal
import sqlite3
import stat
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bots.state.sqlite import SqliteState
from moderation.errors import StoreBusy, StoreFailed, StoreUnavailable
from moderation.stores import furnishing as module
from moderation.stores.sqlite import SqliteStore
from tests.contracts.stating import (
    LATER,
    NOON,
    _pipe,
    child,
    entry,
    sqlite_at,
)
from tests.support.keys import keys_beside


async def test_everything_is_there_again_when_the_file_is_opened_again(file: Path) -> None:
    first = await sqlite_at(file)
    for key in ("a", "b", "c"):
        await first.put(entry(key, person="p", group="g", at=LATER))
    await first.put(entry("a", text="\ud83d"))
    await first.drop("note", "c")
    await first.add({"x": 3}, until=LATER, people={"x": "p"})
    await first.aclose()

    second = await sqlite_at(file)

    assert await second.list("note") == (entry("a", text="\ud83d"), entry("b", person="p", group="g", at=LATER))
    assert await second.counts_of("p") == {"x": 3}
    await second.aclose()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


async def test_what_was_promised_survives_a_kill_right_after(file: Path) -> None:
    body = """
        await state.put(Entry(kind="note", key="k", value={"text": "안녕"}))
        await state.add({"a": 2}, until=NOON + timedelta(seconds=60))
        os.kill(os.getpid(), signal.SIGKILL)
    """
    with child(file, body) as process:
        assert process.wait() == -signal.SIGKILL

    state = await sqlite_at(file)
    assert await state.get("note", "k") == entry()
    assert await state.counts(["a"]) == {"a": 2}
    await state.aclose()


async def test_of_several_processes_at_once_one_wins_each_key_and_nothing_is_miscounted(file: Path) -> None:
    body = """
        sys.stdin.readline()
        until = NOON + timedelta(seconds=60)
        for number in range(20):
            entry = Entry(kind="claim", key=str(number), value={"name": name})
            if await state.put_new(entry):
                say(number)
            await state.add({"all": 1}, until=until)
            await state.add_within({"few": 1}, {"few": 30}, until=until)
        await state.aclose()
    """
    with contextlib.ExitStack() as stack:
        processes = [stack.enter_context(child(file, body, name=name)) for name in "abc"]
        for process in processes:
            _pipe(process.stdin).write("\n")
            _pipe(process.stdin).flush()
        won = [_pipe(process.stdout).read().split() for process in processes]
        assert [process.wait() for process in processes] == [0, 0, 0]

    state = await sqlite_at(file)
    claims = {each.key: each.value["name"] for each in await state.list("claim")}
    assert sorted(itertools.chain(*won), key=int) == [str(number) for number in range(20)]
    assert claims == {key: name for name, keys in zip("abc", won, strict=True) for key in keys}
    assert await state.counts(["all", "few"]) == {"all": 60, "few": 30}
    await state.aclose()


async def test_two_states_on_one_file_see_what_the_other_did(file: Path) -> None:
    here, there = await sqlite_at(file), await sqlite_at(file)

    kept = await asyncio.gather(
        *(state.put_new(entry(text=name)) for state, name in ((here, "here"), (there, "there")))
    )
    await here.add({"a": 1}, until=LATER)

    assert sorted(kept) == [False, True]
    assert await there.get("note", "k") == await here.get("note", "k")
    assert await there.add({"a": 1}, until=LATER) == {"a": 2}
    await here.aclose()
    assert await there.drop("note", "k") is True
    await there.aclose()


async def test_counters_are_all_added_to_or_none(file: Path) -> None:
    state = await sqlite_at(file)

    with pytest.raises(StoreFailed):
        await state.add({"a": 1, "endless": 2**64}, until=LATER)

    assert await state.counts(["a", "endless"]) == {"a": 0, "endless": 0}
    await state.aclose()


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Somebody else writes, and does not finish."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def taken(state: SqliteState) -> None:
    """Wait until the writer has in hand what was given to it."""
    while not state._writer._queue.empty():
        await asyncio.sleep(0.001)


async def test_a_full_queue_refuses_at_once_and_keeps_what_it_took(file: Path) -> None:
    state = await sqlite_at(file, queue=2)
    with locked(file):
        tasks = [asyncio.create_task(state.put(entry("1")))]
        await asyncio.sleep(0)
        await taken(state)
        tasks += [asyncio.create_task(state.put(entry(key))) for key in ("2", "3")]
        await asyncio.sleep(0)
        with pytest.raises(StoreBusy):
            await state.put(entry("4"))
        assert await state.list("note") == (), "reading does not wait for writers"
    await asyncio.gather(*tasks)

    assert [each.key for each in await state.list("note")] == ["3", "2", "1"]
    await state.aclose()


async def test_closing_finishes_what_was_taken(file: Path) -> None:
    state = await sqlite_at(file)
    await state.put(entry("theirs", person="p"))
    writes = [asyncio.create_task(state.put(entry(str(number)))) for number in range(50)]
    erased = asyncio.create_task(state.erase("p"))
    await asyncio.sleep(0)

    await state.aclose()

    assert await erased == 1, "copying the file clean is a part of it"
    await asyncio.gather(*writes)
    after = await sqlite_at(file)
    assert len(await after.list("note")) == 50
    await after.aclose()


async def test_a_database_that_others_keep_locked_fails_the_write_and_then_the_opening(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=20))
    state = await sqlite_at(file)
    with locked(file):
        with pytest.raises(StoreFailed) as failed:
            await state.put(entry())
        with pytest.raises(StoreUnavailable) as unavailable:
            await sqlite_at(file)

    assert failed.value.key == unavailable.value.key == "stores.locked"
    await state.put(entry())
    await state.aclose()


async def test_a_commit_waits_for_the_disk(file: Path) -> None:
    """A kill of the process cannot show it, only a loss of power could: so the setting itself is looked at."""
    state = await sqlite_at(file)

    async def pragma(name: str) -> object:
        return await state._writer.call(lambda db: db.execute(f"PRAGMA {name}").fetchone()[0])

    assert await pragma("synchronous") == 2
    assert await pragma("journal_mode") == "wal"
    assert await pragma("fullfsync") == 1
    await state.aclose()


def spoilt(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)


def foreign(file: Path) -> None:
    file.parent.mkdir()
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")


def of_exchanges(file: Path) -> None:
    async def use() -> None:
        await SqliteStore.at(file, keys=keys_beside(file), clock=lambda: NOON, ids=lambda: "a").aclose()

    asyncio.run(use())


def from_the_future(file: Path) -> None:
    async def use() -> None:
        await (await sqlite_at(file)).aclose()

    asyncio.run(use())
    with contextlib.closing(sqlite3.connect(file)) as later, later:
        later.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('talchum-state', 'dreams', '')"
        )


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (lambda file: spoilt(file, b"Dear diary, this is no database at all."), "damaged"),
        (foreign, "foreign"),
        (of_exchanges, "foreign"),
        (from_the_future, "newer"),
        (lambda file: file.mkdir(parents=True), "readonly"),
        (lambda file: file.parent.write_text("a file where the folder should be"), "folder"),
    ],
    ids=["text", "foreign", "exchanges", "newer", "folder", "file-as-folder"],
)
def test_a_file_that_will_not_do_is_refused_in_both_languages_and_left_alone(
    file: Path, spoil: Callable[[Path], None], key: str
) -> None:
    spoil(file)
    before = file.read_bytes() if file.is_file() else None

    with pytest.raises(StoreUnavailable) as refused:
        asyncio.run(sqlite_at(file))

    assert refused.value.key == f"stores.{key}"
    assert str(file) in refused.value.explain("en")
    assert str(file) in refused.value.explain("ko")
    assert (file.read_bytes() if file.is_file() else None) == before


async def test_the_store_of_exchanges_refuses_a_state(file: Path) -> None:
    await (await sqlite_at(file)).aclose()

    with pytest.raises(StoreUnavailable) as refused:
        await asyncio.to_thread(
            lambda: SqliteStore.at(file, keys=keys_beside(file), clock=lambda: NOON, ids=lambda: "a")
        )

    assert refused.value.key == "stores.foreign"


async def test_files_are_private(tmp_path: Path) -> None:
    file = tmp_path / "새 폴더?mode=memory#1" / "deep" / "state.db"
    state = await sqlite_at(file)
    await state.put(entry())

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}

    assert "state.db-wal" in modes
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    await state.aclose()
