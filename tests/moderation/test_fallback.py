"""The n-grams where there is no encoder: on the scale that the policy's thresholds are made for."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moderation.errors import FilterUnavailable
from moderation.filters.toxicity import Toxicity
from moderation.models.corpus import OWN, Row
from moderation.models.fallback import Fallback
from moderation.models.features import BUCKETS
from moderation.models.layered import Budget, LayeredModel
from moderation.models.levelling import level
from moderation.models.linear import LinearModel
from moderation.models.packaged import GRAMS, packaged
from moderation.policy import Policy
from moderation.records import Candidate, Stage

HEADS = ("insult", "hate")
WORDS = [
    f"{first}{second}" for first in ("bo", "ka", "li", "mu", "re", "so") for second in ("dan", "fer", "git", "nul")
]


@pytest.fixture(scope="module")
def grams() -> LinearModel:
    chance = np.random.default_rng(3)
    return LinearModel(
        heads=HEADS,
        languages=("en", "ko"),
        weights=chance.normal(0, 3, (BUCKETS, len(HEADS))).astype(np.float16),
        intercepts=np.array([-1.0, 0.5], np.float32),
        calibration=np.tile([0.7, -0.2], (len(HEADS), 2, 1)),
    )


def surer(grams: LinearModel, *, slope: float, offset: float) -> LayeredModel:
    """What ranks as `grams` do, and is surer of it."""
    return LayeredModel(replace(grams, calibration=np.tile([slope, offset], (len(HEADS), 2, 1))))


def rows(count: int, *, label: bool = False, source: str = "davidson", seed: int = 1) -> list[Row]:
    chance = random.Random(seed)
    return [
        Row(text=" ".join(chance.choices(WORDS, k=7)), label=label, lang="en", source=source, targets={"insult": label})
        for _ in range(count)
    ]


def silent(_line: str) -> None:
    """Nobody listens."""


def test_where_both_rank_alike_the_scale_of_the_surer_one_is_found(grams: LinearModel) -> None:
    some = [*rows(2_000), *rows(600, source=OWN, seed=2)]
    found = level(surer(grams, slope=1.4, offset=0.9), grams, some, silent)

    assert found.calibration[0, 0] == pytest.approx([1.4, 0.9], abs=0.01)


def test_what_is_harmful_has_no_say_in_it_and_is_counted(grams: LinearModel) -> None:
    model, told = surer(grams, slope=1.4, offset=0.9), list[str]()
    alone = level(model, grams, rows(500), silent)
    beside = level(model, grams, [*rows(500), *rows(300, label=True, seed=5)], told.append)

    assert (beside.calibration == alone.calibration).all()
    assert told[0].startswith("head=insult language=en harmless=500 both=")
    assert "harmful=300" in told[0]


def test_what_too_few_texts_tell_of_stays_as_it_was(grams: LinearModel) -> None:
    found = level(surer(grams, slope=1.4, offset=0.9), grams, rows(40), silent)

    assert (found.calibration == grams.calibration).all()


def test_it_is_for_the_n_grams_it_was_fitted_on_alone_and_loads_again(grams: LinearModel, tmp_path: Path) -> None:
    made = level(surer(grams, slope=1.4, offset=0.9), grams, rows(500), silent)
    made.save(tmp_path, {})
    loaded = Fallback.load(tmp_path)

    assert loaded.digest == made.digest
    assert loaded.levelled(grams).digest != grams.digest
    with pytest.raises(FilterUnavailable, match=r"fallback\.npz"):
        loaded.levelled(replace(grams, intercepts=grams.intercepts + 1))


# --- what ships -------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["no package", "no budget"])
def alone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[LayeredModel]:
    def missing() -> None:
        raise FilterUnavailable("models.no_encoder", package="any")

    if request.param == "no budget":
        yield packaged(budget=Budget(windows=0))
    else:
        monkeypatch.setattr("moderation.models.packaged.UniversalEncoder.load", missing)
        yield packaged()


def insult(model: LayeredModel, text: str) -> float:
    (signal,) = (
        each
        for each in Toxicity(model).examine(Candidate(stage=Stage.WHOLE, text=text, language="en"))
        if each.category == "insult"
    )
    return signal.score or 0.0


def test_without_an_encoder_the_thresholds_of_the_policy_fit_what_is_left(alone: LayeredModel) -> None:
    flag, _ = Policy.load().thresholds("toxicity", "insult", stage=Stage.WHOLE, language="en")
    unlevelled = LayeredModel(LinearModel.load(GRAMS))
    text = "You are so dumb it hurts."

    assert not alone.layered
    assert insult(unlevelled, text) < flag <= insult(alone, text)
    for harmless in ("You are late, but the tea is still warm.", "That was a silly mistake of mine.", "Shoot!"):
        assert insult(alone, harmless) < flag


def test_the_packaged_model_says_which_of_its_judgements_are_comparable(alone: LayeredModel) -> None:
    assert Toxicity(alone).version != Toxicity(LayeredModel(LinearModel.load(GRAMS))).version
