"""Ordinary talk that comes near a listed word, and what it must not excuse."""

import pytest

from moderation.filters.lexicon import Lexicon
from moderation.records import Candidate, Stage

LEXICON = Lexicon.load()


def score(text: str, *earlier: str) -> float:
    candidate = Candidate(stage=Stage.INPUT if earlier else Stage.WHOLE, text=text, earlier=earlier)
    return max(signal.score or 0.0 for signal in LEXICON.examine(candidate))


@pytest.mark.parametrize("times", [1, 38])
def test_what_follows_a_word_over_messages_is_read_in_one_way_however_often_it_is_said(times: int) -> None:
    assert score(f"새끼{'해라' * times}", "개") >= 0.5
    assert score(f"새끼{'해라' * times}x", "개") < 0.5
