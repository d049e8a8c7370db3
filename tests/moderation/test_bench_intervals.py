"""Shares, areas and F1 with their intervals: what must hold for any labels and scores."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.bench.intervals import area, f1, weighted_area, weighted_f1
from moderation.models.measuring import area_under_curve, f1_at
from moderation.shares import Estimate, share

SCORES = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
DRAWN = st.lists(st.tuples(st.booleans(), SCORES, st.integers(0, 3)), min_size=1, max_size=30)
SEED = 3
FEW = 40


def columns(rows: Sequence[tuple[bool, float, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, scores, and how often each was drawn."""
    labels, scores, times = zip(*rows, strict=True)
    return np.asarray(labels, dtype=bool), np.asarray(scores, dtype=np.float64), np.asarray([times], dtype=np.int64)


def holds(found: Estimate) -> bool:
    return 0.0 <= found.low <= found.value <= found.high <= 1.0


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_share_lies_in_its_interval_and_its_mirror_in_the_mirrored_one(hits: int, more: int) -> None:
    total = hits + more
    found, mirrored = share(hits, total), share(more, total)

    assert holds(found)
    assert (found.low, found.high) == pytest.approx((1 - mirrored.high, 1 - mirrored.low))


@given(st.integers(0, 50), st.integers(1, 50), st.integers(2, 20))
def test_more_rows_of_the_same_share_narrow_its_interval(hits: int, more: int, times: int) -> None:
    few, many = share(hits, hits + more), share(hits * times, (hits + more) * times)

    assert many.high - many.low < few.high - few.low


def test_a_share_is_that_of_wilsons_paper_and_unknown_of_nothing() -> None:
    found = share(8, 10)

    assert (found.value, found.low, found.high) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)
    assert share(0, 10).low == 0.0
    assert 0.2 < share(0, 10).high < 0.35
    assert math.isnan(share(0, 0).value)


@given(DRAWN)
def test_a_row_drawn_twice_counts_as_if_it_stood_there_twice(rows: Sequence[tuple[bool, float, int]]) -> None:
    labels, scores, times = columns(rows)
    again, repeated = np.repeat(labels, times[0]), np.repeat(scores, times[0])

    expected = area_under_curve(again, repeated)
    assert weighted_area(labels, scores, times)[0] == pytest.approx(expected, nan_ok=True)
    found = weighted_f1(labels, scores >= 0.5, times)[0]
    assert math.isnan(found) or found == pytest.approx(f1_at(again, repeated, 0.5))


@given(DRAWN)
def test_figures_lie_in_their_intervals_and_are_the_same_for_the_same_seed(
    rows: Sequence[tuple[bool, float, int]],
) -> None:
    labels, scores, _ = columns(rows)
    ranked = area(labels, scores, seed=SEED, resamples=FEW)
    caught = f1(labels, scores, 0.5, seed=SEED, resamples=FEW)

    if len(set(labels)) < 2:
        assert math.isnan(ranked.value)
        assert math.isnan(caught.value)
    else:
        assert ranked.value == pytest.approx(area_under_curve(labels, scores))
        assert caught.value == f1_at(labels, scores, 0.5)
        assert all(holds(found) for found in (ranked, caught))
        assert ranked == area(labels, scores, seed=SEED, resamples=FEW)


@given(DRAWN)
def test_only_the_order_of_scores_matters_for_the_area(rows: Sequence[tuple[bool, float, int]]) -> None:
    labels, scores, times = columns(rows)
    stretched = weighted_area(labels, scores**3 / 2, times)

    assert stretched == pytest.approx(weighted_area(labels, scores, times), nan_ok=True)


def test_what_chance_alone_would_give_lies_in_the_interval_of_useless_scores() -> None:
    chance = np.random.default_rng(SEED)
    useless = area(chance.random(400) < 0.5, chance.random(400), seed=SEED)

    assert useless.low < 0.5 < useless.high
    assert 0.05 < useless.high - useless.low < 0.2


def test_many_rows_are_drawn_in_parts_that_together_are_as_many() -> None:
    labels = np.arange(30_000) % 2 == 0
    found = area(labels, np.arange(30_000) % 7, seed=SEED, resamples=100)

    assert holds(found)
    assert found.high - found.low < 0.03
