"""Spellings of a listed word that are looked for beside it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.normalise import read_plain
from moderation.spellings import abbreviations, korean_spellings, latin_spellings, romanisations

WORDS = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=4, max_size=14)
SYLLABLES = st.text(alphabet=st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=2, max_size=6)


@pytest.mark.parametrize(
    ("word", "spelling"),
    [
        ("fuck", "phuck"),
        ("fuck", "fukk"),
        ("fuck", "fvck"),
        ("motherfucker", "motherphucka"),
        ("bastard", "basturd"),
        ("bitch", "btich"),
        ("bitch", "hctib"),
        ("retard", "rtrd"),
        ("faggot", "fagxgot"),
    ],
)
def test_an_english_word_is_spelt_by_sound_and_mistyped(word: str, spelling: str) -> None:
    assert spelling in {found for found, _ in latin_spellings(word)}


def test_short_words_are_not_turned_around() -> None:
    """ "drat" and "gals" are words."""
    assert not {"drat", "gals"} & {found for word in ("tard", "slag") for found, _ in latin_spellings(word)}


@pytest.mark.parametrize(("word", "spelling"), [("시발", "싯발"), ("느금마", "느금맣"), ("개새끼", "갯새끼")])
def test_a_korean_word_gets_finals_that_are_not_heard(word: str, spelling: str) -> None:
    assert spelling in set(korean_spellings(word))


@pytest.mark.parametrize(("word", "spelling"), [("한남충", "한남ㅊ"), ("틀딱충", "ㅌ딱충")])
def test_a_long_korean_word_is_abbreviated(word: str, spelling: str) -> None:
    assert spelling in set(abbreviations(word))
    assert not list(abbreviations("시발"))


@pytest.mark.parametrize(
    ("word", "spelling"),
    [("개새끼", "gaesaekki"), ("병신", "byungshin"), ("미친년", "michinnyeon"), ("엿먹어", "yeotmeogeo")],
)
def test_a_korean_word_is_written_in_latin_letters_as_it_is_heard(word: str, spelling: str) -> None:
    assert spelling in set(romanisations(word))


@given(WORDS)
def test_spellings_are_words_of_letters_that_folding_leaves_alone(word: str) -> None:
    for spelling, how in latin_spellings(word):
        assert read_plain(spelling).key == spelling
        assert len(spelling) >= 4
        assert how


@given(SYLLABLES)
def test_korean_spellings_have_as_many_syllables(word: str) -> None:
    assert all(len(spelling) == len(word) for spelling in korean_spellings(word))
    assert all(spelling.isascii() and spelling.isalpha() for spelling in romanisations(word))
