"""Terms as keys: what an automaton looks for, made of a listed word and of the ways it is disguised.

The word itself passes through the same folds as a text. What folding cannot undo stands beside it as a term of its own:
another keyboard, another alphabet, a spelling that is said alike (`moderation.spellings`).
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from moderation.errors import FilterUnavailable
from moderation.normalise import (
    CHATTER,
    LOOSE,
    MIDDLE_FINGER,
    Reading,
    keystrokes,
    read_as,
    read_plain,
    typed_on_korean,
)
from moderation.spellings import ROMANISED, abbreviations, korean_spellings, latin_spellings, romanisations
from moderation.wordlists import Allowed, Entry

TYPED: Final = "English keyboard"
_STRONG: Final = 0.5
"""From this severity on a term is worth looking for in the wrong keyboard and with l for i."""
_SPELT: Final = 0.6
"""From this severity on it is worth looking for in other spellings."""
_REPEATED: Final = re.compile(r"(.)\1")
_SHORTEST_TYPED: Final = 5
"""Keys of the shortest Korean term that is found on an English keyboard: torl and tori are names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What an automaton looks for. `entry` is None for an allowed word."""

    key: str
    raw: str
    family: Reading
    entry: Entry | None
    doubles: tuple[tuple[int, int], ...]
    """Where a letter must be repeated, and how often."""
    breaks: frozenset[int]
    """Where the term itself has a space."""
    variant: str = ""
    """How the key differs from the entry: another keyboard, l for i."""
    whole: bool = False
    """Whether it must be a word of its own, whatever the entry says."""


def terms_of(entry: Entry) -> Iterator[Term]:
    """The term of `entry` and what it becomes on another keyboard, in another alphabet and in other spellings.

    A key may come twice. Where a term is strong but looks like a word of its own in some disguise, allow that word.
    """
    term = _term(entry.term, entry, "", entry.place)
    yield term
    if entry.severity < _STRONG or term.breaks:
        return
    if term.doubles and term.family is Reading.LATIN:
        yield _uncounted(term)
    if term.family is Reading.LATIN and entry.language == "en" and len(term.raw) >= 4:
        yield from _latin(term, entry)
    if term.family is Reading.HANGUL and len(term.raw) >= 2:
        yield from _hangul(term, entry)


def _latin(term: Term, entry: Entry) -> Iterator[Term]:
    for old, new in (("i", "l"), ("l", "i")):
        if old in entry.term:
            yield _term(entry.term.replace(old, new), entry, "l for i", entry.place)
    typed = typed_on_korean(entry.term)
    if any(letter in LOOSE and letter not in CHATTER for letter in typed):
        yield _term(typed, entry, "Korean keyboard", entry.place)
    if entry.severity >= _SPELT and entry.term.isascii() and entry.term.isalpha():
        for spelling, how in latin_spellings(entry.term):
            yield _spelt(term, spelling, how)


def _hangul(term: Term, entry: Entry) -> Iterator[Term]:
    typed = keystrokes(entry.term)
    if len(typed) >= _SHORTEST_TYPED:
        yield _term(typed, entry, TYPED, entry.place)
    if entry.exact or entry.severity < _SPELT or term.raw != entry.term:
        return
    for spelling in korean_spellings(term.raw):
        yield _term(spelling, entry, "silent final", entry.place)
    for spelling in romanisations(term.raw):
        yield _spelt(term, spelling, ROMANISED)
    if entry.match != "word":
        for spelling in abbreviations(term.raw):
            yield _term(spelling, entry, "first letter", entry.place)


def _spelt(term: Term, spelling: str, how: str) -> Term:
    """`term` in other letters a-z, as a word of its own."""
    key = spelling
    doubles: tuple[tuple[int, int], ...] = ()
    if _REPEATED.search(spelling):
        runs = [(letter, len(list(run))) for letter, run in itertools.groupby(spelling)]
        key = "".join(letter for letter, _ in runs)
        doubles = tuple((at, count) for at, (_, count) in enumerate(runs) if count > 1)
    return Term(
        key=key, raw=key, family=Reading.LATIN, entry=term.entry, doubles=doubles, breaks=frozenset(), variant=how,
        whole=True,
    )  # fmt: skip


def allowance(allowed: Allowed) -> Term:
    """An allowed word as a term."""
    return _term(allowed.word, None, "", allowed.place)


def _term(text: str, entry: Entry | None, variant: str, place: str) -> Term:
    plain = read_plain(text)
    family = _family(plain.key)
    view = read_as(plain, family)
    if not view.key:
        raise FilterUnavailable("lexicon.empty_term", file=place, key="terms" if entry else "allow", term=text)
    return Term(
        key=view.key,
        raw=view.raw,
        family=family,
        entry=entry,
        doubles=tuple((at, count) for at, count in enumerate(view.counts) if count > 1) if _counted(family) else (),
        breaks=frozenset(at for at, gap in enumerate(view.gaps[1:-1], 1) if gap),
        variant=variant,
    )


def _uncounted(term: Term) -> Term:
    """The term with its repeated letters kept apart, as they are where a separator stands between: nig-ger."""
    counts = dict(term.doubles)
    key = "".join(letter * counts.get(at, 1) for at, letter in enumerate(term.key))
    return replace(term, key=key, raw=key, doubles=())


def _counted(family: Reading) -> bool:
    return family is not Reading.HANGUL


def _family(key: str) -> Reading:
    written = [letter for letter in key if letter.isalnum() or letter == MIDDLE_FINGER]
    if all((letter.isascii() and letter.isalpha()) or letter == MIDDLE_FINGER for letter in written):
        return Reading.LATIN
    return Reading.HANGUL if all("가" <= letter <= "힣" for letter in written) else Reading.MIXED
