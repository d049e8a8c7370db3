"""Matching keys for disguised text, with offsets back to the original.

A text can be read in more than one way: as it stands, with digits for letters, with its jamo put together, with Latin
letters between syllables. `fold(text)` gives each reading that the text's characters ask for as a `View`: a string of
folded characters without separators, with what stood between any two of them (`Gap`), how often each was repeated, and
where it was read in the original. A matcher looks for folded terms in `View.key`, judges the gaps inside and around a
hit, and asks `View.span` for its place.

    folded = fold("f.u.u.c.k ㅅㅣ발")
    folded.plain.key                      # the whole text, each code point folded: case, marks, confusables, invisible
    for view in folded.views:
        at = view.key.find("fuck")
        if at >= 0: view.span(at, at + 4)     # code points of the original, start inclusive, end exclusive

Terms pass through the same folds: `read_as(read_plain(term), Reading.LATIN).key`, or `keystrokes` and
`typed_on_korean` for what the wrong keyboard makes of them. Everything here is a pure function of its text, linear in
its length, and takes any code points, lone surrogates included. Keys are for matching: they rewrite Cyrillic and
Hangul and are never shown.
"""

from typing import Final

from moderation.normalise.characters import fold_character
from moderation.normalise.hangul import (
    CHATTER,
    CONSONANTS,
    LOOSE,
    compose,
    disguises,
    fold_jamo,
    keystrokes,
    parts,
    typed_on_korean,
)
from moderation.normalise.tails import visible_tail
from moderation.normalise.views import MIDDLE_FINGER, Folded, Gap, Plain, Reading, View, fold, read_as, read_plain

FOLD_VERSION: Final = 3
"""Raised when a fold changes what a text is read as: filters put it into their version."""

__all__ = [
    "CHATTER",
    "CONSONANTS",
    "FOLD_VERSION",
    "LOOSE",
    "MIDDLE_FINGER",
    "Folded",
    "Gap",
    "Plain",
    "Reading",
    "View",
    "compose",
    "disguises",
    "fold",
    "fold_character",
    "fold_jamo",
    "keystrokes",
    "parts",
    "read_as",
    "read_plain",
    "typed_on_korean",
    "visible_tail",
]
