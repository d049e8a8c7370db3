"""Results as one HTML file that asks for nothing else: no script, no font, no picture from anywhere."""

from collections.abc import Iterator
from html import escape
from typing import Final

from moderation.bench.figures import Results
from moderation.bench.plot import plot
from moderation.bench.report import Table, facts, remarks, tables
from moderation.bench.sets import ANY
from moderation.words import catalogue

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2126; --paper: #fff; --faint: #d5dae0; --miss: #a3370f; --alarm: #0b5c94; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --paper: #15181c; --faint: #3a414a; --miss: #ff9b73; --alarm: #7cc4f5; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0 0 1.5rem; }
caption { text-align: start; font-weight: 600; padding: .5rem 0; }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--faint); text-align: start; }
th, td { white-space: nowrap; }
figure { margin: 0 0 1.5rem; max-width: 40rem; }
svg { width: 100%; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
.grid { stroke: var(--faint); }
.limit { stroke: var(--ink); stroke-dasharray: 2 4; }
.miss, .alarm { fill: none; stroke-width: 2.5; }
.miss { stroke: var(--miss); }
.alarm { stroke: var(--alarm); stroke-dasharray: 8 4; }
"""


def page(results: Results, language: str) -> str:
    """The whole document, its words in `language`."""
    say = catalogue("moderation").say
    title = escape(say("bench.title", language))
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{language}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{title}</title><style>{_STYLE}</style></head>",
        f"<body><main><h1>{title}</h1>",
        f"<p>{escape(facts(results.about))}</p>",
        *(f"<p>{escape(remark)}</p>" for remark in remarks(results, language)),
        *_sections(results, language),
        "</main></body></html>",
    ]
    return "\n".join([*parts, ""])


def _sections(results: Results, language: str) -> Iterator[str]:
    begun: set[tuple[str, str]] = set()
    for table in tables(results, language):
        if (table.set, table.language) not in begun:
            begun.add((table.set, table.language))
            yield f"<h2>{escape(table.set)} ({escape(table.language)})</h2>"
        yield _table(table)
        if table.category == ANY:
            yield from _plots(results, table, language)


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


def _plots(results: Results, table: Table, language: str) -> Iterator[str]:
    say = catalogue("moderation").say
    for number, curve in enumerate(results.curves):
        if (curve.set, curve.language) == (table.set, table.language):
            legend = say("bench.legend", language, judge=curve.judge)
            yield f"<figure>{plot(curve, language, number=number)}<figcaption>{escape(legend)}</figcaption></figure>"
