"""The id of a persona that has a name only: the name in Latin letters.

Hangul is written in the Revised Romanization of Korean, as names are: what a syllable is, not what its neighbours make
of it, but for a final that is heard with the next vowel. Source: National Institute of Korean Language, "Romanization
of Korean", 2000.
"""

import re
import unicodedata
from collections.abc import Collection
from typing import Final

_INITIALS: Final = ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h")
_VOWELS: Final = (
    "a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae", "oe", "yo", "u", "wo", "we", "wi", "yu", "eu",
    "ui", "i",
)  # fmt: skip
_CLOSED: Final = (
    "", "k", "k", "k", "n", "n", "n", "t", "l", "k", "m", "l", "l", "l", "p", "l", "m", "p", "p", "t", "t", "ng", "t",
    "t", "k", "t", "p", "",
)  # fmt: skip
_BEFORE_VOWEL: Final = (
    "", "g", "kk", "ks", "n", "nj", "n", "d", "r", "lg", "lm", "lb", "ls", "lt", "lp", "r", "m", "b", "ps", "s", "ss",
    "ng", "j", "ch", "k", "t", "p", "",
)  # fmt: skip
_FIRST: Final = ord("가")
_MUTE: Final = _INITIALS.index("")
_WORD: Final = re.compile("[가-힣]+")
_FULL_NAME: Final = re.compile("([김이박최정강조윤장임한오서신권황안송류홍])([가-힣]{2})")
"""One of the twenty commonest surnames, and a given name."""
_NOT_IN_IDS: Final = re.compile(r"[^a-z0-9]+")
_LENGTH: Final = 30
_ANYBODY: Final = "persona"


def id_like(name: str) -> str:
    """An id like `name`: 윤서헌 → "yun_seoheon". "persona" where no letter of it is Latin or Hangul."""
    written = _WORD.sub(_written, unicodedata.normalize("NFC", name))
    plain = "".join(char for char in unicodedata.normalize("NFKD", written) if not unicodedata.combining(char))
    wanted = _NOT_IN_IDS.sub("_", plain.lower()).strip("_")
    if not wanted[:1].isalpha():
        wanted = f"{_ANYBODY}_{wanted}"
    return wanted[:_LENGTH].strip("_")


def free(wanted: str, taken: Collection[str]) -> str:
    """An id like the one wanted that nobody has."""
    numbered = (f"{wanted}_{number}" for number in range(2, len(taken) + 3))
    return next(name for name in (wanted, *numbered) if name not in taken)


def _written(found: re.Match[str]) -> str:
    parts = _FULL_NAME.fullmatch(found.group())
    return "_".join(map(_romanised, parts.groups())) if parts else _romanised(found.group())


def _romanised(word: str) -> str:
    letters = [(code // 588, code % 588 // 28, code % 28) for code in (ord(char) - _FIRST for char in word)]
    following = [initial for initial, _, _ in letters[1:]]
    ends = [_BEFORE_VOWEL if initial == _MUTE else _CLOSED for initial in following] + [_CLOSED]
    spelt = "".join(
        _INITIALS[initial] + _VOWELS[vowel] + end[final]
        for (initial, vowel, final), end in zip(letters, ends, strict=True)
    )
    return spelt.replace("lr", "ll")
