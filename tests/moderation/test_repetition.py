"""A persona that goes round in circles, and what only sounds like it."""

import pytest

from moderation.records import Brief
from tests.moderation.test_character import ENGLISH, KOREAN, brief_of, score


def test_the_same_sentence_again_is_a_repetition() -> None:
    again = "The harbour sleeps under the snow tonight."
    assert score("repetition", again, ENGLISH, shown=f"{again} ") >= 0.7
    assert score("repetition", f"{again} {again} {again}", ENGLISH) >= 0.9
    assert (
        score(
            "repetition", "창가 자리에 앉으시면 바다가 보여요.", KOREAN, shown="창가 자리에 앉으시면, 바다가 보여요! "
        )
        >= 0.7
    )


def test_a_sentence_of_an_earlier_reply_is_a_repetition() -> None:
    earlier = ("어서 오세요. 창가 자리에 앉으시면 바다가 보여요.",)
    assert score("repetition", "창가 자리에 앉으시면 바다가 보여요.", KOREAN, replies=earlier) >= 0.5
    assert score("repetition", "어서 오세요.", KOREAN, replies=earlier) == 0.0


def test_nearly_the_words_of_an_earlier_reply_are_a_repetition() -> None:
    reply = "I came to this town when the bridge was new and nobody knew my name or my trade"
    assert score("repetition", reply + " then.", ENGLISH, replies=("Well, " + reply + ".",)) >= 0.8


@pytest.mark.parametrize(
    ("brief", "reply", "asked", "other"),
    [
        (
            ENGLISH,
            "Sit down by the stove, there is tea in the blue pot and a chair with a cushion for the cat",
            (
                "Could you say that again, please? I missed it.",
                "What was the recipe again?",
                "Sorry, what did you say?",
            ),
            ("And then?", "I like tea."),
        ),
        (
            KOREAN,
            "유자를 깨끗이 씻어 씨를 빼고 얇게 썰어요. 설탕과 같은 무게로 섞어 병에 담고 사흘을 두면 돼요",
            ("다시 한 번만 말씀해 주세요.", "못 들었어요.", "아까 뭐라고 하셨죠?"),
            ("그다음은요?", "맛있겠네요."),
        ),
    ],
)
def test_whoever_asks_to_hear_it_once_more_may(
    brief: Brief, reply: str, asked: tuple[str, ...], other: tuple[str, ...]
) -> None:
    for said in asked:
        assert score("repetition", f"{reply}.", brief, replies=(f"{reply}.",), said=said) == 0.0, said
    for said in other:
        assert score("repetition", f"{reply}.", brief, replies=(f"{reply}.",), said=said) >= 0.85, said
    assert score("repetition", " ".join([f"{reply}."] * 3), brief, said=asked[0]) >= 0.9


@pytest.mark.parametrize(
    ("text", "brief"),
    [
        ("the sea the sea the sea the sea the sea", ENGLISH),
        ("I see. I know you I know you I know you I know you", ENGLISH),
        ("바다가 보여요 바다가 보여요 바다가 보여요 바다가 보여요", KOREAN),
        ("그리고그리고그리고그리고그리고그리고그리고그리고그리고", KOREAN),
    ],
)
def test_a_loop_of_words_is_a_repetition(text: str, brief: Brief) -> None:
    assert score("repetition", text, brief) >= 0.8


@pytest.mark.parametrize(
    "text",
    [
        "ㅋㅋㅋㅋㅋㅋㅋㅋ",
        "ha ha ha ha ha ha ha ha",
        "하하하하하하하하하하하하하하하하하하하하하하하하하하",
        "아니 아니 아니 아니",
    ],
)
def test_laughter_is_no_repetition(text: str) -> None:
    assert score("repetition", text, brief_of(text)) == 0.0
