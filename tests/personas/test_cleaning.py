"""Texts as they go to a model."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from personas.cleaning import clean


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
