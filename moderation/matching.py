"""Terms as keys, and the judgement whether a key that was found in a view is the term.

The automaton finds letters; whether they are the term depends on what stands between and around them. Two words that
happen to make a third ("push it", "다시 발송") are not a disguise, single letters with dots between them are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from moderation.errors import FilterUnavailable
from moderation.normalise import (
    CHATTER,
    CONSONANTS,
    LOOSE,
    MIDDLE_FINGER,
    Gap,
    Reading,
    View,
    disguises,
    fold_jamo,
    keystrokes,
    read_as,
    read_plain,
    typed_on_korean,
)
from moderation.wordlists import Allowed, Entry

_STRONG: Final = 0.5
"""From this severity on a term is worth looking for in the wrong keyboard and with l for i."""
_SHORTEST_APART: Final = 3
"""Letters of the shortest Latin term that is found spelled out."""
_SHORTEST_IN_PIECES: Final = 4
"""Letters of the shortest Latin term that is found broken into pieces of more than one letter."""
_SHORTEST_TYPED: Final = 5
"""Keys of the shortest Korean term that is found on an English keyboard: torl and tori are names."""
_TYPED: Final = "English keyboard"
_WORDS: Final = frozenset("aio")
"""Letters that are words by themselves."""
_VOWELS: Final = frozenset("aeiouy")

_LEET: Final = 0.95
_STRETCHED: Final = 0.95
_FOLDED: Final = 0.95
_APART: Final = 0.9
_VARIANT: Final = 0.9


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A judged find."""

    confidence: float
    apart: bool
    """Whether something stood between the letters that the term does not have there."""
    how: str


def terms_of(entry: Entry) -> Iterator[Term]:
    """The term of `entry` and what it becomes on the wrong keyboard or with l and i exchanged."""
    term = _term(entry.term, entry, "", entry.place)
    yield term
    if entry.severity < _STRONG or term.breaks:
        return
    letters = len(term.raw)
    if term.doubles and term.family is Reading.LATIN:
        yield _uncounted(term)
    if term.family is Reading.LATIN and entry.language == "en" and letters >= 4:
        for old, new in (("i", "l"), ("l", "i")):
            if old in entry.term:
                yield _term(entry.term.replace(old, new), entry, "l for i", entry.place)
        typed = typed_on_korean(entry.term)
        if any(letter in LOOSE and letter not in CHATTER for letter in typed):
            yield _term(typed, entry, "Korean keyboard", entry.place)
    typed = keystrokes(entry.term)
    if term.family is Reading.HANGUL and letters >= 2 and len(typed) >= _SHORTEST_TYPED:
        yield _term(typed, entry, _TYPED, entry.place)


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


def match_allowed(term: Term, view: View, start: int) -> bool | None:
    """None where the allowed word does not stand at `start`; else whether it was found with gaps of its own.

    An allowed word must stand there undisguised. With gaps (시 발표) it only excuses a hit with gaps, and its end is
    joined to what is before: 시 발 표 is no 시 발표.
    """
    end = start + len(term.key)
    if view.reading is Reading.LEET or view.raw[start:end] != term.raw or _short_of(term, view, start):
        return None
    gaps = view.gaps[start + 1 : end]
    apart = [gap for at, gap in enumerate(gaps, 1) if gap and at not in term.breaks]
    if Gap.FAR in apart or (apart and (term.family is not Reading.HANGUL or gaps[-1])):
        return None
    return bool(apart)


def ceiling(term: Term, entry: Entry, view: View, start: int) -> float:
    """The most that `term` could score where its key stands: cheap to say before it is judged."""
    gaps = view.gaps[start + 1 : start + len(term.key)]
    if len(gaps) - gaps.count(Gap.NONE) > len(term.breaks):
        return score(entry, _APART)
    if term.variant:
        return score(entry, _VARIANT)
    return score(entry, _LEET if view.reading in (Reading.LEET, Reading.JAMO) else 1.0)


def score(entry: Entry, confidence: float) -> float:
    """How bad a hit is, given how sure it is."""
    return round(entry.severity * confidence, 3)


def reach(term: Term, view: View, start: int) -> int:
    """How long the find at `start` is: its letters and what stands between them, a stretched letter counted once."""
    end = start + len(term.key)
    return len(term.key) + sum(view.at[at] - view.upto[at - 1] for at in range(start + 1, end))


