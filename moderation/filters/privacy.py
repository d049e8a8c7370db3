"""Private data and secrets: numbers, addresses and keys that should not be said to a bot, and never by one.

Patterns are data (`moderation/data/privacy`); whether what looks like a number can be one is arithmetic
(`privacy_numbers`) or the plan of some country (`privacy_phones`); what is said in words or digit by digit is read as a
number first (`privacy_spelling`). A shape that may be anything counts where something near by says what it is.
What leaks of the persona's own prompt is found by the character filter.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final, Self

import re2

from moderation.filters.crisis import load_resources
from moderation.filters.phrases import Book, Context, Hit, Source, data_folder, digest, in_context
from moderation.filters.privacy_numbers import (
    account,
    card,
    digits_of,
    iban,
    registered,
    resident,
    social_security,
    varied,
)
from moderation.filters.privacy_phones import Phones
from moderation.filters.privacy_spelling import spelled_out
from moderation.records import Candidate, Signal, Span, Stage

ALGORITHM: Final = b"privacy 3"
"""Raised when the code changes what the same data finds."""
PERSONAL: Final = "personal"
CONFIDENTIAL: Final = "secret"

_BEFORE: Final = 60
_AFTER: Final = 30
"""How far around a finding something is looked for that says what it is."""
_RIGHT_BEFORE: Final = 24
_FAINT: Final = 0.3
"""What may be anything, or an address with nobody to live there: a sight, a shop, a song."""
_UNPLANNED: Final = 0.45
"""A telephone number by its shape, of no plan we know."""
_UNCALLED: Final = 0.6
"""One written as its region writes them that nobody near by calls one, or one of no plan that somebody calls one."""
_SPOKEN: Final = ((" at ", "@"), (" 골뱅이 ", "@"), (" 앳 ", "@"), (" dot ", "."), (" 점 ", "."), (" 닷 ", "."))
"""How an address is said aloud."""
_NUMBER: Final = re.compile(r"[+(]*[A-Za-z]{0,5}\d(?:.*[A-Za-z0-9*xX●•])?", re.DOTALL)
_SHAPES: Final[Mapping[str, "re.Pattern[str]"]] = MappingProxyType(
    {
        "phone": _NUMBER,
        "account": _NUMBER,
        "id": _NUMBER,
        "address": re.compile(r".*\d(?:호|동|번지|층|번길)?(?:[ A-Za-z]*[A-Za-z])?", re.DOTALL),
    }
)
"""What of a match is the thing itself, by kind: neither the words that say what it is nor what ends it."""
_DATE: Final = re.compile(
    r"(?:19|20)\d\d([-./ ]{1,2})(?:0?[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?:\d{0,2}$|\D)"
    r"|(?:\d{1,2}[-./ ]){2}(?:19|20)\d\d$"
)
"""A day, and what was read as a digit or two behind it: the hour, or 오 of 오전."""
_DATED: Final = frozenset({"phone", "account"})
_Found = tuple[tuple[str, float, str], Span]
"""Category, score and detail, and the place."""
_TAIL: Final = 200
"""As long as the longest pattern: a key may have begun in what was shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Check:
    """What must hold of a text that a rule found."""

    holds: Callable[[str], bool] = bool
    near: str = ""
    """Which patterns of near.toml must be met near by, or the finding is worth `alone` at most; "": none."""
    alone: float = 0.0
    weak: bool = False
    """Worth nothing behind the name of another kind of number."""


def _of_digits(holds: Callable[[str], bool]) -> Callable[[str], bool]:
    return lambda found: holds(digits_of(found))


def _routable(text: str) -> bool:
    """Whether `text` is an address on the internet, of one machine."""
    try:
        return ipaddress.ip_address(text).is_global
    except ValueError:
        return False


_CHECKS: Final[Mapping[str, _Check]] = MappingProxyType(
    {
        "digits": _Check(holds=_of_digits(varied)),
        "card": _Check(holds=_of_digits(lambda number: 14 <= len(number) <= 16 and card(number)), weak=True),
        "card-named": _Check(holds=_of_digits(card), near="card", weak=True),
        "resident": _Check(holds=_of_digits(resident)),
        "registered": _Check(holds=_of_digits(registered), near="resident", alone=0.4),
        "ssn": _Check(holds=_of_digits(social_security)),
        "iban": _Check(holds=iban),
        "bank": _Check(holds=_of_digits(account)),
        "account": _Check(holds=_of_digits(account), near="account", weak=True),
        "passport": _Check(holds=_of_digits(varied), near="passport", weak=True),
        "licence": _Check(holds=_of_digits(varied), near="licence", weak=True),
        "ip": _Check(holds=_routable, near="ip"),
        "somebody": _Check(near="somebody", alone=_FAINT),
    }
)
_BY_DATA: Final = frozenset({"mobile", "phone", "plan", "email"})
"""Checks that need what the filter has loaded."""
_NEAR: Final = frozenset({"phone", "other", *(check.near for check in _CHECKS.values() if check.near)})


