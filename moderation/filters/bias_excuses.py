"""When what looks like a generalisation is none, or a lesser one: said where it is found, not anywhere around it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Self

import re2

from moderation.filters.bias_rules import expand, names_of
from moderation.filters.bias_text import Marked
from moderation.filters.phrases import Source

_NEAR: Final = 40
"""How far before the group and after a hit the nearest of its excuses are looked for."""
_AROUND: Final = 200
"""How far the others are: further than a clause is long, so that a text of one sentence stays cheap."""
_SHORT: Final = 80
"""A next sentence that takes back and does nothing else is no longer than this."""
_ANOTHER: Final = re.compile(r"""[.!?;](?!["']?$)|[,:](?! ?["'](?:$|\w))| - """)
"""What begins another clause, over which a denial does not reach; a mark before a quotation does not."""
_CLAUSE: Final = re.compile(r"[.!?;:]|, (?:and|but|so|yet|because)\b")
_STOP: Final = re.compile(r"""[.!?]+["')\]]*\s""")
_SPOKEN: Final = re.compile(r""":?\s*["']?\s*$""")
"""Between "he said" and what he said."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """A hit in its sentence. Places are in the marked text."""

    marked: Marked
    sentence: tuple[int, int]
    group: int
    """Where the group is named."""
    end: int
    following: str
    """The next sentence, without marks."""

    def before(self, reach: int) -> str:
        """What stands before the group, without marks."""
        return self.marked.unmarked(max(self.sentence[0], self.group - reach), self.group)

    def after(self, reach: int) -> str:
        """What stands after the hit, without marks."""
        return self.marked.unmarked(self.end, min(self.sentence[1], self.end + reach))

    def readings(self) -> Iterator[tuple[str, int, int]]:
        """From far before the group to the end of the hit, with marks and without; where group and hit's end are."""
        first = max(self.sentence[0], self.group - _AROUND)
        yield self.marked.text[first : self.end], self.group - first, self.end - first
        plain = self.marked.unmarked(first, self.end)
        yield plain, len(self.marked.unmarked(first, self.group)), len(plain)

    def clause(self) -> Iterator[str]:
        """The clause around the hit, with marks and without."""
        first, last = max(self.sentence[0], self.group - _AROUND), min(self.sentence[1], self.end + _AROUND)
        for match in _CLAUSE.finditer(self.marked.text, first, last):
            if match.end() <= self.group:
                first = match.end()
            elif match.start() >= self.end:
                last = match.start()
                break
        yield self.marked.text[first:last]
        yield self.marked.unmarked(first, last)

    def reply(self) -> str:
        """What follows the clause of the hit: the rest of its sentence after a stop, or the next sentence."""
        rest = self.after(_AROUND)
        stop = _STOP.search(rest)
        return rest[stop.end() :] if stop else self.following


@dataclass(frozen=True, slots=True)
class Excuses:
    """What makes a hit no generalisation, or a lesser one."""

    denied: "re2._Regexp"
    within: "re2._Regexp"
    dismissed: "re2._Regexp"
    insisted: "re2._Regexp"
    taken_back: "re2._Regexp"
    particular: "re2._Regexp"
    event: "re2._Regexp"
    own: "re2._Regexp"
    factual: "re2._Regexp"
    asked: "re2._Regexp"
    reported: "re2._Regexp"

    @classmethod
    def load(cls, source: Source) -> Self:
        """Raises FilterUnavailable naming the excuse that cannot be used."""
        table = source.table.get("excuse")
        if not isinstance(table, dict):
            raise source.wrong("excuse", "tables")
        known = tuple(cls.__dataclass_fields__)
        source.only(table, frozenset(known), "excuse.")
        names = names_of(source)
        return cls(**{name: _excuse(source, table, name, names) for name in known})

    def excuse(self, hit: Surroundings, *, particular: bool) -> bool:
        """Whether a hit does not count. `particular`: a word before the group can make it mean certain people."""
        if particular and self.particular.search(hit.before(_NEAR)):
            return True
        if self.event.search(hit.after(_NEAR)):
            return True
        reply = hit.reply()
        if len(reply) <= _SHORT and self.taken_back.search(reply):
            return True
        if any(self._own(*reading) for reading in hit.readings()):
            return True
        return self._rejected(hit) and not self.insisted.search(f"{hit.before(_AROUND)} {hit.after(_AROUND)}")

    def note(self, hit: Surroundings) -> str:
        """Why a hit counts for less; "" where it does not."""
        after = hit.after(_AROUND)
        if self.asked.search(after):
            return "asked"
        if any(self._told(*reading) for reading in hit.readings()):
            return "reported"
        if any(match.start() <= _NEAR for match in self.reported.finditer(after)):
            return "reported"
        return "cited" if any(self.factual.search(clause) for clause in hit.clause()) else ""

    def _rejected(self, hit: Surroundings) -> bool:
        if self.dismissed.search(hit.after(_AROUND)):
            return True
        return any(
            self.within.search(text[group:end]) or self._denied(text, group) for text, group, end in hit.readings()
        )

    def _denied(self, text: str, group: int) -> bool:
        return any(
            match.start() < group and not _ANOTHER.search(text[match.end() : group])
            for match in self.denied.finditer(text)
        )

    def _told(self, text: str, group: int, _end: int) -> bool:
        return any(
            match.start() < group and not _ANOTHER.search(_SPOKEN.sub("", text[match.end() : group]))
            for match in self.reported.finditer(text)
        )

    def _own(self, text: str, group: int, _end: int) -> bool:
        return any(match.start() <= group < match.end() for match in self.own.finditer(text))


def _excuse(source: Source, table: dict[str, Any], name: str, names: dict[str, str]) -> "re2._Regexp":
    patterns = source.strings(table, name, "excuse.")
    if not patterns:
        raise source.wrong(f"excuse.{name}", "strings")
    return source.pattern([expand(source, pattern, names, f"excuse.{name}") for pattern in patterns], f"excuse.{name}")
