"""What is particular to SQLite: processes that die, processes side by side, and files that will not do."""

import asyncio
import contextlib
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from string import ascii_lowercase
from typing import IO, Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import StoreBusy, StoreFailed, StoreUnavailable
from moderation.records import (
    CaseState,
    Closing,
    Exchange,
    Outcome,
)
from moderation.stores import Query
from moderation.stores import sqlite as module
from moderation.stores.migrations import EXCHANGES, migrate
from moderation.stores.rows import keep, revive
from moderation.stores.search import terms
from moderation.stores.sqlite import SqliteStore
from moderation.stores.worker import _Task
from tests.support.exchanges import NOON, VERSION, closing, finding, numbered, objection, opening, report, step

OPENING = opening("안녕")


def store_at(file: Path, *, prefix: str = "a", queue: int = 256) -> SqliteStore:
    return SqliteStore.at(file, clock=lambda: NOON, ids=numbered(prefix), queue=queue)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "talchum.db"


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Somebody else writes, and does not finish."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


async def taken(store: SqliteStore) -> None:
    """Wait until the writer has in hand what was given to it."""

    def wait() -> None:
        while not store._writer._queue.empty():
            time.sleep(0.001)

    await asyncio.sleep(0)
    await asyncio.to_thread(wait)


async def pragma(store: SqliteStore, setting: str) -> int | str:
    """Ask or set something on the writer's own connection."""
    value: int | str = await store._writer.call(lambda db: db.execute(f"PRAGMA {setting}").fetchone()[0])
    return value


# --- a process of its own --------------------------------------------------------------------------------------------

CHILD = """
import asyncio, itertools, os, signal, sys
from pathlib import Path
from test_sqlite_store import OPENING, closing, objection, store_at

def say(text):
    print(text, flush=True)

async def main(store):
{body}

asyncio.run(main(store_at(Path(sys.argv[1]), prefix=sys.argv[2])))
"""


@contextlib.contextmanager
def child(file: Path, body: str, *, prefix: str = "c") -> Iterator[subprocess.Popen[str]]:
    """A process that runs `body`, with a store of its own on `file`."""
    code = CHILD.format(body=textwrap.indent(textwrap.dedent(body), "    "))
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(file), prefix],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def line(process: subprocess.Popen[str]) -> str:
    return _pipe(process.stdout).readline().strip()


def _pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