def match_term(term: Term, view: View, start: int) -> Found | None:
    """Whether the term stands at `start` of the view, and how sure that is; None where it does not."""
    entry = term.entry
    end = start + len(term.key)
    if entry is None or _short_of(term, view, start) or not _sounds(term, view, start, exact=entry.exact):
        return None
    if view.reading is Reading.LEET and not _leet(view, start, end):
        return None
    gaps = view.gaps[start + 1 : end]
    apart = [at for at, gap in enumerate(gaps, 1) if gap and at not in term.breaks]
    if apart:
        judge = _JUDGES[term.family]
        if not judge(term, entry, view, start, apart):
            return None
    elif not _bounded(term, entry, view, start, end):
        return None
    return _found(term, view, start, end, apart=bool(apart))


def _short_of(term: Term, view: View, start: int) -> bool:
    """Whether a letter lacks its repetition: "as" is not "ass"."""
    return bool(term.doubles) and any(view.counts[start + at] < count for at, count in term.doubles)


def _sounds(term: Term, view: View, start: int, *, exact: bool) -> bool:
    """Whether every syllable read there may stand for the one of the term."""
    if term.family is Reading.LATIN:
        return True
    seen = view.raw[start : start + len(term.raw)]
    if seen == term.raw:
        return True
    if exact:
        return False
    return all(
        disguises(letter, meant) if "가" <= meant <= "힣" else meant in (letter, fold_jamo(letter))
        for letter, meant in zip(seen, term.raw, strict=True)
    )


def _leet(view: View, start: int, end: int) -> bool:
    """Whether some of it, but not all, was drawn with signs; the last character is not a mere closing mark.

    In a word of three letters digits are believed only where one stands in the middle: s3x, but not the A55.
    """
    key = view.plain.key[view.at[start] : view.upto[end - 1]]
    drawn = sum(_drawn(view, at) for at in range(start, end))
    if not 0 < drawn < end - start or key[-1] == "!":
        return False
    digits = sum(sign.isdigit() for sign in key)
    return len(key) > 3 or not digits or (digits == 1 and key[1].isdigit())


def _drawn(view: View, at: int) -> bool:
    """Whether the character there is a sign read as a letter: it may as well be a separator."""
    if view.reading is not Reading.LEET:
        return False
    return bool(view.plain.key[view.at[at] : view.upto[at]].strip(view.key[at]))


def _bounded(term: Term, entry: Entry, view: View, start: int, end: int) -> bool:
    """Whether a word begins and ends where the term's match asks for it."""
    if term.family is Reading.MIXED:
        return _mixed_bounds(term, entry, view, start, end)
    if term.variant == _TYPED and (len(term.key) > _SHORTEST_TYPED or _VOWELS.isdisjoint(term.key)):
        return True
    anywhere = entry.match == "anywhere" and term.variant != _TYPED
    before = anywhere or bool(view.gaps[start]) or _drawn(view, start - 1)
    after = (entry.match != "word" and term.variant != _TYPED) or bool(view.gaps[end]) or _drawn(view, end)
    return before and after


def _mixed_bounds(term: Term, entry: Entry, view: View, start: int, end: int) -> bool:
    jamo = all(letter in LOOSE for letter in term.key)
    if entry.match == "anywhere" and not jamo:
        return True
    before = bool(view.gaps[start]) or _differs(view.raw[start - 1], term.raw[0])
    after = (entry.match == "prefix" and not jamo) or bool(view.gaps[end]) or _differs(view.raw[end], term.raw[-1])
    return before and after


def _differs(neighbour: str, own: str) -> bool:
    """Whether a neighbour of another kind ends a word written in mixed letters."""
    return neighbour in CHATTER or _kind(neighbour) != _kind(own)


def _kind(letter: str) -> int:
    if letter in LOOSE:
        return 0
    return 1 if "가" <= letter <= "힣" else 2


