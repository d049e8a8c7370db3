"""What judges make of a set as one HTML file."""

from collections.abc import Iterator
from html import escape
from typing import Final

from moderation.bench.document import document, table_of
from moderation.bench.figures import Results
from moderation.bench.plot import plot
from moderation.bench.report import Table, facts, remarks, tables
from moderation.bench.sets import ANY
from moderation.words import catalogue

_STYLE: Final = """
:root { --miss: #a3370f; --alarm: #0b5c94; }
@media (prefers-color-scheme: dark) {
  :root { --miss: #ff9b73; --alarm: #7cc4f5; }
}
th, td { white-space: nowrap; }
figure { margin: 0 0 1.5rem; max-width: 40rem; }
.grid { stroke: var(--faint); }
.limit { stroke: var(--ink); stroke-dasharray: 2 4; }
.miss, .alarm { fill: none; stroke-width: 2.5; }
.miss { stroke: var(--miss); }
.alarm { stroke: var(--alarm); stroke-dasharray: 8 4; }
"""


def page(results: Results, language: str) -> str:
    """The whole document, its words in `language`."""
    title = catalogue("moderation").say("bench.title", language)
    told = (facts(results.about), *remarks(results, language))
    return document(title, language, told, _sections(results, language), style=_STYLE)


def _sections(results: Results, language: str) -> Iterator[str]:
    begun: set[tuple[str, str]] = set()
    for table in tables(results, language):
        if (table.set, table.language) not in begun:
            begun.add((table.set, table.language))
            yield f"<h2>{escape(table.set)} ({escape(table.language)})</h2>"
        yield table_of(table.title, table.columns, table.rows)
        if table.category == ANY:
            yield from _plots(results, table, language)


def _plots(results: Results, table: Table, language: str) -> Iterator[str]:
    say = catalogue("moderation").say
    for number, curve in enumerate(results.curves):
        if (curve.set, curve.language) == (table.set, table.language):
            legend = say("bench.legend", language, judge=curve.judge)
            yield f"<figure>{plot(curve, language, number=number)}<figcaption>{escape(legend)}</figcaption></figure>"
