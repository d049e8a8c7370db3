"""Digits however they are said: in words, Korean or English, or one by one with something between them.

"공일공 일이삼사 오육칠팔", "0 1 0 - 1 2 3 4", "zero one zero, double five": read as the digits they stand for, with
the way back to the text, so that the rules about numbers need not know of any of it.
"""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import re2

from moderation.filters.phrases import options, places
from moderation.normalise.text import FoldedText

_KOREAN: Final = MappingProxyType(dict(zip("공영빵일이삼사오육륙칠팔구", "0001234566789", strict=True)))
_ENGLISH: Final = MappingProxyType(
    dict(
        zip(
            ["zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
            "00123456789",
            strict=True,
        )
    )
)
_TIMES: Final = MappingProxyType({"double": 2, "triple": 3})
_TOKEN: Final = rf"(?:[0-9{''.join(_KOREAN)}]|(?i:\b(?:{'|'.join((*_ENGLISH, *_TIMES))})\b))"
_BETWEEN: Final = r"(?:[ .,\-/·_~]{1,3}|에 ?|,? ?(?:다시|대시|하이픈|dash|hyphen),? ?)"
"""What is said or written between the digits of one number: 공일공에 일이삼사에 …"""
_RUN: Final = re2.compile(rf"{_TOKEN}(?:{_BETWEEN}?{_TOKEN}){{7,40}}", options())
"""At least eight: no shorter number is looked for."""
_PART: Final = re.compile(rf"{_TOKEN}|(?:{_BETWEEN})+", re.ASCII)
_PARTICLE: Final = re.compile("[야에고라니며랑지다죠거구요예었]")
"""What makes an 이 behind a number the beginning of its particle: 이야, 이에요, 이고, 이라고 …"""
_DIGIT: Final = re.compile(_TOKEN, re.ASCII)
_WHOLE: Final = frozenset({11, 13, 16})
"""Digits of mobile telephones, resident numbers and cards: an 이 that makes it so many belongs to the number."""
_PLAIN: Final = frozenset(" .,-/·_~")
_LEAST_SINGLE: Final = 6
"""Digits one by one: fewer are a list, a score, a count-down."""


def spelled_out(folded: FoldedText) -> FoldedText | None:
    """`folded` with numbers that are said in words, or digit by digit, written as numbers; None where there are none.

    Separators between single digits are dropped, those between groups stay. Linear in the length of the text.
    """
    runs = [(start, *read) for start, end in places(_RUN, folded.text) if (read := _read(folded.text, start, end))]
    if not runs:
        return None
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def take(text: str, spans: Iterator[tuple[int, int]]) -> None:
        for char, (start, end) in zip(text, spans, strict=True):
            first, last = folded.place(start, end)
            parts.append(char)
            starts.append(first)
            ends.append(last)

    at = 0
    for start, end, digits, spans in runs:
        take(folded.text[at:start], ((place, place + 1) for place in range(at, start)))
        take(digits, iter(spans))
        at = end
    take(folded.text[at:], ((place, place + 1) for place in range(at, len(folded.text))))
    return FoldedText("".join(parts), starts, ends)


def _read(text: str, start: int, end: int) -> tuple[int, str, list[tuple[int, int]]] | None:
    """Where the number really ends, its digits with the separators that stay, and where each came from; None for a
    number that is written as numbers are."""
    count = len(_DIGIT.findall(text, start, end))
    if text[end - 1] == "이" and count not in _WHOLE and _PARTICLE.match(text, end):
        end -= 1
    groups: list[list[tuple[str, int, int]]] = [[]]
    separators: list[tuple[str, int, int]] = []
    plain, times = True, 1
    for found in _PART.finditer(text, start, end):
        said = found.group().lower()
        if said in _TIMES:
            times = _TIMES[said]
            continue
        digit = said if "0" <= said <= "9" else _KOREAN.get(said, "") or _ENGLISH.get(said, "")
        if digit:
            plain = plain and digit == said
            groups[-1] += [(digit, *found.span())] * times
            times = 1
        elif groups[-1]:
            separators.append((said[0] if said[0] in _PLAIN else "-", *found.span()))
            groups.append([])
    single = sum(len(group) == 1 for group in groups)
    if plain and single < _LEAST_SINGLE:
        return None
    written = list(groups[0])
    for separator, before, after in zip(separators, groups, groups[1:], strict=False):
        if after and not (len(before) == 1 or len(after) == 1):
            written.append(separator)
        written += after
    return end, "".join(char for char, *_ in written), [(first, last) for _, first, last in written]
