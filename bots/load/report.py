"""What came of a run as tables of words, the same for a terminal and for a page."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from bots.load.figures import FLAT, QUICK, Drift, Phase, drift
from bots.load.phases import Results
from moderation.bench.document import Table
from moderation.words import catalogue

NOTHING: Final = "–"
_COLUMNS: Final = (
    "conversations", "messages", "rate", "call", "first", "last", "waited", "cost", "memory", "repaired", "replaced",
    "refused", "lost", "disordered", "fewest",
)  # fmt: skip
_LEAKS: Final = ("tasks", "threads", "files", "connections")
_AT_WORK: Final = "threads"
"""Looked at while it works: pools keep their threads, and have not all of them before the first crowd. The others are
looked at while it rests: pools of connections are as wide as the fullest moment was, and empty themselves after it."""
_SLACK: Final = 0.1
_FEW: Final = 4
"""By what part, and by how many, there may be more of each after an endurance run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What was to be reached, what was, and whether that is enough."""

    name: str
    wanted: str
    reached: str
    met: bool


def tables(results: Results, language: str) -> Iterator[Table]:
    """The phases, what the program took over the endurance run, and the goals."""
    if results.phases:
        yield Table(
            title=_say("table_phases", language),
            columns=(_say("phase", language), *(_say(name, language) for name in _COLUMNS)),
            rows=tuple((_say(phase.name, language), *_cells(phase)) for phase in results.phases),
        )
    if drifts := drifts_of(results):
        yield Table(
            title=_say("table_endurance", language),
            columns=tuple(_say(name, language) for name in ("what", "before", "after", "change", "rested")),
            rows=tuple(
                (_say(name, language), *_change(name, each), " → ".join(_change(name, _rested(results, name))[:2]))
                for name, each in drifts.items()
            ),
        )
    yield Table(
        title=_say("table_goals", language),
        columns=tuple(_say(name, language) for name in ("goal", "wanted", "reached", "verdict")),
        rows=tuple(
            (_say(goal.name, language), goal.wanted, goal.reached, _say("met" if goal.met else "missed", language))
            for goal in goals(results)
        ),
    )


def remarks(results: Results, language: str) -> Iterator[str]:
    """How it was measured, and what was strange."""
    conditions = results.conditions
    yield _say(
        "how", language, platforms=", ".join(conditions.platforms), think=f"{conditions.think:g}",
        ttft=f"{conditions.speech.ttft:g}", tps=f"{conditions.speech.tps:g}", faults=f"{conditions.faults:.0%}",
        sentences=conditions.speech.sentences,
        seed=conditions.seed,
    )  # fmt: skip
    late = max((phase.late.p95 for phase in results.phases), default=math.nan)
    if not math.isnan(late):
        yield _say("late", language, late=_ms(late))
    for problem in results.problems[:3]:
        yield _say("problem", language, problem=problem)


def goals(results: Results) -> Iterator[Goal]:
    """All that the run can tell of."""
    steps = [phase for phase in results.phases if phase.name == "step"]
    if steps:
        full = steps[-1]
        yield _at_most("goal_quick", full.first.p95, QUICK)
    by_name = {phase.name: phase for phase in results.phases}
    if overload := by_name.get("overload"):
        refused = overload.refused
        yield Goal(name="goal_refuses", wanted="> 0", reached=str(refused), met=refused > 0)
    if recovery := by_name.get("recovery"):
        yield _at_most("goal_recovers", recovery.first.p95, QUICK)
        yield _none("goal_recovered", recovery.refused)
    if results.phases:
        yield _none("goal_starved", sum(phase.starved for phase in results.phases))
        yield _none("goal_lost", sum(phase.lost for phase in results.phases))
        yield _none("goal_once", sum(phase.strange for phase in results.phases))
        yield _none("goal_ordered", sum(phase.disordered for phase in results.phases))
    yield _none("goal_limited", sum(results.limited.values()))
    yield _none("goal_problems", len(results.problems))
    drifts = drifts_of(results)
    if memory := drifts.pop("memory", None):
        met = not math.isnan(memory.share) and abs(memory.share) <= FLAT
        yield Goal(name="goal_flat", wanted=f"± {FLAT:.0%}", reached=f"{memory.share:+.1%}", met=met)
    for name, working in drifts.items():
        each = working if name == _AT_WORK else _rested(results, name)
        most = each.before * (1 + _SLACK) + _FEW
        wanted = NOTHING if math.isnan(most) else f"≤ {most:.0f}"
        yield Goal(name=f"goal_{name}", wanted=wanted, reached=_amount(name, each.after), met=each.after <= most)


def drifts_of(results: Results) -> dict[str, Drift]:
    """How each thing that the program takes changed over the endurance run; empty where there was none."""
    return {name: drift(results.samples, name) for name in ("memory", *_LEAKS)} if results.samples else {}


def _rested(results: Results, name: str) -> Drift:
    """How it changed from one rest to the other."""
    before, after = (float(getattr(taken, name)) for taken in results.rested)
    return Drift(before=before, after=after)


def _change(name: str, drift: Drift) -> tuple[str, str, str]:
    return _amount(name, drift.before), _amount(name, drift.after), f"{drift.share:+.1%}"


def _at_most(name: str, seconds: float, limit: float) -> Goal:
    return Goal(name=name, wanted=f"≤ {_ms(limit)} ms", reached=f"{_ms(seconds)} ms", met=seconds <= limit)


def _none(name: str, count: int) -> Goal:
    return Goal(name=name, wanted="0", reached=str(count), met=count == 0)


def _cells(phase: Phase) -> tuple[str, ...]:
    return (
        str(phase.conversations),
        str(phase.messages),
        f"{phase.rate:.1f}",
        *(" / ".join(map(_ms, (each.p50, each.p95, each.p99))) for each in (phase.call, phase.first, phase.last)),
        " / ".join("–" if math.isnan(each) else f"{each:.1f}" for each in (phase.waited.p95, phase.waited.most)),
        f"{phase.cpu:.0f}",
        f"{phase.memory / 1e6:.0f}",
        *map(str, (phase.repaired, phase.replaced, phase.refused, phase.lost, phase.disordered)),
        f"{phase.fewest} / {phase.most}",
    )


def _amount(name: str, value: float) -> str:
    if math.isnan(value):
        return NOTHING
    return f"{value / 1e6:.0f} MB" if name == "memory" else f"{value:.0f}"


def _ms(seconds: float) -> str:
    return NOTHING if math.isnan(seconds) else f"{seconds * 1000:.0f}"


def _say(key: str, language: str, **fields: object) -> str:
    return catalogue("bots").say(f"load.{key}", language, **fields)
