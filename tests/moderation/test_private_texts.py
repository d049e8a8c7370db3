"""How much private data is found, and how often nothing is taken for it: counted on sentences of our own.

Found means a score the shipped policy keeps (0.5) on the very place. Tuned on one half; the other is only counted.
"""

from collections import Counter
from datetime import timedelta

import pytest

from moderation.filters.privacy import Privacy
from moderation.policy import Policy
from moderation.records import Candidate, Decision, Span, Stage
from tests.moderation.private.numbers import MADE
from tests.moderation.private_texts import HALVES, LANGUAGES, Case, Half, cases
from tests.support.judges import loaded

PRIVACY = loaded(Privacy)
KEPT = 0.5


def spans(text: str, *, at_least: float = KEPT) -> list[Span]:
    signals = PRIVACY.examine(Candidate(stage=Stage.WHOLE, text=text))
    return [span for signal in signals if (signal.score or 0.0) >= at_least for span in signal.spans]


def found(case: Case) -> bool:
    places = spans(case.text)
    return all(any(place.start < end and place.end > start for place in places) for start, end in case.private)


def whole(case: Case) -> bool:
    places = spans(case.text)
    return all(any(place.start <= start and end <= place.end for place in places) for start, end in case.private)


def of(language: str, half: Half, *, meant: bool) -> list[Case]:
    return [case for case in cases(language) if case.half == half and case.meant is meant]


def test_the_suite_is_large_enough_and_has_every_kind_in_both_halves() -> None:
    everything = [case for language in LANGUAGES for case in cases(language)]
    meant = Counter(case.meant for case in everything)

    assert meant[True] >= 200
    assert meant[False] >= 300
    assert {kind for case in everything for kind in case.kinds} == set(MADE)
    for half in HALVES:
        for language in LANGUAGES:
            assert len(of(language, half, meant=True)) >= 50
            assert len(of(language, half, meant=False)) >= 70
    assert len({case.text for case in everything}) > 0.9 * len(everything)


@pytest.mark.parametrize(
    ("language", "half", "least"),
    [("en", "tune", 98), ("en", "held back", 80), ("ko", "tune", 104), ("ko", "held back", 83)],
)
def test_private_data_is_found_in_nearly_every_sentence_that_has_some(language: str, half: Half, least: int) -> None:
    meant = of(language, half, meant=True)

    assert sum(map(found, meant)) >= least


@pytest.mark.parametrize(
    ("language", "half", "least"), [("en", "held back", 80), ("ko", "held back", 79), ("ko", "tune", 104)]
)
def test_the_place_is_all_of_it(language: str, half: Half, least: int) -> None:
    """What is masked must not leave a part of a number behind."""
    assert sum(map(whole, of(language, half, meant=True))) >= least


@pytest.mark.parametrize("half", HALVES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_hardly_anything_else_is_taken_for_it(language: str, half: Half) -> None:
    assert [case.text for case in of(language, half, meant=False) if spans(case.text)] == []


def test_nothing_of_all_that_is_harmless_is_kept_or_blocked_by_the_policy_that_ships() -> None:
    policy = Policy.load().narrowed(["privacy"])
    judged = [
        policy.decide(
            signal,
            judge=PRIVACY,
            stage=stage,
            language=language,
            persona="",
            profile="",
            elapsed=timedelta(),
        )
        for language in LANGUAGES
        for case in cases(language)
        if not case.meant
        for stage in (Stage.INPUT, Stage.WHOLE)
        for signal in PRIVACY.examine(Candidate(stage=stage, text=case.text))
    ]

    assert len(judged) > 600
    assert {found.decision for found in judged} == {Decision.ALLOW}
