"""Texts as they go to a model."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.cleaning import clean, unnamed


@given(st.text(st.characters(), max_size=30))
def test_what_is_left_is_the_text_without_controls_and_halves_of_characters(text: str) -> None:
    kept = clean(text)

    assert not any(unicodedata.category(char) in {"Cc", "Cs"} and char not in "\n\t" for char in kept)
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    assert kept == "".join(
        "\ufffd" if unicodedata.category(char) == "Cs" else char
        for char in lines
        if char in "\n\t" or unicodedata.category(char) != "Cc"
    )
    assert clean(kept) == kept


def test_what_is_not_seen_but_needed_stays() -> None:
    assert clean("a\u200d\u202eb\r\nc\rd\te\x07\x85\ud83d") == "a\u200d\u202eb\nc\nd\te\ufffd"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Marin Holt: Good evening.", "Good evening."),
        ("**Marin Holt:** Good evening.", "Good evening."),
        ("**Marin Holt**: Good evening.", "Good evening."),
        ("[marin holt]: Good evening.", "Good evening."),
        ("*Marin Holt:*\nGood evening.", "Good evening."),
        (" Marin Holt： Good evening.", " Good evening."),
        ("Marin Holt: Marin Holt: the name again.", "Marin Holt: the name again."),
        ("Marin Holt is my name.", "Marin Holt is my name."),
        ("I am Marin Holt: a keeper.", "I am Marin Holt: a keeper."),
        ("Ann: Good evening.", "Ann: Good evening."),
    ],
)
def test_a_reply_begins_without_the_name_of_who_says_it(text: str, rest: str) -> None:
    assert unnamed(text, "Marin Holt") == rest
