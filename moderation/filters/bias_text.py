"""What the bias filter reads: sentences of a folded text in which every known group and predicate is one mark."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from moderation.filters.bias_rules import ADJECTIVE, KOREAN, MANY, ONE, SLUR, SPLIT, Lexicon
from moderation.normalise.said import opening, rewritten
from moderation.normalise.text import FoldedText

GROUPS: Final = f"{MANY}{ONE}{ADJECTIVE}{KOREAN}{SLUR}"
_PAUSE: Final = re.compile(r"(?<![다요죠까네.]) ?\.{2,} ?(?=[^\s.])")
"""After a Korean ending dots end a sentence; elsewhere who makes them goes on."""
_STOP: Final = re.compile("[.!?]+[\"')\\]]*|\n\n")
_DIGIT_IN_WORD: Final = re.compile("(?<=[a-z])[013457@$](?=[a-z])")
_DRAWN: Final = {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s"}


@dataclass(frozen=True, slots=True)
class Marked:
    """A folded text with every known group and predicate replaced by one mark."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]
    plain: str
    """The same without marks; `starts` and `ends` are places in it."""

    def unmarked(self, start: int, end: int) -> str:
        """What stands under the range `start`..`end` of the marked text."""
        return self.plain[self.starts[start] : self.ends[end - 1]] if start < end else ""


def mark(lexicon: Lexicon, cased: str) -> Marked | None:
    """The text in lower case with marks; None where no group is named, which is most of what people say."""
    text = _DIGIT_IN_WORD.sub(lambda match: _DRAWN[match[0]], cased.lower())
    found = [
        (lexicon.marks[index], start, end)
        for index, start, end in lexicon.terms.find_matches_as_indexes(text)
        if _whole(text, start, end)
    ]
    found = [
        (KOREAN if mark == SPLIT else mark, start, end)
        for mark, start, end in found
        if mark != SPLIT or text.startswith("들", end)
    ]
    if not any(mark in GROUPS for mark, _, _ in found):
        return None
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    last = 0
    for sign, start, end in found:
        parts += (text[last:start], sign)
        starts += (*range(last, start), start)
        ends += (*range(last + 1, start + 1), end)
        last = end
    parts.append(text[last:])
    starts += range(last, len(text))
    ends += range(last + 1, len(text) + 1)
    return Marked("".join(parts), starts, ends, text)


def _whole(text: str, start: int, end: int) -> bool:
    """Whether a term stands as a word: whole in English, at the beginning of a word in Korean (particles follow)."""
    if start and text[start - 1].isalnum():
        return False
    return not (text[end - 1].isascii() and end < len(text) and text[end].isascii() and text[end].isalnum())


def hurried(folded: FoldedText) -> FoldedText | None:
    """Without the dots of who hesitates within a sentence ("they are... lazy"); None where nobody does."""
    if not _PAUSE.search(folded.text):
        return None
    return rewritten(folded, ((*match.span(), " ") for match in _PAUSE.finditer(folded.text)))


def sentences(marked: Marked, cased: str) -> Iterator[tuple[int, int]]:
    """The ranges of the marked text's sentences. `cased` is what was marked, in the case it was written in.

    A sentence ends at a stop with a blank behind it and no small letter after that, and at an empty line. Dots in a row
    end it only before a capital: people hesitate within what they say. Laughter and pictures before a sentence are none
    of it.
    """
    first = 0
    for match in _STOP.finditer(marked.text):
        if match[0] == "\n\n" or _ends(marked, cased, match.end(), match[0]):
            yield opening(marked.text, first, match.end()), match.end()
            first = match.end()
    if first < len(marked.text):
        yield opening(marked.text, first, len(marked.text)), len(marked.text)


def _ends(marked: Marked, cased: str, end: int, stop: str) -> bool:
    if end >= len(marked.text):
        return True
    if not marked.text[end].isspace():
        return False
    if end + 1 >= len(marked.text):
        return True
    following = cased[marked.starts[end + 1]]
    return following.isupper() if stop.startswith("..") and not set(stop) & {"!", "?"} else not following.islower()
