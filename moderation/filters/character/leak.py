"""Text from behind the persona that comes out again: runs of words whose digests the brief holds."""

import re
from collections.abc import Iterator
from typing import Final

from moderation.records import Span
from moderation.shingles import WORDS, digest, words

_TAILS: Final = (120, 600)
"""Code points of what was shown that are looked at: room for the words a run may have begun with, the second seldom."""
_DIGIT: Final = re.compile(r"\d")
_SHORT: Final = 3
"""Words from which on a whole secret is looked for at the opening of a sentence."""


def leaks(shown: str, text: str, secrets: frozenset[str]) -> tuple[Span, ...]:
    """Where `text` (which follows `shown`) completes a run of words in `secrets`; overlapping runs are one span.

    A secret of fewer than eight words is one shingle of its own length. Those are looked for only where a run stands
    between marks, as a sentence does, or holds a digit, as canaries do: every length at every word would cost eight
    times as much, and a few ordinary words in mid-sentence are no leak.
    """
    if not secrets:
        return ()
    tail = _tail(shown)
    both = tail + text
    found = words(both)
    run = [word for word, _, _ in found]
    spans: list[Span] = []
    for index, size in _runs(both, found):
        end = found[index + size - 1][2]
        if end > len(tail) and digest(run[index : index + size]) in secrets:
            spans.append(Span(max(0, found[index][1] - len(tail)), end - len(tail)))
    return _merged(spans)


def _tail(shown: str) -> str:
    """The end of what was shown, with all the words that a run may have begun with."""
    for length in _TAILS:
        tail = shown[-length:]
        found = words(tail)
        if len(found) > WORDS:
            return tail[found[-WORDS][1] :]
    return shown[-_TAILS[-1] :]


def _runs(text: str, found: list[tuple[str, int, int]]) -> Iterator[tuple[int, int]]:
    """First word and length of every run that may be a shingle."""
    for index in range(len(found) - WORDS + 1):
        yield index, WORDS
    borders = _borders(text, found)
    for position, first in enumerate(borders):
        for last in borders[position + 1 : position + WORDS]:
            if _SHORT <= last - first < WORDS:
                yield first, last - first
    if _DIGIT.search(text):
        yield from _digits(found)


def _borders(text: str, found: list[tuple[str, int, int]]) -> list[int]:
    """The words that follow a mark or a new line, and the place after the last word."""
    borders = [0]
    for index in range(1, len(found)):
        gap = text[found[index - 1][2] : found[index][1]]
        if gap != " " and ("\n" in gap or gap.strip()):
            borders.append(index)
    return [*borders, len(found)]


def _digits(found: list[tuple[str, int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of one and two words that hold a digit."""
    for index, (word, _, _) in enumerate(found):
        if _DIGIT.search(word):
            yield index, 1
            if index + 1 < len(found):
                yield index, 2
            if index and not _DIGIT.search(found[index - 1][0]):
                yield index - 1, 2


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return tuple(merged)
