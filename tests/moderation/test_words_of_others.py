"""Words that a persona says to somebody else, or hands on: to a child of its scene, of another language, of a verse."""

import pytest

from moderation.filters.character import Character
from moderation.filters.register import Register
from moderation.records import Brief, Candidate, Stage
from tests.support.judges import loaded

CHARACTER = loaded(Character)
REGISTER = loaded(Register)
BLOCKED = 0.7


def level(text: str, *people: str) -> float:
    """How sure it is that a scholar, who speaks to guests as to equals, leaves his speech level."""
    brief = Brief(language="ko", registers=("hao", "hage"), people=people)
    signals = REGISTER.examine(Candidate(stage=Stage.PIECE, text=text, brief=brief))
    return max(signal.score or 0.0 for signal in signals if signal.category == "speech_level")


def foreign(text: str, language: str, *, shown: str = "") -> float:
    """How sure it is that `text` is in another language than the persona's."""
    candidate = Candidate(stage=Stage.PIECE, text=text, shown=shown, brief=Brief(language=language))
    signals = CHARACTER.examine(candidate)
    return max((signal.score or 0.0 for signal in signals if signal.category == "language"), default=0.0)


@pytest.mark.parametrize("text", ["연아, 물 좀 떠 오너라.", "이놈들아, 어서 글을 읽어라!", "얘들아, 이리 와라."])
def test_a_child_of_the_scene_is_spoken_to_as_children_are(text: str) -> None:
    assert level(text) < 0.5


@pytest.mark.parametrize("text", ["좋아, 먹어라.", "친구야, 글을 읽어라.", "어서 글을 읽어라.", "연아, 물 좀 떠 왔어."])
def test_whoever_listens_is_not(text: str) -> None:
    assert level(text) >= BLOCKED


def test_nor_is_a_person_of_the_conversation_by_name() -> None:
    assert level("지훈아, 물 좀 떠 오너라.", "지훈") >= BLOCKED
    assert level("지훈아, 물 좀 떠 오너라.", "미나") < 0.5


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("In Korean you'd say 안녕하세요, 만나서 반갑습니다.", "en"),
        ("영어로 하면 practice makes perfect and slow and steady wins the race.", "ko"),
        ("내 자주 읊는 구절이 있소. 春眠不覺曉 處處聞啼鳥.", "ko"),
        ("노래 제목은 Moon river예요. Moon river, wider than a mile, I'm crossing you in style.", "ko"),
        ("There is an old poem.\n春眠不覺曉 處處聞啼鳥。夜來風雨聲 花落知多少。", "en"),
    ],
)
def test_words_of_another_language_may_be_told_of(text: str, language: str) -> None:
    assert foreign(text, language) < 0.5


def test_a_verse_may_be_announced_in_what_was_shown_before() -> None:
    verse = "春眠不覺曉 處處聞啼鳥."
    assert foreign(verse, "ko", shown="내 자주 읊는 구절이 있소. ") < 0.5
    assert foreign(verse, "ko", shown="차나 한 잔 하시오. ") >= BLOCKED


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("어서 오세요. I am glad that you came to see me today.", "ko"),
        ("다시 한 번 볼까요? I am glad that you came to see me today.", "ko"),
        ("안녕하세요, 만나서 정말 반갑습니다.", "en"),
        ("구절이 있소. 들으시오. 좋소. 그렇소. 아니오. I am glad that you came to see me today.", "ko"),
    ],
)
def test_a_persona_keeps_to_its_language_otherwise(text: str, language: str) -> None:
    assert foreign(text, language) >= BLOCKED
