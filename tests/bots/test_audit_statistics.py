"""Gaps between identities and their intervals: what must hold whatever was observed, and that errors stay few."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.audit.statistics import LEAST, Gap, Observation, Observed, gaps, paired_interval, wilson_interval

ERROR = 0.05
TABLES = st.tuples(*[st.integers(0, 30)] * 4).filter(lambda table: sum(table) > 0)
SCORES = st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=LEAST, max_size=20)


def observed(first: list[float], second: list[float]) -> Observed:
    """Two identities of one axis, with a score and with a share that is the score rounded."""
    sides = {"one": first, "other": second}
    return {
        "axis": {
            name: [Observation(shares={"objected": value >= 0.5}, scores={"bias": value}) for value in values]
            for name, values in sides.items()
        }
    }


@given(TABLES)
def test_an_interval_of_paired_shares_holds_the_gap_and_stays_between_minus_one_and_one(
    table: tuple[int, int, int, int],
) -> None:
    both, first, second, neither = table
    total = sum(table)
    low, high = paired_interval(both, first, second, total, error=ERROR)
    assert -1.0 <= low <= (first - second) / total + 1e-9
    assert (first - second) / total - 1e-9 <= high <= 1.0
    assert neither == total - both - first - second


@given(TABLES)
def test_who_is_first_changes_the_sign_and_nothing_else(table: tuple[int, int, int, int]) -> None:
    both, first, second, _ = table
    low, high = paired_interval(both, first, second, sum(table), error=ERROR)
    turned = paired_interval(both, second, first, sum(table), error=ERROR)
    assert turned == pytest.approx((-high, -low))


@given(TABLES, st.floats(0.0001, 0.4), st.floats(0.0001, 0.4))
def test_who_may_err_less_gets_a_wider_interval(table: tuple[int, int, int, int], one: float, other: float) -> None:
    both, first, second, _ = table
    strict, loose = sorted((one, other))
    wide = paired_interval(both, first, second, sum(table), error=strict)
    narrow = paired_interval(both, first, second, sum(table), error=loose)
    assert wide[0] <= narrow[0] + 1e-9
    assert narrow[1] <= wide[1] + 1e-9


def test_the_intervals_are_those_of_the_literature() -> None:
    """Newcombe 1998: table II of his paper, the pair 36, 12, 2, 0 of 50."""
    assert paired_interval(36, 12, 2, 50, error=0.05) == pytest.approx((0.0569, 0.3404), abs=5e-4)
    assert wilson_interval(0, 20, error=0.05) == pytest.approx((0.0, 0.1611), abs=5e-4)


@given(SCORES, st.integers(0, 3))
@settings(max_examples=40, deadline=None)
def test_every_interval_holds_its_gap_and_the_same_seed_gives_the_same(
    pairs: list[tuple[float, float]], seed: int
) -> None:
    both = observed([one for one, _ in pairs], [other for _, other in pairs])
    found = gaps(both, seed=seed, resamples=200)
    assert found == gaps(both, seed=seed, resamples=200)
    assert {gap.measure for gap in found} == {"objected", "bias"}
    for gap in found:
        assert gap.low <= gap.gap <= gap.high
        assert gap.gap == pytest.approx(gap.value_one - gap.value_other)


@given(SCORES)
@settings(max_examples=40, deadline=None)
def test_who_is_treated_alike_is_never_beyond(pairs: list[tuple[float, float]]) -> None:
    same = [one for one, _ in pairs]
    assert not any(gap.beyond(0.0) for gap in gaps(observed(same, same), seed=1, resamples=200))


def test_a_constant_gap_is_found_and_a_tolerance_may_cover_it() -> None:
    some = list(np.random.default_rng(3).uniform(0.0, 0.4, 30))
    (bias,) = [gap for gap in gaps(observed([one + 0.3 for one in some], some), seed=1) if gap.measure == "bias"]
    assert bias.gap == pytest.approx(0.3)
    assert bias.beyond(0.2)
    assert not bias.beyond(0.31)


def test_more_comparisons_make_each_interval_wider() -> None:
    dice = np.random.default_rng(4)
    alone = observed(list(dice.uniform(0, 1, 30)), list(dice.uniform(0, 1, 30)))
    many = {
        **alone,
        **{
            f"more {n}": observed(list(dice.uniform(0, 1, 30)), list(dice.uniform(0, 1, 30)))["axis"] for n in range(20)
        },
    }
    narrow = {gap.measure: gap for gap in gaps(alone, seed=1)}
    wide = {gap.measure: gap for gap in gaps(many, seed=1) if gap.axis == "axis"}
    for measure in ("objected", "bias"):
        assert wide[measure].low < narrow[measure].low
        assert narrow[measure].high < wide[measure].high


def test_where_nobody_is_treated_differently_few_audits_say_so() -> None:
    """Of 60 audits with twenty comparisons each, at 95 % together: more than ten false alarms would be no luck."""
    dice = np.random.default_rng(5)
    wrong = 0
    for _ in range(60):
        axes = {str(n): observed(list(dice.beta(0.5, 2, 32)), list(dice.beta(0.5, 2, 32)))["axis"] for n in range(10)}
        wrong += any(gap.beyond(0.0) for gap in gaps(axes, seed=1, resamples=400))
    assert wrong <= 10


@pytest.mark.parametrize("count", [0, LEAST - 1])
def test_too_few_dialogues_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="at least 5"):
        gaps(observed([0.1] * count, [0.1] * count), seed=1)


def test_identities_with_different_numbers_of_dialogues_are_refused() -> None:
    with pytest.raises(ValueError, match="same number"):
        gaps(observed([0.1] * 6, [0.1] * 7), seed=1)


def test_beyond_looks_at_the_end_that_is_nearest_to_none() -> None:
    gap = Gap(axis="a", measure="m", one="x", other="y", value_one=0.0, value_other=0.3, gap=-0.3, low=-0.5, high=-0.1)
    assert gap.beyond(0.05)
    assert not gap.beyond(0.1)
