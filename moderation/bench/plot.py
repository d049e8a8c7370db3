"""A curve of errors over thresholds as inline SVG: told in words too, readable without colour, light and dark."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from moderation.bench.figures import STEPS, Curve
from moderation.words import catalogue

_WIDTH, _HEIGHT = 560, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 16, 44
_PERCENT: Final = (0, 25, 50, 75, 100)
_TOLD: Final = 10
"""Thresholds that the words beside a plot tell of: every tenth."""


def plot(curve: Curve, language: str, *, number: int) -> str:
    """The SVG of `curve`; `number` keeps its ids apart from those of others on the page."""
    say = catalogue("moderation").say
    title = say("bench.plot", language, judge=curve.judge, set=curve.set, language=curve.language)
    across = _text(_LEFT + _across() / 2, _HEIGHT - 6, "middle", say("bench.threshold", language))
    lines = [
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="t{number} d{number}">',
        f'<title id="t{number}">{escape(title)}</title>',
        f'<desc id="d{number}">{escape(told(curve, language))}</desc>',
        *_grid(),
        *_limits(curve, language),
        _line(curve.misses, "miss"),
        _line(curve.false_alarms, "alarm"),
        across,
        "</svg>",
    ]
    return "\n".join(line for line in lines if line)


def told(curve: Curve, language: str) -> str:
    """The curve in words, at every tenth threshold."""
    say = catalogue("moderation").say
    return " ".join(
        say(
            "bench.point",
            language,
            threshold=f"{at / STEPS:.1f}",
            misses=percent(curve.misses[at]),
            false_alarms=percent(curve.false_alarms[at]),
        )
        for at in range(0, STEPS + 1, _TOLD)
    )


def percent(value: float) -> str:
    """A share for people; a dash where there is none."""
    return "–" if math.isnan(value) else f"{100 * value:.0f} %"


def _grid() -> Iterator[str]:
    for value in _PERCENT:
        y = _y(value / 100)
        yield f'<line class="grid" x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield _text(_LEFT - 8, y + 4, "end", f"{value} %")
    for tenth in range(0, 11, 2):
        yield _text(_x(tenth / 10), _HEIGHT - 24, "middle", f"{tenth / 10:.1f}")


def _limits(curve: Curve, language: str) -> Iterator[str]:
    """Where the judge objects by itself."""
    for name, value in (("flag", curve.flag), ("block", curve.block)):
        if not math.isnan(value):
            x = _x(value)
            yield f'<line class="limit" x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP}" y2="{_HEIGHT - _BOTTOM}"/>'
            yield _text(x + 4, _TOP + 10, "start", catalogue("moderation").say(f"bench.at_{name}", language))


def _text(x: float, y: float, anchor: str, words: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _line(values: Sequence[float], name: str) -> str:
    """Nothing where there are no rows of that label."""
    if math.isnan(values[0]):
        return ""
    points = " ".join(f"{_x(at / STEPS):.1f},{_y(value):.1f}" for at, value in enumerate(values))
    return f'<polyline class="{name}" points="{points}"/>'


def _across() -> int:
    return _WIDTH - _LEFT - _RIGHT


def _x(value: float) -> float:
    return _LEFT + value * _across()


def _y(value: float) -> float:
    return _HEIGHT - _BOTTOM - value * (_HEIGHT - _TOP - _BOTTOM)
