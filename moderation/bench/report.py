"""Results as tables of words, the same for a terminal and for a page."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from moderation.bench.figures import Figure, Results, Timing
from moderation.bench.rivals import DETOXIFY
from moderation.bench.sets import ANY
from moderation.shares import Estimate
from moderation.words import catalogue

_NOTHING: Final = "–"
_EXTRA: Final = "pip install 'talchum[bench]'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One set, language and category: a row for each judge, its name first."""

    set: str
    language: str
    category: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(results: Results, language: str) -> tuple[Table, ...]:
    """A table for each set and category, in the order of the figures; headings in `language`."""
    grouped: dict[tuple[str, str, str], list[Figure]] = {}
    for figure in results.figures:
        grouped.setdefault((figure.set, figure.language, figure.category), []).append(figure)
    timed = {(timing.set, timing.language, timing.judge): timing for timing in results.timings}
    say = catalogue("moderation").say
    columns = ("judge", "auc", "f1", "recall", "false_alarm", "p50", "p95", "ratio")
    return tuple(
        Table(
            set=name,
            language=spoken,
            category=category,
            title=say(
                "bench.table",
                language,
                set=name,
                language=spoken,
                category=say("bench.any", language) if category == ANY else category,
                rows=figures[0].rows,
                harmful=figures[0].harmful,
            ),
            columns=tuple(say(f"bench.column_{column}", language) for column in columns),
            rows=tuple(_row(figure, timed.get((name, spoken, figure.judge))) for figure in figures),
        )
        for (name, spoken, category), figures in grouped.items()
    )


def remarks(results: Results, language: str) -> tuple[str, ...]:
    """What a reader of the figures must know: how to read them, and who is missing."""
    return (catalogue("moderation").say("bench.how_to_read", language), *_absent(results.missing, language))


def _absent(missing: tuple[str, ...], language: str) -> Iterator[str]:
    say = catalogue("moderation").say
    packages = [name for name in missing if name != DETOXIFY]
    if packages:
        yield say("bench.not_installed", language, names=", ".join(packages), how=_EXTRA)
    if DETOXIFY in missing:
        yield say("bench.no_checkpoint", language)


def facts(about: Mapping[str, str]) -> str:
    """What ran, in one line."""
    return " · ".join(f"{name} {value}" for name, value in about.items())


def _row(figure: Figure, timing: Timing | None) -> tuple[str, ...]:
    return (
        figure.judge,
        estimate(figure.auc, percent=False),
        estimate(figure.f1, percent=False),
        estimate(figure.recall, percent=True),
        estimate(figure.false_alarm, percent=True),
        *((_NOTHING,) * 3 if timing is None else _times(timing)),
    )


def _times(timing: Timing) -> tuple[str, str, str]:
    ratio = _NOTHING if math.isnan(timing.ratio_p50) else f"×{timing.ratio_p50:.2f}"
    return f"{timing.p50:.2f}", f"{timing.p95:.2f}", ratio


def estimate(found: Estimate, *, percent: bool) -> str:
    """A figure and its interval: ".81 [.78, .84]" or "72 % [68, 76]"; a dash where it cannot be told."""
    if math.isnan(found.value):
        return _NOTHING
    bounds = (found.low, found.high)
    if percent:
        low, high = (f"{100 * bound:.1f}" for bound in bounds)
        return f"{100 * found.value:.1f} % [{low}, {high}]"
    low, high = (f"{bound:.3f}".removeprefix("0") for bound in bounds)
    return f"{found.value:.3f} [{low}, {high}]".removeprefix("0")
