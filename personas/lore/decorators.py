"""Decorators of character cards V3: lines `@@name value` at the head of an entry's content -> what they say.

A line `@@@name` stands for the one before it where that is unknown or its value is. Of several of one name the first
counts. What is ignored here may be ignored: `personas.lore.conversion` says what.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from personas.lore.book import Position

_LINE: Final = re.compile(r"(@{2,3})([A-Za-z_]+)[ \t]*([^\r\n]*)(?:\r?\n|\Z)")
_BLANK: Final = re.compile(r"[ \t]*\r?\n")
_POSITIONS: Final = {"before_desc": Position.BEFORE, "after_desc": Position.AFTER}
_NUMBER: Final = re.compile(r"-?\d{1,9}")


@dataclass(slots=True, kw_only=True)
class Decorated:
    """What the decorators of one entry say."""

    depth: int | None = None
    position: Position | None = None
    scan_depth: int | None = None
    after: int | None = None
    every: int | None = None
    keeps: bool = False
    once: bool = False
    goes_first: bool = False
    """It is the first to go for want of room."""
    always: bool = False
    never: bool = False
    also: list[list[str]] = field(default_factory=list)
    """Lists of keys, one of each of which must be found."""
    excluded: list[str] = field(default_factory=list)

    @property
    def more_keys(self) -> list[str]:
        """What `also` is where keys are patterns: further ones."""
        return [key for keys in self.also for key in keys]


def decorated(content: str) -> tuple[str, Decorated]:
    """`content` without the decorators at its head, and what they say."""
    said, seen, at, done = Decorated(), set[str](), 0, False
    while True:
        blank = _BLANK.match(content, at)
        line = _LINE.match(content, at)
        if blank:
            at = blank.end()
        elif line:
            name, value = line[2].lower(), line[3].strip()
            if line[1] == "@@" or not done:
                done = (name in seen and name not in _MANY) or _take(said, name, value)
                seen.update({name} if done else ())
            at = line.end()
        else:
            return content[at:], said


def _take(said: Decorated, name: str, value: str) -> bool:
    """Let a decorator be heard; whether it is one that is known, and says something."""
    if name in _SWITCHES:
        setattr(said, _SWITCHES[name], True)
        return True
    if name in _NUMBERS and _NUMBER.fullmatch(value):
        setattr(said, _NUMBERS[name], max(0, int(value)))
        return True
    if name == "position" and value in _POSITIONS:
        said.position = _POSITIONS[value]
        return True
    keys = [key.strip() for key in value.split(",") if key.strip()]
    if name in _MANY and keys:
        _MANY[name](said, keys)
        return True
    return False


def _also(said: Decorated, keys: list[str]) -> None:
    said.also.append(keys)


def _exclude(said: Decorated, keys: list[str]) -> None:
    said.excluded += keys


_SWITCHES: Final[Mapping[str, str]] = {
    "keep_activate_after_match": "keeps",
    "dont_activate_after_match": "once",
    "ignore_on_max_context": "goes_first",
    "activate": "always",
    "dont_activate": "never",
}
_NUMBERS: Final[Mapping[str, str]] = {
    "depth": "depth",
    "scan_depth": "scan_depth",
    "activate_only_after": "after",
    "activate_only_every": "every",
}
_MANY: Final[Mapping[str, Callable[[Decorated, list[str]], None]]] = {
    "additional_keys": _also,
    "exclude_keys": _exclude,
}
"""Those of which there may be several."""
