"""Text to hashed features: what counts as the same text, what does not, and that the buckets never move."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.models.features import BUCKETS, Features, featurise, fold

anything = st.text(st.characters(codec=None), max_size=400)


def similarity(one: str, other: str) -> float:
    """The cosine of two texts' features."""
    first, second = featurise(one), featurise(other)
    _, left, right = np.intersect1d(first.buckets, second.buckets, return_indices=True)
    return float(first.weights[left] @ second.weights[right])


def same(one: Features, other: Features) -> bool:
    return np.array_equal(one.buckets, other.buckets) and np.array_equal(one.weights, other.weights)


@given(anything)
def test_any_text_has_distinct_buckets_in_range_and_unit_length(text: str) -> None:
    features = featurise(text)
    assert features.buckets.dtype == np.int32
    assert features.weights.dtype == np.float32
    assert len(features.buckets) == len(features.weights)
    assert bool(np.all(np.diff(features.buckets) > 0))
    if len(features.buckets):
        assert features.buckets[0] >= 0
        assert features.buckets[-1] < BUCKETS
        assert float(np.linalg.norm(features.weights)) == pytest.approx(1.0, abs=1e-5)


@given(anything)
def test_a_text_has_no_features_only_where_nothing_of_it_is_left(text: str) -> None:
    assert (len(featurise(text).buckets) == 0) is (fold(text) == "")


@pytest.mark.parametrize("text", ["", "   ", "\n\t", '""'])
def test_a_blank_text_has_no_features(text: str) -> None:
    assert len(featurise(text).buckets) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("You FOOL", "you fool"),
        ("ｙｏｕ ｆｏｏｌ", "you fool"),
        ("nooooooo", "noo"),
        ("ㅋㅋㅋㅋㅋㅋ", "ㅋㅋ"),
        ("look at https://example.org/a?b=c now", "look at www.example.com now"),
        ("hi @someone", "hi @other"),
        ("hi [USER]", "hi @other"),
        ("this &amp; that", "this & that"),
        ("  two\n\nwords ", "two words"),
        ("“quoted”", "quoted"),
    ],
)
def test_spellings_that_mean_the_same_have_the_same_features(one: str, other: str) -> None:
    assert same(featurise(one), featurise(other))


def test_lone_surrogates_are_kept_apart() -> None:
    assert not same(featurise("a \ud800"), featurise("a \ud801"))


def test_order_of_words_matters() -> None:
    assert not same(featurise("dog bites man"), featurise("man bites dog"))


def test_korean_spellings_share_letters_where_they_share_no_syllable() -> None:
    assert similarity("갉", "갈") == pytest.approx(similarity("갈", "갉"))
    apart, near = similarity("병신", "나무"), similarity("병신", "병싄")
    assert near > apart + 0.2


def test_a_syllable_and_its_loose_letters_are_near() -> None:
    assert similarity("바보", "ㅂㅏㅂㅗ") > 0.4


def test_latin_text_costs_no_korean_features() -> None:
    assert len(featurise("stone").buckets) < len(featurise("돌멩이들이").buckets)


@pytest.mark.parametrize("word", ["stone, ", "돌멩이, "])
def test_a_text_of_any_length_has_the_features_of_its_grams(word: str) -> None:
    assert featurise(word * 900).buckets.tolist() == featurise(word * 4).buckets.tolist()


def test_a_text_that_was_seen_before_has_the_features_it_had() -> None:
    before = featurise("the sea")
    for number in range(1000):
        featurise(f"{number} stones")
    again, once_more = featurise("the sea"), featurise("THE SEA")

    assert same(before, again)
    assert same(before, once_more)
    with pytest.raises(ValueError, match="read-only"):
        again.weights[0] = 0.0


def test_the_buckets_are_those_that_the_weights_were_trained_for() -> None:
    """Any change here makes every trained model wrong: it needs another `LAYOUT` and a new training run."""
    assert featurise("a").buckets.tolist() == [21190, 61486, 64146, 106367, 180967, 254979]
    assert featurise("가").buckets.tolist() == [
        7710,
        21190,
        24920,
        79599,
        81993,
        110390,
        110407,
        136639,
        194561,
        208832,
        233743,
        253240,
    ]


def test_hash_seeds_of_the_interpreter_do_not_matter() -> None:
    program = "from moderation.models.features import featurise as f; print(f('the sea, 바다').buckets.sum())"
    sums = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert sums == {f"{featurise('the sea, 바다').buckets.sum()}\n"}
