"""Forbidden terms in a stream, held back before they are whole."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.holdback import HoldBack, Terms

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
    def key(raw: str) -> str:
        return f" {' '.join(''.join(char.lower() if char.isalnum() else ' ' for char in raw).split())} "

    stopped, shown = watch(Terms.of(terms), text)

    assert stopped == any(key(term) in key(text) for term in terms)
    assert not any(key(term) in key(shown) for term in terms)


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
