"""Korean particles that depend on the word before them, chosen once that word is known.

Our texts have both forms where a field stands before a particle: "{name}(은)는", "{file}을(를)", "{id}(으)로". After a
syllable of Hangul or a digit the right one is chosen; after other letters, whose reading nobody knows here, both stay,
in the usual writing.
"""

import re
from typing import Final

_PAIRS: Final = {
    "은는": ("은", "는", "은(는)"),
    "이가": ("이", "가", "이(가)"),
    "을를": ("을", "를", "을(를)"),
    "과와": ("과", "와", "과(와)"),
    "으로": ("으로", "로", "(으)로"),
    "이라": ("이라", "라", "(이)라"),
    "이에요": ("이에요", "예요", "(이)에요"),
}
"""After a final consonant, after a vowel, and where nobody can tell."""
_MARKED: Final = re.compile(
    r"(?P<before>[^\s'\"”’」』)\]>*_`])(?P<between>['\"”’」』)\]>*_`]*)"
    r"(?:\((?P<a>은|이|을|과)\)(?P<b>는|가|를|와)|(?P<c>은|이|을|과)\((?P<d>는|가|를|와)\)"
    r"|\(으\)(?P<ro>로)|\(이\)(?P<ra>라)|\(이\)(?P<eyo>에요))"
)
_READ_WITH_FINAL: Final = frozenset("013678")
"""Digits whose reading ends in a consonant: 영 일 삼 육 칠 팔."""
_RIEUL: Final = 8
_LIQUID_DIGITS: Final = frozenset("178")
"""일 칠 팔 end in ㄹ, after which 로 stands."""


def settle(text: str) -> str:
    """`text` with each particle in the form that fits the word before it."""
    return _MARKED.sub(_chosen, text)


def _chosen(found: re.Match[str]) -> str:
    if found["ro"]:
        key = "으로"
    elif found["ra"]:
        key = "이라"
    elif found["eyo"]:
        key = "이에요"
    else:
        key = (found["a"] or found["c"]) + (found["b"] or found["d"])
    if key not in _PAIRS:
        return found.group()
    consonant, vowel, both = _PAIRS[key]
    final = _final(found["before"])
    if final is None:
        chosen = both
    elif key == "으로" and final == _RIEUL:
        chosen = vowel
    else:
        chosen = consonant if final else vowel
    return found["before"] + found["between"] + chosen


def _final(char: str) -> int | None:
    """The number of the final consonant of a syllable or a digit's reading, 0 for none; None where nobody can tell."""
    if "가" <= char <= "힣":
        return (ord(char) - ord("가")) % 28
    if char in _LIQUID_DIGITS:
        return _RIEUL
    if char.isascii() and char.isdigit():
        return int(char in _READ_WITH_FINAL)
    return None
