"""Views: the same text, read in one way each, with the way back to the code points it was read from."""

import bisect
import enum
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from moderation.normalise import borrowed
from moderation.normalise.characters import SPACE, fold_character
from moderation.normalise.hangul import (
    CHATTER,
    DRAWN_OUT,
    DRAWN_WORD,
    FILLER,
    FIRST,
    FOLDS,
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
_SCRIPTS_MEET: Final = re.compile("[가-힣][a-z0-9]|[a-z0-9][가-힣]|(?<![ㅋㅎㅇ])[ㅋㅎㅇ][가-힣]")
_ALTERNATING: Final = re.compile(r"(?<![a-z])[a-z]([xzq])[a-z]\1[a-z](?:\1[a-z])*(?![a-z])")
"""Letters with always the same one between them: fxuxcxk."""
_READ_ACROSS: Final = 12
"""Longest run of separators that is still read across: nine stars, a line of spaces."""
_APOSTROPHES: Final = frozenset("'’`´")
_PLAIN: Final = re.compile("[\t\n\r -~가-힣ㄱ-ㅣ]*")
"""What folding leaves as it is, but for case and white space."""
_RUNS: Final = re.compile("([\t\n\r -~가-힣ㄱ-ㅣ]+)|.", re.DOTALL)
_FLAG: Final = re.compile("(?<![\U0001f1e6-\U0001f1ff])[\U0001f1e6-\U0001f1ff]{2}(?![\U0001f1e6-\U0001f1ff])")
"""Two regional indicators are a flag; more of them in a row, or one alone, are letters."""
_FLAGS: Final = "\U0001f3f3" * 2
_SPACES: Final = str.maketrans("\t\n\r", "   ")
_LATIN_RUN: Final = re.compile(f"[a-z{FILLER}{MIDDLE_FINGER}]+")
_HANGUL_RUN: Final = re.compile(f"[{FIRST}-{LAST}{FILLER}]+")
_MIXED_RUN: Final = re.compile(f"[{FIRST}-{LAST}ㄱ-ㅣa-z0-9]+")
_SPELLED_TWICE: Final = re.compile(r"(?<![a-z])([a-z])[^a-z]{1,4}\1(?![a-z])")
"""A letter that stands alone, and again."""
_UNEVEN: Final = re.compile(f"(.)\\1|{FILLER}")
"""Letters that are counted rather than kept, or belong to another."""
_DRAWN_OUT_APART: Final = re.compile(r"(?<=[가-힣])[0-9~*-]{1,2}(?=[아-잏])")
"""What may stand before a syllable that only draws out the one before: 지1라1알."""
_REPEATED_JAMO: Final = re.compile(r"([ㄱ-ㅣ])\1|ㄱㄲ|ㄲㄱ|ㄷㄸ|ㄸㄷ|ㅂㅃ|ㅃㅂ|ㅅㅆ|ㅆㅅ|ㅈㅉ|ㅉㅈ")
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
    if _PLAIN.fullmatch(text):
        return Plain(key=text.lower().translate(_SPACES), starts=range(len(text)), ends=range(1, len(text) + 1))
    parts: list[str] = []
    starts: list[int] = []
    text = _FLAG.sub(_FLAGS, text)
    for run in _RUNS.finditer(text):
        start, end = run.span()
        if run.lastindex:
            parts.append(run.group().lower().translate(_SPACES))
            starts.extend(range(start, end))
        else:
            folded = fold_character(run.group())
            parts.append(folded)
            starts.extend([start] * len(folded))
    return Plain(key="".join(parts), starts=starts, ends=[start + 1 for start in starts])


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

    __slots__ = ("_at", "_counts", "_edge", "_gaps", "_key", "_source", "_upto")

    def __init__(self, source: str) -> None:
        self._source = source
        self._key: list[str] = []
        """Pieces: runs of letters, and letters one by one."""
        self._at: list[int] = []
        self._upto: list[int] = []
        self._counts: list[int] = []
        self._gaps = bytearray()
        self._edge = 0

    def put(self, index: int, letter: str) -> None:
        """A new character of the key, read at `index`."""
        self._gaps.append(self._gap(index))
        self._key.append(letter)
        self._at.append(index)
        self._upto.append(index + 1)
        self._counts.append(1)
        self._edge = index + 1

    def run(self, index: int, letters: str) -> None:
        """New characters of the key, read one after the other from `index` on."""
        count = len(letters)
        self._gaps.append(self._gap(index))
        if count > 1:
            self._gaps.extend(bytes(count - 1))
        self._key.append(letters)
        self._at.extend(range(index, index + count))
        self._upto.extend(range(index + 1, index + count + 1))
        self._counts.extend([1] * count)
        self._edge = index + count

    def _gap(self, index: int) -> int:
        edge = self._edge
        if index == edge:
            return Gap.NONE if edge else Gap.WIDE
        return gap_between(self._source[edge:index]) if self._key else Gap.WIDE

    def repeat(self, index: int) -> None:
        """What stands at `index` is the last character once more."""
        self._counts[-1] += 1
        self._upto[-1] = self._edge = index + 1

    def redraw(self, index: int, letter: str) -> None:
        """What stands at `index` only draws out the last character, which is now read as `letter`."""
        self.repeat(index)
        self._key[-1] = letter

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

    @property
    def last(self) -> str:
        """The last character of the key, before it is folded; empty at the beginning."""
        return self._key[-1][-1] if self._key else ""

    def finish(self, reading: Reading, plain: Plain, *, folded: bool) -> View:
        self._gaps.append(Gap.NONE if not self._key else Gap.WIDE)
        if self._key and self._edge < len(self._source):
            self._gaps[-1] = gap_between(self._source[self._edge :][: _READ_ACROSS + 1])
        raw = "".join(self._key)
        return View(
            reading=reading,
            key=raw.translate(FOLDS) if folded else raw,
            raw=raw,
            at=self._at,
            upto=self._upto,
            gaps=bytes(self._gaps),
            counts=self._counts,
            plain=plain,
        )


def _at_once(plain: Plain, source: str, reading: Reading, runs: "re.Pattern[str]", *, repeats: bool = False) -> View:
    """The view of all characters of `source` that lie in `runs`. With `repeats`, those that repeat the one directly
    before them are counted. No character is absorbed by another, or spelled out and repeated."""
    counts: Sequence[int]
    if repeats:
        pairs = list(zip(f" {source}", source, strict=False))
        at = [index for index, (before, letter) in enumerate(pairs) if letter in _LETTERS and letter != before]
        upto = [index + 1 for index in at]
        counts = [1] * len(at)
        for index in [index for index, (before, letter) in enumerate(pairs) if letter == before and letter in _LETTERS]:
            number = bisect.bisect_right(at, index) - 1
            counts[number] += 1
            upto[number] = index + 1
    else:
        at = list(itertools.chain.from_iterable(range(*run.span()) for run in runs.finditer(source)))
        upto = [index + 1 for index in at]
        counts = (1,) * len(at)
    gaps = bytearray(len(at) + 1)
    for number, (end, start) in enumerate(zip(upto, at[1:], strict=False), 1):
        if end != start:
            gaps[number] = Gap.SPACE if source[end:start] == SPACE else gap_between(source[end:start])
    if at:
        gaps[0] = Gap.WIDE
        gaps[-1] = Gap.WIDE if upto[-1] == len(source) else gap_between(source[upto[-1] :][: _READ_ACROSS + 1])
    raw = "".join([source[index] for index in at] if repeats else runs.findall(source))
    return View(
        reading=reading,
        key=raw if repeats else raw.translate(FOLDS),
        raw=raw,
        at=at,
        upto=upto,
        gaps=bytes(gaps),
        counts=counts,
        plain=plain,
    )


def read_latin(plain: Plain, source: str, reading: Reading) -> View:
    """Letters a-z of `source`, which is as long as `plain.key`; repeated letters counted, not kept."""
    if FILLER not in source and MIDDLE_FINGER not in source and not _SPELLED_TWICE.search(source):
        return _at_once(plain, source, reading, _LATIN_RUN, repeats=True)
    draft = _Draft(source)
    last = ""
    for run in _LATIN_RUN.finditer(source):
        start, letters = run.start(), run.group()
        if letters[0] != last and not _UNEVEN.search(letters):
            draft.run(start, letters)
        else:
            for index, letter in enumerate(letters, start):
                if letter == FILLER:
                    draft.absorb(index)
                elif letter == draft.last and (draft.touches(index) or draft.spelled(index)):
                    draft.repeat(index)
                else:
                    draft.put(index, letter)
        last = draft.last
    return draft.finish(reading, plain, folded=False)


def read_hangul(plain: Plain, source: str, reading: Reading) -> View:
    """Syllables of `source` folded, with those that only draw out the one before taken into it."""
    if not DRAWN_OUT.search(source):
        return _at_once(plain, source, reading, _HANGUL_RUN)
    draft = _Draft(source)
    for run in _HANGUL_RUN.finditer(source):
        start, syllables = run.start(), run.group()
        if not DRAWN_OUT.search(syllables):
            draft.run(start, syllables)
            continue
        for index, syllable in enumerate(syllables, start):
            if syllable == FILLER:
                draft.absorb(index)
            elif draft.touches(index) and extends(draft.last, syllable):
                draft.redraw(index, drawn_together(draft.last, syllable))
            else:
                draft.put(index, syllable)
    return draft.finish(reading, plain, folded=True)


def read_mixed(plain: Plain) -> View:
    """Syllables, loose jamo, a-z and digits, each folded; repeated jamo counted, not kept."""
    if not _REPEATED_JAMO.search(plain.key):
        return _at_once(plain, plain.key, Reading.MIXED, _MIXED_RUN)
    draft = _Draft(plain.key)
    for run in _MIXED_RUN.finditer(plain.key):
        for index, character in enumerate(run.group(), run.start()):
            if character in LOOSE and draft.touches(index) and fold_jamo(draft.last) == fold_jamo(character):
                draft.repeat(index)
            else:
                draft.put(index, character)
    return draft.finish(Reading.MIXED, plain, folded=True)


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
    if latin and _ALTERNATING.search(plain.key):
        views.append(read_latin(plain, _ALTERNATING.sub(_opened, plain.key), Reading.LATIN))
    if latin and not LEET.isdisjoint(present) and LEET_WORD.search(plain.key):
        sources = {read_leet(plain.key, bar) for bar in ("i", "l")} - {plain.key}
        views.extend(read_latin(plain, source, Reading.LEET) for source in sorted(sources))
    telling = not _TELLING.isdisjoint(present)
    hangul = any(FIRST <= character <= LAST for character in present)
    if hangul:
        views.append(read_hangul(plain, plain.key, Reading.HANGUL))
    whole = _DRAWN_OUT_APART.sub(_filled, plain.key) if hangul else plain.key
    sources = {recompose(plain.key)} if telling or DRAWN_WORD.search(plain.key) else set()
    if latin and (hangul or telling) and borrowed.MEETS.search(plain.key):
        sources |= {borrowed.typed(plain.key), borrowed.sounded(plain.key)}
    sources.add(whole)
    views.extend(read_hangul(plain, source, Reading.JAMO) for source in sorted(sources - {plain.key}))
    if telling or (hangul and _SCRIPTS_MEET.search(plain.key)):
        views.append(read_mixed(plain))
    return Folded(plain=plain, views=tuple(views))


def _filled(run: "re.Match[str]") -> str:
    return FILLER * len(run.group())


def _opened(word: "re.Match[str]") -> str:
    """The word with the letter that only stands between its others made a separator."""
    return "".join(letter if at % 2 == 0 else "-" for at, letter in enumerate(word.group()))
