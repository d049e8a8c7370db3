"""Pure: what is different about a persona, field by field, in pieces that people can read."""

import dataclasses
import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from personas.loading import default_lines
from personas.persona import Demonstration, Ocean, Persona

_UNTOLD: Final = frozenset({"id", "version", "extra", "file"})
_SENTENCE: Final = re.compile(r"(?<=[.!?…。！？])\s+|\n+")
_MOST: Final = 400
"""Pieces of one field that are compared, which takes the cube of their number where they are alike: half a second at
worst. What is beyond counts as one piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What one field says no more, and what it says now."""

    field: str
    """Name in `Persona`."""
    lines: tuple[tuple[str, str], ...]
    """Pieces in the order of the texts, each with "-" where it is gone, "+" where it is new."""

    @property
    def gone(self) -> int:
        """How many pieces went."""
        return sum(sign == "-" for sign, _ in self.lines)

    @property
    def added(self) -> int:
        """How many came."""
        return sum(sign == "+" for sign, _ in self.lines)


def differences(old: Persona | None, new: Persona) -> tuple[Difference, ...]:
    """Every field in which `new` is not `old`, in the order of `Persona`; of a persona that was not there before,
    whatever it says. Lines that nobody wrote (`default_lines`) are left out, ids and digests too."""
    names = (field.name for field in dataclasses.fields(Persona) if field.name not in _UNTOLD)
    found = ((name, _lines(_pieces(old, name), _pieces(new, name))) for name in names)
    return tuple(Difference(field=name, lines=lines) for name, lines in found if lines)


def _lines(before: list[str], after: list[str]) -> tuple[tuple[str, str], ...]:
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    lines: list[tuple[str, str]] = []
    for kind, start, end, begin, stop in matcher.get_opcodes():
        if kind != "equal":
            lines += [("-", piece) for piece in before[start:end]]
            lines += [("+", piece) for piece in after[begin:stop]]
    return tuple(lines)


def _pieces(persona: Persona | None, name: str) -> list[str]:
    """What a field says, piece by piece."""
    if persona is None:
        return []
    value = getattr(persona, name)
    defaults = default_lines(persona.language, persona.register, persona.name)
    told = defaults.get(name, ())
    written = tuple(item for item in value if item not in told) if isinstance(value, tuple) else value
    pieces = [] if written in told else [*_told(written)]
    return [*pieces[:_MOST], *(["\n".join(pieces[_MOST:])] if len(pieces) > _MOST else [])]


def _told(value: object) -> Iterator[str]:
    match value:
        case None | False | "":
            return
        case str():
            yield from filter(None, map(str.strip, _SENTENCE.split(value)))
        case tuple():
            for item in value:
                yield from _entry(item) if dataclasses.is_dataclass(item) else filter(None, [str(item)])
        case Ocean():
            shares = ((field.name, getattr(value, field.name)) for field in dataclasses.fields(value))
            yield from (f"{name}: {share:g}" for name, share in shares if share is not None)
        case True:
            yield "✓"
        case _:
            yield str(value)


def _entry(entry: Any) -> Iterator[str]:
    """One thing of several, in one line: what it is called, and what else it says."""
    if isinstance(entry, Demonstration):
        yield " → ".join(filter(None, (entry.scene, entry.user, entry.reply)))
        return
    name, *more = (_plain(getattr(entry, field.name)) for field in dataclasses.fields(entry))
    yield f"{name}: {' · '.join(filter(None, more))}"


def _plain(value: object) -> str:
    """Texts, numbers and times as they stand; nothing of what is made of more."""
    if isinstance(value, tuple):
        return ", ".join(part for part in value if isinstance(part, str))
    if isinstance(value, bool) or value is None or dataclasses.is_dataclass(value):
        return "" if value is not False else "✗"
    return str(value)
