"""What the checks of a persona file say, and where in the file it is."""

import enum
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from moderation.words import DEFAULT_LANGUAGE, catalogue

_HEADER: Final = re.compile(r"\s*\[\[?([A-Za-z0-9_.-]+)\]?\]")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_SPACE: Final = re.compile(r"[\s\\]+")


class Level(enum.StrEnum):
    """How bad a remark is."""

    ERROR = "error"
    """The persona is not loaded into a library."""
    WARNING = "warning"
    """Somebody should look at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing about one place of a persona file."""

    level: Level
    rule: str
    """Its key in `words/lint.toml`."""
    key: str
    """Where: a dotted path, entries of lists counted from 1: "facts.3.text"."""
    fields: dict[str, str] = field(default_factory=dict)

    def message(self, language: str = DEFAULT_LANGUAGE) -> str:
        """What is wrong."""
        return catalogue("personas").say(f"lint.{self.rule}", language, **self.fields)

    def suggestion(self, language: str = DEFAULT_LANGUAGE) -> str:
        """What to do about it."""
        return catalogue("personas").say(f"lint.{self.rule}_fix", language, **self.fields)


def line_of(remark: Remark, document: str) -> int:
    """The line of a persona file, from 1, that `remark` is about; 0 where that cannot be told."""
    return place_of(remark.key, document, quoted=remark.fields.get("found", ""))


def place_of(key: str, document: str, *, quoted: str = "") -> int:
    """The line of a persona file, from 1, at which `key` stands; 0 where that cannot be told.

    Looked for by its place, and from there on by the words that are quoted of it: a text may go over many lines.
    """
    lines = document.splitlines()
    places = dict[str, int]()
    for number, place in _places(lines):
        places.setdefault(place, number)
    start = places.get(key, 0)
    while not start and "." in key:
        key = key.rpartition(".")[0]
        start = places.get(key, 0)
    words = _SPACE.sub(" ", quoted).strip()
    for number in range(max(start, 1), len(lines) + 1) if words else ():
        if words in _SPACE.sub(" ", " ".join(lines[number - 1 : number + 1])):
            return (
                number
                if words in _SPACE.sub(" ", lines[number - 1]) or number == len(lines)
                else _first(words, lines, number)
            )
    return start


def _first(words: str, lines: list[str], number: int) -> int:
    """Where words begin that stand in line `number` and the one after it."""
    return number + 1 if words in _SPACE.sub(" ", lines[number]) else number


def _places(lines: list[str]) -> Iterator[tuple[int, str]]:
    """Every line at which a table or a key begins, and its place as remarks name it."""
    table, counts = "", dict[str, int]()
    for number, line in enumerate(lines, start=1):
        if header := _HEADER.fullmatch(line.split("#")[0].rstrip()):
            table = header.group(1)
            if "[[" in line:
                counts[table] = counts.get(table, 0) + 1
                table = f"{table}.{counts[table]}"
            yield number, table
        elif key := _KEY.match(line):
            yield number, f"{table}.{key.group(1)}" if table else key.group(1)
