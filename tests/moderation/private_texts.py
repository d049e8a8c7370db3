"""The suite for private data: sentences with invented numbers in them, and sentences that only look like it.

Every sentence is our own, every number is made from a seed; fields in braces are filled (see `private/numbers.py` and
`_HARMLESS`). Another seed splits the sentences, not what is made of them, into a half to tune on and one that is only
measured.
"""

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from tests.moderation.private.numbers import MADE, digits

Half = Literal["tune", "held back"]
HALVES: Final[tuple[Half, Half]] = ("tune", "held back")
LANGUAGES: Final = ("en", "ko")
_SEED: Final = 20240229
_FOLDER: Final = Path(__file__).with_name("private")
_FIELD: Final = re.compile(r"\{(\w+)\}")
_TIMES: Final = 3
"""How often a sentence with a field is filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A sentence; `kinds` are the fields that were filled with private data, `private` where they stand."""

    text: str
    language: str
    meant: bool
    half: Half
    kinds: tuple[str, ...] = ()
    private: tuple[tuple[int, int], ...] = ()


def _date(chance: random.Random) -> str:
    year, month, day = chance.randrange(1500, 2030), chance.randrange(1, 13), chance.randrange(1, 29)
    return chance.choice([f"{year}-{month:02d}-{day:02d}", f"{year}.{month}.{day}", f"{day:02d}/{month:02d}/{year}"])


def _isbn(chance: random.Random) -> str:
    start = f"978{digits(chance, 9)}"
    total = sum(int(char) * (1 + 2 * (place % 2)) for place, char in enumerate(start))
    number = f"{start}{-total % 10}"
    return chance.choice([number, f"{number[:3]}-{number[3]}-{number[4:8]}-{number[8:12]}-{number[12]}"])


_HARMLESS: Final[dict[str, Callable[[random.Random], str]]] = {
    "date": _date,
    "time": lambda chance: f"{chance.randrange(24)}:{chance.randrange(60):02d}:{chance.randrange(60):02d}",
    "price": lambda chance: f"${chance.randrange(1, 999)},{digits(chance, 3)}.{digits(chance, 2)}",
    "won": lambda chance: f"{chance.randrange(1, 999)},{digits(chance, 3)},000원",
    "score": lambda chance: f"{chance.randrange(140)}-{chance.randrange(140)}",
    "isbn": _isbn,
    "order": lambda chance: chance.choice(
        [digits(chance, 10), digits(chance, 16), f"2024{digits(chance, 4)}-{digits(chance, 7)}",
         f"{digits(chance, 3)}-{digits(chance, 7)}-{digits(chance, 7)}"]
    ),
    "snowflake": lambda chance: digits(chance, chance.choice([17, 18, 19]), first="123456789"),
    "stamp": lambda chance: f"17{digits(chance, 8)}",
    "version": lambda chance: ".".join(str(chance.randrange(40)) for _ in range(chance.choice([3, 4]))),
    "big": lambda chance: f"{chance.randrange(1, 9)},{digits(chance, 3)},{digits(chance, 3)},{digits(chance, 3)}",
}  # fmt: skip


def cases(language: str) -> tuple[Case, ...]:
    """Every case of `language`, always the same."""
    chance = random.Random(_SEED)
    made: list[Case] = []
    for meant, name in ((True, "meant"), (False, "innocent")):
        lines = (_FOLDER / f"{language}_{name}.txt").read_text(encoding="utf-8").splitlines()
        for line in lines:
            half = HALVES[chance.random() < 0.5]
            made += _filled(line, language, meant=meant, half=half)
    return tuple(made)


def _filled(line: str, language: str, *, meant: bool, half: Half) -> Iterator[Case]:
    for number in range(_TIMES if _FIELD.search(line) else 1):
        chance = random.Random(f"{line}:{number}")
        text, at = "", 0
        kinds: list[str] = []
        private: list[tuple[int, int]] = []
        for field in _FIELD.finditer(line):
            value = {**MADE, **_HARMLESS}[field[1]](chance)
            text += line[at : field.start()]
            if meant:
                kinds.append(field[1])
                private.append((len(text), len(text) + len(value)))
            text += value
            at = field.end()
        yield Case(
            text=text + line[at:], language=language, meant=meant, half=half, kinds=tuple(kinds), private=tuple(private)
        )
