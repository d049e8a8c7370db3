"""Phrase rules: patterns with scores, written by people in TOML, matched without backtracking.

A file holds fragments and rules:

    [define]
    machine = 'AI|chat ?bot'

    [[rule]]
    id = "as-a-machine"
    score = 0.95
    pattern = '\\bas an? (?:%machine%)\\b'
    unless = '\\bAI (?:engineer|company)'
    finds = ["As an AI, I have no opinion."]

`%name%` stands for a fragment. Case does not matter. A match of `unless` that touches a match of `pattern` takes it
back. `finds` are the rule's own examples. `tags` are free marks for the code that reads the rules.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import re2

from moderation.errors import FilterUnavailable
from moderation.filters.character.folding import Folded
from moderation.filters.character.source import shipped_text, tables_of

_KEYS: Final = frozenset({"id", "score", "pattern", "unless", "finds", "tags", "asked"})
_FRAGMENT: Final = re.compile("%([a-z_]+)%")
_MEMORY: Final = 64 << 20
"""Bytes the set's automaton may take: it is built lazily and stays far below this for text people write."""

_WINDOW: Final = 120
"""How many bytes around a match `unless` may look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One phrase rule."""

    id: str
    score: float
    asked: float
    """The score where the person sincerely asked whether they talk to a machine."""
    regex: Any
    unless: Any
    finds: tuple[str, ...]
    tags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hit:
    """A place a rule matched: code points of the folded text."""

    rule: Rule
    start: int
    end: int


class Phrases:
    """The rules of one file. Immutable; safe to share between threads."""

    def __init__(self, rules: tuple[Rule, ...], patterns: tuple[str, ...], version: str) -> None:
        self.rules = rules
        self.version = version
        options = re2.Options()
        options.max_mem = _MEMORY
        options.log_errors = False
        self._set = re2.Set.SearchSet(options)
        for pattern in ("", *patterns):
            self._set.Add("(?i)" + pattern)
        self._set.Compile()

    def find(self, folded: Folded) -> Iterator[Hit]:
        """Every match of every rule, rule by rule. Linear in the text for each rule that matches at all."""
        data = folded.data
        for rule in self._candidates(data):
            at_byte = at = 0
            for match in rule.regex.finditer(data):
                first, last = match.span()
                if rule.unless is not None and _taken_back(rule, data, first, last):
                    continue
                start = at + len(data[at_byte:first].decode("utf-8"))
                end = start + len(data[first:last].decode("utf-8"))
                at_byte, at = last, end
                yield Hit(rule, start, end)

    def _candidates(self, data: bytes) -> Iterator[Rule]:
        found = self._set.Match(data)
        if not found or 0 not in found:  # the automaton ran out of memory and says nothing: ask each rule
            yield from self.rules
            return
        for index in found:
            if index:
                yield self.rules[index - 1]


def _taken_back(rule: Rule, data: bytes, first: int, last: int) -> bool:
    window = rule.unless.finditer(data, max(0, first - _WINDOW), min(len(data), last + _WINDOW))
    return any(match.start() <= last and match.end() >= first for match in window)


def load_phrases(folder: str, name: str, *, given: Mapping[str, str] = MappingProxyType({})) -> Phrases:
    """The rules of `moderation/data/<folder>/<name>.toml`; `given` are fragments beside those that the file defines.

    Raises FilterUnavailable where the file is missing or not what it must be: file, key, what was expected.
    """
    file = f"{folder}/{name}.toml"
    return parse_phrases(shipped_text(file), file, given=given)


def parse_phrases(source: str, file: str, *, given: Mapping[str, str] = MappingProxyType({})) -> Phrases:
    """The rules written in `source`; `file` names it in errors (FilterUnavailable)."""
    document = tables_of(source, file)
    defined = document.get("define", {})
    entries = document.get("rule")
    if not isinstance(entries, list) or not entries:
        raise _wrong(file, "rule", "[[rule]] …")
    if not isinstance(defined, dict) or not all(isinstance(text, str) for text in defined.values()):
        raise _wrong(file, "define", "name = 'pattern'")
    defined = {**given, **defined}
    rules: list[Rule] = []
    patterns: list[str] = []
    for position, entry in enumerate(entries, start=1):
        where = f"rule[{position}]"
        rule, pattern = _rule(entry, defined, file, where)
        if any(rule.id == other.id for other in rules):
            raise _wrong(file, f"{where}.id", f"unique, not {rule.id!r} again")
        rules.append(rule)
        patterns.append(pattern)
    return Phrases(tuple(rules), tuple(patterns), hashlib.sha256(source.encode("utf-8")).hexdigest()[:12])


def _rule(entry: object, defined: dict[str, str], file: str, where: str) -> tuple[Rule, str]:
    if not isinstance(entry, dict):
        raise _wrong(file, where, "a table")
    unknown = sorted(entry.keys() - _KEYS)
    if unknown:
        raise _wrong(file, f"{where}.{unknown[0]}", " | ".join(sorted(_KEYS)))
    name = entry.get("id")
    if not isinstance(name, str) or not name:
        raise _wrong(file, f"{where}.id", "a name")
    score = _score(entry, "score", file, where)
    pattern = _pattern(entry, "pattern", defined, file, where)
    rule = Rule(
        id=name,
        score=score,
        asked=_score(entry, "asked", file, where) if "asked" in entry else score,
        regex=_compiled(pattern, file, f"{where}.pattern"),
        unless=_compiled(_pattern(entry, "unless", defined, file, where), file, f"{where}.unless")
        if "unless" in entry
        else None,
        finds=_strings(entry, "finds", file, where),
        tags=frozenset(_strings(entry, "tags", file, where)),
    )
    return rule, pattern


def _score(entry: dict[str, Any], key: str, file: str, where: str) -> float:
    score = entry.get(key)
    if isinstance(score, bool) or not isinstance(score, int | float) or not 0 < score <= 1:
        raise _wrong(file, f"{where}.{key}", "0 < number <= 1")
    return float(score)


def _strings(entry: dict[str, Any], key: str, file: str, where: str) -> tuple[str, ...]:
    texts = entry.get(key, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise _wrong(file, f"{where}.{key}", '["…", …]')
    return tuple(texts)


def _pattern(entry: dict[str, Any], key: str, defined: dict[str, str], file: str, where: str) -> str:
    text = entry.get(key)
    if not isinstance(text, str) or not text:
        raise _wrong(file, f"{where}.{key}", "an RE2 pattern")
    for _ in range(4):  # fragments may name fragments, a few levels deep
        for name in set(_FRAGMENT.findall(text)):
            if name not in defined:
                raise _wrong(file, f"{where}.{key}", f"[define] {name}")
            text = text.replace(f"%{name}%", f"(?:{defined[name]})")
    return text


def _compiled(pattern: str, file: str, where: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(("(?i)" + pattern).encode("utf-8"), options)
    except re2.error as error:
        raise _wrong(file, where, f"an RE2 pattern ({error})") from error


def _wrong(file: str, key: str, expected: str) -> FilterUnavailable:
    return FilterUnavailable("character.schema", file=file, key=key, expected=expected)
