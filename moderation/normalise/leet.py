"""Digits and signs that are drawn for letters: sh1t, f@ck, |< for k."""

import re
from typing import Final

from moderation.normalise.hangul import FILLER

_ANYWHERE: Final = {
    "0": "o", "3": "e", "4": "a", "5": "s", "6": "g", "7": "t", "8": "b", "9": "g", "@": "a", "$": "s",
}  # fmt: skip
"""Read as a letter wherever they stand."""
_INSIDE: Final = {"(": "c", "<": "c", "{": "c", "[": "c", "+": "t", "^": "a", "&": "a", "#": "h", "°": "o"}
"""Read as a letter only between two of them: elsewhere they are punctuation."""
_BARS: Final = frozenset("1!|")
"""Drawn for i or l, whichever gives a word: there is one reading for each."""
_DRAWN: Final = {
    "|-|": "h", "|_|": "u", "(_)": "u", "|\\|": "n", "|\\/|": "m", "|<": "k", "|{": "k", "|)": "d", "\\/": "v",
    "/\\": "a", "()": "o", "[]": "o", "[)": "d", "|_": "l", "|=": "f", "|°": "p", "|*": "p", "/-\\": "a",
    "]-[": "h", "}{": "h", "1<": "k", "vv": "w", "|2": "r", "|3": "b", "|]": "d", "^/": "n",
}  # fmt: skip
_LONGEST: Final = 4
_DRAWN_WITH: Final = frozenset("|(\\/[]}v1^")
LEET: Final = frozenset(_ANYWHERE) | frozenset(_INSIDE) | _BARS | frozenset("\\/")
"""A text without any of these has no leet reading."""

LEET_WORD: Final = re.compile(
    r"[a-z][0-9@$|<(\[{^&+\\#°]|[0-9@$|\\#][a-z]|[a-z]![a-z0-9@$+]|\|[-_<{=)(|23\]]|[a-z] +[0-9@$|!] +[a-z]"
)
"""A sign beside a letter, or alone among lone letters: only then is the leet reading worth making."""


def read_leet(key: str, bar: str) -> str:
    """`key` with every sign that can be a letter replaced by it, `bar` for the upright strokes; of the same length.

    Where several signs draw one letter, the letter is followed by fillers.
    """
    out = list(key)
    at = 0
    end = len(key)
    while at < end:
        sign = key[at]
        if sign in _DRAWN_WITH:
            used = _draw(key, out, at)
            if used:
                at += used
                continue
        letter = _ANYWHERE.get(sign)
        if letter is None and (sign in _INSIDE or sign in _BARS):
            letter = _between(key, at, sign, bar)
        if letter is not None:
            out[at] = letter
        at += 1
    return "".join(out)


def _between(key: str, at: int, sign: str, bar: str) -> str | None:
    """The letter that `sign` is drawn for where letters or digits stand on both sides, or before a bar's word."""
    before = key[at - 1] if at else ""
    after = key[at + 1] if at + 1 < len(key) else ""
    inside = _word(before) and _word(after)
    if sign in _BARS:
        return bar if inside or (sign != "!" and (_word(before) or _word(after))) else None
    return _INSIDE[sign] if inside or (sign == "+" and _word(before)) else None


def _word(character: str) -> bool:
    return "a" <= character <= "z" or character in _ANYWHERE or character in _BARS or character == "+"


def _draw(key: str, out: list[str], at: int) -> int:
    """Replaces the longest drawing that begins at `at`; how many characters it took, 0 for none."""
    for length in range(min(_LONGEST, len(key) - at), 1, -1):
        letter = _DRAWN.get(key[at : at + length])
        if letter is not None:
            out[at : at + length] = [letter, *FILLER * (length - 1)]
            return length
    return 0
