"""The schema of policy files: rules, thresholds, and what personas and profiles change of them.

A threshold is one number or one per language; a language that is not named gets the lowest of them.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from moderation.records import Action, Decision
from moderation.validation import Expectation, Misfit

Score = Annotated[float, Field(ge=0.0, le=1.0)]
Language = Literal["en", "ko", "de", "es", "fr", "it", "ja", "pt", "ru", "tr", "zh"]
Threshold = Score | Annotated[dict[Language, Score], Field(min_length=1)]
ProfileName = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class StageRule(_Strict):
    """What follows from a score at one kind of stage."""

    flag: Threshold | None = None
    block: Threshold | None = None
    act: Threshold | None = None

    @model_validator(mode="after")
    def _flags_before_it_blocks(self) -> "StageRule":
        if self.flag is None or self.block is None:
            return self
        for language in languages_of(self.flag) | languages_of(self.block):
            if threshold_at(self.flag, language) > threshold_at(self.block, language):
                raise Misfit(Expectation("policy.expect_order"))
        return self


class OutputRule(StageRule):
    """For replies: pieces and wholes."""

    action: Literal["repair", "cut", "deflect", "hold", "safe"] = "repair"
    off: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "OutputRule":
        """An empty rule would let everything pass in silence: that must be written out."""
        if self.off == bool(self.model_fields_set & {"flag", "block", "act"}):
            raise Misfit(Expectation("policy.expect_threshold"))
        return self


class InputRule(StageRule):
    """For a person's turn."""

    action: Literal["none", "deflect", "disclose", "safe", "suspend"] = "none"


class CategoryRule(_Strict):
    """The general rule for one category of one filter."""

    output: OutputRule | None = None
    input: InputRule | None = None
    locked: bool = False
    release: bool | None = None
    """Whether a person may show what it blocks; None: unless it is locked."""
    mask: Threshold | None = None
    """From which score on the places found are not kept with the texts (see `moderation.stores.masking`)."""


class GuardSection(_Strict):
    """How the guard works, and what must have judged a text."""

    deadline: Annotated[float, Field(gt=0, le=60)] = 2.0
    workers: Annotated[int, Field(ge=1, le=64)] = 4
    capacity: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    longest: Annotated[int, Field(ge=200, le=1_000_000)] = 20_000
    encodings: Annotated[int, Field(ge=0, le=64)] = 8
    output: tuple[str, ...] = Field(strict=False, min_length=1)
    input: tuple[str, ...] = Field(strict=False, min_length=1)


class OutputChange(StageRule):
    """What a persona or a profile changes of a rule; what it leaves out stays."""

    action: Literal["repair", "cut", "deflect", "hold", "safe"] | None = None
    off: bool | None = None


class InputChange(StageRule):
    """What a profile changes of a rule for a person's turn; what it leaves out stays."""

    action: Literal["none", "deflect", "disclose", "safe", "suspend"] | None = None


class PersonaChange(_Strict):
    """What a persona changes of a category."""

    output: OutputChange | None = None


class PersonaSection(_Strict):
    """What a persona changes, by filter and category."""

    filters: dict[str, dict[str, PersonaChange]] = {}


class ProfileChange(_Strict):
    """What a profile makes stricter of a category."""

    output: OutputChange | None = None
    input: InputChange | None = None


class ProfileSection(_Strict):
    """What a profile makes stricter, by filter and category."""

    filters: dict[str, dict[str, ProfileChange]] = {}


class PolicyFile(_Strict):
    """A whole file."""

    version: Literal[1]
    name: Annotated[str, Field(min_length=1)]
    guard: GuardSection
    filters: dict[str, dict[str, CategoryRule]]
    personas: dict[str, PersonaSection] = {}
    profiles: dict[ProfileName, ProfileSection] = {}


Rule = TypeVar("Rule", OutputRule, InputRule)


def languages_of(threshold: Threshold | None) -> frozenset[str]:
    """The languages a threshold names, and "" for all others."""
    return frozenset({"", *(threshold if isinstance(threshold, dict) else ())})


def threshold_at(threshold: Threshold | None, language: str) -> float:
    """The threshold in a language; one that is not named gets the lowest, no threshold is never reached."""
    if threshold is None:
        return math.inf
    if not isinstance(threshold, dict):
        return threshold
    named = [score for name, score in threshold.items() if name == language]
    return min(named or threshold.values())


@dataclass(frozen=True, slots=True)
class Limits:
    """A rule in one language: from which scores on what follows; infinity: never."""

    flag: float
    block: float
    act: float
    action: Action

    @classmethod
    def of(cls, rule: OutputRule | InputRule, language: str) -> Self:
        """What `rule` says in `language`."""
        flag, block, act = (threshold_at(each, language) for each in (rule.flag, rule.block, rule.act))
        return cls(flag, block, act, Action[rule.action.upper()])

    def follows(self, score: float | None) -> tuple[Decision, Action]:
        """What it makes of a score; nothing of none."""
        if score is None:
            return Decision.ALLOW, Action.NONE
        if score >= self.block:
            return Decision.BLOCK, self.action
        decision = Decision.FLAG if score >= self.flag else Decision.ALLOW
        return decision, self.action if score >= self.act else Action.NONE


def merged(general: Rule, change: OutputChange | InputChange) -> Rule:
    """`general` with what `change` says. Thresholds switch a rule on that was off; what is switched off has none.

    Raises ValidationError where the two make no rule.
    """
    if isinstance(change, OutputChange) and change.off:
        return type(general).model_validate({"off": True})
    both = {**general.model_dump(exclude_unset=True), **change.model_dump(exclude_none=True)}
    both.pop("off", None)
    return type(general).model_validate(both)


def loosened(general: OutputRule | InputRule, change: OutputChange | InputChange) -> str:
    """The key of the first thing that `change` makes milder than `general`; "" where there is none."""
    before: Mapping[str, Threshold | None] = {"flag": general.flag, "block": general.block, "act": general.act}
    after: Mapping[str, Threshold | None] = {"flag": change.flag, "block": change.block, "act": change.act}
    for key, threshold in after.items():
        languages = languages_of(threshold) | languages_of(before[key])
        if threshold is not None and any(
            threshold_at(threshold, name) > threshold_at(before[key], name) for name in languages
        ):
            return key
    if isinstance(change, OutputChange) and change.off:
        return "off"
    milder = change.action is not None and Action[change.action.upper()] < Action[general.action.upper()]
    return "action" if milder else ""
