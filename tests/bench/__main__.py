"""The benchmark: `make bench`, or `make bench ARGS='guard first --json figures.json'` for some sections of it.

Exit code 0 unless a figure is wrong that no slow machine excuses. Goals of speed are marked where they are missed: the
machine may be busy, so look at its load in the head, and at ratios first.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Final

from tests.bench.cards import cards
from tests.bench.disguises import disguises
from tests.bench.first import first
from tests.bench.guarding import guard
from tests.bench.knowledge import knowledge
from tests.bench.load import load
from tests.bench.lore import lore
from tests.bench.memory import memory
from tests.bench.prompt import prompt
from tests.bench.rules import rules
from tests.bench.sizes import Sizes
from tests.bench.start import start
from tests.bench.store import store
from tests.bench.streams import streams
from tests.bench.tables import Section, Value, console, show, write

SECTIONS: Final[Mapping[str, Callable[[Sizes], Section]]] = {
    "rules": rules,
    "guard": guard,
    "prompt": prompt,
    "first": first,
    "disguises": disguises,
    "streams": streams,
    "store": store,
    "load": load,
    "lore": lore,
    "knowledge": knowledge,
    "memory": memory,
    "start": start,
    "cards": cards,
}


def main(arguments: Sequence[str]) -> int:
    """Run the sections that `arguments` name, or all; the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__, allow_abbrev=False)
    parser.add_argument("sections", nargs="*", metavar="SECTION", help=f"{', '.join(SECTIONS)} (default: all)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all figures there as well")
    for size in fields(Sizes):
        parser.add_argument(
            f"--{size.name}", type=_positive, default=size.default, metavar="N", help="default: %(default)s"
        )
    asked = parser.parse_args(arguments)
    for name in asked.sections:
        if name not in SECTIONS:
            parser.error(f"no section {name!r}: there are {', '.join(SECTIONS)}")
    sizes = Sizes(**{size.name: getattr(asked, size.name) for size in fields(Sizes)})
    screen, before, done = console(), _machine(), {}
    screen.print(", ".join(f"{name} {value}" for name, value in before.items()), markup=False)
    screen.print()
    for name in asked.sections or SECTIONS:
        done[name] = SECTIONS[name](sizes)
        show(done[name], screen)
        if asked.json:
            write(asked.json, {**before, "load at the end": _load()}, done)
    screen.print(f"load at the end {_load()}", markup=False)
    return 0 if all(section.sound for section in done.values()) else 1


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number


def _machine() -> dict[str, Value]:
    """What the figures depend on."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1),
        "load": _load(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def _load() -> str:
    """Processes that wanted a core, over the last 1, 5 and 15 minutes."""
    return " ".join(f"{load:.2f}" for load in os.getloadavg())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
