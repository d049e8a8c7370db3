"""Text from behind the persona that comes out again: runs of words whose digests the brief holds."""

from collections.abc import Iterator, Sequence
from typing import Final

from moderation.records import Span
from moderation.shingles import GAP, WORDS, Letters, Sizes, digest, hangul, read, sizes

_TAILS: Final = (200, 2_000, 20_000)
"""Code points of what was shown that are looked at: most often the first holds all that a run may have begun with."""


def leaks(shown: str, text: str, secrets: frozenset[str]) -> tuple[Span, ...]:
    """Where `text` (which follows `shown`) completes what is in `secrets`; overlapping places are one span.

    `secrets` are digests of `moderation.shingles`: runs of eight words, shorter texts as a whole (from the beginning of
    a word to the end of one; after Hangul a particle may follow), and exact terms, which are found anywhere.
    """
    if not secrets:
        return ()
    lengths = sizes(secrets)
    tail = _tail(shown, max((*lengths.short, *lengths.exact), default=0))
    found = read(tail + text)
    places = (*_runs(found, secrets), *_short(found, lengths, secrets), *_exact(found, lengths, secrets))
    offset = len(tail)
    return _merged([Span(max(0, start - offset), end - offset) for start, end in places if end > offset])


def _tail(shown: str, longest: int) -> str:
    """The end of what was shown, with all that a secret may have begun with; it begins with a whole word."""
    for length in _TAILS:
        if length >= len(shown):
            break
        tail = shown[-length:]
        found = read(tail)
        # A gap more than the words, and the first word may have lost its beginning.
        if len(found.begins) > WORDS + 1 and len(found.key) - found.begins[1] > 2 * longest:
            return tail[found.places[found.begins[1]] :]
    return shown[-_TAILS[-1] :]


def _runs(found: Letters, secrets: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Runs of eight words."""
    ends = [begin - 1 for begin in found.begins[1:]] + [len(found.key)]
    for first, end in zip(found.begins, ends[WORDS - 1 :], strict=False):
        if digest(found.key[first:end]) in secrets:
            yield _place(found.places, first, end)


def _short(found: Letters, lengths: Sizes, secrets: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Whole texts of fewer words."""
    for length in lengths.short:
        for first in found.begins:
            end = first + length
            if end > len(found.key):
                break
            ends = end == len(found.key) or found.key[end] == GAP or hangul(found.key[end - 1])
            if ends and f"{length}:{digest(found.key[first:end])}" in secrets:
                yield _place(found.places, first, end)


def _exact(found: Letters, lengths: Sizes, secrets: frozenset[str]) -> Iterator[tuple[int, int]]:
    """Terms whatever stands around them and between their letters."""
    if not lengths.exact:
        return
    key = found.key.replace(GAP, "")
    places = [place for place, letter in zip(found.places, found.key, strict=True) if letter != GAP]
    for length in lengths.exact:
        for first in range(len(key) - length + 1):
            if f"={length}:{digest(key[first : first + length])}" in secrets:
                yield _place(places, first, first + length)


def _place(places: Sequence[int], first: int, end: int) -> tuple[int, int]:
    return places[first], places[end - 1] + 1


def _merged(spans: list[Span]) -> tuple[Span, ...]:
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(span.end, merged[-1].end))
        else:
            merged.append(span)
    return tuple(merged)
