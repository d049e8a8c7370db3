"""When people are told that an AI speaks, as laws have it: data in `bots/data/notices.toml`."""

import importlib.resources
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from moderation.words import DEFAULT_LANGUAGE

Words = Mapping[str, str]
"""A text by language."""

DEFAULT: Final = "default"
REMEMBERED: Final = timedelta(days=180)
"""Who was silent for so long is told everything again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """What holds somewhere: of one law, or the strictest of several."""

    every: timedelta | None = None
    """After how long it comes again; None: not while people go on."""
    minors: timedelta | None = None
    """The same for minors, who are everybody too."""
    breaks: bool = False
    """To minors it also suggests a break."""
    each: bool = False
    """Everybody is told at first, also where others were."""
    mark: bool = False
    """The persona's name says that it is an AI."""
    wordings: tuple[Words, ...] = ()
    """What laws want said."""
    firsts: tuple[Words, ...] = ()
    """What is said at first besides."""

    def lasts(self, *, careful: bool) -> timedelta:
        """How long a notice lasts, to minors where `careful`."""
        known = [time for time in (self.every, self.minors if careful else None) if time]
        return min(known, default=REMEMBERED)

    def __or__(self, other: "Cadence") -> "Cadence":
        """The strictest of both: a join, but for the order of texts."""
        return Cadence(
            every=_shorter(self.every, other.every),
            minors=_shorter(self.minors, other.minors),
            breaks=self.breaks or other.breaks,
            each=self.each or other.each,
            mark=self.mark or other.mark,
            wordings=_together(self.wordings, other.wordings),
            firsts=_together(self.firsts, other.firsts),
        )


def strictest(names: Iterable[str]) -> Cadence:
    """What holds where these laws do, together; without any, the default. Names that nobody knows (any more) are passed
    over."""
    known = [LAWS[name] for name in names if name in LAWS] or [LAWS[DEFAULT]]
    cadence = known[0]
    for other in known[1:]:
        cadence |= other
    return cadence


def in_language(words: Words, language: str) -> str:
    """A text in `language`, or in English."""
    return words.get(language, words[DEFAULT_LANGUAGE])


def _shorter(one: timedelta | None, other: timedelta | None) -> timedelta | None:
    return min((time for time in (one, other) if time), default=None)


def _together(one: tuple[Words, ...], other: tuple[Words, ...]) -> tuple[Words, ...]:
    return (*one, *(words for words in other if words not in one))


def _read() -> Mapping[str, Cadence]:
    source = importlib.resources.files("bots") / "data" / "notices.toml"
    return MappingProxyType(
        {name: _cadence(table) for name, table in tomllib.loads(source.read_text(encoding="utf-8")).items()}
    )


def _cadence(table: Mapping[str, Any]) -> Cadence:
    def minutes(key: str) -> timedelta | None:
        return timedelta(minutes=table[key]) if key in table else None

    def texts(key: str) -> tuple[Words, ...]:
        return (MappingProxyType(table[key]),) if key in table else ()

    return Cadence(
        every=minutes("every"),
        minors=minutes("minors"),
        breaks=table.get("break", False),
        each=table.get("each", False),
        mark=table.get("mark", False),
        wordings=texts("wording"),
        firsts=texts("first"),
    )


LAWS: Final = _read()
"""By name. A constant of the installed distribution."""
LASTING: Final = frozenset(
    time for law in LAWS.values() for time in (law.every, law.minors, REMEMBERED) if time is not None
)
"""How long a notice may last, whatever laws hold."""
