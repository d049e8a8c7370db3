"""How much disk the base install takes: every distribution Talchum needs, without extras, and the embedded model."""

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from packaging.requirements import Requirement

from bots.config import DEFAULT_MODEL
from personas.model_files import known
from tests.bench.tables import Row, Table, at_most

GOAL: Final = 500.0
"""Megabytes of a million bytes."""
OURS: Final = "talchum"
PACKAGES: Final = ("bots", "personas", "moderation")
LISTED: Final = 6
"""The largest distributions have a row each."""


def base_install() -> Table:
    """The sizes, largest distribution first, and their sum."""
    sizes = {name: sum(file.stat().st_size for file in _files(name)) / 1e6 for name in sorted(_closure(OURS))}
    model = DEFAULT_MODEL.partition(":")[2]
    largest = sorted(sizes, key=lambda name: -sizes[name])[:LISTED]
    weights = known(model).size / 1e6
    rest = sum(sizes.values()) - sum(sizes[name] for name in largest)
    total = sum(sizes.values()) + weights
    rows = (
        Row(name=f"the model {model}", values=(weights,)),
        *(Row(name=name, values=(sizes[name],)) for name in largest),
        Row(name=f"{len(sizes) - len(largest)} further distributions", values=(rest,)),
        Row(name="together", values=(total,), goal=at_most(total, GOAL, "MB")),
    )
    note = "Files of the distributions as they lie on this disk, compiled ones included; without Python itself."
    return Table(title="start, size of the base install", columns=("MB",), rows=rows, note=note)


def _closure(name: str) -> set[str]:
    """Names of `name` and of all it needs on this machine."""
    seen: set[tuple[str, str]] = set()
    todo = [(name, "")]
    while todo:
        wanted = todo.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        distribution, extra = wanted
        for line in importlib.metadata.requires(distribution) or ():
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                todo += [(needed.name.lower().replace("_", "-"), each) for each in ("", *needed.extras)]
    return {distribution for distribution, _ in seen}


def _files(name: str) -> set[Path]:
    """The files of one distribution, with what Python compiled of them."""
    found = {Path(str(file.locate())).resolve() for file in importlib.metadata.files(name) or ()}
    if name == OURS:
        found.update(_sources())
    compiled = {cache for file in found if file.suffix == ".py" for cache in _compiled(file)}
    return {file for file in found | compiled if file.is_file()}


def _sources() -> Iterator[Path]:
    """Our own packages: an editable install does not list them."""
    for package in PACKAGES:
        spec = importlib.util.find_spec(package)
        for folder in (spec and spec.submodule_search_locations) or ():
            yield from (file for file in Path(folder).resolve().rglob("*") if file.suffix != ".pyc")


def _compiled(file: Path) -> Iterator[Path]:
    return (file.parent / "__pycache__").glob(f"{file.stem}.*.pyc")
