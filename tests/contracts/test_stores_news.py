"""What every store must tell of what happened since somebody looked."""

import pytest

from moderation.cases import GUARD, CaseState, Review, ReviewStep
from moderation.stores import News, Query, Store
from tests.contracts.test_stores_trail import kept, taken
from tests.support.exchanges import NOON, decide


async def test_nothing_is_news_to_whoever_begins_to_look(store: Store) -> None:
    first = await kept(store)
    await decide(store, first)

    begun = await store.news(None)

    assert begun.exchanges == ()
    assert await store.news(begun.until) == begun


async def test_steps_since_then_are_told_by_exchange_each_once_in_order_and_not_that_a_case_waits(store: Store) -> None:
    begun = (await store.news(None)).until
    first, second, third = await kept(store), await kept(store), await kept(store)
    for each in (third, first, third):
        await taken(store, each, ReviewStep.NOTE)

    told = await store.news(begun)

    assert told.exchanges == (third, first)
    assert second not in told.exchanges
    assert await store.news(told.until) == News(until=told.until)


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
async def test_however_few_are_looked_at_at_once_none_is_left_out(store: Store, limit: int) -> None:
    at = (await store.news(None)).until
    exchanges = [await kept(store) for _ in range(5)]
    for each in exchanges:
        await taken(store, each, ReviewStep.NOTE)
    await kept(store)

    seen: list[str] = []
    while (news := await store.news(at, limit=limit)).until != at:
        at = news.until
        seen += news.exchanges

    assert seen == exchanges


async def test_what_became_one_case_is_told_as_of_the_exchange_the_step_is_noted_with(store: Store) -> None:
    first, second = await kept(store), await kept(store)
    into, gone = (await store.get(first)).case, (await store.get(second)).case
    begun = (await store.news(None)).until
    merged = Review(
        at=NOON, actor=GUARD.name, tool=GUARD.tool, step=ReviewStep.MERGE, before=into.state, after=into.state
    )
    await store.merge(into, gone, merged)

    assert (await store.news(begun)).exchanges == (first,)


async def test_a_number_that_there_is_not_begins_at_the_end(store: Store) -> None:
    await decide(store, await kept(store))
    begun = await store.news(None)

    assert await store.news(begun.until + 7) == begun


async def test_what_was_erased_is_found_by_that(store: Store) -> None:
    first = await kept(store, person="p1")
    await kept(store, person="p2")
    await store.erase("p1", platform="console")

    open_ = frozenset({CaseState.QUEUED})
    assert [each.id for each in await store.list(Query(states=open_, erased=True))] == [first]
    await decide(store, first)
    assert await store.list(Query(states=open_, erased=True)) == ()
