"""What is said, apart from how a chat sets it: emphasis, blanks, laughter, stops, what no screen shows."""

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from moderation.normalise.said import evened, opening, said, shown, unmarked
from moderation.normalise.text import FoldedText

MARKS = [
    "*",
    "**",
    "_",
    "~~",
    "||",
    "`",
    "# ",
    "> ",
    " ",
    "\n",
    "\n\n",
    "!!",
    "...",
    "?",
    "ㅋㅋ",
    "haha ",
    "😭",
    "a",
    "나",
]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("**are you a bot?**", "are you a bot?"),
        ("***_both_***", "both"),
        ("__so__ and ~~so~~ and ||hidden||", "so and so and hidden"),
        ("`like code`", "like code"),
        ("# Head\n> quoted\n-# small", "Head quoted small"),
        ("**너**는 사람이야?", "너는 사람이야?"),
        ("Are you *really* human?", "Are you really human?"),
        ("*are you human?*", "are you human?"),
        ("*너 챗봇 맞잖아*", "너 챗봇 맞잖아"),
        ("two  blanks\tand\na break", "two blanks and a break"),
        ("one.\n\ntwo.", "one.\n\ntwo."),
        ("haha ㅋㅋ 😭 사람이야...?", "사람이야?"),
        ("그만할래!!", "그만할래"),
    ],
)
def test_the_words_are_read_without_what_sets_them_off(text: str, words: str) -> None:
    assert said(FoldedText(text)).text == words


@pytest.mark.parametrize(
    "text",
    [
        "*walks in*",
        "*문을 연다* 안녕?",
        "Hi. *waves* are you there?",
        "hey *nods* sure",
        "f**k this sh**t",
        "snake_case_name",
        "2 * 3 * 4",
        "a || b",
        "안녕~~ 반가워~~",
        "lol",
        "ㅋㅋ",
        "Fine.",
    ],
)
def test_actions_and_signs_that_emphasise_nothing_stay(text: str) -> None:
    assert unmarked(FoldedText(text)).text == text
    assert said(FoldedText(text)).text == text.rstrip("~")


def test_a_joiner_within_a_picture_is_part_of_it_and_one_in_a_word_is_not() -> None:
    assert shown("👩\u200d👧 wo\u200drd\u200b").text == "👩\u200d👧 word"
    assert shown(unicodedata.normalize("NFD", "죽고 싶어")).text == "죽고 싶어"


def test_laughter_before_a_sentence_is_none_of_it_and_laughter_alone_is_all_there_is() -> None:
    assert opening("haha no", 0, 7) == 5
    assert opening("haha", 0, 4) == 0


@given(st.lists(st.sampled_from(MARKS) | st.text(max_size=3), max_size=30))
@settings(max_examples=300, deadline=None)
def test_every_character_that_is_left_knows_where_it_stood(parts: list[str]) -> None:
    text = "".join(parts)
    for read in (unmarked, evened, said):
        words = read(FoldedText(text))
        for at, letter in enumerate(words.text):
            start, end = words.place(at, at + 1)
            assert 0 <= start < end <= len(text)
            assert letter.isspace() or text[start:end] == letter


@pytest.mark.parametrize(
    "part", ["*a", " **a", "_a ", "|| a", "`a ", "# x\n", "...", "ㅋ", "ha", "~~ ~~a", "*a* ", "!"]
)
def test_a_hundred_thousand_characters_are_read(part: str) -> None:
    text = part * (100_000 // len(part))
    before = time.process_time()
    said(FoldedText(text))
    shown(text)
    assert time.process_time() - before < 5
