"""Names of the people in the conversation: who speaks by one ("Jihoon: …"), and acts told of one."""

import re
from collections.abc import Iterator
from typing import Final

import ahocorasick_rs

from moderation.filters.character.folding import Folded, fold

PERSON: Final = "\ue000"
"""Stands for each letter of a name in `marked`: a character for private use, which no alphabet has."""

_OPENING: Final = frozenset(" \t>*_[<(\"'-")
_CLOSING: Final = frozenset("])>*_\"'")
_TITLE: Final = re.compile(" ?(?:씨|님)")
_SENTENCE_BEFORE: Final = re.compile(
    "(?:[.!?\u2026~\u3002\u314b\u314e][\"')*\\]]{0,3}|[\"')*\\]])\\s{1,2}[>*_\\[<(-]{0,4}$"
)
_BEFORE: Final = 12
"""Characters in which that fits."""


def names_in(folded: Folded, people: tuple[str, ...]) -> list[tuple[int, int]]:
    """Start and end in `folded.text` of each name, the longest where several begin. Case does not matter."""
    names = sorted({_lower(fold(name).text.strip()) for name in people} - {""})
    if not names:
        return []
    automaton = ahocorasick_rs.AhoCorasick(names, matchkind=ahocorasick_rs.MATCHKIND_LEFTMOST_LONGEST)
    return [(start, end) for _, start, end in automaton.find_matches_as_indexes(_lower(folded.text))]


def spoken_for(text: str, names: list[tuple[int, int]]) -> Iterator[tuple[int, int, bool]]:
    """Start and end of each opening in which one of `names` (places in `text`) is made to speak: "Jihoon: …"; and
    whether a line begins there, not only a sentence.

    A remark in parentheses may stand between name and colon.
    """
    for start, end in names:
        after = _after_name(text, end)
        if not after:
            continue
        begin = start
        while begin and text[begin - 1] in _OPENING and start - begin < 5:
            begin -= 1
        line = not begin or text[begin - 1] == "\n"
        if line or _SENTENCE_BEFORE.search(text, max(0, start - _BEFORE), start):
            yield start, after, line


def marked(folded: Folded, names: list[tuple[int, int]]) -> Folded:
    """`folded` with every letter of these names as `PERSON`: rules can speak of a person, every offset stays."""
    parts: list[str] = []
    last = 0
    for start, end in names:
        parts += (folded.text[last:start], PERSON * (end - start))
        last = end
    text = "".join((*parts, folded.text[last:]))
    return Folded(text, text.encode("utf-8"), folded.starts)


def _lower(text: str) -> str:
    """In small letters, of the same length: offsets must hold in both."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(small if len(small := letter.lower()) == 1 else letter for letter in text)


def _after_name(text: str, end: int) -> int:
    """The end of the colon that follows a name, with what it is called by ("지훈 씨") or without, or 0."""
    end = titled.end() if (titled := _TITLE.match(text, end)) else end
    while end < len(text) and text[end] in _CLOSING:
        end += 1
    if text[end : end + 2] == " (":
        close = text.find(")", end, end + 60)
        end = close + 1 if close > 0 else end
    while end < len(text) and text[end] in "*_ ":
        end += 1
    return end + 1 if text[end : end + 1] == ":" and text[end + 1 : end + 2] != "/" else 0
