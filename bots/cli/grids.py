"""Figures on the terminal and in files, the same for every measurement."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from rich import box
from rich.table import Table

from bots.cli.common import out
from bots.errors import RefuseToStart
from moderation.file_faults import reason_of

_NARROWEST = 200
"""Columns where the output is no terminal: a table that is cut off in a file is no use."""


class Grid(Protocol):
    """A table of plain texts, the name of each row first."""

    @property
    def title(self) -> str: ...
    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def rows(self) -> Sequence[Sequence[str]]: ...


def tell(grids: Iterable[Grid], remarks: Iterable[str]) -> None:
    """Both on standard output."""
    console = out()
    if not console.is_terminal:
        console.width = max(console.width, _NARROWEST)
    for grid in grids:
        shown = Table(title=grid.title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
        for number, column in enumerate(grid.columns):
            shown.add_column(column, justify="right" if number else "left")
        for row in grid.rows:
            shown.add_row(*row)
        console.print(shown)
    for line in remarks:
        console.print(line, markup=False)


@contextmanager
def writing(*files: Path) -> Iterator[None]:
    """Files whose folders are there, told before the work. Raises RefuseToStart where one cannot be written."""
    named = files[0]
    try:
        for named in files:
            named.parent.mkdir(parents=True, exist_ok=True)
            named.open("a").close()
        yield
    except OSError as error:
        where = error.filename or named
        raise RefuseToStart("cli.bench_unwritable", file=where, reason=reason_of(error)) from None
