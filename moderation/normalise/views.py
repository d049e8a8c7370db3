"""Views: the same text, read in one way each, with the way back to the code points it was read from."""

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from moderation.normalise.characters import SPACE, fold_character
from moderation.normalise.hangul import (
    CHATTER,
    DRAWN_WORD,
    FILLER,
    FIRST,
    FOLDED,
    LAST,
    LOOSE,
    drawn_together,
    extends,
    fold_jamo,
    recompose,
)
from moderation.normalise.leet import LEET, LEET_WORD, read_leet


class Reading(enum.StrEnum):
    """How a view reads the text."""

    LATIN = "latin"
    """Letters a-z; everything else separates."""
    LEET = "leet"
    """The same, with digits and symbols read as the letters they are drawn for."""
    HANGUL = "hangul"
    """Syllables without tension, glides and stretching; everything else separates."""
    JAMO = "jamo"
    """The same, after loose jamo and what is drawn as jamo were put together."""
    MIXED = "mixed"
    """Syllables, loose jamo, Latin letters and digits beside each other: ㅅㅂ, c발, 18놈."""


class Gap(enum.IntEnum):
    """What stands between two characters of a key."""

    NONE = 0
    ODD = 1
    """Digits, letters of another script, signs that no sentence needs there."""
    MARK = 2
    """Punctuation that also stands in ordinary text."""
    APOSTROPHE = 3
    SPACE = 4
    """One space."""
    WIDE = 5
    """More than one space, a line break, a space with other things; also the ends of the text."""
    FAR = 6
    """So much that nobody reads across it."""


MIDDLE_FINGER: Final = "\U0001f595"
"""A sign with one meaning, read like a letter."""
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_TELLING: Final = LOOSE - CHATTER
_SCRIPTS_MEET: Final = re.compile("[가-힣][a-z0-9]|[a-z0-9][가-힣]")
_READ_ACROSS: Final = 12
"""Longest run of separators that is still read across: nine stars, a line of spaces."""
_APOSTROPHES: Final = frozenset("'’`´")
_PUNCTUATION: Final = frozenset(',.·-–—/()[]"“”‘’:;~…!?、。')


@dataclass(frozen=True, slots=True, kw_only=True)
class Plain:
    """The folded text, character by character; no character of the original is reordered."""

    key: str
    starts: Sequence[int]
    """For each character of `key`, where it begins in the original."""
    ends: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One reading. `key[i]` was read from `plain.key[at[i]:upto[i]]`."""

    reading: Reading
    key: str
    raw: str
    """As long as `key`: the character before tension, glides and the like were taken away."""
    at: Sequence[int]
    upto: Sequence[int]
    gaps: bytes
    """`Gap` before each character, and one more for the end."""
    counts: Sequence[int]
    """How often the letter was repeated in place: fuuuck has 3 at u."""
    plain: Plain

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where `key[start:end]` stands in the original, as code points."""
        return self.plain.starts[self.at[start]], self.plain.ends[self.upto[end - 1] - 1]


def read_plain(text: str) -> Plain:
    """`text` with every code point folded (see `characters.fold_character`)."""
    if text.isascii() and text.isprintable():
        return Plain(key=text.lower(), starts=range(len(text)), ends=range(1, len(text) + 1))
    folded = [fold_character(character) for character in text]
    key = "".join(folded)
    if len(key) == len(text) and "" not in folded:
        return Plain(key=key, starts=range(len(text)), ends=range(1, len(text) + 1))
    starts = [at for at, piece in enumerate(folded) for _ in piece]
    return Plain(key=key, starts=tuple(starts), ends=tuple(start + 1 for start in starts))


def gap_between(separators: str) -> int:
    """The `Gap` that a run of separators makes, as its number."""
    if separators == SPACE:
        return Gap.SPACE
    if not separators:
        return Gap.NONE
    if len(separators) > _READ_ACROSS:
        return Gap.FAR
    if SPACE in separators:
        return Gap.WIDE
    if separators in _APOSTROPHES:
        return Gap.APOSTROPHE
    return Gap.MARK if _PUNCTUATION.issuperset(separators) else Gap.ODD


