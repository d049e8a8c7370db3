"""Figures as one HTML file that asks for nothing else: no script, no font, no picture from anywhere."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2126; --paper: #fff; --faint: #d5dae0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --paper: #15181c; --faint: #3a414a; }
}
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; margin: 0 0 1.5rem; }
caption { text-align: start; font-weight: 600; padding: .5rem 0; }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--faint); text-align: start; }
svg { width: 100%; height: auto; }
svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A title, headings and rows, the name first."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def document(title: str, language: str, paragraphs: Iterable[str], body: Iterable[str], *, style: str) -> str:
    """The whole file. `title` and `paragraphs` are plain text, `body` is HTML; `style` stands behind what every such
    file has: `--ink`, `--paper` and `--faint` are colours of it."""
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="{language}">',
        '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(title)}</title><style>{_STYLE}{style}</style></head>",
        f"<body><main><h1>{escape(title)}</h1>",
        *(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs),
        *body,
        "</main></body></html>",
    ]
    return "\n".join([*parts, ""])


def table_of(title: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain texts, the name of each row first. Where it is wider than the screen it can be moved, by keys
    too."""
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
    body = "\n".join(
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for name, *cells in rows
    )
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{escape(title)}"><table>'
        f"<caption>{escape(title)}</caption><thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>"
    )
