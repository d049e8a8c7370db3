"""Rules kept as data: phrase books matched without backtracking over folded text, with offsets back.

A phrase book is a TOML file of `[[rule]]` (what to find, and how sure it makes us) and `[[excuse]]` (what makes a hit
mean less: an idiom, a quotation). Patterns are RE2, written for folded text: lower case, straight quotes, plain spaces.
Every pattern of a book is tried in one pass; only books with a hit cost more than that.
"""

import hashlib
import importlib.resources
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any, Final, Self

import re2

from moderation.errors import FilterUnavailable
from moderation.normalise.tails import visible_tail
from moderation.normalise.text import FoldedText, fold_text
from moderation.records import Candidate, Signal, Span

_WINDOW: Final = 2000
_OVERLAP: Final = 400
_MEMORY: Final = 32 << 20
"""Bytes RE2 may spend on the automaton of one book: ample, so that it is built once and not rebuilt as it is used."""


@dataclass(frozen=True, slots=True)
class Context:
    """A candidate's text, folded together with the end of what was shown before it."""

    folded: FoldedText
    offset: int
    """How many characters of the original were shown before: places before it are not the candidate's."""

    def span(self, start: int, end: int) -> Span | None:
        """The range in `Candidate.text`, clipped to it; None for what was complete before it began."""
        first, last = self.folded.place(start, end)
        if last <= self.offset:
            return None
        return Span(max(0, first - self.offset), last - self.offset)


def in_context(candidate: Candidate, *, tail: int = 200, lower: bool = True) -> Context:
    """Fold `candidate.text` with what was shown before it: as much as has at most `tail` characters that are seen."""
    before = visible_tail(candidate.shown, tail)
    return Context(fold_text(before + candidate.text, lower=lower), len(before))


def digest(*parts: bytes) -> str:
    """Twelve hex digits that change with any of `parts`."""
    sha = hashlib.sha256()
    for part in parts:
        sha.update(len(part).to_bytes(8, "big"))
        sha.update(part)
    return sha.hexdigest()[:12]


def data_folder(topic: str) -> Traversable:
    """The folder of `topic` among the data that ships with the package."""
    return importlib.resources.files("moderation") / "data" / topic


@dataclass(frozen=True, slots=True)
class Source:
    """A TOML file as read, and the checks every file of rules goes through. Errors name file, key and expectation."""

    name: str
    raw: bytes
    table: dict[str, Any]

    @classmethod
    def read(cls, folder: Traversable, name: str) -> Self:
        """Read and parse; raises FilterUnavailable where the file is missing or not TOML."""
        try:
            raw = (folder / name).read_bytes()
            return cls(name, raw, tomllib.loads(raw.decode("utf-8")))
        except OSError as error:
            raise FilterUnavailable("phrases.missing", file=name) from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise FilterUnavailable("phrases.not_toml", file=name, problem=error) from error

    def wrong(self, key: str, expected: str, **fields: object) -> FilterUnavailable:
        """The error for `key`; `expected` is a key in `moderation/words/phrases.toml`."""
        return FilterUnavailable(f"phrases.{expected}", file=self.name, key=key, **fields)

    def only(self, table: Mapping[str, Any], known: frozenset[str], where: str = "") -> None:
        """Raise for a key that nobody reads: a misspelt rule must not be silently without effect."""
        for key in table:
            if key not in known:
                raise self.wrong(f"{where}{key}", "unknown_key", known=", ".join(sorted(known)))

    def strings(self, table: Mapping[str, Any], key: str, where: str = "") -> tuple[str, ...]:
        """A list of strings, none of them empty; the list itself may be absent."""
        found = table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, str) and item.strip() for item in found):
            raise self.wrong(f"{where}{key}", "strings")
        return tuple(found)

    def string(self, table: Mapping[str, Any], key: str, where: str = "") -> str:
        """A string that is not empty."""
        found = table.get(key)
        if not isinstance(found, str) or not found.strip():
            raise self.wrong(f"{where}{key}", "string")
        return found

    def score(self, table: Mapping[str, Any], key: str, where: str = "") -> float:
        """A number in [0, 1]."""
        found = table.get(key)
        if isinstance(found, bool) or not isinstance(found, int | float) or not 0.0 <= found <= 1.0:
            raise self.wrong(f"{where}{key}", "score")
        return float(found)

    def tables(self, key: str) -> list[dict[str, Any]]:
        """An array of tables; may be absent."""
        found = self.table.get(key, [])
        if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
            raise self.wrong(key, "tables")
        return found

    def pattern(self, patterns: Sequence[str], where: str) -> "re2._Regexp":
        """One RE2 pattern that matches what any of `patterns` matches."""
        for pattern in patterns:
            try:
                re2.compile(pattern, options())
            except re2.error as error:
                raise self.wrong(where, "pattern", pattern=pattern, problem=_reason(error)) from error
        return re2.compile("|".join(f"(?:{pattern})" for pattern in patterns), options())


