"""What is particular to SQLite: processes that die, and processes side by side."""

import contextlib
import signal
from pathlib import Path

from moderation.records import Closing, Outcome
from moderation.stores import Query
from tests.moderation.sqlite_databases import OPENING, child, line, pragma, store_at
from tests.moderation.sqlite_databases import pipe as _pipe
from tests.support.exchanges import NOON, closing, decide, objection, step, unchained


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
    assert store.interrupted == (NOON,)
    assert [each.id for each in await store.list(Query(text="far draft"))] == [kept]
    await store.aclose()

    again = store_at(file)
    assert (await again.stats()).outcomes["interrupted"] == 1
    assert again.interrupted == ()
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
        reviewed = await decide(store, kept)
        _pipe(process.stdin).write("\n")
        _pipe(process.stdin).flush()
        assert line(process) == "closed"
        ended = await store.get(kept)
        await store.aclose()

    assert under_way.closing is None
    assert reviewed.closing is None
    assert ended.closing == closing()
    assert unchained(ended) == (step(),)


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


async def test_a_commit_waits_for_the_disk_and_a_deletion_overwrites(file: Path) -> None:
    """A kill of the process cannot show it, only a loss of power could: so the settings themselves are looked at."""
    full, write_ahead = 2, "wal"
    store = store_at(file)

    assert await pragma(store, "synchronous") == full
    assert await pragma(store, "journal_mode") == write_ahead
    assert await pragma(store, "fullfsync") == 1
    assert await pragma(store, "secure_delete") == 1
    await store.aclose()
