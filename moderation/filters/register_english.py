"""English speech levels: words and phrases that belong to some levels only. English has no endings to tell them by, so
what this does not know is at any level."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from moderation.errors import FilterUnavailable
from moderation.filters.character.folding import Folded
from moderation.filters.character.source import shipped_text, tables_of
from moderation.records import Signal, Span

LEVELS: Final = frozenset({"formal", "casual", "period"})
_FILE: Final = "character/english.toml"
_SURE: Final = 0.9


@dataclass(frozen=True, slots=True)
class EnglishLevels:
    """What belongs to which levels. Immutable."""

    phrases: tuple[tuple[frozenset[str], re.Pattern[str]], ...]
    version: str

    def signals(self, folded: Folded, plain: str, allowed: frozenset[str], *, after: int) -> Iterator[Signal]:
        """What in `plain`, the folded text without what others say in it, belongs to none of the `allowed` levels.
        `after` code points of it were shown before."""
        for levels, pattern in self.phrases:
            if levels & allowed:
                continue
            detail = f"{'/'.join(sorted(levels))}, not {'/'.join(sorted(allowed))}"
            for found in pattern.finditer(plain):
                span = folded.span(found.start(), found.end())
                if span.end > after:
                    clipped = Span(max(0, span.start - after), span.end - after)
                    yield Signal(category="speech_level", score=_SURE, spans=(clipped,), detail=detail)


def load_english() -> EnglishLevels:
    """The phrases of the package. Raises FilterUnavailable: file, key, what was expected."""
    return parse_english(shipped_text(_FILE), _FILE)


def parse_english(source: str, file: str) -> EnglishLevels:
    """The phrases written in `source`; `file` names it in errors (FilterUnavailable)."""
    document = tables_of(source, file)
    entries = document.get("phrases")
    if not isinstance(entries, list) or not entries:
        raise FilterUnavailable("character.schema", file=file, key="phrases", expected="[[phrases]] …")
    phrases = []
    for number, entry in enumerate(entries, 1):
        levels, words = entry.get("levels"), entry.get("words")
        if not isinstance(levels, list) or not levels or not LEVELS.issuperset(map(str, levels)):
            expected = " | ".join(sorted(LEVELS))
            raise FilterUnavailable("character.schema", file=file, key=f"phrases[{number}].levels", expected=expected)
        if not isinstance(words, list) or not words or not all(isinstance(word, str) and word for word in words):
            raise FilterUnavailable("character.schema", file=file, key=f"phrases[{number}].words", expected='["…", …]')
        phrases.append((frozenset(levels), _any_of(words)))
    return EnglishLevels(tuple(phrases), hashlib.sha256(source.encode("utf-8")).hexdigest()[:12])


def _any_of(words: list[str]) -> re.Pattern[str]:
    """Whole words, with one space or line break between those of a phrase: an alternation of literals, so linear."""
    longest_first = sorted(words, key=len, reverse=True)
    literals = (r"[ \n]".join(map(re.escape, word.split(" "))) for word in longest_first)
    return re.compile(rf"(?<![\w'-])(?:{'|'.join(literals)})(?![\w'-])", re.IGNORECASE)