async def test_what_was_flagged_survives_a_kill_right_after(file: Path) -> None:
    body = """
        kept = await store.open(OPENING, objection("the draft", shown="so far"))
        say(kept)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    with child(file, body) as process:
        kept = line(process)
        assert process.wait() == -signal.SIGKILL

    store = store_at(file)
    exchange = await store.get(kept)
    assert exchange.objections == (objection("the draft", shown="so far"),)
    assert exchange.closing == Closing(at=NOON, outcome=Outcome.INTERRUPTED, shown="so far")
    assert (await store.stats()).outcomes["interrupted"] == 1
    assert [each.id for each in await store.list(Query(text="far draft"))] == [kept]
    await store.aclose()

    again = store_at(file)
    assert (await again.stats()).outcomes["interrupted"] == 1
    await again.aclose()
    assert [path.name for path in file.parent.iterdir()] == [file.name]


async def test_a_kill_in_the_middle_of_many_loses_none_that_was_promised_and_leaves_none_half(file: Path) -> None:
    body = """
        async def live():
            while True:
                kept = await store.open(OPENING, objection("first"))
                say(kept)
                await store.add(kept, objection("second"))
                await store.close(kept, closing())
                say("closed " + kept)
        await asyncio.gather(*(live() for _ in range(8)))
    """
    with child(file, body) as process:
        promised = [line(process) for _ in range(150)]
        process.kill()
        promised += _pipe(process.stdout).read().splitlines(keepends=True)[:-1]
    said = [text.strip() for text in promised]

    store = store_at(file)
    kept = {exchange.id: exchange for exchange in await store.list(Query(limit=100_000))}
    opened = {text for text in said if not text.startswith("closed ")}
    closed = {text.removeprefix("closed ") for text in said if text.startswith("closed ")}
    assert opened
    assert opened <= kept.keys()
    for exchange in kept.values():
        assert [each.text for each in exchange.objections] in (["first"], ["first", "second"])
        assert exchange.closing is not None
    ended = {exchange.id for exchange in kept.values() if exchange.closing == closing()}
    assert closed <= ended
    stats = await store.stats()
    assert stats.outcomes["repaired"] == len(ended)
    assert stats.outcomes["interrupted"] == len(kept) - len(ended)
    await store.aclose()


async def test_a_second_process_reviews_what_a_first_has_under_way(file: Path) -> None:
    body = """
        kept = await store.open(OPENING, objection())
        say(kept)
        sys.stdin.readline()
        await store.close(kept, closing())
        say("closed")
        await store.aclose()
    """
    with child(file, body) as process:
        kept = line(process)

        store = store_at(file)
        under_way = await store.get(kept)
        decided = step(CaseState.UPHELD)
        reviewed = await store.review(kept, decided, version=under_way.version)
        _pipe(process.stdin).write("\n")
        _pipe(process.stdin).flush()
        assert line(process) == "closed"
        ended = await store.get(kept)
        await store.aclose()

    assert under_way.closing is None
    assert reviewed.closing is None
    assert ended.closing == closing()
    assert ended.reviews == (decided,)


async def test_only_the_exchanges_of_the_dead_are_closed(file: Path) -> None:
    here = store_at(file, prefix="here")
    mine = await here.open(OPENING, objection())
    with child(file, "say(await store.open(OPENING, objection())); sys.stdin.readline()") as process:
        theirs = line(process)
        process.kill()
        process.wait()

    third = store_at(file, prefix="third")

    assert (await third.get(mine)).closing is None
    interrupted = (await third.get(theirs)).closing
    assert interrupted is not None
    assert interrupted.outcome is Outcome.INTERRUPTED
    await third.aclose()
    await here.close(mine, closing())
    assert (await here.get(mine)).closing == closing()
    await here.aclose()


async def test_what_a_closed_store_left_open_is_interrupted_at_the_next_opening(file: Path) -> None:
    first = store_at(file)
    kept = await first.open(OPENING, objection())
    await first.aclose()

    second = store_at(file)

    ended = (await second.get(kept)).closing
    assert ended is not None
    assert ended.outcome is Outcome.INTERRUPTED
    await second.aclose()


async def test_several_processes_may_start_on_a_new_file_at_once(file: Path) -> None:
    body = """
        for _ in range(3):
            await store.close(await store.open(OPENING, objection()), closing())
        await store.aclose()
    """
    with contextlib.ExitStack() as stack:
        for process in [stack.enter_context(child(file, body, prefix=name)) for name in "abc"]:
            assert process.wait() == 0

    store = store_at(file)
    assert len(await store.list(Query())) == 9
    assert (await store.stats()).outcomes["repaired"] == 9
    await store.aclose()


# --- a queue with an end ---------------------------------------------------------------------------------------------


async def test_a_full_queue_refuses_at_once_and_keeps_what_it_took(file: Path) -> None:
    store = store_at(file, queue=2)
    with locked(file):
        in_hand = asyncio.create_task(store.open(OPENING, objection("1")))
        await taken(store)
        waiting = [asyncio.create_task(store.open(OPENING, objection(text))) for text in ("2", "3")]
        await asyncio.sleep(0)

        with pytest.raises(StoreBusy) as refused:
            await store.open(OPENING, objection("4"))

        assert refused.value.explain("ko") != refused.value.explain("en")
        assert len(await store.list(Query())) == 0, "reading does not wait for writers"
    await asyncio.gather(in_hand, *waiting)

    texts = [exchange.objections[0].text for exchange in await store.list(Query())]
    assert texts == ["3", "2", "1"]
    await store.aclose()


async def test_a_cancelled_write_is_done_or_not_done(file: Path) -> None:
    store = store_at(file)
    with locked(file):
        in_hand = asyncio.create_task(store.open(OPENING, objection("in hand")))
        await taken(store)
        waiting = asyncio.create_task(store.open(OPENING, objection("waiting")))
        await asyncio.sleep(0)
        in_hand.cancel()
        waiting.cancel()
        await asyncio.wait([in_hand, waiting])
    await store.count(Outcome.CLEAN)  # behind both

    (exchange,) = await store.list(Query())
    assert exchange.objections == (objection("in hand"),)
    await store.aclose()


async def test_closing_finishes_what_was_taken(file: Path) -> None:
    store = store_at(file)
    writes = [asyncio.create_task(store.open(OPENING, objection(str(number)))) for number in range(100)]
    await asyncio.sleep(0)

    await store.aclose()

    ids = await asyncio.gather(*writes)
    after = store_at(file)
    assert {exchange.id for exchange in await after.list(Query(limit=200))} == set(ids)
    await after.aclose()


async def test_closing_with_a_full_queue_finishes_what_was_taken(file: Path) -> None:
    store = store_at(file, queue=2)
    with locked(file):
        writes = [asyncio.create_task(store.open(OPENING, objection()))]
        await taken(store)
        writes += [asyncio.create_task(store.open(OPENING, objection())) for _ in range(2)]
        await asyncio.sleep(0)
        end = asyncio.create_task(store.aclose())
        while not store._writer._stopped.is_set():
            await asyncio.sleep(0)
        with pytest.raises(StoreFailed):
            await store.count(Outcome.CLEAN)
    await end

    assert await asyncio.gather(*writes) == ["a1", "a2", "a3"]


def no_id() -> str:
    raise OSError("the source of randomness is gone: 안녕")


async def test_a_defect_in_one_job_fails_that_job_and_the_store_goes_on(file: Path) -> None:
    ids = numbered()
    makers = iter([ids, no_id, ids])

    def made() -> str:
        return next(makers)()

    store = SqliteStore.at(file, clock=lambda: NOON, ids=made)
    timeless = replace(objection(), at=cast(datetime, None))
    first = await store.open(OPENING, objection("first"))
    results = await asyncio.gather(
        store.open(OPENING, objection()), store.count(Outcome.CLEAN), store.add(first, timeless), return_exceptions=True
    )

    assert [type(result) for result in results] == [StoreFailed, type(None), StoreFailed]
    for result, kind in ((results[0], OSError), (results[2], AttributeError)):
        assert isinstance(result, StoreFailed)
        assert result.key == "stores.defect"
        assert isinstance(result.__cause__, kind)
        for language in ("en", "ko"):
            assert kind.__name__ in result.explain(language)
            assert "randomness" not in result.explain(language), "an error's own words may quote a text"
    second = await store.open(OPENING, objection("second"))
    assert [exchange.id for exchange in await store.list(Query())] == [second, first]
    assert (await store.get(first)).objections == (objection("first"),)
    assert (await store.stats()).outcomes["clean"] == 1
    await store.aclose()


def end_the_thread(_: sqlite3.Connection) -> None:
    raise SystemExit


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_where_the_thread_ends_nobody_waits_for_ever(file: Path) -> None:
    store = store_at(file)
    end = store._writer.call(end_the_thread)
    results = await asyncio.gather(end, store.open(OPENING, objection()), return_exceptions=True)

    assert [type(result) for result in results] == [StoreFailed] * 2
    with pytest.raises(StoreFailed):
        await store.count(Outcome.CLEAN)
    assert (await store.stats()).outcomes["clean"] == 0
    await store.aclose()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_job_that_is_given_just_as_the_thread_ends_is_refused(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_at(file)
    writer = store._writer
    with pytest.raises(StoreFailed):
        await writer.call(end_the_thread)
    await asyncio.to_thread(writer._thread.join)
    put = writer._queue.put_nowait
    writer._stopped.clear()  # the moment before the thread says so

    def put_too_late(task: _Task[Any]) -> None:
        put(task)
        writer._stopped.set()

    monkeypatch.setattr(writer._queue, "put_nowait", put_too_late)
    with pytest.raises(StoreFailed) as refused:
        await asyncio.wait_for(store.count(Outcome.CLEAN), timeout=10)

    assert refused.value.key == "stores.closed"
    await store.aclose()


async def test_a_commit_waits_for_the_disk_and_a_deletion_overwrites(file: Path) -> None:
    """A kill of the process cannot show it, only a loss of power could: so the settings themselves are looked at."""
    full, write_ahead = 2, "wal"
    store = store_at(file)

    assert await pragma(store, "synchronous") == full
    assert await pragma(store, "journal_mode") == write_ahead
    assert await pragma(store, "fullfsync") == 1
    assert await pragma(store, "secure_delete") == 1
    await store.aclose()


# --- disks and files that will not do --------------------------------------------------------------------------------


async def test_a_full_disk_fails_the_write_and_leaves_the_store_readable(file: Path) -> None:
    store = store_at(file)
    before = await store.open(OPENING, objection("before"))
    pages = int(await pragma(store, "page_count"))
    assert await pragma(store, f"max_page_count = {pages + 4}") == pages + 4

    results = await asyncio.gather(
        store.count(Outcome.CLEAN), store.open(OPENING, objection("x" * 200_000)), return_exceptions=True
    )

    assert results[0] is None, "what fits is kept, even in one transaction with what does not"
    assert isinstance(results[1], StoreFailed)
    assert results[1].key == "stores.full"
    assert [exchange.id for exchange in await store.list(Query())] == [before]
    assert (await store.stats()).outcomes["clean"] == 1
    await pragma(store, "max_page_count = 1000000")
    after = await store.open(OPENING, objection("after"))
    assert [exchange.id for exchange in await store.list(Query())] == [after, before]
    await store.aclose()


async def test_a_database_that_others_keep_locked_fails_the_write_and_then_the_opening(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=20))
    store = store_at(file)
    with locked(file):
        with pytest.raises(StoreFailed) as failed:
            await store.open(OPENING, objection())
        with pytest.raises(StoreUnavailable) as unavailable:
            store_at(file)

    assert failed.value.key == unavailable.value.key == "stores.locked"
    assert await store.open(OPENING, objection())
    await store.aclose()


async def test_a_lock_is_waited_for_once_by_all_who_wait_together(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=200))
    store = store_at(file)
    statements: list[str] = []
    store._writer._connection.set_trace_callback(statements.append)
    with locked(file):
        first = asyncio.create_task(store.count(Outcome.CLEAN))
        await taken(store)
        results = await asyncio.gather(first, *(store.count(Outcome.CLEAN) for _ in range(9)), return_exceptions=True)

    assert [type(result) for result in results] == [StoreFailed] * 10
    assert statements.count("BEGIN IMMEDIATE") == 2
    await store.aclose()


async def test_a_value_that_sqlite_cannot_hold_leaves_nothing_half_done_and_harms_nobody(file: Path) -> None:
    store = store_at(file)
    endless = replace(objection("endless"), findings=(replace(finding(), elapsed=timedelta.max),))
    results = await asyncio.gather(
        store.open(OPENING, objection("one")),
        store.open(OPENING, endless),
        store.open(OPENING, objection("two")),
        return_exceptions=True,
    )

    assert isinstance(results[1], StoreFailed)
    assert isinstance(results[1].__cause__, OverflowError)
    kept = await store.list(Query())
    assert [exchange.objections[0].text for exchange in kept] == ["two", "one"]
    assert [exchange.id for exchange in kept] == [results[2], results[0]]
    await store.aclose()


def spoilt(file: Path, content: bytes) -> None:
    file.parent.mkdir()
    file.write_bytes(content)


def foreign(file: Path) -> None:
    file.parent.mkdir()
    with contextlib.closing(sqlite3.connect(file)) as other:
        other.execute("CREATE TABLE bookmark (url TEXT)")


def from_the_future(file: Path) -> None:
    asyncio.run(store_at(file).aclose())
    with contextlib.closing(sqlite3.connect(file)) as later, later:
        later.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('talchum', 'dreams', '')"
        )


@pytest.mark.parametrize(
    ("spoil", "key"),
    [
        (lambda file: spoilt(file, b"Dear diary, this is no database at all."), "damaged"),
        (lambda file: spoilt(file, b"SQLite format 3\x00" + b"\xff" * 4000), "damaged"),
        (foreign, "foreign"),
        (from_the_future, "newer"),
        (lambda file: file.mkdir(parents=True), "readonly"),
        (lambda file: file.parent.write_text("a file where the folder should be"), "folder"),
    ],
    ids=["text", "damage", "foreign", "newer", "folder", "file-as-folder"],
)
def test_a_file_that_will_not_do_is_refused_in_both_languages_and_left_alone(
    file: Path, spoil: Callable[[Path], None], key: str
) -> None:
    spoil(file)
    before = file.read_bytes() if file.is_file() else None

    with pytest.raises(StoreUnavailable) as refused:
        store_at(file)

    assert refused.value.key == f"stores.{key}"
    for language in ("en", "ko"):
        assert str(file) in refused.value.explain(language)
        assert "Traceback" not in refused.value.explain(language)
    assert (file.read_bytes() if file.is_file() else None) == before


NOBODY = 65534
AS_NOBODY = """
import os, sys
from pathlib import Path
from moderation.errors import StoreUnavailable
from test_sqlite_store import store_at
from moderation.words import catalogue
catalogue("moderation")
os.chdir(sys.argv[1])
if os.geteuid() == 0:
    os.setuid({nobody})
