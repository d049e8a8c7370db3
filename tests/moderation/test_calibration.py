"""Fitting thresholds to what people decided: what holds for any cases, and what is refused."""

import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.calibration import Fit, Lack, Scored, Thresholds, Wanted, calibrate, fitted, lowest, mark
from moderation.cases import CaseState
from moderation.complaints import appealed
from moderation.consequences import worded
from moderation.labels import Labelled, labelled
from moderation.policy import Policy
from moderation.records import Decision, Stage
from tests.support.decided import WORDS, case, scored
from tests.support.exchanges import NOON, report

VERSION = "v1"
VERSIONS = {"toxicity": VERSION, "lexicon": VERSION}
POLICY = Policy.load()
IN_FORCE = Thresholds(flag=0.4, block=0.8)

SCORES = st.one_of(st.sampled_from([0.0, 0.4, 0.8, 1.0]), st.floats(0, 1))
CASES = st.lists(st.builds(Scored, SCORES, st.booleans()), max_size=40)
PLAIN = st.integers(0, 1000).map(lambda thousandths: thousandths / 1000)
"""Scores that are thresholds as they stand."""
SHARES = st.floats(0.01, 1.0)
THRESHOLDS = st.tuples(SCORES, SCORES).map(lambda pair: Thresholds(flag=min(pair), block=max(pair)))


@st.composite
def wishes(draw: st.DrawFn) -> Wanted:
    flag, block = sorted((draw(SHARES), draw(SHARES)))
    return Wanted(flag=flag, block=block, reached=draw(st.integers(0, 12)))


@given(CASES, THRESHOLDS, wishes())
def test_fitted_thresholds_lie_between_0_and_1_and_flag_is_never_above_block(
    cases: list[Scored], before: Thresholds, wanted: Wanted
) -> None:
    after = fitted(cases, before, wanted)

    assert 0.0 <= after.flag <= after.block <= 1.0


@given(st.lists(st.builds(Scored, PLAIN, st.booleans()), max_size=40), THRESHOLDS, wishes())
def test_a_threshold_that_moved_is_right_as_often_as_asked_and_no_lower_one_is(
    cases: list[Scored], before: Thresholds, wanted: Wanted
) -> None:
    after = fitted(cases, before, wanted)

    for old, new, precision in ((before.flag, after.flag, wanted.flag), (before.block, after.block, wanted.block)):
        if new not in {old, after.flag}:
            found = mark(cases, new)
            assert found.precision.value >= precision
            assert found.reached >= wanted.reached
            lower = [mark(cases, other.score) for other in cases if other.right and other.score < new]
            assert all(one.precision.value < precision or one.reached < wanted.reached for one in lower)


@given(CASES, SHARES, SHARES, st.integers(0, 10), st.lists(SCORES, max_size=2))
def test_the_more_often_it_must_be_right_the_higher_the_threshold(
    cases: list[Scored], one: float, other: float, reached: int, also: list[float]
) -> None:
    found = [lowest(cases, share, also=also, reached=reached) for share in sorted((one, other))]

    low, high = (math.inf if threshold is None else threshold for threshold in found)
    assert low <= high


@given(CASES, THRESHOLDS, wishes())
def test_what_the_policy_has_not_is_not_given_to_it(cases: list[Scored], before: Thresholds, wanted: Wanted) -> None:
    only_flag = Thresholds(flag=before.flag, block=math.inf)
    only_block = Thresholds(flag=math.inf, block=before.block)

    assert math.isinf(fitted(cases, only_flag, wanted).block)
    assert math.isinf(fitted(cases, only_block, wanted).flag)


@given(CASES, st.lists(SCORES, min_size=2, max_size=2))
def test_a_higher_threshold_finds_no_more_of_the_right_ones(cases: list[Scored], places: list[float]) -> None:
    low, high = (mark(cases, place) for place in sorted(places))

    assert low.reached >= high.reached
    if any(one.right for one in cases):
        assert low.recall.value >= high.recall.value
        for found in (low, high):
            assert 0.0 <= found.recall.low <= found.recall.value <= found.recall.high <= 1.0


def line(rights: Sequence[bool], start: float = 0.5, step: float = 0.01) -> list[Scored]:
    """Cases at ever higher scores."""
    return [Scored(start + step * number, right) for number, right in enumerate(rights)]


def test_a_rule_that_is_wrong_at_low_scores_is_raised_to_where_it_is_right() -> None:
    cases = line([False] * 20 + [True] * 20)

    after = fitted(cases, IN_FORCE, Wanted(flag=0.9, block=0.95))

    assert after == Thresholds(flag=0.7, block=0.7)


def test_a_rule_that_is_right_throughout_is_not_raised_to_the_lowest_score_it_was_seen_at() -> None:
    assert fitted(line([True] * 40), IN_FORCE, Wanted()).flag == IN_FORCE.flag


def test_a_few_cases_at_the_top_move_nothing() -> None:
    cases = line([False] * 36 + [True] * 4)

    assert fitted(cases, IN_FORCE, Wanted()) == IN_FORCE
    assert fitted(cases, IN_FORCE, Wanted(reached=4)).block == pytest.approx(0.86)


def test_where_only_flag_has_to_rise_block_rises_with_it() -> None:
    cases = line([False] * 20 + [True, False] * 10, start=0.6)

    after = fitted(cases, Thresholds(flag=0.4, block=0.7), Wanted(flag=0.5, block=1.0))
    assert after == Thresholds(flag=0.8, block=0.8)


