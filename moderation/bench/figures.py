"""What marks come to: for each set, category and judge how well it ranks, what it catches and what it takes for it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from moderation.bench.contest import BLOCKED, FLAGGED, OURS, Marks
from moderation.bench.intervals import RESAMPLES, area, f1
from moderation.bench.rivals import Rival
from moderation.bench.sets import ANY
from moderation.shares import Estimate, share

STEPS: Final = 100
"""Thresholds of a curve, beside 0."""
BLOCKING: Final = f"{OURS}, blocked"
"""Name of the guard where only what it would not show counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """How one judge does in one category of one set."""

    set: str
    language: str
    category: str
    judge: str
    threshold: float
    """From which score on it objects."""
    rows: int
    """That say something about the category."""
    harmful: int
    auc: Estimate
    f1: Estimate
    recall: Estimate
    """The share of harmful rows that it objects to."""
    false_alarm: Estimate
    """The share of harmless rows that it objects to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """How long one judge takes for a row of a set, in milliseconds by the clock."""

    set: str
    language: str
    judge: str
    p50: float
    p95: float
    ratio_p50: float
    """Processor time over that of the guard as a whole, so that other work on the machine does not count; NaN for a
    part of the guard."""
    ratio_p95: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Errors of one judge at every threshold k/STEPS, k from 0 on: NaN where there is no row of that label."""

    set: str
    language: str
    judge: str
    flag: float
    """Where it objects by itself."""
    block: float
    """From where on a text is not shown; NaN where it knows no such threshold."""
    misses: tuple[float, ...]
    """The share of harmful rows below the threshold."""
    false_alarms: tuple[float, ...]
    """The share of harmless rows at or above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Everything that one run found out."""

    about: Mapping[str, str]
    """What ran: versions, policy, seed, machine."""
    missing: tuple[str, ...]
    """Rivals that were not there."""
    figures: tuple[Figure, ...]
    timings: tuple[Timing, ...]
    curves: tuple[Curve, ...]

    def facts(self) -> dict[str, Any]:
        """As plain values for JSON, unrounded; NaN as None."""
        facts: dict[str, Any] = _plain(asdict(self))
        return facts


def results(
    marks: Sequence[Marks],
    rivals: Sequence[Rival],
    *,
    missing: Sequence[str],
    about: Mapping[str, str],
    seed: int,
    resamples: int = RESAMPLES,
) -> Results:
    """All figures of all sets, in their order. Blocks for as long as the resampling takes."""
    own = {rival.name: rival.threshold for rival in rivals}
    every = [each for one in marks for each in _figures(one, own, seed=seed, resamples=resamples)]
    return Results(
        about=about,
        missing=tuple(missing),
        figures=tuple(every),
        timings=tuple(timing for one in marks for timing in _timings(one)),
        curves=tuple(curve for one in marks for curve in _curves(one, own)),
    )


def _figures(marks: Marks, rivals: Mapping[str, float], *, seed: int, resamples: int) -> Iterator[Figure]:
    for category in marks.set.categories:
        said, labels = _said(marks, category)
        for name, key, threshold in _judges(marks, category, rivals):
            scores = np.asarray(marks.scores[key])[said]
            caught = scores >= threshold
            harmful = int(labels.sum())
            yield Figure(
                set=marks.set.name,
                language=marks.set.language,
                category=category,
                judge=name,
                threshold=threshold,
                rows=len(labels),
                harmful=harmful,
                auc=area(labels, scores, seed=seed, resamples=resamples),
                f1=f1(labels, scores, threshold, seed=seed, resamples=resamples),
                recall=share(int((caught & labels).sum()), harmful),
                false_alarm=share(int((caught & ~labels).sum()), len(labels) - harmful),
            )


def _said(marks: Marks, category: str) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Places and labels of the rows that say something about a category."""
    labels = marks.set.labels(category)
    said = [at for at, label in enumerate(labels) if label is not None]
    return np.asarray(said, dtype=np.intp), np.asarray([labels[at] for at in said], dtype=bool)


def _judges(marks: Marks, category: str, rivals: Mapping[str, float]) -> Iterator[tuple[str, str, float]]:
    """Name, name of its scores and threshold: the guard, flagging and blocking; its filters that objected to anything;
    its rules about this very category; the rivals."""
    yield OURS, OURS, FLAGGED
    yield BLOCKING, OURS, BLOCKED
    for name, scores in marks.scores.items():
        _, _, part = name.partition("/")
        judge, _, rule = part.partition(".")
        if judge and (rule == category or (not rule and max(scores, default=0.0) >= FLAGGED)):
            yield name, name, FLAGGED
    yield from ((name, name, threshold) for name, threshold in rivals.items() if name in marks.scores)


def _timings(marks: Marks) -> Iterator[Timing]:
    ours = _quantiles(marks.work[OURS])
    for judge, times in marks.times.items():
        p50, p95 = _quantiles(times)
        ratios = _quantiles(marks.work[judge]) / ours if judge in marks.work and ours.all() else (math.nan, math.nan)
        yield Timing(
            set=marks.set.name,
            language=marks.set.language,
            judge=judge,
            p50=float(p50),
            p95=float(p95),
            ratio_p50=float(ratios[0]),
            ratio_p95=float(ratios[1]),
        )


def _quantiles(times: Sequence[float]) -> NDArray[np.float64]:
    """Median and 95th percentile."""
    return np.quantile(np.asarray(times, dtype=np.float64), (0.5, 0.95))


def _curves(marks: Marks, rivals: Mapping[str, float]) -> Iterator[Curve]:
    """The guard's, and those of rivals that give more than a yes and a no; for the label of the rows alone."""
    said, labels = _said(marks, ANY)
    graded = {name: at for name, at in rivals.items() if len(set(marks.scores.get(name, ()))) > 2}
    for judge, flag in {OURS: FLAGGED, **graded}.items():
        scores = np.asarray(marks.scores[judge])[said]
        yield Curve(
            set=marks.set.name,
            language=marks.set.language,
            judge=judge,
            flag=flag,
            block=BLOCKED if judge == OURS else math.nan,
            misses=errors(scores[labels], below=True),
            false_alarms=errors(scores[~labels], below=False),
        )


def errors(scores: NDArray[np.float64], *, below: bool) -> tuple[float, ...]:
    """At every threshold k/STEPS the share of `scores` below it, or at and above it; NaN for none."""
    if not len(scores):
        return (math.nan,) * (STEPS + 1)
    under = np.searchsorted(np.sort(scores), np.arange(STEPS + 1) / STEPS, side="left") / len(scores)
    return tuple(float(value) for value in (under if below else 1 - under))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
