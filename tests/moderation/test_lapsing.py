"""Cases in which everything was erased: nobody decides about them, and they end by themselves."""

from dataclasses import replace

import pytest

from moderation.cases import GUARD, MEMBER, OPEN, CaseState, Rank, ReviewStep, Ruling
from moderation.errors import InvalidTransition
from moderation.labels import truth
from moderation.records import Action, Decision, Exchange, Outcome
from moderation.review import ReviewDesk
from moderation.stores import Query, Store
from moderation.stores.memory import MemoryStore
from moderation.transitions import BLIND
from tests.support.exchanges import NOON, by, closing, finding, numbered, objection, opening

SENIOR = by("sora", rank=Rank.SENIOR)
HELD = replace(finding(decision=Decision.BLOCK), action=Action.HOLD)


@pytest.fixture
def store() -> Store:
    return MemoryStore(ids=numbered())


@pytest.fixture
def desk(store: Store) -> ReviewDesk:
    return ReviewDesk(store, clock=lambda: NOON)


async def kept(store: Store, person: str = "p1", *, outcome: Outcome = Outcome.WITHHELD) -> str:
    blocked = HELD if outcome is Outcome.HELD else finding(decision=Decision.BLOCK)
    exchange = await store.open(opening(person=person), objection("a draft", blocked))
    await store.close(exchange, closing(outcome))
    return exchange


async def erased(store: Store, exchange: str, person: str = "p1") -> Exchange:
    await store.erase(person, platform="console")
    return await store.get(exchange)


@pytest.mark.parametrize("before", [[], [ReviewStep.CLAIM], [ReviewStep.ESCALATE]])
async def test_an_open_case_ends_without_a_decision_and_the_trail_says_why(
    desk: ReviewDesk, store: Store, before: list[ReviewStep]
) -> None:
    case = await kept(store)
    other = await kept(store, "p2")
    for step in before:
        await desk.take(case, step, by=by())
    await erased(store, case)

    assert await desk.lapse() == 1
    assert await desk.lapse() == 0

    ended = await store.get(case)
    last = ended.case.reviews[-1]
    assert (ended.case.state, ended.case.ruling, ended.case.holder) == (CaseState.CLOSED, None, "")
    assert (last.actor, last.step, last.note) == (GUARD.name, ReviewStep.LAPSE, "erased")
    assert truth(ended) is None
    assert await desk.decided(NOON - NOON.replace(year=2020)) == ()
    assert (await store.get(other)).case.state is CaseState.QUEUED
    assert (await store.verify()).sound


async def test_an_appeal_ends_with_the_words_of_whoever_made_it_and_the_decision_before_it_stands(
    desk: ReviewDesk, store: Store
) -> None:
    case = await kept(store)
    await desk.take(case, ReviewStep.UPHOLD, by=by())
    await desk.appeal(case, person="p1", comment="no", tool="console")
    await erased(store, case)

    assert await desk.lapse() == 1

    ended = (await store.get(case)).case
    assert (ended.state, ended.ruling, ended.decided_by, ended.appealed) == (
        CaseState.CLOSED, Ruling.UPHELD, "mina", False,
    )  # fmt: skip
    with pytest.raises(InvalidTransition, match="erased"):
        await desk.take(case, ReviewStep.REOPEN, by=SENIOR)


async def test_what_is_decided_already_is_left_to_be_carried_out(desk: ReviewDesk, store: Store) -> None:
    case = await kept(store)
    await desk.take(case, ReviewStep.OVERTURN, by=by())
    await erased(store, case)

    assert await desk.lapse() == 0
    assert (await store.get(case)).case.state is CaseState.DECIDED


@pytest.mark.parametrize("claimed", [False, True])
async def test_a_reply_that_is_held_is_refused_as_whoever_waits_for_it_reads_so(
    desk: ReviewDesk, store: Store, claimed: bool
) -> None:
    case = await kept(store, outcome=Outcome.HELD)
    if claimed:
        await desk.take(case, ReviewStep.CLAIM, by=by())
    await erased(store, case)

    assert await desk.lapse() == 1

    ended = await store.get(case)
    assert (ended.case.state, ended.case.ruling, ended.case.decided_by) == (
        CaseState.DECIDED, Ruling.UPHELD, GUARD.name,
    )  # fmt: skip
    assert ended.case.reviews[-1].note == "erased"
    assert truth(ended) is None, "nobody decided"


async def test_one_that_was_refused_and_appealed_against_ends_like_any_other(desk: ReviewDesk, store: Store) -> None:
    case = await kept(store, outcome=Outcome.HELD)
    await desk.take(case, ReviewStep.UPHOLD, by=GUARD)
    await desk.take(case, ReviewStep.CLOSE, by=GUARD)
    await desk.appeal(case, person="p1", comment="", tool="console")
    await erased(store, case)

    assert await desk.lapse() == 1
    assert (await store.get(case)).case.reviews[-1].step is ReviewStep.LAPSE


@pytest.mark.parametrize("step", [each for each in ReviewStep if each not in BLIND])
async def test_whatever_needs_a_text_is_refused_and_says_why(desk: ReviewDesk, store: Store, step: ReviewStep) -> None:
    case = await kept(store)
    await erased(store, case)
    before = await store.get(case)

    with pytest.raises(InvalidTransition, match="erased"):
        await desk.take(case, step, by=SENIOR, note="words")

    assert await store.get(case) == before


async def test_notes_and_taking_a_reply_away_are_still_possible(desk: ReviewDesk, store: Store) -> None:
    case = await kept(store)
    await erased(store, case)

    for step in (ReviewStep.NOTE, ReviewStep.WITHDRAW):
        await desk.take(case, step, by=by(), note="words")

    assert [review.step for review in (await store.get(case)).case.by_people] == [ReviewStep.NOTE, ReviewStep.WITHDRAW]


async def test_a_case_of_which_something_can_be_read_goes_on_and_is_put_before_people(
    desk: ReviewDesk, store: Store
) -> None:
    first, second = await kept(store), await kept(store, "p2")
    await desk.merge(first, second, by=by())
    await erased(store, first)

    assert await desk.lapse() == 0
    found = await desk.next(by())
    assert found is not None
    assert found.case.exchanges == (first, second)
    assert [each.id for each in await desk.list(Query(queue=True, states=OPEN))] == [first]
    assert sum(each.count for each in await desk.waiting()) == 1
    with pytest.raises(InvalidTransition, match="erased"):
        await desk.take(first, ReviewStep.REVEAL, by=by())
    await desk.take(first, ReviewStep.UPHOLD, by=by())
    assert (await store.get(second)).case.ruling is Ruling.UPHELD


async def test_nobody_appeals_about_it_any_more(desk: ReviewDesk, store: Store) -> None:
    case = await kept(store)
    await erased(store, case)
    await desk.lapse()

    member = replace(by(MEMBER), rank=Rank.MEMBER)
    with pytest.raises(InvalidTransition):
        await desk.take(case, ReviewStep.APPEAL, by=member)
