"""The labelled rows a guard is measured on, by set: the rows of one file that share source and language."""

import random
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from moderation.errors import BadRecord
from moderation.models.corpus import Row, read_rows

ANY: Final = "any"
"""The category of a row's own label: whether anything is wrong with it."""
_ENDING: Final = ".jsonl.gz"
_TRAINING: Final = "train_"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledSet:
    """Rows of one file, source and language."""

    file: str
    """Name without its ending."""
    source: str
    language: str
    rows: tuple[Row, ...]

    @property
    def name(self) -> str:
        """File and source, as people choose it."""
        return f"{self.file}/{self.source}"

    @property
    def categories(self) -> tuple[str, ...]:
        """`any`, then every category that a row says something about, sorted."""
        return (ANY, *sorted({category for row in self.rows for category in row.targets}))

    def labels(self, category: str) -> tuple[bool | None, ...]:
        """What each row says about `category`, in order; None where it says nothing."""
        return tuple(row.label if category == ANY else row.targets.get(category) for row in self.rows)


def read_sets(folder: Path, *, only: Collection[str] = (), sample: int = 0, seed: int = 0) -> tuple[LabelledSet, ...]:
    """Every set in the files of `folder` that end in .jsonl.gz, those that models are trained on (train_*) left out.

    `only` names files, sources or both (`file/source`); none: all. `sample` is how many rows of a set are drawn, 0 for
    all of them; the same seed draws the same rows, which stay in order. Raises BadRecord: no file, an unknown name, or
    a line that is wrong.
    """
    files = [file for file in sorted(folder.glob(f"*{_ENDING}")) if not file.name.startswith(_TRAINING)]
    if not files:
        raise BadRecord("bench.no_data", folder=folder)
    grouped: dict[tuple[str, str, str], list[Row]] = {}
    for file in files:
        for row in read_rows(file):
            grouped.setdefault((file.name.removesuffix(_ENDING), row.source, row.lang), []).append(row)
    known = {name for file, source, _ in grouped for name in (file, source, f"{file}/{source}")}
    unknown = sorted(set(only) - known)
    if unknown:
        raise BadRecord("bench.unknown_set", name=", ".join(unknown), known=", ".join(sorted(known)))
    found = (
        LabelledSet(file=file, source=source, language=language, rows=_drawn(rows, sample, f"{seed} {file} {source}"))
        for (file, source, language), rows in sorted(grouped.items())
    )
    return tuple(each for each in found if not only or {each.file, each.source, each.name} & set(only))


def _drawn(rows: list[Row], sample: int, seed: str) -> tuple[Row, ...]:
    if not 0 < sample < len(rows):
        return tuple(rows)
    return tuple(rows[at] for at in sorted(random.Random(seed).sample(range(len(rows)), sample)))  # noqa: S311
