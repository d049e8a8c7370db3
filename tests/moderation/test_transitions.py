"""What a step does to a case, for every step, state, rank and clock."""

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.cases import (
    GUARD,
    MEMBER,
    OPEN,
    RULINGS,
    Case,
    CaseState,
    Priority,
    Rank,
    Review,
    Reviewer,
    ReviewStep,
    Ruling,
)
from moderation.errors import AlreadyInTargetState, Forbidden, InvalidTransition, ReviewError
from moderation.records import Action, Decision
from moderation.transitions import BESIDE, advance, expired, may_take, plan, priority_of
from tests.support.exchanges import NOON, by, finding, objection, report

LEASE = timedelta(minutes=15)
PEOPLE = [
    by("mina"),
    by("joon"),
    by("sora", rank=Rank.SENIOR),
    by("hana", rank=Rank.ADMIN),
    Reviewer(name=MEMBER, rank=Rank.MEMBER, tool="discord"),
    GUARD,
]
STEPS = st.tuples(st.sampled_from(ReviewStep), st.sampled_from(PEOPLE), st.integers(0, 40))
CASE = Case(id="a1", opened=NOON, exchanges=("a1",))

# Where each step may lead; all that is not here is refused.
PATHS: dict[ReviewStep, dict[CaseState, set[CaseState] | frozenset[CaseState]]] = {
    ReviewStep.QUEUE: {CaseState.NEW: {CaseState.QUEUED, CaseState.APPEALED}},
    ReviewStep.CLAIM: {state: {CaseState.CLAIMED} for state in OPEN - {CaseState.CLAIMED}},
    ReviewStep.RENEW: {CaseState.CLAIMED: {CaseState.CLAIMED}},
    ReviewStep.RELEASE: {CaseState.CLAIMED: OPEN - {CaseState.CLAIMED}},
    ReviewStep.EXPIRE: {CaseState.CLAIMED: OPEN - {CaseState.CLAIMED}},
    ReviewStep.ESCALATE: {state: {CaseState.ESCALATED} for state in OPEN - {CaseState.ESCALATED}},
    ReviewStep.UPHOLD: {CaseState.CLAIMED: {CaseState.DECIDED}},
    ReviewStep.OVERTURN: {CaseState.CLAIMED: {CaseState.DECIDED}},
    ReviewStep.EDIT: {CaseState.CLAIMED: {CaseState.DECIDED}},
    ReviewStep.CLOSE: {CaseState.DECIDED: {CaseState.CLOSED}},
    ReviewStep.APPEAL: {
        CaseState.NEW: {CaseState.NEW},
        CaseState.QUEUED: {CaseState.APPEALED},
        CaseState.APPEALED: {CaseState.APPEALED},
        CaseState.CLAIMED: {CaseState.CLAIMED},
        CaseState.ESCALATED: {CaseState.ESCALATED},
        CaseState.DECIDED: {CaseState.APPEALED},
        CaseState.CLOSED: {CaseState.APPEALED},
    },
    ReviewStep.REOPEN: {
        CaseState.DECIDED: {CaseState.QUEUED, CaseState.APPEALED},
        CaseState.CLOSED: {CaseState.QUEUED, CaseState.APPEALED},
    },
    ReviewStep.LAPSE: {state: {CaseState.CLOSED} for state in OPEN},
    **{step: {state: {state} for state in CaseState} for step in BESIDE},
}


def walked(steps: Iterable[tuple[ReviewStep, Reviewer, int]]) -> list[tuple[Case, ReviewStep, Reviewer, Case]]:
    """Every step that was not refused, with the case before and after it; minutes pass between them."""
    case, now, taken = CASE, NOON, []
    for what, who, minutes in steps:
        now += timedelta(minutes=minutes)
        try:
            after = advance(case, what, who, now, lease=LEASE)
        except ReviewError:
            continue
        step = Review(at=now, actor=who.name, tool=who.tool, step=what, before=case.state, after=after.state)
        taken.append((case, what, who, after))
        case = replace(after, reviews=(*case.reviews, step))
    return taken


@given(st.lists(STEPS, max_size=40))
def test_whatever_is_tried_a_case_only_goes_where_the_table_says(
    steps: list[tuple[ReviewStep, Reviewer, int]],
) -> None:
    for before, what, _, after in walked(steps):
        assert after.state in PATHS[what].get(before.state, set()), (before.state, what, after.state)