def _apart_latin(term: Term, entry: Entry, view: View, start: int, apart: list[int]) -> bool:
    end = start + len(term.key)
    before, after = view.gaps[start], view.gaps[end]
    kinds = {view.gaps[start + at] for at in apart}
    letters = len(term.key) + sum(count - 1 for _, count in term.doubles)
    if not before or not after or before == Gap.APOSTROPHE or not entry.spaced or Gap.FAR in kinds:
        return False
    if letters < _SHORTEST_APART:
        return False
    drawn = any(_drawn(view, at) for at in range(start, end))
    if len(apart) + len(term.breaks) == len(term.key) - 1:
        return _spelled(entry, view, start, end, kinds) and (not drawn or letters >= _SHORTEST_IN_PIECES)
    if drawn or letters < _SHORTEST_IN_PIECES or entry.severity < _STRONG or kinds & {Gap.WIDE, Gap.APOSTROPHE}:
        return False
    if kinds == {Gap.ODD}:
        return True
    pieces = _pieces(term.key, apart)
    return not (before == Gap.MARK and len(pieces[0]) == 1) and any(_no_word(piece) for piece in pieces)


def _spelled(entry: Entry, view: View, start: int, end: int, kinds: set[int]) -> bool:
    """Whether the letters, each alone, are spelled out as one word: with like separators, and not as part of more."""
    if Gap.WIDE in kinds and not kinds <= {Gap.WIDE, Gap.SPACE}:
        return False
    return entry.match == "anywhere" or not _spelled_on(view, start, end, kinds)


def _spelled_on(view: View, start: int, end: int, kinds: set[int]) -> bool:
    """Whether more letters are spelled out before or after: "c l a s s" holds "a s s"."""
    left = start > 0 and view.gaps[start] in kinds and bool(view.gaps[start - 1])
    if left and view.key[start - 1] in "ai":
        left = start > 1 and bool(view.gaps[start - 2])
    right = end < len(view.key) and view.gaps[end] in kinds and bool(view.gaps[end + 1])
    return left or right


def _pieces(key: str, apart: list[int]) -> list[str]:
    return [key[first:last] for first, last in zip([0, *apart], [*apart, len(key)], strict=True)]


def _no_word(piece: str) -> bool:
    """Whether `piece` cannot be a word: a lone consonant, or letters without a vowel."""
    return piece not in _WORDS if len(piece) == 1 else _VOWELS.isdisjoint(piece)


def _apart_hangul(term: Term, entry: Entry, view: View, start: int, apart: list[int]) -> bool:
    end = start + len(term.key)
    before, after = view.gaps[start], view.gaps[end]
    kinds = {view.gaps[start + at] for at in apart}
    at = view.at[start]
    if Gap.FAR in kinds or (at and view.plain.key[at - 1].isdigit()):
        return False
    if kinds == {Gap.ODD}:
        return bool(before or after)
    if not before or not after:
        return False
    if kinds & {Gap.SPACE, Gap.WIDE}:
        return entry.spaced and view.raw[start:end] == term.raw and len(apart) + len(term.breaks) == len(term.key) - 1
    return True


def _apart_mixed(term: Term, entry: Entry, view: View, start: int, apart: list[int]) -> bool:
    end = start + len(term.key)
    if not entry.spaced or not all(letter in CONSONANTS for letter in term.raw):
        return False
    kinds = {view.gaps[start + at] for at in apart}
    return not kinds & {Gap.FAR, Gap.WIDE} and _mixed_bounds(term, entry, view, start, end)


_JUDGES: Final = {Reading.LATIN: _apart_latin, Reading.HANGUL: _apart_hangul, Reading.MIXED: _apart_mixed}


def _found(term: Term, view: View, start: int, end: int, *, apart: bool) -> Found:
    """How sure it is, by the strongest thing that was undone to read the term."""
    if apart:
        return Found(confidence=_APART, apart=True, how="spaced")
    if term.variant:
        return Found(confidence=_VARIANT, apart=False, how=term.variant)
    if view.reading in (Reading.LEET, Reading.JAMO):
        return Found(confidence=_LEET, apart=False, how=view.reading.value)
    if view.raw[start:end] != term.raw:
        return Found(confidence=_FOLDED, apart=False, how="look-alike")
    if sum(view.counts[start:end]) > len(term.key) + sum(count - 1 for _, count in term.doubles):
        return Found(confidence=_STRETCHED, apart=False, how="stretched")
    return Found(confidence=1.0, apart=False, how="as written")
