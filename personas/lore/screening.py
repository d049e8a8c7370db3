"""What staff should know of a lore book that somebody brings, and what keeps it out. Of books as other programs write
them, before anything is made of them; some have megabytes, so every text is looked at once."""

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Final

import re2

from personas.errors import LorebookError, PersonaFileError
from personas.lint import FORBIDDEN
from personas.lore.conversion import pattern_in
from personas.lore.fields import entries_in
from personas.lore.matching import complaint
from personas.lore.schema import MAX_PATTERNS
from personas.remarks import Level, Remark

_MOST: Final = 20
"""Entries that are named."""
_NAME: Final = 60
_AROUND: Final = re.compile(r"\(\?<?[=!]")
_PIECE: Final = re.compile(r"\\.|\[(?:\\.|[^]\\])*\]|.", re.DOTALL)
"""An escape, a class, or a sign, of a pattern."""
_COUNTED: Final = re.compile(r"\{\d*,?\d+\}")
_WIDER: Final = {r"\b": "", r"\s": r"[\s\pZ\x1c-\x1f\x85]", r"\w": r"[_\pL\pN\pM]"}
"""What RE2 takes for ASCII alone."""


def unusable(book: Mapping[str, object], *, file: str) -> tuple[str, ...]:
    """The entries with a pattern among their keys that RE2 does not know, which is never found; at most twenty. By
    name, by their first key where they have none. Raises LorebookError for more patterns than are matched at once."""
    found: list[str] = []
    count = 0
    for number, entry in _entries(book):
        patterns = [*_patterns(entry)]
        count += len(patterns)
        if count > MAX_PATTERNS:
            raise LorebookError("lore.many_patterns", file=file, expected=MAX_PATTERNS)
        if len(found) < _MOST and any(map(_refused, patterns)):
            found.append(_name(number, entry))
    return tuple(found)


def forbidden(book: Mapping[str, object]) -> Iterator[Remark]:
    """Remarks on texts that no persona may be told (`personas.lint.FORBIDDEN`), entry by entry."""
    texts = [(number, entry, _content(entry)) for number, entry in _entries(book)]
    if not _loose().search("\n\n".join(text for _, _, text in texts)):
        return
    for number, entry, text in texts:
        if not _loose().search(text):
            continue
        for rule, phrases in FORBIDDEN:
            if found := phrases.search(text):
                key = f"{number} ({_name(number, entry)})"
                yield Remark(level=Level.ERROR, rule=rule, key=key, fields={"found": found.group().strip()})


def points_elsewhere(book: Mapping[str, object]) -> bool:
    """Whether a text of it has a picture or something like it fetched from elsewhere, by who shows it."""
    return _fetching().search("\n".join(_content(entry) for _, entry in _entries(book))) is not None


def refuse_forbidden(book: Mapping[str, object], *, file: str) -> None:
    """Raises PersonaFileError for the first such remark."""
    for remark in forbidden(book):
        raise _Refusal(file, remark)


class _Refusal(PersonaFileError):
    """Its text depends on the reader's language as a whole."""

    def __init__(self, file: str, remark: Remark) -> None:
        super().__init__("cards.bad_lore", file=file, key=remark.key)
        self._remark = remark

    def explain(self, language: str = "en") -> str:
        """See `Explained.explain`."""
        message, suggestion = self._remark.message(language), self._remark.suggestion(language)
        return f"{super().explain(language)} {message} {suggestion}"


def loosened(pattern: str) -> str:
    """For RE2: a pattern that matches wherever `pattern` does, and perhaps elsewhere. Without what looks around, and
    without counting, for which RE2 would need much room."""
    kept, at = [], 0
    while at < len(pattern):
        if _AROUND.match(pattern, at):
            at = _closing(pattern, at)
        elif pattern[at] == "\\":
            kept.append(_WIDER.get(pattern[at : at + 2], pattern[at : at + 2]))
            at += 2
        elif counted := _COUNTED.match(pattern, at):
            kept.append("*")
            at = counted.end()
        else:
            kept.append(pattern[at])
            at += 1
    return "".join(kept)


def _closing(pattern: str, at: int) -> int:
    """Behind the group that opens at `at`."""
    depth = 0
    while True:
        step = _PIECE.match(pattern, at)
        assert step is not None
        depth += (step[0] == "(") - (step[0] == ")")
        at = step.end()
        if not depth:
            return at


@functools.cache
def _loose() -> "re2._Regexp":
    return re2.compile("|".join(f"(?:{loosened(phrases.pattern)})" for _, phrases in FORBIDDEN), _options())


@functools.cache
def _fetching() -> "re2._Regexp":
    return re2.compile(r"!\[[^]\n]*\]\(\s?https?:|<(?:img|iframe|audio|video)\b", _options())


def _options() -> "re2.Options":
    options = re2.Options()
    options.case_sensitive = False
    options.never_capture = True
    options.log_errors = False
    return options


def _entries(book: Mapping[str, object]) -> Iterator[tuple[int, Mapping[str, object]]]:
    """What is an entry, counted from 1."""
    return ((number, entry) for number, entry in enumerate(entries_in(book), start=1) if isinstance(entry, dict))


def _content(entry: Mapping[str, object]) -> str:
    """What it tells, without halves of characters."""
    return str(entry.get("content") or "").encode("utf-8", "replace").decode()


def _patterns(entry: Mapping[str, object]) -> Iterator[str]:
    """The patterns among its keys, as RE2 writes them: between slashes, or any where it says so."""
    always = entry.get("use_regex") is True
    for field in ("keys", "key", "secondary_keys", "keysecondary"):
        keys = entry.get(field)
        for key in keys if isinstance(keys, list) else ():
            if isinstance(key, str) and (always or key.lstrip().startswith("/")):
                pattern = pattern_in(key)
                yield from (key if pattern is None else pattern,) if always or pattern is not None else ()


def _refused(pattern: str) -> bool:
    return complaint(pattern) is not None


def _name(number: int, entry: Mapping[str, object]) -> str:
    """What people call an entry."""
    keys = entry.get("keys") or entry.get("key")
    first = keys[0] if isinstance(keys, list) and keys else ""
    names = (entry.get("name"), entry.get("comment"), first)
    given = next((name for name in names if isinstance(name, str) and name.strip()), "")
    shown = " ".join("".join(char if char.isprintable() else " " for char in given[: _NAME * 2]).split())
    return shown[:_NAME] or str(number)