try:
    store_at(Path(sys.argv[2]))
except StoreUnavailable as refused:
    print(refused.key)
"""


@pytest.mark.parametrize("name", ["talchum.db", "folder/talchum.db"])
def test_a_folder_that_cannot_be_written_is_refused(name: str) -> None:
    """Root may write anywhere, so the process gives up being root first."""
    shelf = Path(tempfile.mkdtemp())
    shelf.chmod(0o555)
    path = os.pathsep.join([str(Path(__file__).parent), *sys.path])

    result = subprocess.run(
        [sys.executable, "-c", AS_NOBODY.format(nobody=NOBODY), str(shelf), str(shelf / name)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": path},
    )

    assert result.stdout.strip() == "stores.readonly"
    shelf.rmdir()  # which says that it is empty


async def test_files_are_private(tmp_path: Path) -> None:
    file = tmp_path / "new" / "deep" / "talchum.db"
    store = store_at(file)
    await store.open(OPENING, objection())

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in file.parent.iterdir()}

    assert "talchum.db-wal" in modes
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    await store.aclose()


async def test_a_path_with_signs_is_only_a_path(tmp_path: Path) -> None:
    file = tmp_path / "탈춤?mode=memory#1 %41" / "말뭉치?.db"
    store = store_at(file)
    await store.open(OPENING, objection())
    await store.aclose()

    again = store_at(file)

    assert len(await again.list(Query())) == 1
    await again.aclose()


async def test_the_audit_trail_cannot_be_rewritten(file: Path) -> None:
    store = store_at(file)
    kept = await store.open(OPENING, objection())
    await store.review(kept, step(CaseState.OPEN), version=0)
    await store.aclose()

    with contextlib.closing(sqlite3.connect(file)) as other:
        for rewriting in ("UPDATE review SET actor = 'joon'", "DELETE FROM review"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(rewriting)


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=())))
def test_any_text_is_kept_exactly(text: str) -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        (kept,) = database.execute("SELECT ?", (keep(text),)).fetchone()

    assert revive(kept) == text


# --- nothing is left of what was erased -------------------------------------------------------------------------------

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

    def traces(self, file: Path) -> list[str]:
        """The words of which the middle stands in any file: the index keeps only what differs from the word before."""
        content = b"".join(path.read_bytes() for path in sorted(file.parent.iterdir()))
        assert OTHER.encode() in content
        return [word for word in self.words if word[4:14].encode() in content]


@pytest.mark.parametrize("seed", [2, 6, 10])
async def test_not_a_byte_is_left_of_what_was_erased(file: Path, seed: int) -> None:
    life, store, onlooker = Life(seed), store_at(file), store_at(file, prefix="b")
    await life.lead(store, turns=250)
    assert len(await asyncio.to_thread(life.traces, file)) == len(life.words)
    others = [each for each in await store.list(Query(limit=999)) if each.opening.origin.person == OTHER]
    assert len(others) > 10

    assert await store.erase(PERSON, platform="console") > 10

    assert await asyncio.to_thread(life.traces, file) == []
    spared = {each.id for each in others}
    left = [each for each in await onlooker.list(Query(limit=999)) if each.id in spared]
    assert [each.opening for each in left] == [each.opening for each in others]
    assert await traced(store) == 0, "the next start need not clean up again"
    await onlooker.aclose()
    await store.aclose()
    assert await asyncio.to_thread(life.traces, file) == []


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
    with watched(file):
        with pytest.raises(StoreFailed) as refused:
            await store.erase(PERSON, platform="console")
        assert await store.of_person(PERSON, platform="console") == ()
        assert await store.open(OPENING, objection()), "the store goes on"
        assert await asyncio.to_thread(life.traces, file) != []
        assert await traced(store) == 1
        meanwhile = store_at(file, prefix="b")
        assert await traced(meanwhile) == 1
    assert refused.value.key == "stores.traces"
    assert str(file) in refused.value.explain("en")

    next_start = store_at(file, prefix="c")

    assert await traced(next_start) == 0
    assert await asyncio.to_thread(life.traces, file) == []
    for each in (next_start, meanwhile, store):
        await each.aclose()


async def test_asking_again_removes_the_traces_too(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PATIENCE", timedelta(milliseconds=20))
    life, store = Life(5), store_at(file)
    await life.lead(store, turns=40)
    with watched(file), pytest.raises(StoreFailed):
        await store.erase(PERSON, platform="console")

    assert await store.erase(PERSON, platform="console") == 0

    assert await asyncio.to_thread(life.traces, file) == []
    await store.aclose()


async def test_a_kill_between_overwriting_and_cleaning_up_is_made_good_at_the_next_start(file: Path) -> None:
    body = f"""
        from moderation.stores import traces
        from test_sqlite_store import Life
        await Life(5).lead(store, turns=150)
        await store._writer.call(lambda db: traces.erase(db, {PERSON!r}, "console"))
        say("overwritten")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    with child(file, body) as process:
        assert line(process) == "overwritten"
    life = Life(5)
    aside = store_at(file.with_name("aside.db"))
    await life.lead(aside, turns=150)
    await aside.aclose()
    aside_file = file.with_name("aside.db")
    aside_file.unlink()
    assert await asyncio.to_thread(life.traces, file) != []

    store = store_at(file)

    assert await asyncio.to_thread(life.traces, file) == []
    assert await traced(store) == 0
    assert await store.of_person(PERSON, platform="console") == ()
    await store.aclose()


