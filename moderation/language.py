"""Which language a short text is written in, as far as its letters tell."""

import re
from typing import Final

_HANGUL: Final = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc]+")
_LATIN: Final = re.compile("[A-Za-z\u00c0-\u024f\uff21-\uff3a\uff41-\uff5a]+")
_OTHER: Final = re.compile(
    "[\u0370-\u03ff\u0400-\u052f\u0590-\u06ff\u0900-\u0dff\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]+"
)


def letters(text: str) -> tuple[int, int, int]:
    """How many Hangul, Latin and other letters `text` has. A syllable block counts as one letter."""
    return _count(_HANGUL, text), _count(_LATIN, text), _count(_OTHER, text)


def dense_letters(text: str) -> int:
    """How many of the letters of `text` are not Latin."""
    return 0 if text.isascii() else _count(_HANGUL, text) + _count(_OTHER, text)


def _count(kind: re.Pattern[str], text: str) -> int:
    return sum(map(len, kind.findall(text)))


def language_of(text: str, *, unknown: str = "en") -> str:
    """ "ko", "en", or "" for another script; `unknown` where there are no letters.

    A Hangul syllable carries about two and a half Latin letters, so a Korean sentence with an English name in it stays
    Korean. Latin script is taken for English: telling its languages apart is not this function's work.
    """
    if text.isascii():
        return "en" if _LATIN.search(text) else unknown
    hangul, latin, other = letters(text)
    weights = {"ko": hangul * 2.5, "en": float(latin), "": other * 2.0}
    best = max(weights, key=lambda language: weights[language])
    return best if weights[best] > 0 else unknown
