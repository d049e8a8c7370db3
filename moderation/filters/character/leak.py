"""Text from behind the persona that comes out again: runs of words whose digests the brief holds."""

import re
from collections.abc import Iterator
from typing import Final

from moderation.records import Span
from moderation.shingles import WORDS, digest, words

_TAIL: Final = 400
"""Code points of what was shown that are looked at: room for the words a run may have begun with."""
_OPENS: Final = re.compile(r"(?:\A|[^\s\w]|\n)\s*(?=\w)")
_DIGIT: Final = re.compile(r"\d")
_SHORT: Final = 3
"""Words from which on a whole secret is looked for at the opening of a sentence."""


def leaks(shown: str, text: str, secrets: frozenset[str]) -> tuple[Span, ...]:
    """Where `text` (which follows `shown`) completes a run of words in `secrets`; overlapping runs are one span.

    A secret of fewer than eight words is one shingle of its own length. Those are looked for only where a run opens a
    sentence or holds a digit (as canaries do): every length at every word would cost eight times as much, and a few
    ordinary words in mid-sentence are no leak.
    """
    if not secrets:
        return ()
    tail = shown[-_TAIL:]
    both = tail + text
    found = words(both)
    first = next((index for index, word in enumerate(found) if word[2] > len(tail)), len(found))
    del found[: max(0, first - WORDS + 1)]
    run = [word for word, _, _ in found]
    spans: list[Span] = []
    for index, size in _runs(both, found):
        end = found[index + size - 1][2]
        if end > len(tail) and digest(run[index : index + size]) in secrets:
            spans.append(Span(max(0, found[index][1] - len(tail)), end - len(tail)))
    return _merged(spans)


def _runs(text: str, found: list[tuple[str, int, int]]) -> Iterator[tuple[int, int]]:
    """First word and length of every run that may be a shingle."""
    for index in range(len(found) - WORDS + 1):
        yield index, WORDS
    opening = {match.end() for match in _OPENS.finditer(text)}
    digits = {start for word, start, _ in found if _DIGIT.search(word)} if _DIGIT.search(text) else set()
    for index, (_, start, _) in enumerate(found):
        left = len(found) - index
        if start in opening:
            for size in range(_SHORT, min(WORDS, left + 1)):
                yield index, size
        if start in digits:
            yield index, 1
        if left > 1 and (start in digits or found[index + 1][1] in digits):
            yield index, 2


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return tuple(merged)
