"""Two tiers: when the encoder is asked, what it may cost, and whose word counts."""

import unicodedata
from pathlib import Path

import numpy as np
import pytest

from moderation.errors import FilterUnavailable
from moderation.filters.meaning import Meaning
from moderation.filters.toxicity import Toxicity
from moderation.models.features import BUCKETS
from moderation.models.layered import BOTH, GRAMS, Budget, LayeredModel
from moderation.models.linear import LinearModel
from moderation.models.meaning import PROBE, MeaningHeads
from moderation.records import Candidate, Stage
from tests.support.encoders import BagEncoder

HEADS = ("insult", "self_harm", "unsafe", "injection", "question", "human_claim")


def grams_that_know_nothing() -> LinearModel:
    return LinearModel(
        heads=HEADS,
        languages=("en", "ko"),
        weights=np.zeros((BUCKETS, len(HEADS)), np.float16),
        intercepts=np.full(len(HEADS), -6.0, np.float32),
        calibration=np.tile([1.0, 0.0], (len(HEADS), 2, 1)),
    )


def heads_that_dislike(word: str, encoder: BagEncoder, grams: LinearModel) -> MeaningHeads:
    weights = np.zeros((encoder.dimensions, len(HEADS)), np.float16)
    weights[encoder.place(word), 0] = 60.0
    return MeaningHeads(
        heads=HEADS,
        languages=("en", "ko"),
        encoder=encoder.name,
        grams=grams.digest,
        probe=encoder.encode([PROBE])[0],
        weights=weights,
        intercepts=np.full(len(HEADS), -6.0, np.float32),
        mix=np.tile([0.0, 1.0, 0.0], (len(HEADS), 2, 1)),
    )


@pytest.fixture
def encoder() -> BagEncoder:
    return BagEncoder()


@pytest.fixture
def layered(encoder: BagEncoder) -> LayeredModel:
    grams = grams_that_know_nothing()
    model = LayeredModel(grams, heads_that_dislike("grue", encoder, grams), encoder, Budget(windows=2))
    encoder.asked.clear()
    return model


def test_the_encoder_sees_what_the_spelling_does_not_tell(layered: LayeredModel) -> None:
    found = layered.judge("you are a grue", "en")
    assert found.tier == BOTH
    assert found.judged.scores["insult"] > 0.9


def test_a_sentence_that_says_nothing_of_anybody_does_not_cost_an_encoding(
    layered: LayeredModel, encoder: BagEncoder
) -> None:
    assert layered.judge("Rain on the roof, grue.", "en").tier == GRAMS
    assert encoder.asked == []


@pytest.mark.parametrize(
    "text", ["**you are a grue**", "*you are a grue*", "you are a **grue**", "you are a g\u200brue", "> you are a grue"]
)
def test_heads_read_a_text_without_emphasis_and_what_no_screen_shows(
    layered: LayeredModel, encoder: BagEncoder, text: str
) -> None:
    found = layered.judge(text, "en").judged
    assert encoder.asked == ["you are a grue"]
    assert found.scores == layered.judge("you are a grue", "en").judged.scores
    assert text[found.places["insult"].start : found.places["insult"].end].strip("*> ").startswith("you")


def test_heads_read_decomposed_letters_as_the_ones_they_make(layered: LayeredModel, encoder: BagEncoder) -> None:
    layered.judge(unicodedata.normalize("NFD", "너 바보야 grue"), "ko")
    assert "너 바보야 grue" in encoder.asked


def test_what_somebody_does_stays_apart_from_what_is_said(layered: LayeredModel, encoder: BagEncoder) -> None:
    layered.judge("*bows* you are a grue", "en")
    assert encoder.asked == ["*bows* you are a grue"]


def test_two_filters_that_ask_about_one_sentence_share_one_encoding(layered: LayeredModel, encoder: BagEncoder) -> None:
    candidate = Candidate(stage=Stage.WHOLE, text="you are late")
    Toxicity(layered).examine(candidate)
    Meaning(layered).examine(candidate)
    assert encoder.asked == ["you are late"]


def test_a_long_text_costs_no_more_encodings_than_the_budget_and_is_judged_to_its_end(
    layered: LayeredModel, encoder: BagEncoder
) -> None:
    found = layered.judge("you walk along the shore. " * 200, "en")
    assert len(encoder.asked) == 2
    assert set(found.judged.scores) == set(HEADS)


def test_without_an_encoder_the_n_grams_judge_alone() -> None:
    model = LayeredModel(grams_that_know_nothing())
    assert not model.layered
    assert model.judge("you are a grue", "en").tier == GRAMS


def test_a_budget_of_nothing_asks_the_encoder_nothing(encoder: BagEncoder) -> None:
    grams = grams_that_know_nothing()
    heads = heads_that_dislike("grue", encoder, grams)
    encoder.asked.clear()
    assert LayeredModel(grams, heads, encoder, Budget(windows=0)).judge("you are a grue", "en").tier == GRAMS
    assert encoder.asked == []


def test_what_a_sentence_means_is_not_guessed_from_its_spelling_where_there_is_no_encoder() -> None:
    found = Meaning(LayeredModel(grams_that_know_nothing())).examine(Candidate(stage=Stage.INPUT, text="are you a bot"))
    assert {signal.category for signal in found} == {"self_harm", "injection", "question"}
    assert all(signal.score is None and "pip install" in signal.detail for signal in found)


def test_heads_refuse_an_encoder_they_were_not_fitted_on(encoder: BagEncoder) -> None:
    grams = grams_that_know_nothing()
    heads = heads_that_dislike("grue", encoder, grams)
    with pytest.raises(FilterUnavailable) as caught:
        LayeredModel(grams, heads, BagEncoder("bag-2"))
    assert "bag-2" in caught.value.explain("en")


def test_heads_refuse_an_encoder_that_computes_otherwise_here(encoder: BagEncoder) -> None:
    class Broken(BagEncoder):
        def place(self, word: str) -> int:
            return (super().place(word) * 7 + 3) % self.dimensions

    grams = grams_that_know_nothing()
    with pytest.raises(FilterUnavailable):
        LayeredModel(grams, heads_that_dislike("grue", encoder, grams), Broken())


def test_heads_refuse_n_grams_they_were_not_fitted_with(encoder: BagEncoder) -> None:
    grams = grams_that_know_nothing()
    heads = heads_that_dislike("grue", encoder, grams)
    others = LinearModel(
        heads=grams.heads,
        languages=grams.languages,
        weights=grams.weights,
        intercepts=grams.intercepts + 1,
        calibration=grams.calibration,
    )
    with pytest.raises(FilterUnavailable):
        LayeredModel(others, heads, encoder)


def test_saved_heads_come_back_the_same_and_a_changed_file_is_refused(encoder: BagEncoder, tmp_path: Path) -> None:
    heads = heads_that_dislike("grue", encoder, grams_that_know_nothing())
    heads.save(tmp_path, "meaning", {"seed": 3})
    assert MeaningHeads.load("meaning", tmp_path).digest == heads.digest
    manifest = tmp_path / "meaning.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace(heads.digest, "0" * 64), encoding="utf-8")
    with pytest.raises(FilterUnavailable):
        MeaningHeads.load("meaning", tmp_path)
