"""What decisions come to: how often people agreed with the guard, and how long it took."""

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from moderation.cases import CaseState, Priority, ReviewStep, Ruling
from moderation.figures import Decided, Waiting, by_category, by_moderator, by_persona, by_rule, decision, overdue
from tests.support.exchanges import NOON

MINUTE = timedelta(minutes=1)

DECIDED = st.builds(
    Decided,
    case=st.sampled_from(["a1", "a2", "a3"]),
    at=st.just(NOON),
    by=st.sampled_from(["mina", "joon"]),
    ruling=st.sampled_from(Ruling),
    stands=st.booleans(),
    changed=st.booleans(),
    handling=st.none() | st.integers(1, 100).map(lambda count: count * MINUTE),
    persona=st.sampled_from(["maren", "halmi"]),
    rules=st.sets(st.sampled_from(["lexicon.slur", "toxicity.slur", "guard.late"]), min_size=1).map(tuple),
)


def made(
    ruling: Ruling, *claims: timedelta, standing: Ruling | None = None, since: Sequence[ReviewStep] = ()
) -> Decided:
    """A decision at noon, the case having been claimed so long before."""
    return decision(
        case="a1",
        at=NOON,
        by="mina",
        ruling=ruling,
        standing=standing,
        claims=[NOON - claim for claim in claims],
        since=since,
        persona="maren",
        rules=["lexicon.slur", "lexicon.slur", "bias.claim"],
    )


@given(st.lists(DECIDED))
def test_every_decision_is_somebodys_and_every_one_that_stands_a_personas(decisions: list[Decided]) -> None:
    people, personas = by_moderator(decisions), by_persona(decisions)

    assert sum(each.decided for each in people) == len(decisions)
    assert sum(each.changed for each in people) == sum(each.changed for each in decisions)
    assert sum(each.decided for each in personas) == sum(each.stands for each in decisions)
    for each in (*people, *personas, *by_rule(decisions), *by_category(decisions)):
        assert each.decided == each.upheld + each.overturned > 0
        assert 0 <= each.precision.low <= each.precision.value <= each.precision.high <= 1


@given(st.lists(DECIDED))
def test_a_category_has_as_many_cases_as_any_of_its_rules_and_no_more_than_all(decisions: list[Decided]) -> None:
    rules = {each.name: each.decided for each in by_rule(decisions)}

    for category in by_category(decisions):
        own = [count for rule, count in rules.items() if rule.endswith(f".{category.name}")]
        assert max(own) <= category.decided <= sum(own)


def test_the_one_with_most_decisions_comes_first_and_its_time_is_the_median() -> None:
    upheld = made(Ruling.UPHELD, 3 * MINUTE, standing=Ruling.UPHELD)
    others = [replace(upheld, handling=time * MINUTE, persona="halmi") for time in (1, 100, 5)]
    unknown = replace(upheld, handling=None, persona="halmi", ruling=Ruling.OVERTURNED)

    first, second = by_persona([upheld, *others, unknown])

    assert (first.name, first.decided, first.upheld, first.handling) == ("halmi", 4, 3, 5 * MINUTE)
    assert (second.name, second.handling) == ("maren", 3 * MINUTE)
    assert first.precision.value == 0.75
    assert first.precision.low < 0.4


def test_a_decision_stands_while_its_case_is_ruled_so_and_takes_the_time_since_the_last_claim() -> None:
    assert made(Ruling.UPHELD, standing=Ruling.UPHELD).stands
    assert not made(Ruling.UPHELD, standing=Ruling.OVERTURNED).stands
    assert not made(Ruling.UPHELD).stands
    assert made(Ruling.UPHELD, 9 * MINUTE, 2 * MINUTE).handling == 2 * MINUTE
    assert made(Ruling.UPHELD).handling is made(Ruling.UPHELD, timedelta(0)).handling is None
    assert made(Ruling.UPHELD).rules == ("bias.claim", "lexicon.slur")


def test_a_decision_is_changed_by_what_takes_it_back_or_says_otherwise_and_by_no_confirmation() -> None:
    def changed(ruling: Ruling, *since: ReviewStep) -> bool:
        return made(ruling, since=since).changed

    confirmed = (ReviewStep.CLOSE, ReviewStep.APPEAL, ReviewStep.CLAIM, ReviewStep.UPHOLD)
    assert not changed(Ruling.UPHELD, *confirmed)
    assert not changed(Ruling.UPHELD, ReviewStep.EDIT)
    assert changed(Ruling.OVERTURNED, *confirmed)
    assert changed(Ruling.UPHELD, ReviewStep.OVERTURN, ReviewStep.UPHOLD)
    assert changed(Ruling.UPHELD, ReviewStep.REOPEN, ReviewStep.UPHOLD)


def test_what_only_a_member_reported_or_chance_drew_is_told_by_rule_alone() -> None:
    upheld = made(Ruling.UPHELD, standing=Ruling.UPHELD)
    dismissed = replace(made(Ruling.OVERTURNED, standing=Ruling.OVERTURNED), rules=("report.wrong",))
    drawn = replace(dismissed, rules=("sample.allowed",))
    both = replace(dismissed, rules=("lexicon.slur", "report.slur"))

    told = [upheld, dismissed, drawn, both]

    (persona,) = by_persona(told)
    assert (persona.upheld, persona.overturned) == (1, 1)
    assert [(each.name, each.decided) for each in by_category(told)] == [("slur", 2), ("claim", 1)]
    assert [each.name for each in by_rule(told)] == [
        "lexicon.slur", "bias.claim", "report.slur", "report.wrong", "sample.allowed",
    ]  # fmt: skip


def test_nothing_comes_to_nothing() -> None:
    assert by_rule([]) == by_moderator([]) == ()
    (moderator,) = by_moderator([made(Ruling.UPHELD, since=[ReviewStep.REOPEN])])
    assert (moderator.changed, moderator.reversal.value, moderator.handling) == (1, 1.0, None)
    assert not math.isnan(moderator.precision.low)


def test_the_oldest_of_what_is_late_is_told_and_not_what_is_only_old() -> None:
    def row(priority: Priority, days: int, late: int) -> Waiting:
        oldest = NOON - timedelta(days=days)
        return Waiting(state=CaseState.QUEUED, priority=priority, count=3, late=late, oldest=oldest)

    old, late = row(Priority.LOW, 6, 0), row(Priority.HIGH, 2, 2)

    assert overdue([old, late, row(Priority.NORMAL, 4, 1)]) == (3, NOON - timedelta(days=4))
    assert overdue([old]) == overdue([]) == (0, None)
