"""Pure: which rules win by refusing. The repaired reply beside the same draft, had it been left alone.

PASR's comparison as a ledger: the arm without repairs is the shadow, in which the refused draft ends unseen; the
auditor compares. What does not win is only flagged: that is proposed, and done by whoever runs Talchum.
"""

import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from bots.refining.arms import Take
from bots.refining.auditors import Auditor
from bots.refining.bootstrap import Draws
from bots.refining.keeping import KEEP
from moderation.guard import GUARD
from moderation.shares import Estimate, share

LEAST: Final = 50
"""Replies below which nothing is recommended."""
BETTER, SAME, WORSE = 1.0, -0.5, -1.0


class Advice(enum.StrEnum):
    """What to do with a rule."""

    KEEP = "keep"
    FEW = "few"
    DEMOTE = "demote"
    LOCKED = "locked"
    """It does not win, and stays all the same: no bench unlocks a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one rule does."""

    rule: str
    replies: int
    """In which it was the first to refuse a sentence."""
    better: int
    same: int
    worse: int
    mean: Estimate
    """Of +1, -0.5 and -1."""
    advice: Advice

    @property
    def wins(self) -> Estimate:
        """The share of repaired replies that are better than their drafts."""
        return share(self.better, self.replies)


def standings(
    takes: Iterable[Take], auditor: Auditor, locked: Callable[[str], bool], *, seed: int
) -> tuple[Standing, ...]:
    """Every rule that refused something in our arm, the most frequent first. `locked` says whether a policy lets nobody
    change a rule."""
    made = list(takes)
    shadows = {take.case.number: take for take in made if take.arm == "none"}
    scores: dict[str, list[float]] = {}
    for take in made:
        refused = next((rule for _, rule in take.checked if rule), "")
        # What the guard says of itself is no rule of a policy.
        if take.arm == KEEP and refused and not refused.startswith(f"{GUARD}."):
            scores.setdefault(refused, []).append(compared(take, shadows[take.case.number], auditor))
    ordered = sorted(scores.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple(_standing(rule, points, locked(rule), seed) for rule, points in ordered)


def compared(repaired: Take, draft: Take, auditor: Auditor) -> float:
    """Whether `repaired` is better than `draft`, the same, or worse."""
    after, before = len(auditor.faults(repaired.text)), len(auditor.faults(draft.text))
    if after != before:
        return BETTER if after < before else WORSE
    lost = repaired.fallback or repaired.truncated
    return WORSE if lost and not before else SAME


def facts(found: Sequence[Standing]) -> list[dict[str, Any]]:
    """As JSON has it."""
    return [
        {
            "rule": each.rule,
            "replies": each.replies,
            "better": each.better,
            "same": each.same,
            "worse": each.worse,
            "wins": {"value": each.wins.value, "low": each.wins.low, "high": each.wins.high},
            "mean": {"value": each.mean.value, "low": each.mean.low, "high": each.mean.high},
            "advice": each.advice,
        }
        for each in found
    ]


def _standing(rule: str, points: list[float], locked: bool, seed: int) -> Standing:  # noqa: FBT001
    mean = Draws(len(points), seed).ratio(np.array(points), np.ones(len(points)))
    advice = Advice.KEEP
    if len(points) < LEAST:
        advice = Advice.FEW
    elif mean.value <= 0:
        advice = Advice.LOCKED if locked else Advice.DEMOTE
    return Standing(
        rule=rule,
        replies=len(points),
        better=points.count(BETTER),
        same=points.count(SAME),
        worse=points.count(WORSE),
        mean=mean,
        advice=advice,
    )
