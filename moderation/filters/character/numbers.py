"""Numbers as people say them of themselves, in figures and in words, English and Korean."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_ONES: Final = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS: Final = (
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_DECADES: Final = ("teens", *(f"{tens.removesuffix('y')}ies" for tens in _TENS))
_KOREAN_ONES: Final = ("하나|한", "둘|두", "셋|세", "넷|네", "다섯", "여섯", "일곱", "여덟", "아홉")
_KOREAN_TENS: Final = ("열", "스물|스무", "서른", "마흔", "쉰", "예순", "일흔", "여든", "아흔")
_SINO: Final = "일이삼사오육칠팔구"

_ENGLISH: Final = MappingProxyType(
    {word: number for number, word in enumerate((*_ONES, *_TEENS), 1)}
    | {word: 10 * number for number, word in enumerate(_TENS, 2)}
    | {word: 10 * number for number, word in enumerate(_DECADES, 1)}
)
_NATIVE: Final = MappingProxyType(
    {word: number for number, words in enumerate(_KOREAN_ONES, 1) for word in words.split("|")}
    | {word: 10 * number for number, words in enumerate(_KOREAN_TENS, 1) for word in words.split("|")}
)

_native_ones: Final = "|".join(_KOREAN_ONES)
_native_tens: Final = "|".join(_KOREAN_TENS)

FRAGMENTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "number": (
            rf"(?:[0-9]{{1,3}}|(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join((*_TEENS, *_ONES))})"
        ),
        "years": rf"(?:[1-9][0-9]|(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_ONES)}))?|{'|'.join(_TEENS)})",
        "knumber": rf"(?:[0-9]{{1,3}}|(?:{_native_tens})(?:{_native_ones})?|(?:[{_SINO}]?십)[{_SINO}]?|{_native_ones})",
        "kyears": rf"(?:[2-9][0-9]|(?:{_native_tens})(?:{_native_ones})?)",
        "kcount": rf"(?:[0-9]{{1,2}}|{_native_ones})",
    }
)
"""How rules name numbers: English ones, those from ten on, Korean ones, those from ten on, and a few of something."""

_READ: Final = re.compile(
    rf"(?P<figures>[0-9]{{1,4}})"
    rf"|\b(?P<tens>{'|'.join((*_TENS, *_DECADES))})(?:[- ](?P<ones>{'|'.join(_ONES)}))?\b"
    rf"|\b(?P<small>{'|'.join((*_TEENS, *_ONES))})\b"
    rf"|(?P<ktens>{_native_tens})(?P<kones>{_native_ones})?"
    rf"|(?P<sino>[{_SINO}]?십[{_SINO}]?)(?=\s?[세살])"
    rf"|(?P<ksmall>(?:[한두세네]|{_native_ones})(?=\s?[살명])"
    r"|(?:하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉)(?=\s?(?:이|있|두|을|를|$)))",
    re.IGNORECASE,
)


def numbers_in(text: str) -> list[int]:
    """Every number in `text`, in order. "thirty-five", "서른다섯" and "삼십오 세" are 35, "thirties" is 30."""
    return [_value(match) for match in _READ.finditer(text)]


def _value(match: re.Match[str]) -> int:
    found = match.groupdict()
    if found["figures"]:
        return int(found["figures"])
    if found["sino"]:
        tens, _, ones = found["sino"].partition("십")
        return 10 * (_SINO.find(tens) + 1 if tens else 1) + (_SINO.find(ones) + 1 if ones else 0)
    english = (found["tens"], found["ones"], found["small"])
    korean = (found["ktens"], found["kones"], found["ksmall"])
    return sum(_ENGLISH[word.lower()] for word in english if word) + sum(_NATIVE[word] for word in korean if word)
