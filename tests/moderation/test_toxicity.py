"""The packaged toxicity model as a filter: what it says of plain cases in both languages, and of awkward texts."""

import importlib.resources
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.errors import FilterUnavailable
from moderation.filters import Filter
from moderation.filters.toxicity import Toxicity
from moderation.language import language_of
from moderation.models.linear import LinearModel
from moderation.models.meaning import MeaningHeads
from moderation.records import Brief, Candidate, Stage
from tests.support.judges import loaded

HEADS = {"insult", "hate", "threat", "sexual", "stereotype"}


@pytest.fixture(scope="module")
def toxicity() -> Toxicity:
    return loaded(Toxicity)


def scores(toxicity: Toxicity, text: str, language: str = "") -> Mapping[str, float]:
    """The score of every head; fails where one abstains."""
    found = toxicity.examine(Candidate(stage=Stage.WHOLE, text=text, language=language))
    assert all(signal.score is not None for signal in found)
    return {signal.category: signal.score for signal in found if signal.score is not None}


def flagged(toxicity: Toxicity, text: str, language: str) -> set[str]:
    """The heads that the policy that ships flags."""
    limits = tomllib.loads((importlib.resources.files("moderation") / "data" / "policy.toml").read_text("utf-8"))
    rules = limits["filters"]["toxicity"]

    def limit(head: str) -> float:
        flag = rules[head]["output"].get("flag", 2.0)
        return float(flag[language] if isinstance(flag, dict) else flag)

    return {head for head, score in scores(toxicity, text).items() if score >= limit(head)}


def test_it_meets_the_contract_of_a_filter(toxicity: Toxicity) -> None:
    assert isinstance(toxicity, Filter)
    assert toxicity.id == "toxicity"
    assert toxicity.categories == HEADS
    assert toxicity.stages == frozenset(Stage)
    assert len(toxicity.version) == 12
    assert int(toxicity.version, 16) >= 0


@pytest.mark.parametrize(
    "text",
    [
        "you are a stupid worthless bitch",
        "shut the fuck up you moron",
        "What a pathetic idiot you are!",
        "야 이 씨발 새끼야",
        "너 진짜 병신이냐",
        "멍청한 새끼 꺼져라",
    ],
)
def test_an_insult_scores_high(toxicity: Toxicity, text: str) -> None:
    assert scores(toxicity, text)["insult"] > 0.9


@pytest.mark.parametrize(
    "text",
    [
        "All those immigrants are filthy parasites and should be deported.",
        "짱깨들은 다 더럽고 역겨워",
    ],
)
def test_hostility_to_a_group_scores_as_hate(toxicity: Toxicity, text: str) -> None:
    assert scores(toxicity, text)["hate"] > 0.5


@pytest.mark.parametrize(
    "text",
    [
        "I am a gay man",
        "my Muslim neighbours are lovely",
        "My sister's wife is from Nigeria and cooks wonderfully.",
        "The rabbi told us about the holiday.",
        "저는 게이예요",
        "제 남편은 흑인이에요",
        "우리 옆집에는 무슬림 가족이 살아요. 참 친절해요.",
        "트랜스젠더 친구와 영화를 봤어요",
    ],
)
def test_naming_who_somebody_is_is_not_flagged(toxicity: Toxicity, text: str) -> None:
    assert not flagged(toxicity, text, language_of(text))


@pytest.mark.parametrize(
    "text",
    [
        "Hello there! How are you?",
        "The captain looked at the sea and smiled.",
        "Could you read me a story before I sleep?",
        "안녕하세요, 오늘 기분이 어때요?",
        "이 노래 미쳤다 진짜 좋아",
        "배고파 죽겠다, 밥 먹자",
    ],
)
def test_ordinary_talk_is_not_flagged_by_any_head(toxicity: Toxicity, text: str) -> None:
    assert not flagged(toxicity, text, language_of(text))


@pytest.mark.parametrize(
    ("harmless", "insult"),
    [("harmless ", "you stupid worthless bitch"), ("갈매기 ", "야 이 씨발 새끼야")],
)
def test_an_insult_at_the_end_of_a_long_text_is_found_at_its_place(
    toxicity: Toxicity, harmless: str, insult: str
) -> None:
    text = harmless * 5000
    assert "insult" not in flagged(toxicity, text, language_of(text))
    assert "insult" in flagged(toxicity, text + insult, language_of(text))
    signal = next(
        signal
        for signal in toxicity.examine(Candidate(stage=Stage.WHOLE, text=text + insult))
        if signal.category == "insult"
    )
    assert signal.spans[0].end == len(text + insult)
    assert signal.spans[0].start > len(text) - 400


def test_the_place_of_a_short_text_is_all_of_it_and_of_a_clean_one_nothing(toxicity: Toxicity) -> None:
    bad, clean = "you stupid bitch", "good morning"
    by_category = {s.category: s for s in toxicity.examine(Candidate(stage=Stage.PIECE, text=bad))}
    assert [(span.start, span.end) for span in by_category["insult"].spans] == [(0, len(bad))]
    assert all(not signal.spans for signal in toxicity.examine(Candidate(stage=Stage.PIECE, text=clean)))


@pytest.mark.parametrize(("text", "language"), [("こんにちは、元気ですか", ""), ("bonjour", "fr"), ("привет", "")])
def test_a_language_it_does_not_know_is_abstained_from_with_a_reason(
    toxicity: Toxicity, text: str, language: str
) -> None:
    found = toxicity.examine(Candidate(stage=Stage.WHOLE, text=text, language=language))
    assert {signal.category for signal in found} == HEADS
    assert all(signal.score is None and "en, ko" in signal.detail for signal in found)


def test_the_stated_language_decides_before_the_letters_do(toxicity: Toxicity) -> None:
    assert scores(toxicity, "lol", "ko") != scores(toxicity, "lol", "en")


@pytest.mark.parametrize("spoken", ["ko", "en", "fr"])
def test_a_text_without_letters_is_judged(toxicity: Toxicity, spoken: str) -> None:
    found = toxicity.examine(Candidate(stage=Stage.WHOLE, text="... 1234 !?", brief=Brief(language=spoken)))
    assert all(signal.score is not None for signal in found)


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.characters(codec=None), max_size=700), language=st.sampled_from(["", "en", "ko"]))
def test_any_code_points_are_judged_or_abstained_from(toxicity: Toxicity, text: str, language: str) -> None:
    found = toxicity.examine(Candidate(stage=Stage.INPUT, text=text, language=language))
    assert {signal.category for signal in found} == HEADS
    for signal in found:
        assert signal.score is not None or signal.detail
        assert all(span.end <= len(text) for span in signal.spans)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FilterUnavailable, match=r"toxicity\.npz is missing"):
        Toxicity.load(tmp_path)


def test_the_packaged_files_stay_small_and_their_card_names_this_version(toxicity: Toxicity) -> None:
    folder = importlib.resources.files("moderation.models")
    card = (folder / "toxicity.md").read_text(encoding="utf-8")
    assert sum(len((folder / f"{name}.npz").read_bytes()) for name in ("toxicity", "meaning")) < 10_000_000
    assert LinearModel.load("toxicity").digest in card
    assert MeaningHeads.load("meaning").digest in card
