"""How fast the store keeps and finds."""

from tests.bench import bench_store
from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table


def store(_: Sizes) -> Section:
    """One table."""
    rows = tuple(Row(name=name, values=(value, unit)) for name, value, unit in bench_store.rows())
    note = "A write counts once it is on the disk; which disk this is decides the first rows."
    return Section(tables=(Table(title="store", columns=("", "unit"), rows=rows, note=note),))
