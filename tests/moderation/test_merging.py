"""Two cases become one: nobody may do more for it, and nobody who waits is forgotten."""

import pytest

from moderation.appeals import of_person, waits
from moderation.cases import GUARD, OPEN, CaseState, Rank, ReviewStep, Ruling
from moderation.errors import Forbidden, InvalidTransition
from moderation.records import Outcome
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES
from tests.support.exchanges import NOON, by, closing, numbered, objection, opening

MINA, JOON, SORA = by("mina"), by("joon"), by("sora", rank=Rank.SENIOR)


async def desk_of(count: int, outcome: Outcome = Outcome.REPAIRED) -> tuple[ReviewDesk, MemoryStore, list[str]]:
    """A desk with so many cases of one person with one persona."""
    store = MemoryStore(ids=numbered("x"))
    kept = [await store.open(opening(server="s1"), objection("x")) for _ in range(count)]
    for each in kept:
        await store.close(each, closing(outcome))
    return ReviewDesk(store, clock=lambda: NOON), store, kept


@pytest.mark.parametrize("then", ["waits", "looked at", "taken back"])
async def test_an_appeal_becomes_no_part_of_another_case_and_whoever_decided_does_not_answer_it(then: str) -> None:
    desk, _, (other, appealed) = await desk_of(2)
    await desk.take(appealed, ReviewStep.UPHOLD, by=MINA)
    await desk.appeal(appealed, person="p1", comment="not fair", tool="console")
    if then != "waits":
        await desk.take(appealed, ReviewStep.CLAIM, by=SORA)
    if then == "taken back":
        await desk.take(appealed, ReviewStep.OVERTURN, by=SORA)
        await desk.take(appealed, ReviewStep.REOPEN, by=SORA)
    before = await desk.show(appealed)

    for who in (MINA, SORA, GUARD):
        with pytest.raises(InvalidTransition) as refused:
            await desk.merge(other, appealed, by=who)
        assert all(appealed in refused.value.explain(language) for language in LANGUAGES)

    assert await desk.show(appealed) == before
    with pytest.raises((Forbidden, InvalidTransition)):
        await desk.take(appealed, ReviewStep.UPHOLD, by=MINA)


async def test_another_case_becomes_part_of_an_appeal_which_waits_still() -> None:
    desk, _, (appealed, other) = await desk_of(2)
    await desk.take(appealed, ReviewStep.UPHOLD, by=MINA)
    await desk.appeal(appealed, person="p1", comment="not fair", tool="console")

    merged = (await desk.merge(appealed, other, by=MINA)).case

    appeal = of_person(await desk.appeals(other), "p1")
    assert appeal is not None
    assert waits(appeal, merged)
    with pytest.raises(Forbidden):
        await desk.take(other, ReviewStep.OVERTURN, by=MINA)


async def test_what_waits_for_a_senior_becomes_part_of_another_case_only_by_one_and_waits_for_one_still() -> None:
    desk, store, (other, escalated) = await desk_of(2)
    await desk.take(escalated, ReviewStep.ESCALATE, by=JOON)

    with pytest.raises(Forbidden) as refused:
        await desk.merge(other, escalated, by=MINA)
    assert refused.value.key == "review.for_seniors"
    merged = (await desk.merge(other, escalated, by=SORA)).case

    assert (merged.id, merged.state, merged.escalated) == (other, CaseState.ESCALATED, True)
    with pytest.raises(Forbidden):
        await desk.take(other, ReviewStep.UPHOLD, by=MINA)
    assert (await desk.take(other, ReviewStep.UPHOLD, by=SORA)).case.ruling is Ruling.UPHELD
    assert (await store.verify()).sound


async def test_a_senior_who_looks_at_a_case_keeps_it_as_an_escalated_one_becomes_part_of_it() -> None:
    desk, store, (mine, escalated) = await desk_of(2)
    await desk.take(escalated, ReviewStep.ESCALATE, by=JOON)
    await desk.take(mine, ReviewStep.CLAIM, by=SORA)

    merged = (await desk.merge(mine, escalated, by=SORA)).case

    assert (merged.state, merged.holder) == (CaseState.CLAIMED, "sora")
    assert (await desk.take(mine, ReviewStep.RELEASE, by=SORA)).case.state is CaseState.ESCALATED
    assert (await store.verify()).sound


async def test_a_reply_that_is_under_way_is_part_of_no_other_case_so_that_it_is_decided_if_it_is_held() -> None:
    desk, store, (ended,) = await desk_of(1)
    running = await store.open(opening(server="s1"), objection("x"))

    for into, other in ((ended, running), (running, ended)):
        with pytest.raises(InvalidTransition) as refused:
            await desk.merge(into, other, by=SORA)
        assert all(running in refused.value.explain(language) for language in LANGUAGES)
    await desk.take(ended, ReviewStep.UPHOLD, by=MINA)
    await store.close(running, closing(Outcome.HELD))

    assert [each.id for each in await store.list(Query(states=OPEN))] == [running]
