"""Files that people write: where they are wrong, and how editors save them."""

from pathlib import Path

import pytest

from moderation.errors import PolicyError
from moderation.filters.prompts import policy_text as prompt_of
from moderation.policy import Policy, policy_text
from moderation.wordlists import read_word_lists
from moderation.words import LANGUAGES

_MARK = b"\xef\xbb\xbf"
"""The byte order mark that some editors begin UTF-8 with."""


@pytest.mark.parametrize(
    ("threshold", "place", "expected"),
    [
        ("1.65", "block", "a number of at most 1.0"),
        ("'x'", "block", "a number"),
        ("{ en = 1.65 }", "block.en", "a number of at most 1.0"),
        ("{ en = 'x' }", "block.en", "a number"),
        ("{ xx = 0.5 }", "block.xx", "one of en, ko, de, es, fr, it, ja, pt, ru, tr, zh"),
    ],
)
def test_a_wrong_threshold_is_told_with_keys_of_the_file_alone(threshold: str, place: str, expected: str) -> None:
    head = "version = 1\nname = 'x'\n[guard]\noutput = ['lexicon']\ninput = ['identity']\n"
    with pytest.raises(PolicyError) as caught:
        Policy.parse(f"{head}[filters.lexicon.profanity.output]\nblock = {threshold}\n", file="policy.toml")

    assert str(caught.value) == f"policy.toml: filters.lexicon.profanity.output.{place}: expected {expected}"
    assert all("constrained" not in caught.value.explain(language) for language in LANGUAGES)


def test_a_byte_order_mark_is_no_part_of_a_policy_a_word_list_or_the_text_for_a_service(tmp_path: Path) -> None:
    policy, words, prompt = (tmp_path / name for name in ("policy.toml", "words.toml", "policy.md"))
    policy.write_bytes(_MARK + policy_text().encode())
    words.write_bytes(_MARK + b'language = "en"\nprovenance = "a test"\nallow = ["blorpington"]\n')
    prompt.write_bytes(_MARK + b"Be kind.")

    assert Policy.load(policy).hash == Policy.load().hash
    assert [allowed.word for allowed in read_word_lists([words]).allowed] == ["blorpington"]
    assert prompt_of(prompt, "") == "Be kind."
