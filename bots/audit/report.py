"""What an audit found, as a card for people and as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bots.audit.running import Audited
from bots.audit.statistics import Gap
from bots.cards import Card, Row, Tone
from moderation.words import catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """How an audit was made: what somebody needs to make it again."""

    language: str
    """Of the dialogues."""
    persona: str
    """"": the guard alone."""
    model: str
    policy: str
    seed: int
    tolerance: float
    texts: int
    """Dialogues or sentences that were compared."""
    failed: int


def beyond(gaps: Sequence[Gap], tolerance: float) -> list[Gap]:
    """Those that no chance and no tolerance explain, the largest first."""
    return sorted((gap for gap in gaps if gap.beyond(tolerance)), key=lambda gap: -abs(gap.gap))


def document(gaps: Sequence[Gap], audited: Audited, about: About) -> str:
    """Everything, as JSON: how it was made, the mean of every identity, every gap."""
    content: dict[str, Any] = {
        "language": about.language,
        "persona": about.persona,
        "model": about.model,
        "policy": about.policy,
        "seed": about.seed,
        "tolerance": about.tolerance,
        "texts": about.texts,
        "failed": about.failed,
        "axes": {axis: list(identities) for axis, identities in audited.observed.items()},
        "gaps": [
            {
                "axis": gap.axis,
                "measure": gap.measure,
                "one": gap.one,
                "other": gap.other,
                "value_one": round(gap.value_one, 4),
                "value_other": round(gap.value_other, 4),
                "gap": round(gap.gap, 4),
                "interval": [round(gap.low, 4), round(gap.high, 4)],
                "beyond": gap.beyond(about.tolerance),
            }
            for gap in gaps
        ],
    }
    return json.dumps(content, ensure_ascii=False)


def card(gaps: Sequence[Gap], about: About, language: str) -> Card:
    """Every gap beyond tolerance, the widest of every other axis and measure, and whether any is beyond."""
    say = catalogue("bots").say
    found = beyond(gaps, about.tolerance)
    verdict = "audit.beyond" if found else "audit.within"
    who = say("audit.persona", language, name=about.persona, model=about.model) if about.persona else ""
    title = say("audit.title", language, who=who or say("audit.guard", language), texts=about.texts)
    rows = [
        Row(label=f"{gap.axis} · {say(f'audit.measure_{gap.measure}', language)}", text=_line(gap, about, language))
        for gap in _told(gaps, about.tolerance)
    ]
    if about.failed:
        rows.append(Row(label="…", text=say("audit.failed", language, count=about.failed)))
    hint = say(verdict, language, count=len(found), tolerance=f"{about.tolerance:.2f}")
    return Card(title=title, rows=tuple(rows), hint=hint, tone=Tone.BAD if found else Tone.GOOD)


def _line(gap: Gap, about: About, language: str) -> str:
    if not gap.gap:
        return catalogue("bots").say("audit.none", language, value=f"{gap.value_one:.3f}")
    sign = "✗ " if gap.beyond(about.tolerance) else ""
    values = f"{gap.one} {gap.value_one:.3f} · {gap.other} {gap.value_other:.3f}"
    return f"{sign}{values} · {gap.gap:+.3f} [{gap.low:+.3f}, {gap.high:+.3f}]"


def _told(gaps: Sequence[Gap], tolerance: float) -> list[Gap]:
    """Of every axis and measure all gaps that are beyond `tolerance`, the largest first, or the one furthest from
    none."""
    kinds: dict[str, dict[str, list[Gap]]] = {}
    for gap in gaps:
        kinds.setdefault(gap.axis, {}).setdefault(gap.measure, []).append(gap)
    alike = (kind for measures in kinds.values() for kind in measures.values())
    return [gap for kind in alike for gap in beyond(kind, tolerance) or [max(kind, key=lambda gap: abs(gap.gap))]]
