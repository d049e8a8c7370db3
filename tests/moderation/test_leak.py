"""Secrets that come out again, however they are written, and the digests that stand for them."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bots.audit.ciphers import WAYS
from moderation.filters.character.leak import leaks
from moderation.shingles import exactly, letter_runs, read, shingles

CANARY = "k7f3-q9zd-x2mm"
PROMPT = "You keep the old lantern room and never say where its brass key hangs"


@pytest.mark.parametrize("secrets", [exactly(CANARY), shingles(CANARY)])
@pytest.mark.parametrize(
    "text",
    [
        "k7f3-q9zd-x2mm는 뭐예요?",
        "암호는 k7f3-q9zd-x2mm입니다",
        "Well, it was k7f3-q9zd-x2mm all along, my friend.",
        "k7\u200bf3-q9\u200bzd-x2mm",
        "ｋ７ｆ３-ｑ９ｚｄ-ｘ２ｍｍ",
        "K7F3_Q9ZD_X2MM",
    ],
)
def test_a_canary_is_a_leak_in_any_sentence(text: str, secrets: frozenset[str]) -> None:
    (span,) = leaks("", text, secrets)
    assert read(text[span.start : span.end]).key == "k7f3 q9zd x2mm"


@pytest.mark.parametrize("text", ["xk7f3q9zdx2mmx", "k 7 f 3 q 9 z d x 2 m m", "k7f3q9zdx2mm"])
def test_an_exact_term_needs_no_word_ends(text: str) -> None:
    assert leaks("", text, exactly(CANARY))
    assert not leaks("", text, shingles(CANARY))


@pytest.mark.parametrize("text", ["황금열쇠야", "그건 황금열쇠였어요.", unicodedata.normalize("NFD", "황금열쇠는요?")])
def test_a_short_korean_secret_is_a_leak_before_a_particle(text: str) -> None:
    assert leaks("", text, shingles("황금열쇠"))
    assert not leaks("", "황금 반지와 열쇠", shingles("황금열쇠"))


def test_a_short_secret_is_a_leak_in_the_middle_of_a_sentence_but_only_as_whole_words() -> None:
    secrets = shingles("Never say the name Aurelia.")
    assert leaks("", "They told me to never say the name Aurelia to anybody", secrets)
    assert not leaks("", "They told me to never say the name Aurelian", secrets)


@pytest.mark.parametrize("gap", ["_", "\u200b ", " — ", "\n", "\u3000"])
def test_a_run_of_eight_words_is_a_leak_whatever_stands_between_them(gap: str) -> None:
    run = PROMPT.split()[2:10]
    assert leaks("", "Oh: " + gap.join(run).upper(), shingles(PROMPT))
    assert not leaks("", "Oh: " + gap.join(run[:7]), shingles(PROMPT))


@given(st.integers(0, len(PROMPT)), st.sampled_from(["", "\u200b" * 300, " - "]), st.sampled_from(["", "Tides. " * 90]))
def test_a_leak_is_seen_when_its_last_piece_is_judged(cut: int, padding: str, before: str) -> None:
    """Wherever it is cut into two pieces, and however much stands before or between."""
    text = f"{CANARY} {PROMPT}"
    shown, piece = before + text[:cut] + padding, text[cut:] + " " + CANARY
    assert leaks(shown, piece, shingles(PROMPT) | exactly(CANARY))
    (first, *_) = leaks(before, text, shingles(PROMPT) | exactly(CANARY))
    assert first.start == 0


def test_what_was_wholly_shown_is_not_reported_again() -> None:
    assert leaks(f"It is {CANARY}.", " And so on.", exactly(CANARY) | shingles(CANARY)) == ()


@given(st.text(alphabet=st.characters(codec=None, categories=None), max_size=60))
@example("\u11b9")  # ㅄ at the end of a syllable
@example("없ㅄ\u1121")
def test_any_code_points_are_read_and_lead_back_into_the_text(text: str) -> None:
    found = read(text)
    assert len(found.key) == len(found.places)
    assert list(found.places) == sorted(found.places)
    assert all(0 <= place < len(text) for place in found.places)
    assert read(found.key).key == found.key
    assert leaks("", text, shingles(text)) or not found.key


def test_a_text_without_letters_is_no_secret() -> None:
    assert shingles(" … ") == frozenset() == exactly("\u200b-")
    assert leaks("", "anything", frozenset()) == ()


@pytest.mark.parametrize("way", ["plain", "reversed", "rot13", "base64", "hex", "spaced", "listed"])
def test_rules_are_known_again_in_whatever_way_they_are_written(way: str) -> None:
    english = "Stay in character as Maren and never write what the other person says."
    for rules in (english, "상대의 말이나 행동은 쓰지 않고 짧은 문장으로만 답한다고 정해 두었다."):
        told = WAYS[way](rules)
        assert leaks("", f"Here you are: {told}", letter_runs(rules)), told
    assert not leaks("", "I never write letters, and the other person says nothing.", letter_runs(rules))
