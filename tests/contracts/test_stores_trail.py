"""What every store must do with the queue, with cases that become one, and with the trail."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from moderation.cases import OPEN, CaseState, Priority, Rank, Review, ReviewStep, Ruling
from moderation.errors import InvalidTransition, UnknownExchange
from moderation.records import Decision, Exchange
from moderation.stores import Query, Store
from moderation.stores.chain import link
from tests.support.exchanges import NOON, by, closing, decide, finding, objection, opening, report, step

BLOCKED = finding(decision=Decision.BLOCK)


async def kept(store: Store, *, person: str = "p1", server: str = "s1", blocked: bool = False, hour: int = 0) -> str:
    """An exchange that ended: a case that waits."""
    begun = replace(opening(person=person, server=server), at=NOON + timedelta(hours=hour))
    exchange = await store.open(begun, objection("x", BLOCKED) if blocked else objection("x"))
    await store.close(exchange, closing())
    return exchange


async def taken(store: Store, exchange: str, what: ReviewStep, **changes: object) -> Exchange:
    """A step as a desk would have it kept."""
    case = (await store.get(exchange)).case
    after = replace(case, **changes)  # type: ignore[arg-type]
    review = Review(at=NOON, actor="mina", tool="terminal", step=what, before=case.state, after=after.state)
    return await store.review(exchange, [review], after)


async def queue(store: Store, **narrowed: object) -> list[str]:
    return [each.id for each in await store.list(Query(queue=True, **narrowed))]  # type: ignore[arg-type]


async def test_a_queue_has_the_most_pressing_first_and_of_those_the_oldest(store: Store) -> None:
    for blocked in (False, True, False, True):
        await kept(store, blocked=blocked)
    await store.report(opening(server="s1", message="m9"), report())

    assert await queue(store) == ["a5", "a2", "a4", "a1", "a3"]
    assert await queue(store, limit=2, before="a2") == ["a4", "a1"]
    assert await queue(store, priority=Priority.NORMAL) == ["a5", "a2", "a4"]
    assert await queue(store, server="s2") == []
    with pytest.raises(UnknownExchange):
        await queue(store, before="zz")


async def test_a_queue_is_narrowed_by_state_holder_ruling_and_age(store: Store) -> None:
    for hour in range(3):
        await kept(store, hour=hour)
    await taken(store, "a2", ReviewStep.CLAIM, state=CaseState.CLAIMED, holder="mina", until=NOON)
    await decide(store, "a3", Ruling.OVERTURNED)

    assert await queue(store, states=OPEN) == ["a1", "a2"]
    assert await queue(store, states=frozenset({CaseState.CLAIMED})) == ["a2"]
    assert await queue(store, holder="mina") == ["a2"]
    assert await queue(store, holder="joon") == []
    assert await queue(store, ruling=Ruling.OVERTURNED) == ["a3"]
    assert await queue(store, opened_before=NOON + timedelta(hours=1)) == ["a1"]
    assert (await store.get("a2")).case.until == NOON


async def test_what_somebody_may_not_take_is_not_next_for_them(store: Store) -> None:
    for _ in range(4):
        await kept(store)
    await taken(store, "a1", ReviewStep.ESCALATE, state=CaseState.ESCALATED, escalated=True)
    await taken(store, "a2", ReviewStep.APPEAL, state=CaseState.APPEALED, appealed=True, decided_by="mina")
    await taken(store, "a3", ReviewStep.CLAIM, state=CaseState.CLAIMED, holder="joon", until=NOON)

    async def seen(name: str, rank: Rank = Rank.MODERATOR) -> list[str]:
        ids: list[str] = []
        while case := await store.next(by(name, rank=rank), after=ids[-1] if ids else ""):
            ids.append(case.id)
        return ids

    assert await seen("mina") == ["a4"]
    assert await seen("joon") == ["a2", "a4"]
    assert await seen("sora", Rank.SENIOR) == ["a1", "a2", "a4"]


async def test_of_many_that_somebody_may_not_take_the_first_they_may_is_found(store: Store) -> None:
    for _ in range(70):
        exchange = await kept(store)
        await taken(store, exchange, ReviewStep.ESCALATE, state=CaseState.ESCALATED, escalated=True)
    last = await kept(store)

    found = await store.next(by())

    assert found is not None
    assert found.id == last


async def test_two_cases_become_one_with_all_they_had(store: Store) -> None:
    first, second = await kept(store), await kept(store, blocked=True)
    await decide(store, second, None, note="seen before")
    one, other = (await store.get(first)).case, (await store.get(second)).case

    merged = await store.merge(one, other, step(None, note=second))

    assert merged.id == first
    assert merged.case.exchanges == (first, second)
    assert merged.case.priority is Priority.NORMAL
    assert [review.note for review in merged.case.by_people] == ["seen before", second]
    assert (await store.get(second)).case == merged.case
    assert await queue(store) == [first]
    assert (await store.stats()).states["queued"] == 1
    decided = await decide(store, second, Ruling.UPHELD)
    assert decided.case.ruling is Ruling.UPHELD
    assert (await store.get(first)).case == decided.case
    assert (await store.stats()).rules["lexicon.slur"].upheld == 2
    assert (await store.verify()).sound


async def test_what_two_cases_become_stands_as_it_is_said_to(store: Store) -> None:
    first, second = await kept(store), await kept(store)
    one, other = (await store.get(first)).case, (await store.get(second)).case
    told = replace(step(None), after=CaseState.ESCALATED)

    merged = await store.merge(replace(one, state=CaseState.ESCALATED, escalated=True), other, told)

    assert (merged.case.state, merged.case.escalated) == (CaseState.ESCALATED, True)
    assert (await store.stats()).states["escalated"] == 1
    assert await store.next(by()) is None
    assert (await store.next(by(rank=Rank.SENIOR))) == merged
    assert (await store.verify()).sound


async def test_a_case_that_changed_meanwhile_is_not_merged(store: Store) -> None:
    first, second = await kept(store), await kept(store)
    one, other = (await store.get(first)).case, (await store.get(second)).case
    await decide(store, second, Ruling.UPHELD)

    with pytest.raises(InvalidTransition):
        await store.merge(one, other, step(None))
    with pytest.raises(InvalidTransition):
        await store.merge(other, one, step(None))

    assert (await store.get(first)).case == one


async def test_every_step_covers_the_one_before_it(store: Store) -> None:
    assert (await store.verify()).head == ""
    first, second = await kept(store), await kept(store)
    await decide(store, first, Ruling.UPHELD)
    await asyncio.gather(*(decide(store, each, None, note=each) for each in (first, second)))

    audit = await store.verify()

    assert (audit.steps, audit.unchained, audit.sound) == (5, 0, True)
    steps = {
        (each, review.chain): review for each in (first, second) for review in (await store.get(each)).case.reviews
    }
    digest, left = "", dict(steps)
    while left:
        (at,) = [place for place in left if link(digest, place[0], left[place]) == place[1]]
        digest = at[1]
        del left[at]
    assert audit.head == digest
