"""Pure: what arms made of cases, as figures with intervals, and whether the goals are met."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from bots.meter import Prices
from bots.refining.arms import Take
from bots.refining.auditors import Auditor, sentences
from bots.refining.bootstrap import Column, Draws
from bots.refining.keeping import JUDGED, KEEP
from moderation.shares import UNKNOWN, Estimate, share

_MICRO: Final = 1_000_000

RATIOS: Final[Mapping[str, tuple[str, str, float]]] = MappingProxyType(
    {
        "tokens_in": ("read", "clean", 1.0),
        "tokens_cached": ("cached", "clean", 1.0),
        "tokens_out": ("out", "clean", 1.0),
        "tokens_overshoot": ("overshoot", "clean", 1.0),
        "out_a_reply": ("out", "replies", 1.0),
        "money": ("micros", "clean", 1_000.0 / _MICRO),
        "violations": ("violations", "sentences", 1_000.0),
        "retries": ("further", "replies", 1.0),
    }
)
"""What is divided by what, and in which unit: sums over all replies of an arm."""
SHARES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "clean": ("clean", "replies"),
        "seen": ("caught", "faulty"),
        "false_refine": ("wrongly", "harmless"),
        "truncated": ("truncated", "replies"),
        "fallback": ("fallback", "replies"),
        "withdrawn": ("withdrawn", "replies"),
    }
)
"""Counts of counts."""
QUANTILES: Final[Mapping[str, tuple[str, float]]] = MappingProxyType(
    {
        "first": ("first", 0.5),
        "first_late": ("first", 0.95),
        "first_tokens": ("first_tokens", 0.5),
        "total_late": ("total", 0.95),
    }
)
FIRST_NONE, FIRST_REGENERATE, OUT, FALSE = 1.05, 0.5, 1.05, 0.01
CRITIC: Final = "self-refine"
"""The arm whose detector is the model itself."""


@dataclass(frozen=True)
class Arm:
    """All replies of one arm, case by case."""

    name: str
    columns: Mapping[str, Column]
    categories: Mapping[str, int]
    """Violations delivered, by category."""
    draws: Draws

    @cached_property
    def figures(self) -> Mapping[str, Estimate]:
        """By name."""
        ratios = {name: _times(self.draws.ratio(*self.pair(name)), unit) for name, (_, _, unit) in RATIOS.items()}
        shares = {
            name: share(int(self.columns[hits].sum()), int(self.columns[total].sum()))
            for name, (hits, total) in SHARES.items()
        }
        quantiles = {name: self.draws.quantile(self.columns[of], at) for name, (of, at) in QUANTILES.items()}
        return {**ratios, **shares, **quantiles}

    def pair(self, name: str) -> tuple[Column, Column]:
        """What is divided by what for a ratio or a share."""
        over, under = RATIOS[name][:2] if name in RATIOS else SHARES[name]
        return self.columns[over], self.columns[under]


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """Something that ours is to reach."""

    name: str
    reached: Estimate
    met: bool | None
    """None: it cannot be told."""
    chance: bool = False
    """Missed by no more than chance: the interval holds what would be met."""
    limit: float | None = None
    arm: str = ""
    """What it is compared with, where that is not said."""
    percent: bool = False


def arms(takes: Iterable[Take], auditor: Auditor, prices: Prices, *, seed: int) -> tuple[Arm, ...]:
    """The arms in the order in which they come; each must have all cases."""
    by_arm: dict[str, list[Take]] = {}
    for take in takes:
        by_arm.setdefault(take.arm, []).append(take)
    return tuple(_arm(name, made, auditor, prices, seed) for name, made in by_arm.items())


def goals(made: Sequence[Arm]) -> tuple[Goal, ...]:
    """Whether ours reached what it is to; empty where an arm is missing."""
    arm = {each.name: each for each in made}
    if not {"none", "regenerate", KEEP} <= arm.keys():
        return ()
    return tuple(_goals(arm))


def facts(made: Sequence[Arm], reached: Sequence[Goal]) -> dict[str, Any]:
    """Everything as JSON has it; null for what cannot be told."""
    return {
        "arms": {
            arm.name: {
                "figures": {name: _bare(estimate) for name, estimate in arm.figures.items()},
                "violations": dict(sorted(arm.categories.items())),
            }
            for arm in made
        },
        "goals": [
            {
                "goal": goal.name,
                "limit": goal.limit,
                "arm": goal.arm,
                "reached": _bare(goal.reached),
                "met": goal.met,
                "chance": goal.chance,
            }
            for goal in reached
        ],
    }


def _goals(arm: Mapping[str, Arm]) -> Iterator[Goal]:
    ours, none, regenerate = arm[KEEP], arm["none"], arm["regenerate"]
    draws = ours.draws
    first = [each.columns["first"] for each in (ours, none, regenerate)]
    yield _at_most("first_none", draws.quotient_of_quantiles(first[0], first[1], 0.5), FIRST_NONE)
    yield _at_most("first_regenerate", draws.quotient_of_quantiles(first[0], first[2], 0.5), FIRST_REGENERATE)
    yield _at_most("out", draws.quotient_of_ratios(ours.pair("tokens_out"), none.pair("tokens_out")), OUT)
    yield _at_most("false_refine", ours.figures["false_refine"], FALSE, percent=True)
    # The critic of self-refine is another detector, and how much it sees is assumed: it has rows of its own.
    others = [each for name, each in arm.items() if name not in {KEEP, JUDGED, CRITIC}]
    critic = [arm[CRITIC]] if CRITIC in arm else []
    for name, rivals in (("violations", others), ("violations_critic", critic), ("clean", others)):
        yield _against(name, ours, rivals)
    yield _against("clean_critic", ours, critic)
    yield _against("money", ours, [each for each in (*others, *critic) if each is not none])
    if JUDGED in arm:  # it knows as much as the critic
        judged = arm[JUDGED]
        yield _at_most("first_judged", draws.quotient_of_quantiles(judged.columns["first"], first[1], 0.5), FIRST_NONE)
        yield _against("violations_judged", judged, [*others, *critic])
        yield _against("clean_judged", judged, [*others, *critic])
        yield _against("money_judged", judged, critic)


def _at_most(name: str, reached: Estimate, limit: float, *, percent: bool = False) -> Goal:
    met = None if math.isnan(reached.value) else reached.value <= limit
    chance = met is False and reached.low <= limit
    return Goal(name=name, reached=reached, met=met, chance=chance, limit=limit, percent=percent)


def _against(goal: str, ours: Arm, others: Sequence[Arm]) -> Goal:
    """Ours beside the best of the others: the difference is of pairs."""
    name = goal.partition("_")[0]
    least = name != "clean"
    told = [each for each in others if not math.isnan(each.figures[name].value)]
    if not told or math.isnan(ours.figures[name].value):
        return Goal(name=goal, reached=UNKNOWN, met=None, arm=others[0].name if others else CRITIC)
    best = (min if least else max)(told, key=lambda each: each.figures[name].value)
    unit = RATIOS[name][2] if name in RATIOS else 1.0
    difference = _times(ours.draws.difference(ours.pair(name), best.pair(name)), unit)
    met = difference.value <= 0 if least else difference.value >= 0
    chance = not met and (difference.low <= 0 if least else difference.high >= 0)
    return Goal(name=goal, reached=difference, met=met, chance=chance, arm=best.name, percent=name in SHARES)


def _arm(name: str, takes: Sequence[Take], auditor: Auditor, prices: Prices, seed: int) -> Arm:
    rows, categories = [], Counter[str]()
    for take in takes:
        faults = auditor.faults(take.text)
        categories.update(faults)
        rows.append(_row(take, len(faults), auditor, prices))
    columns = {key: np.array([row[key] for row in rows], dtype=np.float64) for key in rows[0]}
    return Arm(name, columns, categories, Draws(len(takes), seed))


def _row(take: Take, violations: int, auditor: Auditor, prices: Prices) -> dict[str, float]:
    judged = [(bool(auditor.faults(text)), bool(rule)) for text, rule in take.checked]
    usage = take.usage
    return {
        "replies": 1,
        "read": usage.tokens_in,
        "cached": usage.tokens_cached,
        "out": usage.tokens_out,
        "overshoot": usage.tokens_overshoot,
        "micros": prices.of(usage),
        "further": usage.calls - 1,
        "clean": not take.fallback and not violations,
        "violations": violations,
        "sentences": len(sentences(take.text)),
        "faulty": sum(faulty for faulty, _ in judged),
        "caught": sum(faulty and refused for faulty, refused in judged),
        "harmless": sum(not faulty for faulty, _ in judged),
        "wrongly": sum(refused and not faulty for faulty, refused in judged),
        "truncated": take.truncated,
        "fallback": take.fallback,
        "withdrawn": take.withdrawn,
        "first": take.first,
        "first_tokens": take.first_tokens,
        "total": take.total,
    }


def _times(estimate: Estimate, unit: float) -> Estimate:
    return Estimate(value=estimate.value * unit, low=estimate.low * unit, high=estimate.high * unit)


def _bare(estimate: Estimate) -> dict[str, float | None]:
    bounds = {"value": estimate.value, "low": estimate.low, "high": estimate.high}
    return {name: None if math.isnan(bound) else bound for name, bound in bounds.items()}
