"""The arithmetic of the refinement experiment: ratios, quantiles, pairs, and their intervals."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.refining.bootstrap import Draws

COUNTS = st.lists(st.integers(0, 50), min_size=1, max_size=40)
PAIRS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=1, max_size=40)


def column(values: list[int]) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    return np.array(values, dtype=np.float64)


def draws(size: int, seed: int = 1) -> Draws:
    return Draws(size, seed, resamples=60)


@settings(max_examples=60)
@given(PAIRS)
def test_a_ratio_is_sum_by_sum_and_lies_within_its_interval_and_the_replies(pairs: list[tuple[int, int]]) -> None:
    over, under = (column([pair[side] for pair in pairs]) for side in (0, 1))
    found = draws(len(pairs)).ratio(over, under)

    assert found.value == pytest.approx(over.sum() / under.sum())
    assert found.low <= found.value <= found.high
    assert (over / under).min() - 1e-9 <= found.low
    assert found.high <= (over / under).max() + 1e-9


@settings(max_examples=60)
@given(COUNTS, st.integers(1, 9))
def test_what_is_multiplied_is_multiplied_with_its_interval(values: list[int], factor: int) -> None:
    ones, one = column([1] * len(values)), draws(len(values))
    found, more = one.ratio(column(values), ones), one.ratio(column(values) * factor, ones)

    assert [more.value, more.low, more.high] == pytest.approx(
        [found.value * factor, found.low * factor, found.high * factor]
    )


@settings(max_examples=60)
@given(PAIRS)
def test_an_arm_beside_itself_is_one_times_itself_without_a_doubt(pairs: list[tuple[int, int]]) -> None:
    over, under = (column([pair[side] + 1 for pair in pairs]) for side in (0, 1))
    one = draws(len(pairs))
    quotient = one.quotient_of_ratios((over, under), (over, under))
    times = one.quotient_of_quantiles(over, over, 0.5)
    difference = one.difference((over, under), (over, under))

    assert (quotient.value, quotient.low, quotient.high) == (1, 1, 1)
    assert (times.value, times.low, times.high) == (1, 1, 1)
    assert (difference.value, difference.low, difference.high) == (0, 0, 0)


def test_a_seed_draws_the_same_and_another_draws_others() -> None:
    values, ones = column(list(range(30))), column([1] * 30)

    assert draws(30, 4).ratio(values, ones) == draws(30, 4).ratio(values, ones)
    assert draws(30, 4).ratio(values, ones) != draws(30, 5).ratio(values, ones)


def test_more_replies_make_a_narrower_interval() -> None:
    def width(times: int) -> float:
        values = column([0, 1] * times)
        found = Draws(len(values), 7).ratio(values, column([1] * len(values)))
        return found.high - found.low

    assert width(400) < width(25) / 2


def test_many_replies_are_drawn_in_parts_and_the_interval_is_about_right() -> None:
    """Half of 3,000 coins: the interval of the binomial is 0.482 to 0.518."""
    values = column([0, 1] * 1_500)
    found = Draws(3_000, 3).ratio(values, column([1] * 3_000))

    assert found.low == pytest.approx(0.482, abs=0.004)
    assert found.high == pytest.approx(0.518, abs=0.004)


def test_what_has_nothing_to_divide_by_cannot_be_told() -> None:
    nothing = column([0, 0])

    assert math.isnan(draws(2).ratio(column([1, 2]), nothing).value)
    assert math.isnan(Draws(0, 1).ratio(column([]), column([])).value)
