"""How a listed word is misspelt on purpose: what an automaton looks for beside the word as it is written.

All of it is made once, when lists are read, so that a text costs the same however many ways there are. A spelling is
only worth having where it is no other word: short words get fewer of them.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Final

from moderation.normalise import compose, parts

BACKWARDS: Final = "backwards"
MISSPELT: Final = "misspelt"
ROMANISED: Final = "Latin letters"

_VOWELS: Final = "aeiou"
_SHORTEST_TYPO: Final = 5
"""Letters of the shortest word that is found with two letters exchanged, one added, or backwards."""
_SHORTEST_SPELLING: Final = 4
_ADDED: Final = "xqz"
_SOUNDS: Final = tuple((re.compile(sound), other) for sound, other in (
    ("ck", "k"), ("ck", "kk"), ("ck", "cc"), ("ck", "q"), ("ck", "c"), ("ck", "qq"), ("ck", "xk"),
    ("c(?!h|oo)", "k"), ("f", "ph"), ("^fu", "fuh"), ("^fu", "fhu"), ("(?<=.)s", "z"), ("u", "v"), ("u", "oo"), ("i",
    "y"),
    ("er$", "a"), ("er$", "ah"), ("er$", "ur"), ("ers$", "az"), ("y$", "ie"), ("y$", "ee"), ("y$", "i"),
    ("(?<=..)ard", "erd"),
    ("(?<=..)ard", "urd"), ("^sh", "sch"), ("gg", "qq"), ("gg", "gq"), ("ing$", "en"), ("ing$", "in"), ("ing$",
    "ign"), ("tch", "tsh"),
    ("t$", "tt"), ("hole", "hol"), ("hole", "hoe"), ("ass", "az"), ("ass", "asz"), ("ass", "as"),
))  # fmt: skip
"""A sound and another way to write it; two may be changed at once."""
_TURNED: Final = str.maketrans("nubqdp", "unqbpd")
"""What the letters turned upside down are read as; others have look-alikes of their own."""

_ROMAN: Final = {
    "ㄱ": "g|k", "ㄲ": "kk|gg", "ㄴ": "n", "ㄷ": "d", "ㄸ": "tt|dd", "ㄹ": "r|l", "ㅁ": "m", "ㅂ": "b", "ㅃ": "pp|bb",
    "ㅅ": "s", "ㅆ": "ss|s", "ㅇ": "", "ㅈ": "j|z", "ㅉ": "jj", "ㅊ": "ch", "ㅋ": "k", "ㅌ": "t", "ㅍ": "p",
    "ㅎ": "h",
    "ㅏ": "a", "ㅐ": "ae|e", "ㅑ": "ya", "ㅒ": "yae", "ㅓ": "eo|u|o", "ㅔ": "e", "ㅕ": "yeo|yu|yo", "ㅖ": "ye",
    "ㅗ": "o",
    "ㅘ": "wa", "ㅙ": "wae", "ㅚ": "oe", "ㅛ": "yo", "ㅜ": "u", "ㅝ": "wo", "ㅞ": "we", "ㅟ": "wi", "ㅠ": "yu",
    "ㅡ": "eu|u", "ㅢ": "ui", "ㅣ": "i",
}  # fmt: skip
_ROMAN_FINALS: Final = {
    "ㄱ": "k|g", "ㄲ": "k", "ㄴ": "n", "ㄹ": "l|r", "ㅁ": "m", "ㅂ": "p|b", "ㅇ": "ng", "ㅋ": "k", "ㅍ": "p",
}  # fmt: skip
_MOVES: Final = frozenset("ㄱㄴㄷㄹㅁㅂㅅㅈㅊㅋㅌㅍㄲㅆ")
"""Finals that are heard before a following vowel."""
_SHORTEST_ROMANISED: Final = 7
_MOST: Final = 48
"""Romanisations of one word that are looked for."""
_HEARD_AS_NOTHING: Final = frozenset("좋놓낳넣쌓닿찧빻땋않많")
"""Syllables with a final ㅎ that words have."""


def latin_spellings(word: str) -> Iterator[tuple[str, str]]:
    """Spellings of a word of lower-case letters a-z, each with how it differs. Not `word` itself; may repeat."""
    spellings = itertools.chain(_by_sound(word), _without_vowels(word), _mistyped(word))
    yield from ((spelling, MISSPELT) for spelling in spellings if len(spelling) >= _SHORTEST_SPELLING)
    if len(word) >= _SHORTEST_TYPO:
        yield word[::-1], BACKWARDS
        yield word[::-1].translate(_TURNED), BACKWARDS


def _without_vowels(word: str) -> Iterator[str]:
    if len(word) >= _SHORTEST_TYPO:
        yield word[0] + "".join(letter for letter in word[1:] if letter not in _VOWELS)
    if len(word) > _SHORTEST_TYPO:
        for at in range(1, len(word) - 1):
            if word[at] in _VOWELS and not {word[at - 1], word[at + 1]} & set(_VOWELS):
                yield word[:at] + word[at + 1 :]


def _mistyped(word: str) -> Iterator[str]:
    """Two letters exchanged, or one added that no word has there."""
    if len(word) >= _SHORTEST_TYPO:
        for at, (first, second) in enumerate(itertools.pairwise(word)):
            if first != second:
                yield word[:at] + second + first + word[at + 2 :]
    for at in range(1, len(word)):
        for letter in _ADDED:
            yield word[:at] + letter + word[at:]


def _by_sound(word: str) -> Iterator[str]:
    """With one sound written otherwise, or two."""
    heard = [(sound, other) for sound, other in _SOUNDS if sound.search(word)]
    for at, (sound, other) in enumerate(heard):
        once = sound.sub(other, word)
        yield once
        if len(sound.findall(word)) > 1:
            yield sound.sub(other, word, count=1)
        for further, again in heard[at + 1 :]:
            twice = further.sub(again, once)
            if twice != once:
                yield twice


def korean_spellings(word: str) -> Iterator[str]:
    """Spellings of a word of Hangul syllables that are said like it: a final that is not heard, 시발 → 싯발, 느금맣."""
    for at, syllable in enumerate(word):
        initial, vowel, final = parts(syllable)
        if final:
            continue
        silent = compose(initial, vowel, "ㅎ")
        if silent not in _HEARD_AS_NOTHING:
            yield word[:at] + silent + word[at + 1 :]
        if at + 1 < len(word):
            yield word[:at] + compose(initial, vowel, "ㅅ") + word[at + 1 :]


def abbreviations(word: str) -> Iterator[str]:
    """A word of three syllables or more with one of them cut to its first letter: ㅎ남충, 한남ㅊ."""
    if len(word) < 3:
        return
    for at, syllable in enumerate(word):
        initial, _, _ = parts(syllable)
        if initial not in "ㅇㅋㅎ" or at == 0:
            yield word[:at] + initial + word[at + 1 :]


def romanisations(word: str) -> Iterator[str]:
    """A word of Hangul syllables in Latin letters, as the standard and as people spell it; long enough to be sure.

    A letter is spelt alike throughout the word.
    """
    letters = list(_heard(word))
    kinds = sorted(set(letters))
    for choice in itertools.islice(itertools.product(*(_roman(kind) for kind in kinds)), _MOST):
        spelt = dict(zip(kinds, choice, strict=True))
        spelling = "".join(spelt[letter] for letter in letters)
        if len(spelling) >= _SHORTEST_ROMANISED:
            yield spelling
            if "si" in spelling:
                yield spelling.replace("si", "shi")


def _heard(word: str) -> Iterator[tuple[int, str]]:
    """The letters of `word` with their place in the syllable (0, 1, 2), as heard: a final moves before a vowel."""
    moved = ""
    for at, syllable in enumerate(word):
        initial, vowel, final = parts(syllable)
        yield 0, moved or initial
        yield 1, vowel
        follows = parts(word[at + 1])[0] if at + 1 < len(word) else ""
        moved = final if follows == "ㅇ" and final in _MOVES else ""
        if final and not moved:
            yield 2, final


def _roman(kind: tuple[int, str]) -> list[str]:
    place, letter = kind
    return (_ROMAN_FINALS.get(letter, "t") if place == 2 else _ROMAN[letter]).split("|")
