"""The model file: what is refused on loading, and what a score is."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.models.archive import write
from moderation.models.features import BUCKETS, featurise
from moderation.models.linear import LinearModel, logistic
from moderation.models.windows import SCALES, SHARED, judge, judgement_digest, windows
from moderation.records import Span

CALM = "the sea is calm and so is a cup of tea "


def model_for(word: str, *, weight: float = 40.0, slope: float = 1.0) -> LinearModel:
    """A model whose only head looks for what `word` has and calm talk has not."""
    weights = np.zeros((BUCKETS, 1), np.float16)
    weights[np.setdiff1d(featurise(word).buckets, featurise(CALM).buckets)] = weight
    return LinearModel(
        heads=("found",),
        languages=("en", "ko"),
        weights=weights,
        intercepts=np.array([-10.0], np.float32),
        calibration=np.array([[[slope, 0.0], [0.0, 0.0]]], np.float64),
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a saved model named `some`."""
    model_for("kraken").save(tmp_path, "some", {"seed": 3})
    return tmp_path


def test_a_saved_model_comes_back_the_same(folder: Path) -> None:
    model, original = LinearModel.load("some", folder), model_for("kraken")
    assert model.digest == original.digest
    assert model.heads == ("found",)
    assert model.scores("a kraken!", "en") == original.scores("a kraken!", "en")


def test_facts_about_the_training_stand_in_the_manifest(folder: Path) -> None:
    assert json.loads((folder / "some.json").read_text(encoding="utf-8"))["seed"] == 3


def test_the_digest_depends_on_every_part() -> None:
    one = model_for("kraken")
    assert one.digest == model_for("kraken").digest
    assert len({one.digest, model_for("gull").digest, model_for("kraken", slope=2.0).digest}) == 3


def test_a_score_is_a_probability_calibrated_for_the_language() -> None:
    model = model_for("kraken")
    assert model.scores("kraken", "en")["found"] > 0.99
    assert model.scores("tea", "en")["found"] < 0.01
    assert model.scores("kraken", "ko")["found"] == 0.5


def test_a_blank_text_scores_nothing() -> None:
    assert model_for("kraken").scores(" \n", "ko") == {"found": 0.0}


def test_a_language_it_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="not a language of this model: fr"):
        model_for("kraken").scores("kraken", "fr")


def test_weights_that_do_not_fit_the_heads_are_refused() -> None:
    model = model_for("kraken")
    with pytest.raises(ValueError, match="do not fit 2 heads"):
        LinearModel(
            heads=("one", "two"),
            languages=model.languages,
            weights=model.weights,
            intercepts=model.intercepts,
            calibration=model.calibration,
        )


def test_a_missing_file_is_named_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match=r"some\.npz is missing") as refusal:
        LinearModel.load("some", tmp_path)
    assert "이(가) 없어요" in refusal.value.explain("ko")


def test_a_missing_manifest_is_named(folder: Path) -> None:
    (folder / "some.json").unlink()
    with pytest.raises(FilterUnavailable, match=r"some\.json is missing"):
        LinearModel.load("some", folder)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_a_damaged_file_is_refused(folder: Path, content: bytes) -> None:
    (folder / "some.npz").write_bytes(content)
    with pytest.raises(FilterUnavailable, match="cannot be read"):
        LinearModel.load("some", folder)


def test_a_flipped_byte_is_refused(folder: Path) -> None:
    whole = bytearray((folder / "some.npz").read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    (folder / "some.npz").write_bytes(whole)
    with pytest.raises(FilterUnavailable):
        LinearModel.load("some", folder)


def test_pickled_objects_are_not_opened(folder: Path) -> None:
    np.savez(folder / "some.npz", weights=np.array([{"an": "object"}], dtype=object))
    with pytest.raises(FilterUnavailable, match="cannot be read"):
        LinearModel.load("some", folder)


def test_other_weights_than_the_pinned_are_refused(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    model_for("gull").save(elsewhere, "some", {})
    (folder / "some.npz").write_bytes((elsewhere / "some.npz").read_bytes())
    with pytest.raises(FilterUnavailable, match="not the pinned one"):
        LinearModel.load("some", folder)


def test_weights_for_other_features_are_refused(folder: Path) -> None:
    with np.load(folder / "some.npz") as archive:
        arrays = {name: archive[name] for name in archive.files}
    arrays["layout"] = np.array("ngrams-0")
    write(folder, "some", arrays, {})
    with pytest.raises(FilterUnavailable, match="made for the features ngrams-0"):
        LinearModel.load("some", folder)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_the_logistic_keeps_order_and_range(one: float, other: float) -> None:
    low, high = logistic(np.sort(np.array([one, other])))
    assert 0.0 <= low <= high <= 1.0


@given(st.text(max_size=500), st.integers(3, 120))
def test_windows_cover_a_text_in_order_and_overlap(text: str, size: int) -> None:
    spans = list(windows(text, size))
    assert spans[0].start == 0
    assert spans[-1].end == len(text)
    assert all(span.end - span.start <= size for span in spans)
    for one, following in itertools.pairwise(spans):
        assert one.start < following.start
        assert one.end - following.start >= size // SHARED


@given(st.integers(0, 700))
def test_what_is_shorter_than_the_overlap_stands_whole_in_a_window(start: int) -> None:
    size = SCALES["ko"][0].size
    length = size // SHARED
    assert any(span.start <= start and start + length <= span.end for span in windows("x" * 800, size))


def test_the_strongest_window_decides_and_is_the_place() -> None:
    model = model_for("kraken", weight=200.0)
    calm, text = CALM * 40, CALM * 40 + "kraken"
    judged = judge(model, text, "en")
    assert judged.scores["found"] > 0.9
    assert judge(model, calm, "en").scores["found"] < 0.1
    assert judged.places["found"].end == len(text)
    assert judged.places["found"].start >= len(text) - SCALES["en"][0].size


def test_a_discount_lowers_a_score() -> None:
    model = model_for("kraken", weight=4.0)
    assert 0.0 < model.scores("kraken", "en", discount=2.0)["found"] < model.scores("kraken", "en")["found"] < 1.0


def test_a_short_text_is_one_window() -> None:
    model = model_for("kraken")
    judged = judge(model, "a kraken", "en")
    assert judged.scores == model.scores("a kraken", "en")
    assert judged.places == {"found": Span(0, 8)}


def test_the_digest_of_judgements_follows_the_weights() -> None:
    one, other = judgement_digest(model_for("kraken")), judgement_digest(model_for("gull"))
    assert one == judgement_digest(model_for("kraken")) != other
