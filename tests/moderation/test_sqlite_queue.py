"""Writes to SQLite one after another: a queue with an end, jobs that fail, and a thread that ends."""

import asyncio
import queue
import sqlite3
import threading
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from moderation.errors import StoreBusy, StoreFailed
from moderation.records import Outcome
from moderation.stores import Query
from moderation.stores.sqlite import SqliteStore
from moderation.stores.worker import _Task
from moderation.stores.writes import count_outcome
from tests.moderation.sqlite_databases import OPENING, locked, store_at, taken
from tests.support.exchanges import NOON, numbered, objection
from tests.support.keys import keys_beside


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


async def test_who_stops_waiting_for_what_is_being_done_leaves_the_others_their_answers(file: Path) -> None:
    store, go = store_at(file), threading.Event()
    with locked(file):
        alone = asyncio.create_task(store.count(Outcome.CLEAN))
        await taken(store)
        impatient = asyncio.create_task(store._writer.call(lambda _: go.wait()))
        other = asyncio.create_task(store.open(OPENING, objection()))
        await asyncio.sleep(0)
    await alone
    await taken(store)  # both, in one transaction
    impatient.cancel()
    await asyncio.wait([impatient])
    go.set()

    assert await asyncio.wait_for(other, timeout=10) == "a1"
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

    store = SqliteStore.at(file, keys=keys_beside(file), clock=lambda: NOON, ids=made)
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


def half(db: sqlite3.Connection) -> None:
    count_outcome(db, Outcome.CLEAN, "")
    raise OSError


async def test_what_a_job_did_before_it_failed_is_taken_back_whether_it_is_alone_or_not(file: Path) -> None:
    store = store_at(file)
    with pytest.raises(StoreFailed):
        await store._writer.call(half)
    with locked(file):
        first = asyncio.create_task(store.count(Outcome.CLEAN))
        await taken(store)
        others = [asyncio.create_task(call) for call in (store._writer.call(half), store.count(Outcome.CLEAN))]
        await asyncio.sleep(0)
    await first

    assert [type(result) for result in await asyncio.gather(*others, return_exceptions=True)] == [
        StoreFailed,
        type(None),
    ]
    assert (await store.stats()).outcomes["clean"] == 2
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
    writer._stopped.clear()  # the moment before the thread says so

    class TooLate(queue.SimpleQueue[_Task[Any] | None]):
        def put(self, item: _Task[Any] | None, block: bool = True, timeout: float | None = None) -> None:
            super().put(item, block, timeout)
            writer._stopped.set()

    monkeypatch.setattr(writer, "_queue", TooLate())
    with pytest.raises(StoreFailed) as refused:
        await asyncio.wait_for(store.count(Outcome.CLEAN), timeout=10)

    assert refused.value.key == "stores.closed"
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
