"""Every key of a book, looked for at once: plain ones by an Aho-Corasick automaton, patterns by an RE2 set. Linear.

Texts and keys are compared in Unicode's composed form (NFC), unless case matters in small letters. A key in Latin
letters stands as a word of its own; one in Hangul at the beginning of a word, with whatever hangs on it (등대에서는),
but a single syllable only with a particle, or 용 would be in every 용기; scripts without spaces have no words to stand
as.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Self

import ahocorasick_rs
import re2

from personas.lore.book import Entry, Key

_MEMORY: Final = 64 << 20
"""Bytes an RE2 set may take; where that is not enough, its patterns are asked one by one."""
_JAMO: Final = re.compile("[\u1100-\u11ff\u3130-\u318f]")
_UNSPACED: Final = re.compile("[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
_OPEN: Final = "".join(map(chr, range(ord("가"), ord("힣") + 1, 28)))
"""Syllables that end in a vowel: after them 이다, "to be", loses its 이."""
_BEING: Final = (
    "이(?:다|고|며|면|면서|지|지만|죠|네|나|냐|니|니까|든|든지|거든|구나|군|군요|야|에요|예요|여|[란라래]|라[고는서면도니지]|라던데|"
    "[었였][가-힣]{1,4}|시여|시다|시네|십니다|십니까|세요|셔|신가|신데)|인[데가지걸]|일까|일지|입니다|입니까|예요|"
    f"(?<=[{_OPEN}])(?:라고|라서|였[가-힣]{{1,4}})"
)
"""이다, as it is said of a noun: 용이었어."""
_PARTICLE: Final = re.compile(
    "(?:(?<![손스장])님)?들?(?:이나|이랑|으로|에서|에게|에게서|에겐|한테|한테서|까지|부터|으로부터|로부터|보다|처럼|같이|만큼|마다|조차|마저|"
    f"밖에|께서|하고|이|가|은|는|을|를|에|의|도|만|와|과|로|나|랑|여|아|야|뿐|께|{_BEING})?(?:은|는|도|만|의|요)?"
    "(?![\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3])"
)
"""What may stand behind a Korean noun up to the end of the word."""


@dataclass(frozen=True, slots=True)
class Needle:
    """A key, and how it is looked for."""

    key: Key
    case_sensitive: bool
    whole_words: bool

    @classmethod
    def of(cls, key: Key, entry: Entry) -> Self:
        """A key of `entry`; what does not matter for patterns is left out."""
        return cls(key, entry.case_sensitive and not key.regex, entry.whole_words and not key.regex)


@dataclass(frozen=True, slots=True)
class Matcher:
    """Looks for needles, numbered in the order they were given. Safe to share between threads."""

    _plain: "tuple[_Plain, ...]" = field(repr=False)
    _patterns: "_Patterns | None" = field(repr=False)

    @classmethod
    def of(cls, needles: Iterable[Needle]) -> Self:
        """For `needles`. One that has no letters, or is no pattern RE2 knows, is never found."""
        plain: dict[bool, dict[str, list[tuple[int, bool]]]] = {False: {}, True: {}}
        patterns: dict[int, str] = {}
        for number, needle in enumerate(needles):
            if needle.key.regex:
                if complaint(needle.key.text) is None:
                    patterns[number] = needle.key.text
                continue
            text = composed(needle.key.text).strip()
            if text:
                text = text if needle.case_sensitive else text.casefold()
                plain[needle.case_sensitive].setdefault(text, []).append((number, needle.whole_words))
        automata = tuple(_Plain.of(keys, folded=not exact) for exact, keys in plain.items() if keys)
        return cls(automata, _Patterns.of(patterns) if patterns else None)

    def find(self, text: str) -> frozenset[int]:
        """The numbers of the needles in `text`."""
        text = composed(text)
        found: set[int] = set()
        for part in self._plain:
            part.find(text, found)
        if self._patterns:
            found.update(self._patterns.find(text))
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Plain:
    automaton: ahocorasick_rs.AhoCorasick
    needles: tuple[tuple[tuple[int, bool], ...], ...]
    """By number of the automaton's pattern: the needles it stands for, and whether they stand as words."""
    folded: bool

    @classmethod
    def of(cls, keys: Mapping[str, list[tuple[int, bool]]], *, folded: bool) -> Self:
        return cls(ahocorasick_rs.AhoCorasick(list(keys)), tuple(map(tuple, keys.values())), folded)

    def find(self, text: str, found: set[int]) -> None:
        text = text.casefold() if self.folded else text
        for number, start, end in self.automaton.find_matches_as_indexes(text, overlapping=True):
            for needle, whole in self.needles[number]:
                if needle not in found and (not whole or stands(text, start, end)):
                    found.add(needle)


@dataclass(frozen=True, slots=True)
class _Patterns:
    automaton: "re2.Set"
    patterns: Mapping[int, "re2._Regexp"]
    """By needle, in the order of the set, whose first pattern matches everything: without it the set gave up."""

    @classmethod
    def of(cls, patterns: Mapping[int, str]) -> Self:
        automaton = re2.Set.SearchSet(_options())
        for pattern in ("", *patterns.values()):
            automaton.Add(pattern)
        automaton.Compile()
        return cls(automaton, {needle: re2.compile(pattern, _options()) for needle, pattern in patterns.items()})

    def find(self, text: str) -> Iterable[int]:
        needles = tuple(self.patterns)
        matched = self.automaton.Match(text)
        if matched and 0 in matched:
            return [needles[index - 1] for index in matched if index]
        return [needle for needle, pattern in self.patterns.items() if pattern.search(text)]


def complaint(pattern: str) -> str | None:
    """What RE2 has against `pattern`, in its words; None: nothing."""
    try:
        re2.compile(pattern, _options())
    except UnicodeEncodeError as error:  # half a character
        return error.reason
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return None


def composed(text: str) -> str:
    """`text` in NFC."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def stands(text: str, start: int, end: int) -> bool:
    """Whether a word begins at `start` of a composed text, and may end at `end`."""
    if start and (first := _kind(text[start])) and _kind(text[start - 1]) == first:
        return False
    last = _kind(text[end - 1])
    if last != "hangul":
        return not last or end == len(text) or _kind(text[end]) != last
    lone = end - start == 1 or _kind(text[end - 2]) != "hangul"
    return not lone or bool(_PARTICLE.match(text, end))


def _kind(letter: str) -> str:
    """Which letters it makes words with; "" for none."""
    if "가" <= letter <= "힣" or _JAMO.match(letter):
        return "hangul"
    return "other" if letter.isalnum() and not _UNSPACED.match(letter) else ""


def _options() -> "re2.Options":
    made = re2.Options()
    made.never_capture = True
    made.log_errors = False
    made.max_mem = _MEMORY
    return made
