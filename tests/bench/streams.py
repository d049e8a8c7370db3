"""Scripted streams with every fault there is: nothing uncleared on a screen, nothing objected to lost."""

import asyncio
import logging
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table, at_most
from tests.support.streams import Tally, on_disk

SEED: Final = 20


def streams(sizes: Sizes) -> Section:
    """Three tables: what must be nothing, how the replies ended, which faults struck."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, _quiet():
        tally = asyncio.run(on_disk(sizes.count, seed=SEED, folder=Path(folder)))
    taken = time.perf_counter() - start
    rows = (
        Row(
            name="characters shown that no check cleared",
            values=(tally.uncleared,),
            goal=at_most(tally.uncleared, 0, ""),
        ),
        Row(name="exchanges with objections that were lost", values=(tally.lost,), goal=at_most(tally.lost, 0, "")),
        Row(name="replies", values=(tally.replies,)),
        Row(name="sentences", values=(tally.sentences,)),
        Row(name="replies a second", values=(tally.replies / taken,)),
    )
    return Section(
        tables=(Table(title="streams with faults", columns=("count",), rows=rows), *_counts(tally)),
        sound=not tally.uncleared and not tally.lost,
    )


def _counts(tally: Tally) -> Iterator[Table]:
    for title, counter in (("streams, how they ended", tally.outcomes), ("streams, which fault struck", tally.faults)):
        rows = tuple(
            Row(name="none" if name == "-" else str(name), values=(count, f"{100 * count / tally.replies:.1f} %"))
            for name, count in counter.most_common()
        )
        yield Table(title=title, columns=("replies", "share"), rows=rows)


@contextmanager
def _quiet() -> Iterator[None]:
    """Failures by the thousand are what is asked for here: the log need not tell of each."""
    before = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        yield
    finally:
        logging.disable(before)
