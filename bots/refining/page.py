"""What came of an experiment as one HTML file."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from bots.refining.figures import Arm
from bots.refining.keeping import KEEP
from bots.refining.report import arm_name, figure, heading
from moderation.bench.document import Table, document, table_of
from moderation.words import catalogue

PLOTTED: Final = ("tokens_out", "money", "violations", "clean", "first", "first_late")
"""Figures that are drawn."""
_STYLE: Final = """
:root { --bar: #8a97a6; --ours: #0b5c94; }
@media (prefers-color-scheme: dark) {
  :root { --bar: #74808d; --ours: #7cc4f5; }
}
th, td { vertical-align: top; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; }
rect { fill: var(--bar); }
rect.ours { fill: var(--ours); }
line { stroke: var(--ink); stroke-width: 1.5; }
"""
_WIDTH, _NAMES, _FIGURES, _BAR, _GAP = 480, 130, 110, 18, 10


def page(made: Sequence[Arm], shown: Sequence[Table], remarks: Sequence[str], language: str, *, currency: str) -> str:
    """The whole document, its words in `language`."""
    plots = "\n".join(
        f"<figure>{plot(made, name, language, number=number, currency=currency)}</figure>"
        for number, name in enumerate(PLOTTED)
    )
    tables = (table_of(table.title, table.columns, table.rows) for table in shown)
    body = (f'<div class="plots">{plots}</div>', *tables)
    return document(catalogue("bots").say("refine.title", language), language, remarks, body, style=_STYLE)


def plot(made: Sequence[Arm], name: str, language: str, *, number: int, currency: str) -> str:
    """One figure of every arm as bars with their intervals, told in words too; `number` keeps ids apart."""
    title = heading(name, language, currency)
    words = "; ".join(f"{arm_name(arm.name, language)}: {figure(name, arm.figures[name])}" for arm in made)
    height = 24 + len(made) * (_BAR + _GAP)
    lines = [
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-labelledby="t{number} d{number}">',
        f'<title id="t{number}">{escape(title)}</title><desc id="d{number}">{escape(words)}</desc>',
        f'<text x="0" y="14" font-weight="600">{escape(title)}</text>',
        *_bars(made, name, language),
        "</svg>",
    ]
    return "\n".join(lines)


def _bars(made: Sequence[Arm], name: str, language: str) -> Iterator[str]:
    told = [arm.figures[name] for arm in made]
    most = max((each.high for each in told if not math.isnan(each.high)), default=0.0) or 1.0
    scale = (_WIDTH - _NAMES - _FIGURES) / most
    for row, (arm, each) in enumerate(zip(made, told, strict=True)):
        y = 24 + row * (_BAR + _GAP)
        middle = y + _BAR / 2
        yield f'<text x="0" y="{middle + 4:.1f}">{escape(arm_name(arm.name, language))}</text>'
        if not math.isnan(each.value):
            kind = ' class="ours"' if arm.name == KEEP else ""
            low, high = _NAMES + each.low * scale, _NAMES + each.high * scale
            yield f'<rect{kind} x="{_NAMES}" y="{y}" width="{each.value * scale:.1f}" height="{_BAR}"/>'
            yield f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{middle}" y2="{middle}"/>'
        short = figure(name, each).partition(" [")[0]
        yield f'<text x="{_WIDTH}" y="{middle + 4:.1f}" text-anchor="end">{escape(short)}</text>'