async def test_work_outside_of_transactions_is_done_in_its_turn_and_fails_alone(file: Path) -> None:
    store = store_at(file)
    writer = store._writer

    def broken(_: sqlite3.Connection) -> None:
        raise OSError("안녕")

    results = await asyncio.gather(
        store.open(OPENING, objection("before")),
        writer.call_alone(lambda db: db.in_transaction),
        writer.call_alone(broken),
        writer.call_alone(lambda db: db.execute("SELECT nothing FROM nowhere")),
        writer.call_alone(lambda db: db.execute("SELECT count(*) FROM exchange").fetchone()[0]),
        store.open(OPENING, objection("after")),
        return_exceptions=True,
    )

    assert results[0] == "a1"
    assert results[1] is False
    assert [type(result) for result in results[2:4]] == [StoreFailed] * 2
    assert list(results[4:]) == [1, "a2"]
    await store.aclose()


# --- databases of before ----------------------------------------------------------------------------------------------


def made_before_servers(file: Path) -> None:
    """A database of the first three steps, with an exchange that was reviewed and one that is under way."""
    file.parent.mkdir()
    before = replace(EXCHANGES, steps=EXCHANGES.steps[:3])
    assert before.steps[-1][0] == "search"
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as old:
        old.execute("PRAGMA journal_mode = WAL")
        migrate(old, file, before)
        for seq, said in ((1, "안녕 국밥"), (2, "under way")):
            old.execute(
                "INSERT INTO exchange (seq, id, session, at, platform, conversation, person, message, persona,"
                " persona_version, model, policy, language, said) VALUES (?, ?, 1, ?, 'console', 'c1', 'p1', 'm1',"
                " 'halmi', 'v1', 'scripted', 'cafe', 'ko', ?)",
                (seq, f"o{seq}", NOON.isoformat(), said),
            )
            old.execute(
                "INSERT INTO objection (seq, exchange, at, stage, text, shown) VALUES (?, ?, ?, 'piece', 'draft', '')",
                (seq, seq, NOON.isoformat()),
            )
            old.execute(
                "INSERT INTO finding (objection, filter, version, category, decision, action, score, spans, detail,"
                " microseconds) VALUES (?, 'lexicon', ?, 'slur', 1, 1, 0.75, '[[0, 2], [3, 3]]', ?, 1005)",
                (seq, VERSION, "the rule, 그리고 낱말"),
            )
            old.execute("INSERT INTO search (rowid, terms) VALUES (?, ?)", (seq, " ".join(terms(f"{said} draft"))))
        old.execute("INSERT INTO closing VALUES (1, ?, 'repaired', 'shown', 4, 3, 2, 1)", (NOON.isoformat(),))
        old.execute("INSERT INTO outcome VALUES ('repaired', 1), ('clean', 41)")
        old.execute(
            "INSERT INTO review (exchange, at, actor, tool, step, before, after, note)"
            " VALUES (1, ?, 'mina', 'terminal', 'uphold', 'open', 'upheld', '메모')",
            (NOON.isoformat(),),
        )
        old.execute("UPDATE exchange SET state = 'upheld', version = 1 WHERE seq = 1")


