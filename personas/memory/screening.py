"""What is not remembered: numbers and addresses, which are replaced by what they were, and what nobody should remember
of somebody unasked (health, sexuality, belief, politics, descent, unions, crime, a minor's age, money, secrets)."""

import importlib.resources
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import MappingProxyType
from typing import Final

import re2

from moderation.filters import Filter
from moderation.filters.privacy import Privacy
from moderation.masks import Hidden, bears_label, masked
from moderation.records import Candidate, Signal, Stage

SURE: Final = 0.5
"""From which score on what the privacy filter finds is replaced. Lower than where exchanges are masked: what may be a
mistake costs a memory, not a decision."""


@dataclass(frozen=True, slots=True)
class Sensitive:
    """The classes of `data/sensitive.toml`. Immutable; safe to share between threads."""

    classes: Mapping[str, "re2._Regexp"] = field(repr=False)

    @classmethod
    def load(cls) -> "Sensitive":
        """Read what ships."""
        return _packaged()

    def of(self, text: str) -> str:
        """The class that `text` belongs to, or ""."""
        plain = text.replace("’", "'")
        return next((name for name, pattern in self.classes.items() if pattern.search(plain)), "")


@cache
def _packaged() -> Sensitive:
    raw = (importlib.resources.files("personas") / "memory" / "data" / "sensitive.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(raw)
    return Sensitive(MappingProxyType({name: pattern_of(*patterns) for name, patterns in tables.items()}))


def pattern_of(*patterns: str, whole: bool = False) -> "re2._Regexp":
    """One pattern that finds what any of `patterns` does, in lower and upper case alike; `whole`: only a whole text."""
    made = re2.Options()
    made.case_sensitive = False
    made.log_errors = False
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    return re2.compile(f"^(?:{joined})$" if whole else joined, made)


@dataclass(frozen=True, slots=True)
class Redactor:
    """Takes out what the privacy filter finds. As concurrent as the filter; blocks for as long as it takes."""

    judge: Callable[[], Filter]
    """`moderation.filters.privacy`, or one with the same kinds in its details."""

    @classmethod
    def among(cls, filters: Sequence[Filter]) -> "Redactor":
        """With the one among `filters`; where there is none, the one that ships, when it is first needed."""
        found = next((judge for judge in filters if judge.id == "privacy"), None)
        return cls(_shipped if found is None else lambda: found)

    def clean(self, text: str) -> str:
        """`text` with every place replaced; "" where it cannot be judged. Raises FilterUnavailable."""
        signals = self.judge().examine(Candidate(stage=Stage.INPUT, text=text))
        if any(signal.score is None for signal in signals):
            return ""
        return masked(text, _places(signals)).text


def _places(signals: Sequence[Signal]) -> Iterator[Hidden]:
    for signal in signals:
        if (signal.score or 0.0) >= SURE:
            yield from ((span, signal.detail.partition("-")[0]) for span in signal.spans)


@cache
def _shipped() -> Filter:
    return Privacy.load()


def worth_keeping(text: str) -> bool:
    """Whether something is left of a text that was cleaned: of a number alone nothing is."""
    return bool(text.strip()) and not bears_label(text)