def places(pattern: "re2._Regexp", text: str) -> Iterator[tuple[int, int]]:
    """Where `pattern` matches, left to right, without overlaps, in time linear in the length of `text`.

    One search is linear, but a pattern that begins wide (`[^.]*foo`) may look to the end of the text for each match.
    So a long text is searched in windows that overlap by more than any phrase is long; `^` and `$` still mean
    the ends of the whole.
    """
    last = 0
    for begin in range(0, max(1, len(text)), _WINDOW - _OVERLAP):
        final = begin + _WINDOW >= len(text)
        for match in pattern.finditer(text, max(begin, last), min(len(text), begin + _WINDOW)):
            start, end = match.span()
            if not final and start >= begin + _WINDOW - _OVERLAP:
                break
            yield start, end
            last = end
        if final:
            return


def _reason(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)


def options() -> "re2.Options":
    """How every pattern is compiled. Nothing captures: matching then needs the automaton only, and stays linear."""
    made = re2.Options()
    made.never_capture = True
    made.log_errors = False
    made.max_mem = _MEMORY
    return made


@dataclass(frozen=True, slots=True)
class PatternSet:
    """Many patterns in one automaton that tells which of them are in a text. Safe to share between threads.

    An automaton that runs out of memory answers as if nothing matched. So a first pattern that matches every text
    stands in it: where even that is not found, the answer is no answer.
    """

    _automaton: "re2.Set" = field(repr=False)

    @classmethod
    def of(cls, patterns: Iterable["re2._Regexp"]) -> Self:
        """The set of `patterns`, which it numbers from 0 in this order."""
        automaton = re2.Set.SearchSet(options())
        automaton.Add("")
        for pattern in patterns:
            automaton.Add(pattern.pattern)
        automaton.Compile()
        return cls(automaton)

    def find(self, text: str) -> tuple[int, ...]:
        """The numbers of the patterns in `text`, ascending; FilterUnavailable where the automaton gave up."""
        found = self._automaton.Match(text)
        if not found or 0 not in found:
            raise FilterUnavailable("phrases.exhausted", memory=_MEMORY >> 20)
        return tuple(sorted(index - 1 for index in found if index))


@dataclass(frozen=True, slots=True)
class Rule:
    """Something to find. `category` and `check` are for filters with more than one kind of finding."""

    id: str
    score: float
    pattern: "re2._Regexp"
    category: str = ""
    check: str = ""
    until: "re2._Regexp | None" = None
    """Where an excuse ends before its pattern does."""

    def turn(self, text: str, start: int, end: int) -> int | None:
        """Where `until` first begins in a match of an excuse, quotations left out; None where it does not."""
        turns = self.until.finditer(text, start, end) if self.until else ()
        return next((at for turn in turns if not text.count('"', start, at := turn.start()) % 2), None)


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a rule matched the folded text, and what is left of its score after excuses."""

    rule: Rule
    score: float
    start: int
    end: int
    excuse: str = ""
    """Id of the excuse that lowered the score."""

    @property
    def detail(self) -> str:
        """For moderators: the rule, and the excuse if there was one."""
        return f"{self.rule.id} ({self.excuse})" if self.excuse else self.rule.id


@dataclass(frozen=True, slots=True)
class Book:
    """The rules and excuses of one file. Immutable; matching is safe from several threads."""

    rules: tuple[Rule, ...]
    excuses: tuple[Rule, ...]
    """`score` is the most a hit is worth that an excuse touches."""
    raw: bytes
    """What the book was read from, for a filter's version."""
    anything: PatternSet = field(repr=False)

    @classmethod
    def load(
        cls, source: Source, *, categories: frozenset[str] = frozenset(), checks: frozenset[str] = frozenset()
    ) -> Self:
        """Read rules and excuses; raises FilterUnavailable naming file, key and what was expected there.

        With `categories`, every rule must name one of them; `checks` are the names a rule's `check` may have.
        """
        source.only(source.table, frozenset({"rule", "excuse"}))
        rules = tuple(
            cls._rule(source, table, f"rule[{index}].", categories, checks)
            for index, table in enumerate(source.tables("rule"))
        )
        if not rules:
            raise source.wrong("rule", "tables")
        excuses = tuple(cls._excuse(source, table, f"excuse[{n}].") for n, table in enumerate(source.tables("excuse")))
        for key, entries in (("rule", rules), ("excuse", excuses)):
            if len({entry.id for entry in entries}) < len(entries):
                raise source.wrong(f"{key}.id", "twice")
        return cls(rules, excuses, source.raw, PatternSet.of(rule.pattern for rule in rules))

    @staticmethod
    def _rule(
        source: Source, table: dict[str, Any], where: str, categories: frozenset[str], checks: frozenset[str]
    ) -> Rule:
        known = {"id", "score", "en", "ko", "any"}
        source.only(
            table, frozenset(known | ({"category"} if categories else set()) | ({"check"} if checks else set())), where
        )
        category, check = table.get("category", ""), table.get("check", "")
        if categories and category not in categories:
            raise source.wrong(f"{where}category", "one_of", known=", ".join(sorted(categories)))
        if check and check not in checks:
            raise source.wrong(f"{where}check", "one_of", known=", ".join(sorted(checks)))
        return Rule(
            source.string(table, "id", where), source.score(table, "score", where), _patterns(source, table, where),
            category, check,
        )  # fmt: skip

    @staticmethod
    def _excuse(source: Source, table: dict[str, Any], where: str) -> Rule:
        source.only(table, frozenset({"id", "cap", "en", "ko", "any", "until"}), where)
        return Rule(
            source.string(table, "id", where), source.score(table, "cap", where), _patterns(source, table, where),
            until=_until(source, table, where),
        )  # fmt: skip

    def hits(self, text: str) -> Iterator[Hit]:
        """Every match of every rule in folded text, with its score after excuses; hits excused to 0 are left out."""
        found = self.anything.find(text)
        if not found:
            return
        excused = _Covers.of(
            (start, end, rule.turn(text, start, end), rule)
            for rule in self.excuses
            for start, end in places(rule.pattern, text)
        )
        for index in found:
            rule = self.rules[index]
            for start, end in places(rule.pattern, text):
                excuse = excused.touching(start, end)
                if excuse is None or excuse.score >= rule.score:
                    yield Hit(rule, rule.score, start, end)
                elif excuse.score > 0.0:
                    yield Hit(rule, excuse.score, start, end, excuse.id)


