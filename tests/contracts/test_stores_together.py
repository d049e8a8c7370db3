"""All stores do the same, and what is done at once is not mixed up."""

import asyncio
import random
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.cases import Ruling
from moderation.errors import InvalidTransition, StoreFailed, UnknownExchange
from moderation.records import Decision, Exchange, Outcome
from moderation.stores import Query, Store
from tests.contracts.storing import found, make_memory, make_sqlite, walked
from tests.support.exchanges import by, closing, decide, finding, numbered, objection, opening, report, step

PEOPLE = st.sampled_from(["p1", "p2", "p3"])
SERVERS = st.sampled_from(["", "s1", "s2"])
IDS = st.sampled_from(["", "a1", "a2", "a3", "a4"])
MESSAGES = st.sampled_from(["", "m1", "m2"])
STRICTNESS = st.sampled_from([Decision.FLAG, Decision.BLOCK])
CALLS = st.one_of(
    st.tuples(st.just("open"), PEOPLE, SERVERS, STRICTNESS),
    st.tuples(st.just("add"), IDS, STRICTNESS),
    st.tuples(st.just("close"), IDS),
    st.tuples(st.just("count"), SERVERS),
    st.tuples(st.just("report"), PEOPLE, SERVERS, MESSAGES, PEOPLE, IDS),
    st.tuples(st.just("uphold"), IDS),
    st.tuples(st.just("merge"), IDS, IDS),
    st.tuples(st.just("erase"), PEOPLE),
)


def called(store: Store, what: str, *given: Any) -> Awaitable[object]:
    """One call."""
    match what, *given:
        case "open", person, server, decision:
            return store.open(opening("said", person=person, server=server), objection("x", finding(decision=decision)))
        case "add", kept, decision:
            return store.add(kept, objection("more", finding("bias.group", decision), shown="so far"))
        case "close", kept:
            return store.close(kept, closing())
        case "count", server:
            return store.count(Outcome.CLEAN, server)
        case "report", person, server, message, by, kept:
            reply = opening("said", person=person, server=server, message=message)
            return store.report(reply, report(by=by), exchange=kept)
        case "uphold", kept:
            return decide(store, kept, Ruling.UPHELD)
        case "merge", kept, other:
            return merged(store, kept, other)
        case "erase", person:
            return store.erase(person, platform="console")
    raise AssertionError(what)


async def merged(store: Store, into: str, other: str) -> Exchange:
    """Two cases made one, unless they are one."""
    one, another = (await store.get(into)).case, (await store.get(other)).case
    return await store.merge(one, another, step(None)) if one.id != another.id else await store.get(into)


async def outcome(work: Awaitable[object]) -> object:
    """What comes of a call, refusals too."""
    try:
        return await work
    except (UnknownExchange, InvalidTransition) as refused:
        return refused.key


@settings(max_examples=25, deadline=None)
@given(calls=st.lists(CALLS, min_size=4, max_size=14))
def test_all_stores_do_the_same(calls: list[tuple[Any, ...]]) -> None:
    async def live(store: Store) -> list[object]:
        results = [await outcome(called(store, *each)) for each in calls]
        results += [await store.of_person(person, platform="console") for person in ("p1", "p2", "p3")]
        for server in ("", "s1", "s2"):
            results += [await store.stats(server), await walked(store, server), await store.list(Query(server=server))]
        results += [await found(store, "said more"), await store.list(Query(queue=True)), await store.verify()]
        await store.aclose()
        return results

    with tempfile.TemporaryDirectory() as folder:
        assert asyncio.run(live(make_sqlite(Path(folder), numbered()))) == asyncio.run(
            live(make_memory(Path(folder), numbered()))
        )


async def test_many_exchanges_at_once_do_not_disturb_each_other(store: Store) -> None:
    async def live(number: int) -> str:
        kept = await store.open(opening(f"said{number}"), objection(f"draft{number}"))
        for more in range(number % 3):
            await store.add(kept, objection(f"more{number}x{more}"))
        await store.close(kept, closing(shown=f"shown{number}"))
        return kept

    numbers = list(range(60))
    random.Random(7).shuffle(numbers)
    ids = dict(zip(numbers, await asyncio.gather(*(live(number) for number in numbers)), strict=True))

    assert len(set(ids.values())) == 60
    for number, kept in ids.items():
        exchange = await store.get(kept)
        assert exchange.opening.said == f"said{number}"
        assert len(exchange.objections) == 1 + number % 3
        assert exchange.closing == closing(shown=f"shown{number}")
    assert (await store.stats()).outcomes["repaired"] == 60


async def test_a_closed_store_refuses_and_closes_again(store: Store) -> None:
    kept = await store.open(opening(), objection())

    await store.aclose()
    await store.aclose()

    with pytest.raises(StoreFailed) as refused:
        await store.open(opening(), objection())
    assert refused.value.key == "stores.closed"
    for refuses in (
        store.get(kept), store.list(Query()), store.stats(), store.count(Outcome.CLEAN), store.close(kept, closing()),
        store.add(kept, objection()), decide(store, kept, Ruling.UPHELD), store.next(by()), store.verify(),
        store.report(opening(), report()), store.of_person("p1", platform="console"),
        store.erase("p1", platform="console"), store.move("a", "b"),
    ):  # fmt: skip
        with pytest.raises(StoreFailed):
            await refuses
