"""Which buttons a case has: for whom, in which state; and that none of them is refused."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.desk_acts import WIDEST, acts, for_all, refusal, turn
from moderation.cases import Case, CaseState, Rank, Review, Reviewer, ReviewStep, Ruling
from moderation.errors import ReviewError
from moderation.transitions import advance, plan
from tests.support.exchanges import NOON

LEASE = timedelta(minutes=15)
MO = Reviewer(name="mo", rank=Rank.MODERATOR, tool="discord")
SEN = Reviewer(name="sen", rank=Rank.SENIOR, tool="discord")
ANN = Reviewer(name="ann", rank=Rank.MEMBER, tool="discord")
CASE = Case(id="x1", opened=NOON, state=CaseState.QUEUED, exchanges=("x1",))
HELD = replace(CASE, state=CaseState.CLAIMED, holder="mo", until=NOON + LEASE)
CLOSED = replace(CASE, state=CaseState.CLOSED, ruling=Ruling.UPHELD, decided_by="mo")
APPEALED = replace(CLOSED, state=CaseState.APPEALED, appealed=True, appeals=1)
ESCALATED = replace(CASE, state=CaseState.ESCALATED, escalated=True)
OTHER = Reviewer(name="kim", rank=Rank.MODERATOR, tool="discord")


def verbs(rows: Iterable[Iterable[str]]) -> str:
    return " ".join(verb for row in rows for verb in row)


@pytest.mark.parametrize(
    ("case", "by", "shown"),
    [
        (CASE, ANN, ""),
        (CASE, MO, "claim uphold overturn escalate reveal note withdraw next"),
        (HELD, MO, "uphold overturn escalate release renew reveal note withdraw next"),
        (HELD, OTHER, "reveal note withdraw next"),
        (HELD, SEN, "escalate release reveal note withdraw next"),
        (ESCALATED, MO, "reveal note withdraw next"),
        (ESCALATED, SEN, "claim uphold overturn reveal note withdraw next"),
        (CLOSED, MO, "reopen answer note reveal withdraw next"),
        (CLOSED, OTHER, "answer note reveal withdraw next"),
        (CLOSED, SEN, "reopen answer note reveal withdraw next"),
        (APPEALED, MO, "escalate reveal note answer withdraw next"),
        (APPEALED, OTHER, "claim uphold overturn escalate reveal note answer withdraw next"),
        (CLOSED, ANN, ""),
    ],
)
def test_buttons_are_those_of_the_state_and_of_who_sees_them(case: Case, by: Reviewer, shown: str) -> None:
    assert verbs(acts(case, by, NOON)) == shown


def test_a_lease_that_is_over_keeps_nobody_from_a_case() -> None:
    later = NOON + LEASE

    assert verbs(acts(HELD, OTHER, later)).startswith("claim uphold overturn")
    assert verbs(for_all(HELD, later)).startswith("claim uphold overturn")


def test_a_card_that_all_see_has_what_one_of_them_can_do() -> None:
    assert verbs(for_all(CASE, NOON)) == verbs(acts(CASE, MO, NOON))
    assert verbs(for_all(HELD, NOON)) == verbs(acts(HELD, MO, NOON))
    assert verbs(for_all(CLOSED, NOON)) == verbs(acts(CLOSED, MO, NOON))
    assert verbs(for_all(APPEALED, NOON)) == verbs(acts(APPEALED, OTHER, NOON))
    assert verbs(for_all(ESCALATED, NOON)) == verbs(acts(ESCALATED, SEN, NOON))


STEPS = st.lists(st.tuples(st.sampled_from([MO, OTHER, SEN, ANN]), st.sampled_from(ReviewStep)), max_size=12)


def walked(steps: Iterable[tuple[Reviewer, ReviewStep]], at: datetime) -> Case:
    """A case after those of the steps that were possible."""
    case = CASE
    for by, what in steps:
        try:
            after = case
            for step in plan(case, what, by, at):
                after = advance(after, step, by, at, lease=LEASE)
            case = after
        except ReviewError:
            continue
    return case


@given(steps=STEPS, by=st.sampled_from([MO, OTHER, SEN, ANN]))
def test_no_button_is_there_whose_press_would_be_refused_and_all_have_room(
    steps: list[tuple[Reviewer, ReviewStep]], by: Reviewer
) -> None:
    case = walked(steps, NOON)
    rows = acts(case, by, NOON)

    assert all(0 < len(row) <= WIDEST for row in rows)
    assert len(rows) <= 3
    for verb in verbs(rows).split():
        assert verb == "next" or refusal(case, ReviewStep(verb), by, NOON) is None
    if by is ANN:
        assert rows == ()


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("held", "claim approve edit reject escalate reveal note next"),
        ("withheld", "claim uphold overturn edit escalate reveal note withdraw next"),
    ],
)
def test_what_was_kept_back_can_be_let_through_refused_or_worded_otherwise(kept: str, shown: str) -> None:
    assert verbs(acts(CASE, MO, NOON, kept)) == shown
    assert all(len(row) <= WIDEST for row in acts(HELD, MO, NOON, kept))
    assert verbs(acts(HELD, OTHER, NOON, kept)) == verbs(acts(HELD, OTHER, NOON, kept)).replace("edit", "")
    assert verbs(acts(CASE, ANN, NOON, kept)) == ""


def test_a_turn_counts_what_changed_the_case_and_not_what_was_said_beside_it() -> None:
    def step(what: ReviewStep) -> Review:
        return Review(at=NOON, actor="mo", tool="t", step=what, before=CaseState.QUEUED, after=CaseState.QUEUED)

    case = replace(CASE, reviews=(step(ReviewStep.QUEUE), step(ReviewStep.NOTE), step(ReviewStep.REVEAL)))
    assert turn(case) == 1
    assert turn(replace(case, reviews=(*case.reviews, step(ReviewStep.CLAIM)))) == 2