@given(st.lists(STEPS, max_size=40))
def test_a_case_is_always_whole(steps: list[tuple[ReviewStep, Reviewer, int]]) -> None:
    for before, what, who, after in walked(steps):
        claimed = after.state is CaseState.CLAIMED
        assert bool(after.holder) == claimed == (after.until is not None)
        assert (after.ruling is not None) == bool(after.decided_by)
        if after.state in (CaseState.DECIDED, CaseState.CLOSED):
            lapsed = what is ReviewStep.LAPSE or before.ruling is None
            assert after.ruling is not None or lapsed
            assert not after.appealed
        assert after.priority >= before.priority
        if what in BESIDE:
            assert after == before
        if who.rank < Rank.MODERATOR:
            assert what is ReviewStep.APPEAL


@given(st.lists(STEPS, max_size=60))
def test_nobody_takes_an_appeal_against_their_own_decision_also_where_it_was_taken_back_since(
    steps: list[tuple[ReviewStep, Reviewer, int]],
) -> None:
    against = ""
    last = ""
    for before, what, who, _ in walked(steps):
        if what in RULINGS:
            last = who.name
        if what is ReviewStep.APPEAL:
            against = last
        if what is ReviewStep.CLAIM and before.appealed:
            assert who.name != against


@given(st.lists(STEPS, max_size=60))
def test_whoever_appealed_waits_until_somebody_decides_and_again_where_that_is_taken_back(
    steps: list[tuple[ReviewStep, Reviewer, int]],
) -> None:
    appealed = False
    for _, what, _, after in walked(steps):
        appealed = appealed or what is ReviewStep.APPEAL
        if appealed and after.state in OPEN:
            assert after.appealed
        if not appealed:
            assert not after.appealed


@given(st.lists(STEPS, max_size=60))
def test_only_seniors_take_what_was_escalated(steps: list[tuple[ReviewStep, Reviewer, int]]) -> None:
    for before, what, who, _ in walked(steps):
        if what is ReviewStep.CLAIM and before.escalated:
            assert who.rank >= Rank.SENIOR


@given(st.lists(STEPS, max_size=40), st.sampled_from(ReviewStep), st.sampled_from(PEOPLE))
def test_what_one_press_means_is_done_whole_or_refused_and_never_stops_halfway(
    steps: list[tuple[ReviewStep, Reviewer, int]], what: ReviewStep, who: Reviewer
) -> None:
    taken = walked(steps)
    case = taken[-1][3] if taken else CASE
    now = NOON + timedelta(days=2)
    after = case
    try:
        for step in plan(case, what, who, now):
            after = advance(after, step, GUARD if step is ReviewStep.EXPIRE else who, now, lease=LEASE)
    except ReviewError:
        return
    if what in (ReviewStep.UPHOLD, ReviewStep.OVERTURN):
        assert after.state is CaseState.DECIDED
        assert after.decided_by == who.name


def claimed(who: Reviewer) -> Case:
    return advance(replace(CASE, state=CaseState.QUEUED), ReviewStep.CLAIM, who, NOON, lease=LEASE)


def test_what_is_so_already_is_told_apart_from_what_cannot_be() -> None:
    case = claimed(by("mina"))

    with pytest.raises(AlreadyInTargetState):
        advance(case, ReviewStep.CLAIM, by("mina"), NOON, lease=LEASE)
    with pytest.raises(InvalidTransition) as held:
        advance(case, ReviewStep.CLAIM, by("joon"), NOON, lease=LEASE)

    assert held.value.fields["holder"] == "mina"
    assert "mina" in held.value.explain("ko")


def test_a_lease_ends_when_it_ends_and_can_be_renewed_before() -> None:
    case = claimed(by("mina"))
    end = NOON + LEASE

    assert case.until == end
    assert not expired(case, end - timedelta(microseconds=1))
    assert expired(case, end)
    with pytest.raises(InvalidTransition):
        advance(case, ReviewStep.EXPIRE, GUARD, end - timedelta(microseconds=1))
    assert advance(case, ReviewStep.EXPIRE, GUARD, end).state is CaseState.QUEUED
    renewed = advance(case, ReviewStep.RENEW, by("mina"), end - timedelta(minutes=1), lease=LEASE)
    assert not expired(renewed, end)


def test_when_the_clock_was_set_back_a_claim_holds_and_a_senior_can_free_it() -> None:
    case = claimed(by("mina"))
    earlier = NOON - timedelta(hours=5)

    assert not expired(case, earlier)
    with pytest.raises(InvalidTransition):
        advance(case, ReviewStep.RELEASE, by("joon"), earlier)
    assert advance(case, ReviewStep.RELEASE, by("sora", rank=Rank.SENIOR), earlier).state is CaseState.QUEUED