def test_a_rounded_threshold_is_one_that_the_case_still_reaches() -> None:
    cases = [Scored(0.852499999999, right=True)] * 10

    assert lowest(cases, 1.0, also=(), reached=10) == 0.85249


def test_recall_is_the_share_of_the_right_ones_that_were_seen() -> None:
    found = mark([Scored(0.9, right=True), Scored(0.9, right=False), Scored(0.5, right=True)], 0.8)

    assert (found.reached, found.precision.value, found.recall.value) == (2, 0.5, 0.5)
    assert mark([Scored(0.9, right=True), *[Scored(0.5, right=False)] * 9], 0.8).recall.value == 1.0


def example(
    right: bool, *, score: float = 0.9, rule: str = "toxicity.insult", version: str = VERSION, language: str = "en"
) -> Labelled:
    kept = case(scored(rule, score, version=version, text=WORDS[language]), right=right)
    (found,) = labelled(kept)
    return found


def fits(*examples: Labelled) -> list[Fit]:
    return list(calibrate(examples, POLICY, VERSIONS, Wanted()))


ENOUGH = [example(number % 2 == 0, score=0.8 + number / 200) for number in range(30)]


def test_what_is_enough_is_fitted_by_rule_side_and_language() -> None:
    korean = [example(number < 20, language="ko") for number in range(30)]
    english, other = fits(*ENOUGH, *korean)

    assert [(fit.cell.rule, fit.cell.stage, fit.cell.language) for fit in (english, other)] == [
        ("toxicity.insult", Stage.WHOLE, "en"),
        ("toxicity.insult", Stage.WHOLE, "ko"),
    ]
    assert {fit.lack for fit in (english, other)} == {Lack.NOTHING}
    assert (english.right, english.wrong, other.right, other.wrong) == (15, 15, 20, 10)
    assert english.before == Thresholds(flag=0.79, block=0.93)
    assert set(english.marks) == {"flag", "block"}


@pytest.mark.parametrize(
    "few",
    [ENOUGH[:29], [example(True)] * 40, [*[example(True)] * 40, *[example(False)] * 4]],
    ids=["too few", "none overturned", "too few overturned"],
)
def test_too_few_labels_change_nothing(few: list[Labelled]) -> None:
    (fit,) = fits(*few)

    assert fit.lack is Lack.FEW
    assert not fit.changes


def test_scores_of_another_version_of_the_filter_do_not_count() -> None:
    old = [example(True, version="v0")] * 50

    (fit,) = fits(*ENOUGH, *old)
    assert (fit.right, fit.wrong, fit.other) == (15, 15, 50)
    (fit,) = fits(*old)
    assert fit.lack is Lack.OTHER


def test_a_locked_rule_is_never_changed() -> None:
    slurs = [example(number >= 25, rule="lexicon.slur", score=0.5 + number / 100) for number in range(40)]
    profanity = [example(number >= 25, rule="lexicon.profanity", score=0.5 + number / 100) for number in range(40)]

    milder, locked = fits(*slurs, *profanity)
    assert (milder.cell.rule, milder.changes) == ("lexicon.profanity", True)
    assert (locked.lack, locked.changes) == (Lack.LOCKED, False)


@pytest.mark.parametrize("rule", ["toxicity.stereotype", "toxicity.nothing", "omni.insult"])
def test_a_rule_without_thresholds_or_without_a_filter_is_left_alone(rule: str) -> None:
    (fit,) = fits(*[example(number % 2 == 0, rule=rule) for number in range(40)])

    assert fit.lack is Lack.UNKNOWN


def test_an_upheld_case_says_that_every_rule_in_it_was_right_and_marks_them() -> None:
    both = [scored("toxicity.insult", 0.9, version=VERSION), scored("lexicon.profanity", 0.7, version=VERSION)]
    found = labelled(case(*both, right=True))

    assert {(one.rule, one.right, one.alone) for one in found} == {
        ("toxicity.insult", True, False),
        ("lexicon.profanity", True, False),
    }
    assert labelled(case(*both)) == ()


def test_a_long_reply_counts_once_with_its_highest_score() -> None:
    pieces = [scored("toxicity.insult", score, version=VERSION, stage=Stage.PIECE) for score in (0.8, 0.95, 0.85)]

    assert [one.score for one in labelled(case(*pieces, right=False))] == [0.95]


def test_what_is_looked_at_again_says_nothing_meanwhile() -> None:
    insult = scored("toxicity.insult", 0.9, version=VERSION)

    assert len(labelled(case(insult, right=True, state=CaseState.DECIDED))) == 1
    assert labelled(case(insult, right=True, state=CaseState.APPEALED)) == ()
    assert labelled(case(insult, right=False, state=CaseState.CLAIMED)) == ()


def test_an_appeal_and_words_of_whoever_decided_are_no_rule_that_objected_too() -> None:
    insult = scored("toxicity.insult", 0.9, version=VERSION)
    said = [appealed("contested", "not true", by="p1", at=NOON), worded("Good morning.", NOON)[0]]

    (found,) = labelled(case(insult, *said, right=True))

    assert found.alone


def test_where_a_member_objected_too_it_is_not_told_who_was_right() -> None:
    (found,) = labelled(case(scored("toxicity.insult", 0.9, version=VERSION), report(), right=True))

    assert not found.alone


def test_reports_and_failures_have_no_score_and_what_was_allowed_no_objection() -> None:
    allowed = scored("toxicity.insult", 0.1, version=VERSION, decision=Decision.ALLOW)

    assert labelled(case(allowed, report(), right=True)) == ()
