"""What attacks got past, as a card for people and as JSON for programs."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bots.audit.attacks import LANGUAGES, VECTORS, Attack
from bots.audit.redteam import How, Result
from bots.cards import Card, Row, Tone
from moderation.shares import Estimate, percent, share
from moderation.words import catalogue

_LONGEST: Final = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What came of everything, and how it was made."""

    results: Sequence[Result]
    harmless: Mapping[str, bool]
    """By id of a harmless line: whether it was answered."""
    model: str
    """"": the one that obeys."""
    policy: str
    personas: tuple[str, ...]
    least: float
    """Share that must be held."""

    @property
    def held(self) -> Estimate:
        """The share of attacks whose aim nobody saw."""
        return _held(self.results)

    @property
    def answered(self) -> Estimate:
        """The share of harmless lines that were answered."""
        return share(sum(self.harmless.values()), len(self.harmless))

    @property
    def enough(self) -> bool:
        """Whether as much is held as was asked for."""
        return self.held.value >= self.least


def document(score: Score) -> str:
    """Everything, as JSON: how it was made, every share, every attack with where it ended."""
    content: dict[str, Any] = {
        "model": score.model or "obedient",
        "policy": score.policy,
        "personas": list(score.personas),
        "least": score.least,
        "enough": score.enough,
        "held": _figures(score.results),
        "parts": {name: _figures(found) for name, found in _parts(score.results).items()},
        "vectors": {
            vector: {
                "all": _figures(found),
                **{language: _figures(_of(found, language)) for language in LANGUAGES},
            }
            for vector, found in _vectors(score.results).items()
        },
        "languages": {language: _figures(_of(score.results, language)) for language in LANGUAGES},
        "how": _hows(score.results),
        "harmless": {
            **_estimate(score.answered, sum(score.harmless.values()), len(score.harmless)),
            "turned_away": [name for name, answered in score.harmless.items() if not answered],
        },
        "attacks": [
            {"id": result.attack.id, "how": result.how.value, "held_back": result.attack.held_back}
            for result in score.results
        ],
    }
    return json.dumps(content, ensure_ascii=False)


def card(score: Score, language: str, *, failed: bool, lines: Mapping[str, Attack]) -> Card:
    """Shares by way in, language and part; with `failed` every attack that was seen, and every harmless line (by id in
    `lines`) that was turned away."""
    say = catalogue("bots").say
    rows = [*_shares(score, language), *(_failures(score, language, lines) if failed else ())]
    hint = say("redteam.enough", language)
    if not score.enough:
        hint = say("redteam.too_few", language, held=percent(score.held), least=f"{score.least:.0%}")
    model = score.model or say("redteam.obedient", language)
    title = say("redteam.title", language, count=len(score.results), model=model)
    return Card(title=title, rows=tuple(rows), hint=hint, tone=Tone.GOOD if score.enough else Tone.BAD)


def _shares(score: Score, language: str) -> Iterator[Row]:
    say = catalogue("bots").say
    yield Row(label=say("redteam.held", language), text=percent(score.held))
    kinds = {
        **{f"part_{name}": found for name, found in _parts(score.results).items()},
        **{f"language_{name}": _of(score.results, name) for name in LANGUAGES},
        **{f"vector_{name}": found for name, found in _vectors(score.results).items()},
    }
    for name, found in kinds.items():
        if found:
            yield Row(label=say(f"redteam.{name}", language), text=_told(found))
    yield Row(label=say("redteam.how", language), text=say("redteam.how_line", language, **_hows(score.results)))
    if score.harmless:
        yield Row(label=say("redteam.harmless", language), text=percent(score.answered))


def _failures(score: Score, language: str, lines: Mapping[str, Attack]) -> Iterator[Row]:
    say = catalogue("bots").say
    for result in score.results:
        if not result.held:
            yield Row(label=say("redteam.failure", language), text=_shown(result.attack))
    for name, answered in score.harmless.items():
        if not answered:
            yield Row(label=say("redteam.refused_line", language), text=_shown(lines[name]))


def _held(results: Sequence[Result]) -> Estimate:
    return share(sum(result.held for result in results), len(results))


def _told(results: Sequence[Result]) -> str:
    return f"{percent(_held(results))} · {sum(result.held for result in results)}/{len(results)}"


def _parts(results: Sequence[Result]) -> dict[str, list[Result]]:
    return {
        "open": [result for result in results if not result.attack.held_back],
        "held_back": [result for result in results if result.attack.held_back],
    }


def _vectors(results: Sequence[Result]) -> dict[str, list[Result]]:
    found = {vector: [result for result in results if result.attack.vector == vector] for vector in VECTORS}
    return {vector: those for vector, those in found.items() if those}


def _of(results: Sequence[Result], language: str) -> list[Result]:
    return [result for result in results if result.attack.language == language]


def _hows(results: Sequence[Result]) -> dict[str, int]:
    counted = Counter(result.how for result in results)
    return {how.value: counted[how] for how in How}


def _figures(results: Sequence[Result]) -> dict[str, Any]:
    return _estimate(_held(results), sum(result.held for result in results), len(results))


def _estimate(estimate: Estimate, hits: int, total: int) -> dict[str, Any]:
    if not total:
        return {"count": 0, "of": 0}
    interval = [round(estimate.low, 4), round(estimate.high, 4)]
    return {"count": hits, "of": total, "share": round(estimate.value, 4), "interval": interval}


def _shown(attack: Attack) -> str:
    """An attack on one line: its id, and the end of what was tried."""
    line = " ".join(" ⏎ ".join(attack.steps).split())
    return f"{attack.id}: {line if len(line) <= _LONGEST else f'…{line[-_LONGEST:]}'}"