@dataclass(frozen=True, slots=True)
class Public:
    """What anybody may say."""

    phones: Phones
    domains: frozenset[str]
    addresses: frozenset[str]
    """Squeezed."""

    @classmethod
    def load(cls, folder: Traversable | None = None) -> tuple[Self, bytes]:
        """Read `public.toml` from `folder` (default: what ships), and what its version depends on. The numbers for a
        crisis belong to it. Raises FilterUnavailable."""
        source = Source.read(folder or data_folder("privacy"), "public.toml")
        source.only(source.table, frozenset({"numbers", "domains", "addresses"}))
        numbers = source.strings(source.table, "numbers")
        if not all(number.isdecimal() for number in numbers):
            raise source.wrong("numbers", "digits")
        resources = load_resources().numbers
        public = cls(
            phones=Phones(frozenset(numbers) | resources),
            domains=frozenset(source.strings(source.table, "domains")),
            addresses=frozenset(map(squeezed, source.strings(source.table, "addresses"))),
        )
        return public, source.raw + " ".join(sorted(resources)).encode()

    def email(self, text: str) -> bool:
        """Whether `text` can be somebody's own e-mail address."""
        said = text.lower()
        for word, sign in _SPOKEN:
            said = said.replace(word, sign)
        domain = said.replace(" ", "").rpartition("@")[2]
        return not any(domain == known or domain.endswith(f".{known}") for known in self.domains)


@dataclass(frozen=True, slots=True)
class Near:
    """What stands around a finding, by the names of near.toml."""

    patterns: Mapping[str, "re2._Regexp"] = field(repr=False)
    raw: bytes = field(repr=False)

    @classmethod
    def load(cls, folder: Traversable) -> Self:
        """Read near.toml; raises FilterUnavailable."""
        source = Source.read(folder, "near.toml")
        source.only(source.table, _NEAR)
        patterns = {}
        for name in sorted(_NEAR):
            if not (texts := source.strings(source.table, name)):
                raise source.wrong(name, "strings")
            patterns[name] = source.pattern(texts, name)
        return cls(MappingProxyType(patterns), source.raw)

    def says(self, name: str, text: str, start: int, end: int) -> bool:
        """Whether the name of such a thing stands near `start`..`end`."""
        # A break, so that nothing is read across the finding.
        around = f"{text[max(0, start - _BEFORE) : start]}\n{text[end : end + _AFTER]}"
        return bool(self.patterns[name].search(around))

    def says_other(self, text: str, start: int) -> bool:
        """Whether the name of another kind of number stands right before `start`."""
        return bool(self.patterns["other"].search(text[max(0, start - _RIGHT_BEFORE) : start]))


