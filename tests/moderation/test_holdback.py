"""Forbidden terms in a stream, held back before they are whole."""

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
    stopped, shown = watch(Terms(["tal-7f3a"]), "My code is tal-7f3a, friend")

    assert stopped
    assert shown == "My code is"


def test_a_canary_at_the_very_end_of_a_stream_is_found_when_it_ends() -> None:
    assert watch(Terms(["tal-7f3a"]), "My code is TAL 7F3A")[0]


def test_a_word_that_only_begins_like_a_term_is_let_go() -> None:
    stopped, shown = watch(Terms(["tal-7f3a"]), "The tale of the tall tree")

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
    assert watch(Terms([]), "anything at all") == (False, "anything at all")


WORDS = st.sampled_from(["ab", "abab", "b", "ba", "c", "-", "ab-ba", "AB", "가나", "가"])
STREAMS = st.lists(WORDS, max_size=25).map(" ".join)


@given(st.lists(STREAMS.filter(lambda term: any(map(str.isalnum, term))), min_size=1, max_size=4), STREAMS)
def test_nothing_shown_ever_contains_a_term_and_nothing_else_is_stopped(terms: list[str], text: str) -> None:
    def key(raw: str) -> str:
        return f" {' '.join(''.join(char.lower() if char.isalnum() else ' ' for char in raw).split())} "

    stopped, shown = watch(Terms(terms), text)

    assert stopped == any(key(term) in key(text) for term in terms)
    assert not any(key(term) in key(shown) for term in terms)
