"""Private data and secrets: numbers, addresses and keys that should not be said to a bot, and never by one.

Patterns are data (`moderation/data/privacy`); whether a number that looks like one can be one is arithmetic, here.
What leaks of the persona's own prompt is found by the character filter.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final, Self

from moderation.filters.crisis import load_resources
from moderation.filters.phrases import Book, Context, Hit, Source, data_folder, digest, in_context, signals
from moderation.records import Candidate, Signal, Stage

ALGORITHM: Final = b"privacy 2"
"""Raised when the code changes what the same data finds."""
PERSONAL: Final = "personal"
CONFIDENTIAL: Final = "secret"

_FAINT: Final = 0.3
"""An address with nobody to live there: a sight, a shop, a song."""
_ANYBODY: Final = re.compile(
    r"(?i)\b(?:i|i'm|i'll|my|me|mine|he|she|his|her|him|we|our|us|you|your|they|their|them|who|lives?|living|lived|home|"
    r"house|flat|apartment|address|moved|meet|stays?|staying|works?|visit|come|find|deliver|mr|mrs|ms|dr|[a-z]+'s)\b"
    r"|[내제네그]가? |우리|저희|살아|사는|살고|집|주소|이사"
)
_PEOPLE_NEAR: Final = 60
"""How far around an address somebody is looked for."""
_SPOKEN: Final = ((" at ", "@"), (" 골뱅이 ", "@"), (" 앳 ", "@"), (" dot ", "."), (" 점 ", "."), (" 닷 ", "."))
"""How an address is said aloud."""
_RESIDENT_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_UNBORN: Final = 40
"""Years after 2000 from which nobody has a resident number yet; far enough off not to need a clock."""
_TAIL: Final = 200
"""As long as the longest pattern: a key may have begun in what was shown."""


def digits_of(text: str) -> str:
    """The ASCII digits of `text`, in order."""
    return "".join(char for char in text if "0" <= char <= "9")


def luhn(number: str) -> bool:
    """Whether the check digit of a payment card is right. `number`: 13 to 19 digits."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return 13 <= len(number) <= 19 and total % 10 == 0 and len(set(number)) > 1


def resident(number: str) -> bool:
    """Whether 13 digits can be a Korean resident registration number.

    Numbers given out since October 2020 have random digits instead of a check digit; only those born since then are
    known to have one. For all others the check digit must be right.
    """
    year, month, day, kind = int(number[:2]), int(number[2:4]), int(number[4:6]), int(number[6])
    if day > (29 if month == 2 else 30 if month in {4, 6, 9, 11} else 31):
        return False
    if kind in {3, 4, 7, 8} and (year, month) >= (20, 10):
        return year < _UNBORN
    total = sum(weight * int(digit) for weight, digit in zip(_RESIDENT_WEIGHTS, number, strict=False))
    check = (11 - total % 11) % 10
    return check == int(number[12]) or (kind in {5, 6, 7, 8} and (13 - total % 11) % 10 == int(number[12]))


def social_security(number: str) -> bool:
    """Whether nine digits can be a United States social security number: ranges that are never given out are not."""
    area, group, serial = number[:3], number[3:5], number[5:]
    return area not in {"000", "666"} and area < "900" and group != "00" and serial != "0000"


def varied(number: str) -> bool:
    """Whether a number has more than two different digits: 000-000 is a placeholder."""
    return len(set(number)) > 2


_ARITHMETIC: Final[Mapping[str, Callable[[str], bool]]] = MappingProxyType(
    {"digits": varied, "luhn": luhn, "resident": resident, "ssn": social_security}
)
_CHECKS: Final = frozenset({*_ARITHMETIC, "phone", "email", "somebody"})


@dataclass(frozen=True, slots=True)
class Public:
    """What anybody may say."""

    numbers: frozenset[str]
    domains: frozenset[str]

    def phone(self, text: str) -> bool:
        """Whether `text` can be somebody's own telephone number."""
        digits = digits_of(text)
        if not digits:
            return "공일공" in text
        if not 8 <= len(digits) <= 15 or digits in self.numbers or len(set(digits[3:])) == 1:
            return False
        national = digits.removeprefix("1") if len(digits) == 11 and digits[0] == "1" else digits
        fictional = len(national) == 10 and national[3:8] == "55501"
        return not fictional and national not in self.numbers and not digits.endswith("0000000")

    def email(self, text: str) -> bool:
        """Whether `text` can be somebody's own e-mail address."""
        said = text.lower()
        for word, sign in _SPOKEN:
            said = said.replace(word, sign)
        domain = said.replace(" ", "").rpartition("@")[2]
        return not any(domain == known or domain.endswith(f".{known}") for known in self.domains)


@dataclass(frozen=True, slots=True)
class Privacy:
    """Filter "privacy", categories "personal" and "secret". Immutable."""

    book: Book
    public: Public
    version: str
    id: str = "privacy"
    categories: frozenset[str] = frozenset({PERSONAL, CONFIDENTIAL})
    stages: frozenset[Stage] = frozenset(Stage)

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read `patterns.toml` and `public.toml` from `folder` (default: what ships). Raises FilterUnavailable."""
        folder = folder or data_folder("privacy")
        source = Source.read(folder, "public.toml")
        source.only(source.table, frozenset({"numbers", "domains"}))
        numbers = source.strings(source.table, "numbers")
        if not all(number.isdecimal() for number in numbers):
            raise source.wrong("numbers", "digits")
        resources = load_resources().numbers
        public = Public(frozenset(numbers) | resources, frozenset(source.strings(source.table, "domains")))
        patterns = Source.read(folder, "patterns.toml")
        book = Book.load(patterns, categories=frozenset({PERSONAL, CONFIDENTIAL}), checks=_CHECKS)
        version = digest(ALGORITHM, patterns.raw, source.raw, " ".join(sorted(resources)).encode())
        return cls(book, public, version)

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a rule that hits, or one of score 0.0."""
        context = in_context(candidate, tail=_TAIL, lower=False)
        return signals(self._hits(context), context, clean=PERSONAL)

    def _hits(self, context: Context) -> Iterator[tuple[Hit, str]]:
        text = context.folded.text
        for hit in self.book.hits(text):
            found = text[hit.start : hit.end]
            if not _stands_alone(text, hit.start, hit.end):
                continue
            if hit.rule.check == "somebody":
                around = text[max(0, hit.start - _PEOPLE_NEAR) : hit.start] + text[hit.end : hit.end + _PEOPLE_NEAR]
                score = hit.score if _ANYBODY.search(around) else min(hit.score, _FAINT)
                yield replace(hit, score=score), hit.rule.category
            elif self._holds(hit.rule.check, found):
                yield hit, hit.rule.category

    def _holds(self, check: str, found: str) -> bool:
        if check == "phone":
            return self.public.phone(found)
        if check == "email":
            return self.public.email(found)
        return not check or _ARITHMETIC[check](digits_of(found))


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether the range is not the middle of a longer number, word or key.

    Only ASCII counts: a particle may follow a number without a space.
    """
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isascii() and (before[-1:].isalnum() or before[-1:] == "_") and text[start].isascii():
        return False
    if after[:1].isascii() and (after[:1].isalnum() or after[:1] == "_") and text[end - 1].isalnum():
        return False
    joined = len(before) == 2 and before[0].isdigit() and before[1] in "-.,:/" and text[start].isdigit()
    joins = len(after) == 2 and after[1].isdigit() and after[0] in "-.:/" and text[end - 1].isdigit()
    return not joined and not joins
