"""Places of a text replaced by what stood there: "my card is [card]".

Pure. What is to be hidden, the policy says (`Policy.hides`, by `Guard.hidden`); where, `stores.masking` says.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from moderation.language import language_of
from moderation.records import Span
from moderation.words import LANGUAGES, catalogue

Hidden = tuple[Span, str]
"""A place, and the kind of what stands there: a key of words/masks.toml; any other kind is called private."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with its private places replaced, and the way from the original to it."""

    text: str
    cuts: tuple[tuple[Span, Span], ...] = ()
    """Each place of the original and where its label stands, in order, not overlapping."""

    def span(self, span: Span) -> Span:
        """Where a range of the original lies now; what reaches into a place is the whole label."""
        return Span(self._at(span.start, end=False), self._at(span.end, end=True))

    def _at(self, offset: int, *, end: bool) -> int:
        index = bisect_right([place.start for place, _ in self.cuts], offset - 1 if end else offset) - 1
        if index < 0:
            return offset
        place, label = self.cuts[index]
        if offset < place.end or (end and offset == place.end):
            return label.end if end else label.start
        return label.end + offset - place.end


def masked(text: str, hidden: Iterable[Hidden]) -> Masked:
    """`text` with every place replaced by its label, in the language of the rest. Places that overlap become one, named
    for the first of them; marks that belong to the last character of a place go with it."""
    places = _merged(text, hidden)
    parts: list[str] = []
    cuts: list[tuple[Span, Span]] = []
    at = length = 0
    language = _language(text, places)
    for place, kind in places:
        before, label = text[at : place.start], _label(kind, language)
        start = length + len(before)
        cuts.append((place, Span(start, start + len(label))))
        parts += (before, label)
        at, length = place.end, start + len(label)
    return Masked("".join((*parts, text[at:])), tuple(cuts))


def bears_label(text: str) -> bool:
    """Whether anything of `text` seems to have been replaced."""
    words = catalogue("moderation")
    labels = (
        words.say(key, language) for key in sorted(words.keys()) if key.startswith("masks.") for language in LANGUAGES
    )
    return any(label in text for label in labels)


def _merged(text: str, hidden: Iterable[Hidden]) -> list[Hidden]:
    merged: list[Hidden] = []
    for place, kind in sorted(hidden):
        end = min(place.end, len(text))
        if place.start >= end:
            continue
        while end < len(text) and unicodedata.category(text[end]) in {"Mn", "Me", "Cf"}:
            end += 1
        if merged and place.start < merged[-1][0].end:
            merged[-1] = (Span(merged[-1][0].start, max(merged[-1][0].end, end)), merged[-1][1])
        else:
            merged.append((Span(place.start, end), kind))
    return merged


def _language(text: str, places: list[Hidden]) -> str:
    """Of what is left: an address says nothing of who gives it."""
    begins, ends = [0, *(place.end for place, _ in places)], [*(place.start for place, _ in places), len(text)]
    rest = "".join(text[begin:end] for begin, end in zip(begins, ends, strict=True))
    return language_of(rest, unknown=language_of(text))


def _label(kind: str, language: str) -> str:
    words = catalogue("moderation")
    key = f"masks.{kind}"
    return words.say(key if key in words else "masks.private", language)
