"""Word lists as people write them: TOML files of terms, allowed words and patterns, checked when they are read.

language = "en"
provenance = "…"                # where the words come from
allow = ["scunthorpe"]          # what is no hit even where a term stands in it, or a pattern matches no more than it

[[group]]
category = "profanity"
severity = 0.8                  # how bad, 0 < x <= 1, before any disguise lowers the certainty
match = "anywhere"              # or "prefix" (from a word's start), "word" (the default)
endings = ["s", "ing"]          # each term also with each of these
exact = true                    # no look-alike sounds (Korean: 새끼 is not 세끼)
spaced = false                  # never across spaces
terms = ["…"]

[parts]                         # of patterns, and of parts further down: {year} stands for it
year = '1[0-7]|[4-9]'

[[pattern]]
name = "…"                      # shown to moderators
category = "threat"
severity = 1.0
pattern = '…'                   # RE2, over folded lower-case text
"""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final, Literal

from moderation.errors import FilterUnavailable
from moderation.file_faults import reason_of

Match = Literal["word", "prefix", "anywhere"]

CATEGORIES: Final = frozenset({"slur", "profanity", "sexual", "minors", "self_harm", "threat"})
_MATCHES: Final[tuple[Match, ...]] = ("word", "prefix", "anywhere")
_FILE_KEYS: Final = frozenset({"language", "provenance", "allow", "group", "parts", "pattern"})
_GROUP_KEYS: Final = frozenset({"category", "severity", "match", "endings", "exact", "spaced", "terms"})
_PATTERN_KEYS: Final = frozenset({"name", "category", "severity", "pattern"})
_PART: Final = re.compile(r"\{([a-z_]+)\}")
"""Repetitions have digits in such brackets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One term as it is written, with what a hit on it means."""

    term: str
    category: str
    severity: float
    language: str
    match: Match
    exact: bool
    spaced: bool
    place: str
    """File and key, for errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """One RE2 pattern over folded text."""

    name: str
    pattern: str
    category: str
    severity: float
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """What is no hit even where a term stands in it."""

    word: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WordLists:
    """All lists together, in the order of the files."""

    entries: tuple[Entry, ...]
    patterns: tuple[Pattern, ...]
    allowed: tuple[Allowed, ...]
    digest: str
    """SHA-256 over the files, in order."""


def read_word_lists(files: Sequence[Traversable | Path]) -> WordLists:
    """The lists of `files`, in this order. Raises FilterUnavailable with file, key and what was expected."""
    entries: list[Entry] = []
    patterns: list[Pattern] = []
    allowed: list[Allowed] = []
    digest = hashlib.sha256()
    for file in files:
        try:
            data = file.read_bytes()
            table = tomllib.loads(data.decode("utf-8-sig"))
        except (OSError, ValueError) as error:
            raise FilterUnavailable("lexicon.unreadable", file=file.name, reason=reason_of(error)) from error
        digest.update(hashlib.sha256(data).digest())
        section = _Section(file.name, "", table)
        section.only(_FILE_KEYS)
        language = section.text("language")
        section.text("provenance")
        allowed.extend(Allowed(word=word, place=file.name) for word in section.texts("allow", ()))
        for group in section.sections("group"):
            entries.extend(_entries(group, language))
        parts = _parts(section)
        patterns.extend(_pattern(part, parts) for part in section.sections("pattern"))
    return WordLists(
        entries=tuple(entries), patterns=tuple(patterns), allowed=tuple(allowed), digest=digest.hexdigest()
    )


def _entries(group: "_Section", language: str) -> Iterable[Entry]:
    group.only(_GROUP_KEYS)
    terms = group.texts("terms")
    endings = ("", *group.texts("endings", ()))
    category, severity = group.category(), group.severity()
    match, exact, spaced = group.match(), group.flag("exact", default=False), group.flag("spaced", default=True)
    for term in terms:
        for ending in endings:
            yield Entry(
                term=term + ending,
                category=category,
                severity=severity,
                language=language,
                match=match,
                exact=exact,
                spaced=spaced,
                place=f"{group.file}: {group.key}",
            )


def _parts(section: "_Section") -> dict[str, str]:
    """What each of [parts] stands for, with those above it put in."""
    table = section.table("parts")
    parts: dict[str, str] = {}
    for name in table.keys:
        parts[name] = table.regex(name, parts)
    return parts


def _pattern(part: "_Section", parts: Mapping[str, str]) -> Pattern:
    part.only(_PATTERN_KEYS)
    return Pattern(
        name=part.text("name"),
        pattern=part.regex("pattern", parts),
        category=part.category(),
        severity=part.severity(),
        place=f"{part.file}: {part.key}",
    )


class _Section:
    """A table of a file, asked for what must be in it."""

    __slots__ = ("_table", "file", "key")

    def __init__(self, file: str, key: str, table: Mapping[str, object]) -> None:
        self.file = file
        self.key = key
        self._table = table

    @property
    def keys(self) -> Sequence[str]:
        """In the order of the file."""
        return tuple(self._table)

    def only(self, known: frozenset[str]) -> None:
        for key in self._table:
            if key not in known:
                raise FilterUnavailable(
                    "lexicon.unknown_key", file=self.file, key=self._at(key), expected=", ".join(sorted(known))
                )

    def text(self, key: str) -> str:
        value = self._get(key, '"…"')
        if not isinstance(value, str) or not value:
            raise self._wrong(key, '"…"')
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = None) -> tuple[str, ...]:
        if default is not None and key not in self._table:
            return default
        value = self._get(key, '["…", "…"]')
        if not isinstance(value, list) or not value or not all(isinstance(item, str) and item for item in value):
            raise self._wrong(key, '["…", "…"]')
        return tuple(value)

    def regex(self, key: str, parts: Mapping[str, str]) -> str:
        """A text in which {name} stands for a part."""
        text = self.text(key)
        if any(name not in parts for name in _PART.findall(text)):
            raise self._wrong(key, " | ".join(f"{{{name}}}" for name in parts) or "[parts]")
        return _PART.sub(lambda found: f"(?:{parts[found[1]]})", text)

    def table(self, key: str) -> "_Section":
        value = self._table.get(key, {})
        if not isinstance(value, dict):
            raise self._wrong(key, f"[{key}]")
        return _Section(self.file, key, value)

    def sections(self, key: str) -> "tuple[_Section, ...]":
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong(key, f"[[{key}]]")
        return tuple(_Section(self.file, f"{key}[{at}]", item) for at, item in enumerate(value))

    def flag(self, key: str, *, default: bool) -> bool:
        value = self._table.get(key, default)
        if not isinstance(value, bool):
            raise self._wrong(key, "true | false")
        return value

    def severity(self) -> float:
        value = self._get("severity", "0 < x <= 1")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            raise self._wrong("severity", "0 < x <= 1")
        return float(value)

    def category(self) -> str:
        expected = " | ".join(sorted(CATEGORIES))
        value = self._get("category", expected)
        if not isinstance(value, str) or value not in CATEGORIES:
            raise self._wrong("category", expected)
        return value

    def match(self) -> Match:
        value = self._table.get("match", "word")
        for known in _MATCHES:
            if value == known:
                return known
        raise self._wrong("match", " | ".join(_MATCHES))

    def _get(self, key: str, expected: str) -> object:
        if key not in self._table:
            raise FilterUnavailable("lexicon.missing_key", file=self.file, key=self._at(key), expected=expected)
        return self._table[key]

    def _wrong(self, key: str, expected: str) -> FilterUnavailable:
        return FilterUnavailable("lexicon.wrong_value", file=self.file, key=self._at(key), expected=expected)

    def _at(self, key: str) -> str:
        return f"{self.key}.{key}" if self.key else key
