"""What came of a run as one HTML file."""

from collections.abc import Sequence
from html import escape
from typing import Final

from bots.load.plots import Plot
from moderation.bench.document import Table, document, table_of
from moderation.words import catalogue

_STYLE: Final = """
:root { --line: #0b5c94; }
@media (prefers-color-scheme: dark) { :root { --line: #7cc4f5; } }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; }
polyline { fill: none; stroke: var(--line); stroke-width: 2; }
circle { fill: var(--line); }
path { fill: none; stroke: var(--ink); }
"""
_WIDTH, _HEIGHT, _LEFT, _TOP, _FOOT = 480, 260, 50, 28, 40


def page(shown: Sequence[Table], plots: Sequence[Plot], remarks: Sequence[str], language: str) -> str:
    """The whole document, its words in `language`."""
    drawn = "\n".join(f"<figure>{_plot(each, language, number=number)}</figure>" for number, each in enumerate(plots))
    tables = (table_of(table.title, table.columns, table.rows) for table in shown)
    body = (f'<div class="plots">{drawn}</div>', *tables)
    return document(catalogue("bots").say("load.title", language), language, remarks, body, style=_STYLE)


def _plot(plot: Plot, language: str, *, number: int) -> str:
    """A line over its axes, told in words too; `number` keeps ids apart."""
    say = catalogue("bots").say
    title, across = (escape(say(f"load.{key}", language)) for key in (plot.name, plot.across))
    words = "; ".join(f"{x:g}: {y:.0f}" for x, y in plot.points)
    right, top = max(x for x, _ in plot.points) or 1.0, max(y for _, y in plot.points) or 1.0
    width, height = _WIDTH - _LEFT - 10, _HEIGHT - _TOP - _FOOT
    places = [(_LEFT + x / right * width, _TOP + height - y / top * height) for x, y in plot.points]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    foot = _TOP + height
    return "\n".join(
        [
            f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-labelledby="t{number} d{number}">',
            f'<title id="t{number}">{title}</title><desc id="d{number}">{escape(words)}</desc>',
            f'<text x="0" y="14" font-weight="600">{title}</text>',
            f'<path d="M{_LEFT} {_TOP}V{foot}H{_WIDTH - 10}"/>',
            f'<text x="{_LEFT - 4}" y="{_TOP + 10}" text-anchor="end">{top:.0f}</text>',
            f'<text x="{_LEFT - 4}" y="{foot}" text-anchor="end">0</text>',
            f'<text x="{_WIDTH - 10}" y="{foot + 16}" text-anchor="end">{right:g}</text>',
            f'<text x="{_LEFT}" y="{foot + 32}">{across}</text>',
            f'<polyline points="{line}"/>',
            *(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places if len(places) < 20),
            "</svg>",
        ]
    )
