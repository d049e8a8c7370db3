"""Every row of a set judged by the guard as it stands and by every rival, one after the other, on the same machine.

The guard gives a decision for each finding; what ranks texts is the `strength` of it: where a score lies between the
thresholds of its rule, so that scores of different filters compare. Below `FLAGGED` a text is allowed, from `BLOCKED`
on it is not shown.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

from moderation.bench.rivals import Rival
from moderation.bench.sets import LabelledSet
from moderation.guard import GUARD, Guard
from moderation.models.corpus import Row
from moderation.policy import Policy
from moderation.records import Brief, Candidate, Finding, Stage

OURS: Final = "talchum"
"""Name of the guard as a whole; a filter or a rule of it is called `talchum/NAME`."""
FLAGGED: Final = 1 / 3
BLOCKED: Final = 2 / 3
_WARM_UP: Final = 5
"""Rows judged before any is timed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What was said of every row of a set, in its order."""

    set: LabelledSet
    scores: Mapping[str, Sequence[float]]
    """By the name of who judged: strengths of the guard, its filters and rules, and the scores of rivals."""
    times: Mapping[str, Sequence[float]]
    """Milliseconds a row took by the clock, by the same names; rules have none."""
    work: Mapping[str, Sequence[float]]
    """Milliseconds of processor time a row took, for the guard as a whole and for rivals."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """What times are read from, in seconds."""

    wall: Callable[[], float]
    processor: Callable[[], float]
    """Of the whole process: what other programs do does not count."""


async def judged(
    guard: Guard, rivals: Sequence[Rival], rows: LabelledSet, *, clocks: Clocks, step: Callable[[], None]
) -> Marks:
    """All marks of a set, its rows judged as whole replies in their language, one at a time. `step` is called after
    each. Rivals that are filters of the guard are judged apart from it, for their own time."""
    for row in rows.rows[:_WARM_UP]:
        await _judged(guard, rivals, row, clocks)
    marks = []
    for row in rows.rows:
        marks.append(await _judged(guard, rivals, row, clocks))
        step()
    return Marks(
        set=rows,
        scores=_columns([mark.scores for mark in marks]),
        times=_columns([mark.times for mark in marks]),
        work=_columns([mark.work for mark in marks]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What was said of one row, by whom; and the milliseconds it took."""

    scores: dict[str, float] = field(default_factory=dict)
    times: dict[str, float] = field(default_factory=dict)
    work: dict[str, float] = field(default_factory=dict)


async def _judged(guard: Guard, rivals: Sequence[Rival], row: Row, clocks: Clocks) -> _Mark:
    mark = _Mark()
    candidate = Candidate(stage=Stage.WHOLE, text=row.text, language=row.lang, brief=Brief(language=row.lang))
    with _timed(OURS, mark, clocks):
        verdict = await guard.judge(candidate)
    mark.scores[OURS] = 0.0
    for found in verdict.findings:
        value = strength_of(found, guard.policy, row.lang)
        filter_, rule = f"{OURS}/{found.filter}", f"{OURS}/{found.rule}"
        for name in (OURS,) if found.filter == GUARD else (OURS, filter_, rule):
            mark.scores[name] = max(mark.scores.get(name, 0.0), value)
        if found.filter != GUARD:
            mark.times[filter_] = found.elapsed.total_seconds() * 1000
    for rival in rivals:
        with _timed(rival.name, mark, clocks):
            mark.scores[rival.name] = rival.judge(row.text)
    return mark


@contextmanager
def _timed(name: str, mark: _Mark, clocks: Clocks) -> Iterator[None]:
    wall, processor = clocks.wall(), clocks.processor()
    yield
    mark.work[name] = (clocks.processor() - processor) * 1000
    mark.times[name] = (clocks.wall() - wall) * 1000


def _columns(rows: Sequence[Mapping[str, float]]) -> dict[str, tuple[float, ...]]:
    """By name; whoever said nothing of a row objected to nothing in it."""
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: tuple(row.get(name, 0.0) for row in rows) for name in names}


def strength_of(found: Finding, policy: Policy, language: str) -> float:
    """How strongly the guard objects, in [0, 1]; what it could not judge it objects to with all its strength."""
    if found.filter == GUARD:
        return 1.0
    if found.score is None:
        return 0.0
    return strength(found.score, *policy.thresholds(found.filter, found.category, stage=Stage.WHOLE, language=language))


def strength(score: float, flag: float, block: float) -> float:
    """Where `score` lies between 0, `flag`, `block` and 1, each a third of [0, 1]. Grows with `score`; is at least
    FLAGGED and BLOCKED exactly where the score reaches these. Infinity is a threshold that nothing reaches."""
    flag = min(flag, block)
    if flag == math.inf:
        return 0.0
    if score < flag:
        return _part(score, 0.0, flag, 0.0, FLAGGED)
    if score < block:
        return _part(score, flag, min(block, 1.0), FLAGGED, BLOCKED)
    return BLOCKED if block >= 1.0 else BLOCKED + (score - block) / (1.0 - block) * (1.0 - BLOCKED)


def _part(score: float, low: float, high: float, start: float, end: float) -> float:
    """`score` in [low, high] carried over to [start, end), the end left out."""
    if high <= low:
        return start
    return min(start + (score - low) / (high - low) * (end - start), math.nextafter(end, 0.0))