async def test_a_database_of_before_servers_is_brought_up_without_loss(file: Path) -> None:
    await asyncio.to_thread(made_before_servers, file)

    store = store_at(file)

    kept = await store.get("o1")
    assert kept == Exchange(
        id="o1",
        opening=opening("안녕 국밥"),
        objections=(objection(),),
        closing=closing(),
        state=CaseState.UPHELD,
        version=1,
        reviews=(step(CaseState.UPHELD),),
    )
    ended = (await store.get("o2")).closing
    assert ended is not None
    assert ended.outcome is Outcome.INTERRUPTED
    assert [each.id for each in await store.list(Query(text="국밥", person="p1"))] == ["o1"]
    await store.count(Outcome.CLEAN, "s1")
    await store.count(Outcome.CLEAN)
    assert {name: count for name, count in (await store.stats()).outcomes.items() if count} == {
        "clean": 43,
        "repaired": 1,
        "interrupted": 1,
    }
    assert {name: count for name, count in (await store.stats("s1")).outcomes.items() if count} == {"clean": 1}
    await store.aclose()


async def test_what_a_database_of_before_holds_of_a_person_can_be_erased(file: Path) -> None:
    await asyncio.to_thread(made_before_servers, file)
    store = store_at(file)
    gone = ("국밥".encode(), b"draft", "낱말".encode(), b"under way", b"interrupted text")

    assert await store.erase("p1", platform="console") == 2

    content = await asyncio.to_thread(lambda: b"".join(path.read_bytes() for path in file.parent.iterdir()))
    assert [text for text in gone if text in content] == []
    assert "메모".encode() in content, "the trail is the moderators'"
    await store.aclose()
