"""How long a prompt takes to compile."""

from tests.bench import bench_prompt
from tests.bench.measuring import halves
from tests.bench.sizes import Sizes
from tests.bench.tables import Row, Section, Table, at_most


def prompt(_: Sizes) -> Section:
    """One table: a row for each persona."""
    rows = []
    for name, taken in bench_prompt.times().items():
        median, worst = halves(taken)
        rows.append(Row(name=name, values=(median, worst), goal=at_most(worst, bench_prompt.GOAL, "ms p95")))
    note = (
        f"{bench_prompt.RUNS} prompts each, processor time of the thread: {bench_prompt.GIVEN} asides out of "
        f"{bench_prompt.LORE:,} lore entries and {bench_prompt.MEMORIES:,} memories, 500 facts, 41 turns, 8,000 tokens."
    )
    return Section(tables=(Table(title="prompt", columns=("p50 ms", "p95 ms"), rows=tuple(rows), note=note),))
