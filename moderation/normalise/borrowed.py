"""Latin letters among Hangul, read as the Hangul they stand for: qud신 on the wrong keyboard, 미chin년 by sound."""

import re
from typing import Final

from moderation.normalise.hangul import FILLER, KEYS, compose, recompose

MEETS: Final = re.compile("[가-힣ㄱ-ㅣ][a-z]|[a-z][가-힣ㄱ-ㅣ]")
"""A text without such a place has neither reading."""
_RUN: Final = re.compile("(?<=[가-힣ㄱ-ㅣ])[a-z]+|[a-z]+(?=[가-힣ㄱ-ㅣ])")
_SYLLABLE: Final = re.compile(
    "(kk|gg|tt|dd|pp|bb|ss|jj|ch|sh|[gkndrlmbsjztph])?"
    "(yeo|yae|wae|ya|ye|yo|yu|ae|eo|eu|oe|oo|ee|ui|wa|we|wi|wo|[aeiou])"
    "(ng(?![aeiouyw])|([nmlrkgptbs])(?!\\4|[aeiouyw]))?"
)
_INITIAL: Final = {
    "": "ㅇ", "kk": "ㄲ", "gg": "ㄲ", "tt": "ㄸ", "dd": "ㄸ", "pp": "ㅃ", "bb": "ㅃ", "ss": "ㅆ", "jj": "ㅉ",
    "ch": "ㅊ",
    "sh": "ㅅ", "g": "ㄱ", "k": "ㅋ", "n": "ㄴ", "d": "ㄷ", "r": "ㄹ", "l": "ㄹ", "m": "ㅁ", "b": "ㅂ", "s": "ㅅ",
    "j": "ㅈ",
    "z": "ㅈ", "t": "ㅌ", "p": "ㅍ", "h": "ㅎ",
}  # fmt: skip
_VOWEL: Final = {
    "a": "ㅏ", "e": "ㅔ", "i": "ㅣ", "o": "ㅗ", "u": "ㅜ", "ya": "ㅑ", "ye": "ㅖ", "yo": "ㅛ", "yu": "ㅠ", "ae": "ㅐ",
    "eo": "ㅓ", "eu": "ㅡ", "oe": "ㅚ", "oo": "ㅜ", "ee": "ㅣ", "ui": "ㅢ", "wa": "ㅘ", "we": "ㅞ", "wi": "ㅟ",
    "wo": "ㅝ",
    "yeo": "ㅕ", "yae": "ㅒ", "wae": "ㅙ",
}  # fmt: skip
_FINAL: Final = {
    "": "", "ng": "ㅇ", "n": "ㄴ", "m": "ㅁ", "l": "ㄹ", "r": "ㄹ", "k": "ㄱ", "g": "ㄱ", "p": "ㅂ", "b": "ㅂ",
    "t": "ㅅ",
    "s": "ㅅ",
}  # fmt: skip


def typed(key: str) -> str:
    """`key` with the Latin letters beside Hangul typed on a Korean keyboard; of the same length, with fillers."""
    return recompose(_RUN.sub(lambda run: "".join(KEYS[letter] for letter in run.group()), key))


def sounded(key: str) -> str:
    """`key` with the Latin letters beside Hangul read by their sound; of the same length, with fillers."""
    return _RUN.sub(_sounded, key)


def _sounded(run: "re.Match[str]") -> str:
    letters = run.group()
    found = list(_SYLLABLE.finditer(letters))
    if sum(len(syllable.group()) for syllable in found) < len(letters):
        return letters
    return "".join(_syllable(syllable) for syllable in found)


def _syllable(found: "re.Match[str]") -> str:
    initial, vowel, final = found[1] or "", found[2], found[3] or ""
    made = compose(_INITIAL[initial], _VOWEL[vowel], _FINAL[final])
    return made + FILLER * (len(found.group()) - 1)
