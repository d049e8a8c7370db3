"""What the scripted model of the experiment says: sentences with labels, and what people say to it."""

import importlib.resources
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import pydantic.dataclasses
from pydantic import ConfigDict, Field, TypeAdapter

_STRICT: Final = ConfigDict(extra="forbid", strict=True)
_Line = Annotated[str, Field(min_length=1)]


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Faulty:
    """A sentence that breaks a rule."""

    cat: _Line
    """The gold label, by whoever wrote it."""
    t: _Line
    ok: _Line
    """How it reads within the rule."""
    bad: _Line
    """How it breaks the rule once more."""


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_STRICT)
class Lines:
    """Everything of one language."""

    persona: _Line
    """Id of the bundled persona that speaks."""
    turns: Annotated[tuple[_Line, ...], Field(min_length=1)]
    """What people say."""
    clean: Annotated[tuple[_Line, ...], Field(min_length=12)]
    faulty: Annotated[tuple[Faulty, ...], Field(min_length=1)]


_FILE: Final = TypeAdapter(dict[str, Lines])


@dataclass(frozen=True, slots=True)
class Gold:
    """What is wrong with which sentence, and which sentences there are."""

    labels: Mapping[str, str]
    """Category by sentence, without white space around it."""
    sentences: frozenset[str]
    """Every sentence that can be said, the harmless ones included."""


def read_lines() -> Mapping[str, Lines]:
    """The lines that ship, by language. Reads a file."""
    text = (importlib.resources.files("bots") / "refining" / "lines.toml").read_text(encoding="utf-8")
    return _FILE.validate_json(_as_json(text))


def gold_of(lines: Mapping[str, Lines]) -> Gold:
    """The labels of all languages."""
    faulty = [
        (text.strip(), line.cat) for each in lines.values() for line in each.faulty for text in (line.t, line.bad)
    ]
    clean = [text for each in lines.values() for text in (*each.clean, *(line.ok for line in each.faulty))]
    return Gold(labels=dict(faulty), sentences=frozenset([*clean, *(text for text, _ in faulty)]))


def _as_json(text: str) -> bytes:
    return TypeAdapter(object).dump_json(tomllib.loads(text))
