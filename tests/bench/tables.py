"""What every section of the benchmark gives back, and how it is shown: tables for people, JSON for programs."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from rich import box
from rich.console import Console
from rich.table import Table as RichTable

Value = float | str

NARROWEST: Final = 120
"""Columns where the output is no terminal: a table that is cut off in a file is no use."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A bound on one figure of a row, and whether it is kept."""

    text: str
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was measured, and one value for each further column of its table."""

    name: str
    values: tuple[Value, ...]
    goal: Goal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under one title. `columns` names the values; units stand there."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""

    def __post_init__(self) -> None:
        if any(len(row.values) != len(self.columns) for row in self.rows):
            raise ValueError(f"{self.title}: a row does not fit the columns {self.columns}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The tables of one section."""

    tables: tuple[Table, ...]
    sound: bool = True
    """False where something is wrong that no slow machine excuses."""


def at_most(value: float, limit: float, unit: str) -> Goal:
    """The goal that `value` does not exceed `limit`."""
    return Goal(text=f"≤ {limit:g} {unit}".rstrip(), met=value <= limit)


def at_least(value: float, limit: float, unit: str) -> Goal:
    """The goal that `value` reaches `limit`."""
    return Goal(text=f"≥ {limit:g} {unit}".rstrip(), met=value >= limit)


def show(section: Section, console: Console) -> None:
    """Every table of `section` on `console`."""
    for table in section.tables:
        console.print(_rich(table))
        if table.note:
            console.print(table.note, style="dim", markup=False)
        console.print()


def console() -> Console:
    """Standard output, wide enough where it is a file or a pipe."""
    plain = Console(highlight=False)
    return plain if plain.is_terminal else Console(highlight=False, width=max(plain.width, NARROWEST))


def write(file: Path, machine: Mapping[str, Value], sections: Mapping[str, Section]) -> None:
    """All figures, unrounded, as one JSON object: `machine`, and `sections` by name."""
    whole = {"machine": dict(machine), "sections": {name: asdict(section) for name, section in sections.items()}}
    file.write_text(json.dumps(whole, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _rich(table: Table) -> RichTable:
    shown = RichTable(title=table.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    shown.add_column("")
    for column in table.columns:
        shown.add_column(column, justify="right")
    goals = any(row.goal for row in table.rows)
    if goals:
        shown.add_column("goal")
    for row in table.rows:
        shown.add_row(*_cells(row, goals=goals))
    return shown


def _cells(row: Row, *, goals: bool) -> Iterable[str]:
    yield row.name
    yield from map(_written, row.values)
    if goals:
        yield f"{'✓' if row.goal.met else '✗'} {row.goal.text}" if row.goal else ""


def _written(value: Value) -> str:
    """Three significant digits; more for what counts by the thousand."""
    if isinstance(value, str):
        return value
    if value == round(value):
        return f"{value:,.0f}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"
