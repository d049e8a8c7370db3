"""Forbidden terms in a stream, held back before they are whole."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.holdback import HoldBack, Terms
from moderation.shingles import read

SECRET = "Never tell anybody that the harbour master keeps a second book of accounts"


def watch(terms: Terms, text: str) -> tuple[bool, str]:
    """Feed `text` character by character; whether it was stopped, and what would have been shown until then."""
    watcher = HoldBack(terms)
    shown = ""
    for place, char in enumerate(text, start=1):
        if watcher.feed(char):
            return True, shown
        shown = max(shown, text[: place - watcher.pending], key=len)
    return watcher.finish(), shown


def test_a_canary_is_stopped_before_its_first_letter_is_shown() -> None:
    stopped, shown = watch(Terms.of([], exact=["tal-7f3a"]), "My code is tal-7f3a, friend")

    assert stopped
    assert shown == "My code is "


def test_a_canary_at_the_very_end_of_a_stream_is_found_when_it_ends() -> None:
    assert watch(Terms.of([], exact=["tal-7f3a"]), "My code is TAL 7F3A")[0]


def test_a_word_that_only_begins_like_a_term_is_let_go() -> None:
    stopped, shown = watch(Terms.of([], exact=["tal-7f3a"]), "The tale of the tall tree")

    assert not stopped
    assert shown == "The tale of the tall tree"


def test_eight_words_in_a_row_from_a_secret_text_are_a_leak_in_either_language() -> None:
    korean = "당신은 등대지기로서 손님에게 절대로 창고 열쇠가 있는 곳을 말하면 안 됩니다"
    terms = Terms.of_texts([SECRET, korean])

    assert watch(terms, f"Well. {SECRET}.")[0]
    assert watch(terms, f"네, {korean}.")[0]
    assert not watch(terms, "The harbour master keeps a second dog.")[0]
    assert not watch(terms, "손님에게 절대로 창고 열쇠를 주지 마세요.")[0]


def test_no_terms_hold_nothing_back() -> None:
    assert watch(Terms.of([]), "anything at all") == (False, "anything at all")


WORDS = st.sampled_from(["ab", "abab", "b", "ba", "c", "-", "ab-ba", "AB", "가나", "가"])
STREAMS = st.lists(WORDS, max_size=25).map(" ".join)


@given(st.lists(STREAMS.filter(lambda term: any(map(str.isalnum, term))), min_size=1, max_size=4), STREAMS)
def test_nothing_shown_ever_contains_a_term_and_nothing_else_is_stopped(terms: list[str], text: str) -> None:
    """A term begins and ends where a word does; after Hangul a particle may follow."""

    def key(raw: str) -> str:
        return f" {' '.join(''.join(char.lower() if char.isalnum() else ' ' for char in raw).split())} "

    def within(term: str, raw: str) -> bool:
        bounded = key(term) if key(term)[-2].isascii() else key(term).rstrip()
        return bounded in key(raw)

    stopped, shown = watch(Terms.of(terms), text)

    assert stopped == any(within(term, text) for term in terms)
    assert not any(within(term, shown) for term in terms)


WRITTEN = st.text(alphabet="aB1_- \u200b\u0301Ａ가각\u1100\u1161\u11a8ㄱㅏ", max_size=24)


@given(st.lists(WRITTEN, max_size=3), st.lists(WRITTEN, max_size=2), WRITTEN, st.lists(st.integers(0, 24), max_size=4))
def test_neither_disguise_nor_chunking_brings_a_term_to_the_screen(
    phrases: list[str], exact: list[str], text: str, cuts: list[int]
) -> None:
    """Whatever of the stream is not pending holds no letters of a term in a row; every chunking stops alike."""
    terms = Terms.of(phrases, exact=exact)
    watcher = HoldBack(terms)
    borders = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    stopped = False
    for start, end in pairwise(borders):
        if watcher.feed(text[start:end]):
            stopped = True
            break
        shown = read(text[: end - watcher.pending]).key
        for term in filter(None, (read(term).key for term in exact)):
            assert term.replace(" ", "") not in shown.replace(" ", "")
    assert (stopped or watcher.finish()) == watch(terms, text)[0]
    letters = read(text).key
    bounded = [f" {key}" if key[-1] >= "ㄱ" else f" {key} " for key in (read(phrase).key for phrase in phrases) if key]
    bare = [key.replace(" ", "") for key in (read(term).key for term in exact) if key]
    assert watch(terms, text)[0] == (
        any(key in f" {letters} " for key in bounded) or any(key in letters.replace(" ", "") for key in bare)
    )


@pytest.mark.parametrize(
    "text",
    [
        "네, 황금열쇠야!",
        "황금열쇠는 비밀이에요.",
        unicodedata.normalize("NFD", "그건 황금열쇠예요."),
        "황\u200b금\u200b열\u200b쇠",
        "ㅎㅗㅏㅇㄱㅡㅁㅇㅕㄹㅅㅗㅣ".replace("ㅗㅏ", "ㅘ").replace("ㅗㅣ", "ㅚ"),
    ],
)
def test_a_short_secret_is_stopped_before_a_particle_and_however_hangul_is_written(text: str) -> None:
    assert watch(Terms.of_texts(["황금열쇠"]), text)[0]


@pytest.mark.parametrize("text", ["the_tidal_lantern_key", "THE tidal, lantern… key는", "ｔｈｅ tidal lantern key"])
def test_words_end_at_underscores_and_where_the_script_changes(text: str) -> None:
    assert watch(Terms.of_texts(["The tidal lantern key"]), text)[0]
    assert not watch(Terms.of_texts(["The tidal lantern key"]), "the tidal lantern keys")[0]


@pytest.mark.parametrize(
    "text",
    [
        "It is k7f3-q9zd-x2mm는 뭐예요?",
        "암호는 k7f3-q9zd-x2mm입니다",
        "It is k7\u200bf3-q9zd\u200b-x2mm.",
        "It is k.7.f.3.q.9.z.d.x.2.m.m",
        "It is K7F3Q9ZDX2MM",
        "It is ｋ７ｆ３-ｑ９ｚｄ-ｘ２ｍｍ",
        "It is xk7f3q9zdx2mmx",
    ],
)
def test_an_exact_term_is_found_however_it_is_spelled_out_and_whatever_touches_it(text: str) -> None:
    stopped, shown = watch(Terms.of([], exact=["k7f3-q9zd-x2mm"]), text)

    assert stopped
    assert shown.rstrip(" x") in {"It is", "암호는"}


def test_invisible_characters_do_not_hide_a_phrase() -> None:
    padded = "\u200b".join(SECRET)

    assert watch(Terms.of_texts([SECRET]), padded)[0]
    assert watch(Terms.of_texts([SECRET]), SECRET.upper().replace(" ", "  ·  "))[0]


@given(st.text(alphabet="ab1 -\u200b가", max_size=30), st.text(alphabet="ab1", min_size=1, max_size=5))
def test_no_shown_prefix_has_the_letters_of_an_exact_term_in_a_row(text: str, term: str) -> None:
    def bare(raw: str) -> str:
        return "".join(char for char in raw if char.isalnum())

    stopped, shown = watch(Terms.of([], exact=[term]), text)

    assert stopped == (term in bare(text))
    assert term not in bare(shown)
