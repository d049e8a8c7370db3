"""How the store does under load: a long queue, many exchanges to search in, many writes at once."""

from tests.bench import bench_load
from tests.bench.sizes import Sizes
from tests.bench.tables import Goal, Row, Section, Table, at_least, at_most

LISTED = 50.0
"""Milliseconds for a page of the queue."""
FOUND = 100.0
"""Milliseconds for a page of a search."""
KEPT = 500.0
"""Flagged exchanges a second, each written twice, durably."""


def load(sizes: Sizes) -> Section:
    """One table."""
    measured = bench_load.rows(sizes.kept)
    rows = tuple(Row(name=name, values=(value, unit), goal=_goal(name, value)) for name, value, unit in measured)
    note = "Medians. A write counts once it is on the disk; many at once share one flush to it."
    return Section(tables=(Table(title="store under load", columns=("", "unit"), rows=rows, note=note),))


def _goal(name: str, value: float) -> Goal | None:
    if name.startswith("exchanges kept"):
        return at_least(value, KEPT, "1/s")
    if name.startswith("search"):
        return at_most(value, FOUND, "ms")
    return at_most(value, LISTED, "ms") if " queue " in name else None
