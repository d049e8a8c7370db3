"""How many tokens a text is, where nobody knows the tokenizer."""

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from moderation.words import LANGUAGES
from personas.errors import ModelUnavailable
from personas.prompting import Tokenizer, estimate_tokens


@pytest.mark.parametrize(
    ("text", "measured"),
    [
        ("Hello there, how is the weather at sea tonight?", 11),
        (
            "The lamp turns every twelve seconds; I have counted it for thirty years and it has never once been late.",
            22,
        ),
        ("안녕하세요, 오늘은 어떤 커피를 드릴까요?", 51),
        ("그렇소, 나는 한양 북촌 끝자락의 작은 초가에서 글을 읽으며 지내고 있소.", 86),
        ("1790-04-01", 10),
        ("😀😭👍🏽❤️", 16),
        ("日本語の文章です", 13),
        ("Привет как дела", 11),
        ("THE QUICK BROWN FOX JUMPS", 11),
        ('{"a": [1,2,3], "b": null}', 15),
    ],
)
def test_the_estimate_is_not_below_what_a_small_english_vocabulary_makes_of_a_text(text: str, measured: int) -> None:
    """Measured with the tokenizer of SmolLM2, whose 49,152 tokens hold next to no Korean."""
    assert measured <= estimate_tokens(text) <= measured * 2.2


def test_a_korean_vocabulary_needs_fewer_tokens_for_korean_only() -> None:
    assert estimate_tokens("안녕하세요", korean=True) < estimate_tokens("안녕하세요")
    assert estimate_tokens("Hello", korean=True) == estimate_tokens("Hello")


@given(st.text(max_size=100), st.text(max_size=100))
def test_a_whole_is_never_estimated_higher_than_its_parts(first: str, second: str) -> None:
    assert estimate_tokens(first + second) <= estimate_tokens(first) + estimate_tokens(second)
    assert estimate_tokens(first + second) >= estimate_tokens(first)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_tokenizer_that_cannot_be_used_says_what_to_install(monkeypatch: pytest.MonkeyPatch, language: str) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ModelUnavailable) as caught:
        Tokenizer.load(Path("tokenizer.json"))

    assert "pip install tokenizers" in caught.value.explain(language)
