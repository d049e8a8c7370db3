"""What the words around a name or a claim make of it: denied, wished, told of another, long ago, asked."""

import re
from dataclasses import dataclass
from typing import Final

from moderation.filters.character.folding import Folded
from moderation.filters.character.phrases import Phrases, load_phrases

_SENTENCE_END: Final = re.compile(r"[.!?\u2026\u3002]+(?=[\s\"'\u201d\u2019)*]|$)|\n")
_CLAUSE: Final = re.compile(r"[,;:\u2014]")
_LONGEST: Final = 300
"""Characters to either side that may belong to the sentence."""


@dataclass(frozen=True, slots=True)
class Context:
    """The rules of `context.toml`. Immutable; safe to share between threads."""

    phrases: Phrases

    @classmethod
    def load(cls) -> "Context":
        """With the rules of the package. Raises FilterUnavailable: file, key, what was expected."""
        return cls(load_phrases("character", "context"))

    @property
    def version(self) -> str:
        """Of the rules."""
        return self.phrases.version

    def marks(self, words: str) -> frozenset[str]:
        """The tags of the rules that words of folded text match."""
        plain = Folded(words, words.encode("utf-8"), None)
        return frozenset(tag for hit in self.phrases.find(plain) for tag in hit.rule.tags)

    def taken_back(self, before: str) -> frozenset[str]:
        """What the English words before a statement make of it; a negation counts in its own clause only."""
        marks = self.marks(before)
        negated = "negated" in marks and "negated" in self.marks(_CLAUSE.split(before)[-1])
        return marks | {"unreal"} if negated else marks


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the sentence around `start`..`end` begins and ends."""
    begin = max(0, start - _LONGEST)
    first = max((match.end() for match in _SENTENCE_END.finditer(text, begin, start)), default=begin)
    last = _SENTENCE_END.search(text, end, end + _LONGEST)
    return first, last.end() if last else min(len(text), end + _LONGEST)
