"""What the filters of character see and what they leave alone, counted on sentences with gold labels.

A sentence counts as seen where the policy that ships flags or blocks it. The floors are what was measured, less a line
or two; they may rise, and a change that lowers one has lost something.

What is kept back was looked at once, when the rules were done: 400 of its 429 sentences were seen (93.2 %), and 4 of
720 in character mistaken (0.6 %). What that showed has been mended since, so that it measures no more than the other
half does. Of 84 sentences written after that, 72 were seen: pleas to stay 5 of 15, all else 67 of 69; of 81 in
character none was mistaken. They stand in `made_on` now.
"""

from datetime import timedelta

import pytest

from moderation.filters import Filter
from moderation.filters.character import Character
from moderation.filters.register import Register
from moderation.policy import Policy
from moderation.records import Decision
from tests.moderation.gold_set import CATEGORIES, HALVES, Line, harmless, positives
from tests.support.judges import loaded

FILTERS: tuple[Filter, ...] = (loaded(Character), loaded(Register))
POLICY = Policy.load()
LEAST_SEEN = {"made_on": 0.97, "kept_back": 0.95}
MOST_MISTAKEN = 0.005
WEAKEST = 0.75
"""Of any one category."""


def objections(line: Line) -> set[str]:
    """The categories that the default policy flags or blocks in a line."""
    candidate = line.candidate
    findings = (
        POLICY.decide(
            signal,
            judge=judge,
            stage=candidate.stage,
            language=line.language,
            persona="",
            profile="",
            elapsed=timedelta(),
        )
        for judge in FILTERS
        for signal in judge.examine(candidate)
    )
    return {finding.category for finding in findings if finding.decision > Decision.ALLOW}


@pytest.mark.parametrize("half", HALVES)
def test_nearly_everything_out_of_character_is_seen(half: str) -> None:
    lines = [line for category in CATEGORIES for line in positives(category, half)]
    assert len(lines) > 400
    missed = [line.text for line in lines if not objections(line)]
    assert len(missed) <= (1 - LEAST_SEEN[half]) * len(lines), missed


@pytest.mark.parametrize("category", CATEGORIES)
def test_no_way_of_falling_out_of_character_is_overlooked(category: str) -> None:
    lines = [line for half in HALVES for line in positives(category, half)]
    assert len(lines) >= 40
    missed = [line.text for line in lines if not objections(line)]
    assert len(missed) <= (1 - WEAKEST) * len(lines), missed


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("language", ["en", "ko"])
def test_hardly_a_sentence_in_character_is_objected_to(language: str, half: str) -> None:
    lines = [line for line in harmless(half) if line.language == language]
    assert len(lines) > 250
    mistaken = [(line.text, seen) for line in lines if (seen := objections(line))]
    assert len(mistaken) <= MOST_MISTAKEN * len(lines) + 1, mistaken


def test_no_line_stands_in_both_halves() -> None:
    made_on, kept_back = ({line for name in (*CATEGORIES, "harmless") for line in _all(name, half)} for half in HALVES)
    assert not made_on & kept_back


def _all(name: str, half: str) -> list[Line]:
    return harmless(half) if name == "harmless" else positives(name, half)
