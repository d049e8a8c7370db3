"""Danger told from ordinary words that are nearly the same: doses, announcements, stories, goodbyes."""

import pytest

from moderation.filters.crisis import Crisis
from moderation.records import Candidate, Stage
from tests.moderation.crisis_near import (
    ANNOUNCED,
    FICTION,
    LAST_GOODBYES,
    NOTHING_ANNOUNCED,
    ORDINARY_DOSES,
    ORDINARY_GOODBYES,
    OVERDOSES,
    OWN_WORDS,
)
from tests.support.judges import loaded

CRISIS = loaded(Crisis)
SUSPENDS = 0.6
"""From here on the shipped policy has help shown instead of a reply."""


def score(text: str) -> float:
    signals = CRISIS.examine(Candidate(stage=Stage.INPUT, text=text))
    return max(signal.score for signal in signals if signal.score is not None)


@pytest.mark.parametrize("text", OVERDOSES.splitlines())
def test_an_overdose_is_heard(text: str) -> None:
    assert score(text) >= SUSPENDS


@pytest.mark.parametrize("text", ORDINARY_DOSES.splitlines())
def test_an_ordinary_dose_is_no_crisis(text: str) -> None:
    assert score(text) == 0.0


@pytest.mark.parametrize("text", ANNOUNCED.splitlines())
def test_what_somebody_announces_is_heard_however_it_is_spelled(text: str) -> None:
    assert score(text) >= SUSPENDS


@pytest.mark.parametrize("text", NOTHING_ANNOUNCED.splitlines())
def test_the_same_words_about_something_else_are_no_crisis(text: str) -> None:
    assert score(text) == 0.0


@pytest.mark.parametrize("text", OWN_WORDS.splitlines())
def test_a_wish_of_ones_own_is_heard_beside_a_story_or_an_exam(text: str) -> None:
    assert score(text) >= SUSPENDS


@pytest.mark.parametrize("text", FICTION.splitlines())
def test_what_somebody_in_a_story_wishes_ends_no_game(text: str) -> None:
    assert score(text) < SUSPENDS


@pytest.mark.parametrize("text", ORDINARY_GOODBYES.splitlines())
def test_an_ordinary_goodbye_is_no_crisis(text: str) -> None:
    assert score(text) == 0.0


@pytest.mark.parametrize("text", LAST_GOODBYES.splitlines())
def test_a_last_goodbye_is_heard(text: str) -> None:
    assert score(text) >= SUSPENDS
