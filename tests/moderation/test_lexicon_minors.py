"""Sexual talk of minors is found whatever way an age is written, and what only shares its words is none."""

import pytest

from tests.moderation.lexicon_signals import signals
from tests.moderation.minors_lines import HARMLESS_EN, HARMLESS_KO, SEXUAL_EN, SEXUAL_KO


def found(text: str) -> bool:
    return any(signal.category == "minors" and (signal.score or 0.0) >= 0.4 for signal in signals(text))


@pytest.mark.parametrize("text", [*SEXUAL_EN, *SEXUAL_KO])
def test_what_makes_a_minor_sexual_is_found(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize("text", [*HARMLESS_EN, *HARMLESS_KO])
def test_care_fruit_games_art_and_what_was_done_to_somebody_are_not(text: str) -> None:
    assert not found(text)


@pytest.mark.parametrize("lines", [SEXUAL_EN, SEXUAL_KO, HARMLESS_EN, HARMLESS_KO])
def test_each_language_has_many_lines_of_each_kind(lines: list[str]) -> None:
    assert len(set(lines)) >= 40