@dataclass(frozen=True, slots=True)
class Privacy:
    """Filter "privacy", categories "personal" and "secret". Immutable."""

    book: Book
    near: Near
    public: Public
    version: str
    id: str = "privacy"
    categories: frozenset[str] = frozenset({PERSONAL, CONFIDENTIAL})
    stages: frozenset[Stage] = frozenset(Stage)

    @classmethod
    def load(cls, folder: Traversable | None = None) -> Self:
        """Read `patterns.toml`, `near.toml` and `public.toml` from `folder` (default: what ships). Raises
        FilterUnavailable."""
        folder = folder or data_folder("privacy")
        public, raw = Public.load(folder)
        near = Near.load(folder)
        patterns = Source.read(folder, "patterns.toml")
        book = Book.load(
            patterns, categories=frozenset({PERSONAL, CONFIDENTIAL}), checks=frozenset({*_CHECKS, *_BY_DATA})
        )
        version = digest(ALGORITHM, patterns.raw, near.raw, raw)
        return cls(book, near, public, version)

    def examine(self, candidate: Candidate) -> Sequence[Signal]:
        """One signal a rule that hits, or one of score 0.0. The rule's id begins with the kind of data."""
        context = in_context(candidate, tail=_TAIL, lower=False)
        found = list(self._found(context, candidate))
        if (spelled := spelled_out(context.folded)) is not None:
            found += self._found(Context(spelled, context.offset), candidate)
        places: dict[tuple[str, float, str], list[Span]] = {}
        for (category, score, detail), span in _strongest(found):
            places.setdefault((category, score, detail), []).append(span)
        return [
            Signal(category=category, score=score, spans=tuple(spans), detail=detail)
            for (category, score, detail), spans in places.items()
        ] or [Signal(category=PERSONAL, score=0.0)]

    def _found(self, context: Context, candidate: Candidate) -> Iterator[_Found]:
        for hit, category in self._hits(context.folded.text, candidate):
            span = context.span(hit.start, hit.end)
            if span is not None:
                yield (category, hit.score, hit.detail), span

    def _hits(self, text: str, candidate: Candidate) -> Iterator[tuple[Hit, str]]:
        for found in self.book.hits(text):
            hit = _narrowed(found, text)
            if not _stands_alone(text, hit.start, hit.end):
                continue
            score = min(hit.score, self._worth(hit, text))
            excuse = self._excuse(hit, text, candidate) if score else ""
            if score:
                yield replace(hit, score=min(score, _FAINT) if excuse else score, excuse=excuse), hit.rule.category

    def _excuse(self, hit: Hit, text: str, candidate: Candidate) -> str:
        """Why an address is nobody's: everybody knows it, or it is of the persona's own world; else ""."""
        if _kind(hit) != "address":
            return ""
        address = squeezed(text[hit.start : hit.end])
        before = (address.removesuffix(known) for known in self.public.addresses if address.endswith(known))
        if any(not rest[-1:].isdigit() for rest in before):
            return "known"
        return "own" if any(address in line for line in candidate.brief.lore) else ""

    def _worth(self, hit: Hit, text: str) -> float:
        """The most a hit is worth by what holds of it and what stands around it."""
        name, found = hit.rule.check, text[hit.start : hit.end]
        if not name:
            return 1.0
        if _kind(hit) in _DATED and _DATE.match(found):
            return 0.0
        if name == "email":
            return float(self.public.email(found))
        if name in _BY_DATA:
            return self._worth_of_phone(name, hit, text)
        check = _CHECKS[name]
        if not check.holds(found) or (check.weak and self.near.says_other(text, hit.start)):
            return 0.0
        return 1.0 if not check.near or self.near.says(check.near, text, hit.start, hit.end) else check.alone

    def _worth_of_phone(self, name: str, hit: Hit, text: str) -> float:
        phones, found = self.public.phones, text[hit.start : hit.end]
        if not phones.own(found) or (name != "mobile" and self.near.says_other(text, hit.start)):
            return 0.0
        called = self.near.says("phone", text, hit.start, hit.end)
        if name == "plan":
            return float(phones.valid(found)) if called else _UNCALLED if phones.grouped(found) else 0.0
        if phones.valid(found):
            return 1.0
        return 0.0 if phones.everybodys(found) else _UNCALLED if called else _UNPLANNED


def _strongest(found: Iterable[_Found]) -> list[_Found]:
    """What is not wholly inside something that is as sure, in the order of the text."""
    kept: list[_Found] = []
    near: list[_Found] = []
    for what, span in sorted(found, key=lambda item: (item[1].start, -item[1].end, -item[0][1])):
        near = [other for other in near if other[1].end > span.start]
        if not any(other[1].end >= span.end and other[0][1] >= what[1] for other in near):
            near.append((what, span))
            kept.append((what, span))
    return kept


def squeezed(text: str) -> str:
    """The letters and digits of `text` alone, in lower case."""
    return "".join(char for char in text.casefold() if char.isalnum())


def lore(texts: Iterable[str]) -> frozenset[str]:
    """What `Brief.lore` holds of texts that an author wrote."""
    lines = (line for text in texts for line in text.splitlines())
    return frozenset(squeezed(line) for line in lines if any(char.isdigit() for char in line))


def _kind(hit: Hit) -> str:
    return hit.rule.id.partition("-")[0]


def _narrowed(hit: Hit, text: str) -> Hit:
    """`hit` without the words before and behind a number that say what it is, and without what ends an address."""
    shape = _SHAPES.get(_kind(hit))
    found = shape.search(text, hit.start, hit.end) if shape else None
    return replace(hit, start=found.start(), end=found.end()) if found else hit


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