class _Draft:
    """A view while it is read off `source`, which is as long as the plain key."""

    __slots__ = ("_at", "_counts", "_edge", "_gaps", "_key", "_raw", "_source", "_upto")

    def __init__(self, source: str) -> None:
        self._source = source
        self._key: list[str] = []
        self._raw: list[str] = []
        self._at: list[int] = []
        self._upto: list[int] = []
        self._counts: list[int] = []
        self._gaps = bytearray()
        self._edge = 0

    def put(self, index: int, letter: str, raw: str) -> None:
        """A new character of the key, read at `index`."""
        edge = self._edge
        if index == edge:
            self._gaps.append(Gap.NONE if edge else Gap.WIDE)
        else:
            self._gaps.append(gap_between(self._source[edge:index]) if self._key else Gap.WIDE)
        self._key.append(letter)
        self._raw.append(raw)
        self._at.append(index)
        self._upto.append(index + 1)
        self._counts.append(1)
        self._edge = index + 1

    def repeat(self, index: int) -> None:
        """What stands at `index` is the last character once more."""
        self._counts[-1] += 1
        self._upto[-1] = self._edge = index + 1

    def redraw(self, index: int, letter: str, raw: str) -> None:
        """What stands at `index` only draws out the last character, which is now read as `letter`."""
        self.repeat(index)
        self._key[-1], self._raw[-1] = letter, raw

    def absorb(self, index: int) -> None:
        """A filler at `index` belongs to the last character."""
        if self._key and index == self._edge:
            self._upto[-1] = self._edge = index + 1

    def touches(self, index: int) -> bool:
        """Whether nothing stands between the last character and `index`."""
        return index == self._edge and bool(self._key)

    def spelled(self, index: int) -> bool:
        """Whether the last character stands alone, close before `index`, where another stands alone: f u u u c k."""
        source = self._source
        alone = index + 1 == len(source) or not "a" <= source[index + 1] <= "z"
        return alone and self._gaps[-1] > 0 and index - self._edge <= 4 and self._alone()

    def _alone(self) -> bool:
        return self._upto[-1] - self._at[-1] <= 2 * self._counts[-1]

    def finish(self, reading: Reading, plain: Plain) -> View:
        self._gaps.append(Gap.NONE if not self._key else Gap.WIDE)
        if self._key and self._edge < len(self._source):
            self._gaps[-1] = gap_between(self._source[self._edge :][: _READ_ACROSS + 1])
        return View(
            reading=reading,
            key="".join(self._key),
            raw="".join(self._raw),
            at=self._at,
            upto=self._upto,
            gaps=bytes(self._gaps),
            counts=self._counts,
            plain=plain,
        )


def read_latin(plain: Plain, source: str, reading: Reading) -> View:
    """Letters a-z of `source`, which is as long as `plain.key`; repeated letters counted, not kept."""
    draft = _Draft(source)
    last = ""
    for index, letter in enumerate(source):
        if "a" <= letter <= "z":
            if letter == last and (draft.touches(index) or draft.spelled(index)):
                draft.repeat(index)
            else:
                draft.put(index, letter, letter)
                last = letter
        elif letter == FILLER:
            draft.absorb(index)
        elif letter == MIDDLE_FINGER:
            draft.put(index, letter, letter)
            last = letter
    return draft.finish(reading, plain)


def read_hangul(plain: Plain, source: str, reading: Reading) -> View:
    """Syllables of `source` folded, with those that only draw out the one before taken into it."""
    draft = _Draft(source)
    last = ""
    for index, syllable in enumerate(source):
        if FIRST <= syllable <= LAST:
            if last and draft.touches(index) and extends(last, syllable):
                last = drawn_together(last, syllable)
                draft.redraw(index, FOLDED[ord(last) - 0xAC00], last)
            else:
                draft.put(index, FOLDED[ord(syllable) - 0xAC00], syllable)
                last = syllable
        elif syllable == FILLER:
            draft.absorb(index)
    return draft.finish(reading, plain)


def read_mixed(plain: Plain) -> View:
    """Syllables, loose jamo, a-z and digits, each folded; repeated jamo counted, not kept."""
    draft = _Draft(plain.key)
    last = ""
    for index, character in enumerate(plain.key):
        if FIRST <= character <= LAST:
            letter = FOLDED[ord(character) - 0xAC00]
        elif character in LOOSE:
            letter = fold_jamo(character)
            if letter == last and draft.touches(index):
                draft.repeat(index)
                continue
        elif "a" <= character <= "z" or "0" <= character <= "9":
            letter = character
        else:
            continue
        draft.put(index, letter, character)
        last = letter
    return draft.finish(Reading.MIXED, plain)


def read_as(plain: Plain, reading: Reading) -> View:
    """One reading of `plain` as it stands (LATIN, HANGUL or MIXED), whether or not the text asks for it."""
    if reading is Reading.MIXED:
        return read_mixed(plain)
    read = read_hangul if reading is Reading.HANGUL else read_latin
    return read(plain, plain.key, reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A text with all the readings that its characters ask for."""

    plain: Plain
    views: tuple[View, ...]


def fold(text: str) -> Folded:
    """Every reading of `text` that could differ from the others. Linear in its length; any code points."""
    plain = read_plain(text)
    present = frozenset(plain.key)
    views: list[View] = []
    latin = not _LETTERS.isdisjoint(present)
    if latin or MIDDLE_FINGER in present:
        views.append(read_latin(plain, plain.key, Reading.LATIN))
    if latin and not LEET.isdisjoint(present) and LEET_WORD.search(plain.key):
        sources = {read_leet(plain.key, bar) for bar in ("i", "l")} - {plain.key}
        views.extend(read_latin(plain, source, Reading.LEET) for source in sorted(sources))
    telling = not _TELLING.isdisjoint(present)
    hangul = any(FIRST <= character <= LAST for character in present)
    if hangul:
        views.append(read_hangul(plain, plain.key, Reading.HANGUL))
    if telling or (hangul and DRAWN_WORD.search(plain.key)):
        source = recompose(plain.key)
        if source != plain.key:
            views.append(read_hangul(plain, source, Reading.JAMO))
    if telling or (hangul and _SCRIPTS_MEET.search(plain.key)):
        views.append(read_mixed(plain))
    return Folded(plain=plain, views=tuple(views))