def _patterns(source: Source, table: dict[str, Any], where: str) -> "re2._Regexp":
    patterns = [pattern for key in ("en", "ko", "any") for pattern in source.strings(table, key, where)]
    if not patterns:
        raise source.wrong(f"{where}en", "strings")
    return source.pattern(patterns, where.rstrip("."))


def _until(source: Source, table: dict[str, Any], where: str) -> "re2._Regexp | None":
    until = table.get("until")
    if until is None:
        return None
    if not isinstance(until, dict):
        raise source.wrong(f"{where}until", "tables")
    source.only(until, frozenset({"en", "ko", "any"}), f"{where}until.")
    return _patterns(source, until, f"{where}until.")


@dataclass(frozen=True, slots=True)
class _Covers:
    """Ranges by where they start; a rule's matches do not overlap each other, so that a few steps back are enough."""

    starts: dict[str, list[int]]
    ends: dict[str, list[int]]
    turns: dict[str, list[int | None]]
    """Where a range ends early: what goes on after that is not covered, wherever it begins."""
    rules: dict[str, Rule]

    @classmethod
    def of(cls, found: Iterable[tuple[int, int, int | None, Rule]]) -> Self:
        covers = cls({}, {}, {}, {})
        for start, end, turn, rule in found:
            covers.starts.setdefault(rule.id, []).append(start)
            covers.ends.setdefault(rule.id, []).append(end)
            covers.turns.setdefault(rule.id, []).append(turn)
            covers.rules[rule.id] = rule
        return covers

    def touching(self, start: int, end: int) -> Rule | None:
        """The rule with the lowest score among those with a match that overlaps `start`..`end`."""
        overlapping = [
            rule
            for key, rule in self.rules.items()
            if (index := bisect_right(self.starts[key], end - 1) - 1) >= 0
            and self.ends[key][index] > start
            and ((turn := self.turns[key][index]) is None or end <= turn)
        ]
        return min(overlapping, key=lambda rule: rule.score, default=None)


def signals(hits: Iterable[tuple[Hit, str]], context: Context, *, clean: str) -> tuple[Signal, ...]:
    """One signal for each rule, category and score that hit, with every place; one of score 0.0 where nothing did.

    Each hit comes with its category; `clean` is the category that the clean signal names.
    """
    places: dict[tuple[str, float, str], list[Span]] = {}
    for hit, category in hits:
        span = context.span(hit.start, hit.end)
        if span is not None:
            places.setdefault((category, hit.score, hit.detail), []).append(span)
    if not places:
        return (Signal(category=clean, score=0.0),)
    return tuple(
        Signal(category=category, score=score, spans=tuple(spans), detail=detail)
        for (category, score, detail), spans in places.items()
    )
