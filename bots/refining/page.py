"""Figures as one HTML file that asks for nothing else: no script, no font, no picture from anywhere."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from bots.refining.figures import Arm
from bots.refining.keeping import KEEP
from bots.refining.report import Table, arm_name, figure, heading
from moderation.words import catalogue

PLOTTED: Final = ("tokens_out", "money", "violations", "clean", "first", "first_late")
"""Figures that are drawn."""
_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2126; --paper: #fff; --faint: #d5dae0; --bar: #8a97a6; --ours: #0b5c94; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --paper: #15181c; --faint: #3a414a; --bar: #74808d; --ours: #7cc4f5; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0 0 1.5rem; }
caption { text-align: start; font-weight: 600; padding: .5rem 0; }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--faint); }
th, td { text-align: start; vertical-align: top; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(22rem, 1fr)); gap: 1.5rem; }
figure { margin: 0; }
svg { width: 100%; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
rect { fill: var(--bar); }
rect.ours { fill: var(--ours); }
line { stroke: var(--ink); stroke-width: 1.5; }
"""
_WIDTH, _NAMES, _FIGURES, _BAR, _GAP = 480, 130, 110, 18, 10


def page(made: Sequence[Arm], shown: Sequence[Table], remarks: Sequence[str], language: str, *, currency: str) -> str:
    """The whole document, its words in `language`."""
    title = escape(catalogue("bots").say("refine.title", language))
    plots = "\n".join(
        f"<figure>{plot(made, name, language, number=number, currency=currency)}</figure>"
        for number, name in enumerate(PLOTTED)
    )
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{language}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{title}</title><style>{_STYLE}</style></head>",
        f"<body><main><h1>{title}</h1>",
        *(f"<p>{escape(remark)}</p>" for remark in remarks),
        f'<div class="plots">{plots}</div>',
        *map(_table, shown),
        "</main></body></html>",
    ]
    return "\n".join([*parts, ""])


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


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in table.columns)
    body = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for name, *cells in table.rows
    )
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(table.title)}"><table>'
        f"<caption>{escape(table.title)}</caption><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>"
    )
