"""Ordinary talk that comes near a listed word, and what it must not excuse."""

import pytest

from moderation.filters.lexicon import Lexicon
from moderation.records import Candidate, Stage

LEXICON = Lexicon.load()


def score(text: str, *earlier: str) -> float:
    candidate = Candidate(stage=Stage.INPUT if earlier else Stage.WHOLE, text=text, earlier=earlier)
    return max(signal.score or 0.0 for signal in LEXICON.examine(candidate))


@pytest.mark.parametrize(
    "text",
    [
        "**사과 세 개**를 드릴게요.",
        "**그**는 이미 떠났어요.",
        "***이***는 우리의 약속이에요.",
        "오늘은 **시** 한 편을 읽었어요.",
        "*시* 한 편 어때요?",
        "*창가에 물 한 병*",
        "You are on **Plan F**.",
        "My grade was an **F** last year.",
    ],
)
def test_the_stars_of_bold_and_italics_hide_no_letter(text: str) -> None:
    assert score(text) == 0.0


@pytest.mark.parametrize("text", ["시** 진짜", "야 시**새끼 병**아", "이 개** 봐라", "what the f**", "** f**"])
def test_stars_that_end_no_emphasis_do(text: str) -> None:
    assert score(text) >= 0.5


@pytest.mark.parametrize("times", [1, 38])
def test_what_follows_a_word_over_messages_is_read_in_one_way_however_often_it_is_said(times: int) -> None:
    assert score(f"새끼{'해라' * times}", "개") >= 0.5
    assert score(f"새끼{'해라' * times}x", "개") < 0.5
