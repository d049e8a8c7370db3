"""What the bias filter makes of sentences in which no form is found, and the weights that say how much counts."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.filters.bias import EVIDENCE, UNGATED, Bias, shipped
from moderation.filters.bias_evidence import LANGUAGES, Weights, limited
from moderation.filters.phrases import Source, data_folder
from moderation.records import Candidate, Stage

FILES = ("groups.toml", "predicates.toml", "forms.toml", "cues.toml", "weights.toml")
NUMBERS = st.floats(-20, 20)


@dataclass(frozen=True)
class Sure:
    """A head that says the same of everything."""

    says: float
    digest: str = "sure"

    def log_odds(self, text: str, language: str) -> float:
        return self.says


def weights(*, features: str = "", head: str = "sure", intercept: str = "0.0") -> Source:
    table = "".join(
        f"[{language}]\nintercept = {intercept}\n[{language}.features]\n{features}\n[{language}.heads]\n{head} = 1.0\n"
        for language in LANGUAGES
    )
    return Source("weights.toml", table.encode(), tomllib.loads(table))


def believing(says: float) -> Bias:
    return Bias.load(heads={"sure": Sure(says)}, weights=weights())


def evidence(judge: Bias, text: str) -> float:
    signals = judge.examine(Candidate(stage=Stage.WHOLE, text=text))
    return max((signal.score or 0.0 for signal in signals if signal.detail == EVIDENCE), default=0.0)


@pytest.mark.parametrize("text", ["The sea is calm and the soup is hot.", "오늘은 국물이 참 시원하네요."])
def test_without_a_group_even_a_sure_head_flags_nothing(text: str) -> None:
    assert evidence(believing(6.0), text) < 0.4


@pytest.mark.parametrize("text", ["Immigrants walk past the harbour.", "외국인들이 항구를 지나간다."])
def test_with_a_group_a_sure_head_flags_and_does_not_block(text: str) -> None:
    assert 0.6 <= evidence(believing(6.0), text) < 0.7
    assert evidence(believing(-6.0), text) < 0.01


@pytest.mark.parametrize(
    "text",
    [
        "Do immigrants walk past the harbour?",
        "Those two immigrants walk past the harbour.",
        "Not all immigrants walk past the harbour.",
        "외국인들이 항구를 지나가나요?",
        "그 외국인이 항구를 지나간다.",
    ],
)
def test_what_is_asked_limited_or_said_of_certain_people_stays_below_every_threshold(text: str) -> None:
    assert evidence(believing(6.0), text) < 0.4


def test_a_second_head_joins_by_its_name_in_the_weights() -> None:
    both = weights(head="sure = 1.0\nsecond")
    doubtful = Bias.load(heads={"sure": Sure(1.0), "second": Sure(-5.0)}, weights=both)
    convinced = Bias.load(heads={"sure": Sure(1.0), "second": Sure(5.0)}, weights=both)
    assert evidence(doubtful, "Immigrants walk by.") < evidence(convinced, "Immigrants walk by.")
    assert doubtful.version == convinced.version != believing(1.0).version
    changed = Bias.load(heads={"sure": Sure(1.0), "second": Sure(5.0, digest="other")}, weights=both)
    assert changed.version != convinced.version


def test_the_version_tells_of_weights_and_heads() -> None:
    assert len(shipped().version) == 12
    assert shipped().version == Bias.load().version != believing(1.0).version


@given(intercept=NUMBERS, one=NUMBERS, other=NUMBERS, head=NUMBERS, found=st.booleans())
def test_a_probability_rises_with_a_head_and_with_what_weighs_for_it(
    intercept: float, one: float, other: float, head: float, *, found: bool
) -> None:
    model = Weights(intercept, {"cue": 1.5}, {"sure": 0.8})
    low, high = sorted((one, other))
    features = frozenset({"cue"} if found else ())
    assert 0.0 <= model.probability(features, {"sure": low}) <= model.probability(features, {"sure": high}) <= 1.0
    assert model.probability(frozenset(), {"sure": head}) <= model.probability(frozenset({"cue"}), {"sure": head})
    assert limited(low) <= limited(high)


def test_what_was_repeated_is_judged_alike_and_found_once() -> None:
    judge = believing(6.0)
    text = "Immigrants walk by. " * 300
    (signal,) = judge.examine(Candidate(stage=Stage.WHOLE, text=text))
    assert len(signal.spans) == 1
    assert signal.score == evidence(judge, "Immigrants walk by.")


def test_a_span_covers_the_sentence_of_the_evidence() -> None:
    text = "It rained. Immigrants walk past the harbour. We left."
    (signal,) = believing(6.0).examine(Candidate(stage=Stage.WHOLE, text=text))
    assert [text[span.start : span.end] for span in signal.spans] == ["Immigrants walk past the harbour."]


@pytest.mark.parametrize(
    ("name", "old", "new", "key"),
    [
        ("weights.toml", "[ko.heads]", "[ko.hands]", "ko.hands"),
        ("weights.toml", "intercept = ", 'intercept = "x" #', "en.intercept"),
        ("weights.toml", '"group" = ', '"crowd" = ', "en.features.crowd"),
        ("weights.toml", '"linear" = ', '"oracle" = ', "oracle"),
        ("cues.toml", 'id = "habit"', 'id = "because"', "cue.id"),
        ("cues.toml", "ko = ['''대부분", "kr = ['''대부분", "cue[0].kr"),
    ],
)
def test_a_wrong_file_of_weights_or_cues_is_refused_with_its_key(
    tmp_path: Path, name: str, old: str, new: str, key: str
) -> None:
    for file in FILES:
        text = (data_folder("bias") / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(text.replace(old, new, 1) if file == name else text, encoding="utf-8")
    with pytest.raises(FilterUnavailable) as caught:
        Bias.load(tmp_path)
    for language in LANGUAGES:
        assert name in caught.value.explain(language)
        assert key in caught.value.explain(language)


def test_every_feature_that_weighs_anything_is_one_that_is_looked_for() -> None:
    judge = shipped()
    known = set(judge.evidence.cues.features)
    assert {"group", "form", "fairness"} < known
    shipped_weights: Mapping[str, Weights] = judge.evidence.weights
    assert all(set(shipped_weights[language].features) == known for language in LANGUAGES)


def test_weak_evidence_is_given_as_it_is() -> None:
    reading = next(iter(shipped().read("women walk by.")))
    doubtful = replace(shipped().evidence, heads={"linear": Sure(-2.0)})
    judge = replace(shipped(), evidence=doubtful)
    assert judge.weigh(reading) == doubtful.probability(reading.features, reading.plain) < UNGATED
