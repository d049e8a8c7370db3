"""The judgement whether a key that was found in a view is the term.

The automaton finds letters; whether they are the term depends on what stands between and around them. Two words that
happen to make a third ("push it", "다시 발송") are not a disguise, single letters with dots between them are.
"""

import itertools
from dataclasses import dataclass
from typing import Final

from moderation.normalise import CHATTER, CONSONANTS, LOOSE, Gap, Reading, View, disguises, fold_jamo
from moderation.pieces import no_word
from moderation.terms import TYPED, Term
from moderation.wordlists import Entry

_STRONG: Final = 0.5
"""From this severity on a term is found in pieces."""
_SHORTEST_APART: Final = 3
"""Letters of the shortest Latin term that is found spelled out."""
_SHORTEST_IN_PIECES: Final = 4
"""Letters of the shortest Latin term that is found broken into pieces of more than one letter."""
_SURE_TYPED: Final = 5
"""More keys than this, or none that is a vowel, are no word of another language."""
_VOWELS: Final = frozenset("aeiouy")

_LEET: Final = 0.95
_STRETCHED: Final = 0.95
_FOLDED: Final = 0.95
_APART: Final = 0.9
_VARIANT: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A judged find."""

    confidence: float
    apart: bool
    """Whether something stood between the letters that the term does not have there."""
    how: str


def match_allowed(term: Term, view: View, start: int) -> bool | None:
    """None where the allowed word does not stand at `start`; else whether it was found with gaps of its own.

    An allowed word must stand there undisguised: with its spaces in Latin letters, and no letter twice. With gaps
    (시 발표) it only excuses a hit with gaps, and its end is joined to what is before: 시 발 표 is no 시 발표.
    """
    end = start + len(term.key)
    if view.reading is Reading.LEET or view.raw[start:end] != term.raw or _short_of(term, view, start):
        return None
    gaps = view.gaps[start + 1 : end]
    if term.family is Reading.LATIN and (
        _doubled(term, view, start, end) or not all(gaps[at - 1] for at in term.breaks)
    ):
        return None
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
    if term.whole and _doubled(term, view, start, end):
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


def _doubled(term: Term, view: View, start: int, end: int) -> bool:
    """Whether a letter stands twice where the term has it once: "coks" stands for another word, "cooks" does not."""
    counts = view.counts[start:end]
    return 2 in counts and any(count == 2 and (at, 2) not in term.doubles for at, count in enumerate(counts))


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
    if term.variant == TYPED and (len(term.key) > _SURE_TYPED or _VOWELS.isdisjoint(term.key)):
        return True
    whole = term.whole or term.variant == TYPED
    before = (entry.match == "anywhere" and not whole) or bool(view.gaps[start]) or _drawn(view, start - 1)
    after = (entry.match != "word" and not whole) or _ends(entry, view, end) or _drawn(view, end)
    return before and after


def _ends(entry: Entry, view: View, end: int) -> bool:
    """Whether a word ends there, or one letter later with the s of the plural."""
    if view.gaps[end]:
        return True
    return entry.match == "anywhere" and view.key[end : end + 1] == "s" and bool(view.gaps[end + 1])


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
    before, after = view.gaps[start], _ends(entry, view, end)
    kinds = {view.gaps[start + at] for at in apart}
    letters = len(term.key) + sum(count - 1 for _, count in term.doubles)
    if not before or not after or before == Gap.APOSTROPHE or not entry.spaced or Gap.FAR in kinds:
        return False
    if letters < _SHORTEST_APART or (term.whole and Gap.WIDE in kinds):
        return False
    drawn = any(_drawn(view, at) for at in range(start, end))
    if len(apart) + len(term.breaks) == len(term.key) - 1:
        return _spelled(entry, view, start, end, kinds) and (not drawn or letters >= _SHORTEST_IN_PIECES)
    if letters < _SHORTEST_IN_PIECES or entry.severity < _STRONG:
        return False
    return kinds == {Gap.ODD} or _in_pieces(term, view, start, apart)


def _in_pieces(term: Term, view: View, start: int, apart: list[int]) -> bool:
    """Whether the pieces, told apart by spaces or marks, are no words, nor numbers, that happen to stand together."""
    kinds = {view.gaps[start + at] for at in apart}
    spaced = bool(kinds & {Gap.SPACE, Gap.WIDE})
    if (spaced and term.whole) or (Gap.WIDE in kinds and not all(_blank(view, start + at) for at in apart)):
        return False
    places = list(itertools.pairwise([0, *apart, len(term.key)]))
    if any(all(_drawn(view, start + at) for at in range(*place)) for place in places):
        return False
    if view.gaps[start] == Gap.MARK and apart[0] == 1:
        return False
    return any(no_word(term.key[first:last]) for first, last in places)


def _spelled(entry: Entry, view: View, start: int, end: int, kinds: set[int]) -> bool:
    """Whether the letters, each alone, are spelled out as one word: with like separators, and not as part of more."""
    if Gap.WIDE in kinds and (not kinds <= {Gap.WIDE, Gap.SPACE} or not _alike(view, start, end)):
        return False
    return entry.match == "anywhere" or not _spelled_on(view, start, end, kinds)


def _alike(view: View, start: int, end: int) -> bool:
    """Whether the same stands between all letters, but for the number of spaces."""
    between = {view.plain.key[view.upto[at - 1] : view.at[at]].strip() for at in range(start + 1, end)}
    return len(between) == 1


def _spelled_on(view: View, start: int, end: int, kinds: set[int]) -> bool:
    """Whether more letters are spelled out before or after: "c l a s s" holds "a s s"."""
    left = start > 0 and view.gaps[start] in kinds and bool(view.gaps[start - 1])
    if left and view.key[start - 1] in "ai":
        left = start > 1 and bool(view.gaps[start - 2])
    right = end < len(view.key) and view.gaps[end] in kinds and bool(view.gaps[end + 1])
    return left or right


def _blank(view: View, at: int) -> bool:
    """Whether only spaces stand before the character there."""
    return view.plain.key[view.upto[at - 1] : view.at[at]].isspace()


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
    kinds = {view.gaps[start + at] for at in apart}
    if not all(letter in CONSONANTS for letter in term.raw):
        numbered = any(letter.isdigit() for letter in term.raw)
        return not numbered and kinds <= {Gap.ODD, Gap.MARK} and _mixed_bounds(term, entry, view, start, end)
    if not entry.spaced:
        return False
    wide = Gap.WIDE in kinds and not all(_blank(view, start + at) for at in apart)
    return Gap.FAR not in kinds and not wide and _mixed_bounds(term, entry, view, start, end)


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