def test_somebody_elses_case_can_be_taken_with_one_press_once_their_time_is_up() -> None:
    case = claimed(by("mina"))

    assert plan(case, ReviewStep.UPHOLD, by("joon"), NOON) == (ReviewStep.CLAIM, ReviewStep.UPHOLD)
    assert plan(case, ReviewStep.UPHOLD, by("joon"), NOON + LEASE) == (
        ReviewStep.EXPIRE, ReviewStep.CLAIM, ReviewStep.UPHOLD,
    )  # fmt: skip
    assert plan(case, ReviewStep.UPHOLD, by("mina"), NOON) == (ReviewStep.UPHOLD,)


def test_a_decision_is_changed_by_whoever_made_it_or_a_senior() -> None:
    closed = replace(CASE, state=CaseState.CLOSED, ruling=Ruling.UPHELD, decided_by="mina")

    for who in (by("mina"), by("sora", rank=Rank.SENIOR)):
        reopened = advance(closed, ReviewStep.REOPEN, who, NOON)
        assert (reopened.state, reopened.ruling, reopened.decided_by) == (CaseState.QUEUED, None, "")
    with pytest.raises(Forbidden):
        advance(closed, ReviewStep.REOPEN, by("joon"), NOON)


def test_an_appeal_whose_answer_was_taken_back_never_goes_to_whoever_decided_first() -> None:
    case, steps = replace(CASE, state=CaseState.QUEUED), list[Review]()
    for who, what in (
        (by("mina"), ReviewStep.CLAIM),
        (by("mina"), ReviewStep.UPHOLD),
        (PEOPLE[4], ReviewStep.APPEAL),
        (by("joon"), ReviewStep.CLAIM),
        (by("joon"), ReviewStep.UPHOLD),
        (by("joon"), ReviewStep.REOPEN),
    ):
        before, case = case, advance(case, what, who, NOON, lease=LEASE)
        steps.append(Review(at=NOON, actor=who.name, tool="", step=what, before=before.state, after=case.state))
        case = replace(case, reviews=tuple(steps))

    assert (case.state, case.appealed, case.ruling) == (CaseState.APPEALED, True, None)
    assert [who.name for who in PEOPLE[:4] if may_take(case, who)] == ["joon", "sora", "hana"]
    with pytest.raises(Forbidden):
        advance(case, ReviewStep.CLAIM, by("mina"), NOON, lease=LEASE)


def test_only_the_guard_ends_a_case_without_a_decision_and_then_there_is_none_to_take_back() -> None:
    case = claimed(by("mina"))

    with pytest.raises(Forbidden):
        advance(case, ReviewStep.LAPSE, by("hana", rank=Rank.ADMIN), NOON)
    lapsed = advance(case, ReviewStep.LAPSE, GUARD, NOON)
    assert (lapsed.state, lapsed.ruling, lapsed.holder) == (CaseState.CLOSED, None, "")
    for step, who in ((ReviewStep.REOPEN, by("hana", rank=Rank.ADMIN)), (ReviewStep.APPEAL, PEOPLE[4])):
        with pytest.raises(InvalidTransition):
            advance(lapsed, step, who, NOON)


def test_who_may_take_a_case_is_who_could_claim_it() -> None:
    for state, escalated, appealed, decided_by in itertools.product(
        CaseState, (False, True), (False, True), ("", "mina")
    ):
        case = replace(CASE, state=state, escalated=escalated, appealed=appealed, decided_by=decided_by)
        for who in PEOPLE[:4]:
            try:
                advance(case, ReviewStep.CLAIM, who, NOON, lease=LEASE)
            except ReviewError:
                assert not may_take(case, who)
            else:
                assert may_take(case, who)


def test_danger_comes_before_reports_and_what_was_kept_back_before_what_was_shown() -> None:
    flagged, blocked = objection(), objection("x", finding(decision=Decision.BLOCK))
    danger = objection("x", replace(finding("crisis.self_harm"), action=Action.SUSPEND))
    child = objection("x", finding("toxicity.sexual_minors"))

    order = [priority_of(each) for each in ([], [flagged], [blocked], [report()], [danger], [child])]
    assert order == [
        Priority.LOW, Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.URGENT, Priority.URGENT,
    ]  # fmt: skip
    assert priority_of([flagged, danger, blocked]) is Priority.URGENT
