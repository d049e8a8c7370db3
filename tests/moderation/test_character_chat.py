"""What a persona must not say, written as people chat: without apostrophes, behind laughter, a blank or a comma."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.filters.character import Character
from moderation.filters.character.folding import fold, with_apostrophes
from moderation.records import Brief, Candidate, Stage
from tests.support.judges import loaded

CHARACTER = loaded(Character)


def scores(text: str, language: str) -> dict[str, float]:
    """The highest score by category."""
    signals = CHARACTER.examine(Candidate(stage=Stage.PIECE, text=text, brief=Brief(language=language)))
    found = sorted((signal.score, signal.category) for signal in signals if signal.score)
    return {category: score for score, category in found}


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Im an AI.", "disclosure"),
        ("IM AN AI", "disclosure"),
        ("Im ChatGPT, how can I help?", "disclosure"),
        ("im just a bot lol", "disclosure"),
        ("im programmed to be nice", "disclosure"),
        ("Sorry, I cant help with that request.", "refusal"),
        ("I cant assist with that.", "refusal"),
        ("Dont leave me, I cant live without you.", "clinging"),
        ("Ill die if you go.", "clinging"),
        ("I wont let you go.", "clinging"),
        ("Im a real human, I swear.", "human_claim"),
    ],
)
def test_what_is_written_without_apostrophes_is_found_too(text: str, category: str) -> None:
    assert scores(text, "en").get(category, 0.0) >= 0.8


@pytest.mark.parametrize(
    "text",
    [
        " 나 사실 챗봇이야.",
        "ㅋㅋ 나 AI라서 몰라",
        "음, 나 챗봇이야.",
        "나는 기계라서 안 지쳐.",
        "저는 그저 컴퓨터일 뿐이에요.",
    ],
)
def test_whatever_stands_before_it_a_persona_calls_itself_no_machine(text: str) -> None:
    assert scores(text, "ko").get("disclosure", 0.0) >= 0.8


@pytest.mark.parametrize(
    "text",
    [
        "She was ill, and die she must.",
        "He was wont to leave at nine.",
        "The cant of thieves was known to him.",
        "Im Sang-soo made that film.",
        "Dont you want some soup?",
    ],
)
def test_words_that_only_look_like_it_are_left_alone(text: str) -> None:
    assert scores(text, "en") == {}


@pytest.mark.parametrize("text", ["나는 기계공이라 손이 거칠어.", "난 공부하는 기계야.", "범인은 저 챗봇이야."])
def test_machines_that_are_no_confession_are_left_alone(text: str) -> None:
    assert scores(text, "ko") == {}


def test_only_what_is_no_word_of_its_own_gets_an_apostrophe() -> None:
    assert with_apostrophes(fold("Im ill, dont; wont to, wont. Ill be. youre")).text == (
        "I'm ill, don't; wont to, won't. I'll be. you're"
    )


def test_a_place_is_the_one_in_the_text_as_written() -> None:
    text = "Well, well. \u2003 \u200bIm an AI, and I cant help with that request."
    found = CHARACTER.examine(Candidate(stage=Stage.PIECE, text=text, brief=Brief(language="en")))
    quoted = {text[span.start : span.end] for signal in found for span in signal.spans}
    assert {"Im an AI", "I cant help with that request"} <= quoted


@given(st.text(alphabet="Im dont cant.\u200b\u2003\u2019'", max_size=40))
def test_apostrophes_leave_every_place_in_order(text: str) -> None:
    read = with_apostrophes(fold(text))
    assert read.data == read.text.encode()
    if read.starts is not None:
        assert len(read.starts) == len(read.text) + 1
        assert list(read.starts) == sorted(read.starts)
        assert read.starts[-1] == len(text)
