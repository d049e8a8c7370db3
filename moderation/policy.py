"""Scores become decisions and actions here. Thresholds are data: a TOML file, checked on loading, hashed onto records.

    [filters.lexicon.slur]
    output = { flag = 0.3, block = 0.6, action = "safe" }     # replies: pieces and wholes
    input = { flag = 0.6 }                                    # a person's turn
    locked = true                                             # no persona may change it

    [personas.captain.filters.lexicon.profanity]
    output = { flag = 0.7, block = 0.9 }                      # what is left out stays; { off = true }: never

A threshold is one number or one per language (`{ en = 0.6, ko = 0.7 }`); a language that is not named gets the lowest
of them. A score at or above `flag` is kept, at or above `block` not shown. `act` asks for the action alone, without
an objection: that is how a sincere question is answered truthfully without being held against anybody.
"""

import hashlib
import importlib.resources
import json
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from moderation.errors import PolicyError
from moderation.filters import Filter
from moderation.records import Action, Decision, Finding, Signal, Stage
from moderation.validation import Expectation, Misfit, first_problem

Score = Annotated[float, Field(ge=0.0, le=1.0)]
Language = Literal["en", "ko", "de", "es", "fr", "it", "ja", "pt", "ru", "tr", "zh"]
Threshold = Score | Annotated[dict[Language, Score], Field(min_length=1)]

IDENTITY_RULE: Final = "identity.question"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class _StageRule(_Strict):
    flag: Threshold | None = None
    block: Threshold | None = None
    act: Threshold | None = None

    @model_validator(mode="after")
    def _flags_before_it_blocks(self) -> "_StageRule":
        if self.flag is None or self.block is None:
            return self
        for language in _languages(self.flag) | _languages(self.block):
            if _at(self.flag, language) > _at(self.block, language):
                raise Misfit(Expectation("policy.expect_order"))
        return self


class _OutputRule(_StageRule):
    action: Literal["repair", "cut", "deflect", "safe"] = "repair"
    off: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "_OutputRule":
        """An empty rule would let everything pass in silence: that must be written out."""
        if self.off == bool(self.model_fields_set & {"flag", "block", "act"}):
            raise Misfit(Expectation("policy.expect_threshold"))
        return self


class _InputRule(_StageRule):
    action: Literal["none", "deflect", "disclose", "safe", "suspend"] = "none"


class _CategoryRule(_Strict):
    output: _OutputRule | None = None
    input: _InputRule | None = None
    locked: bool = False


class _GuardSection(_Strict):
    deadline: Annotated[float, Field(gt=0, le=60)] = 2.0
    workers: Annotated[int, Field(ge=1, le=64)] = 4
    capacity: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    longest: Annotated[int, Field(ge=200, le=1_000_000)] = 20_000
    output: tuple[str, ...] = Field(strict=False, min_length=1)
    input: tuple[str, ...] = Field(strict=False, min_length=1)


class _Change(_StageRule):
    """What a persona changes of a rule; what it leaves out stays."""

    action: Literal["repair", "cut", "deflect", "safe"] | None = None
    off: bool | None = None


class _CategoryChange(_Strict):
    output: _Change | None = None


class _PersonaSection(_Strict):
    filters: dict[str, dict[str, _CategoryChange]] = {}


class _PolicyFile(_Strict):
    version: Literal[1]
    name: Annotated[str, Field(min_length=1)]
    guard: _GuardSection
    filters: dict[str, dict[str, _CategoryRule]]
    personas: dict[str, _PersonaSection] = {}


def _languages(threshold: Threshold | None) -> frozenset[str]:
    """The languages a threshold names, and "" for all others."""
    return frozenset({"", *(threshold if isinstance(threshold, dict) else ())})


def _at(threshold: Threshold | None, language: str) -> float:
    """The threshold in a language; one that is not named gets the lowest, no threshold is never reached."""
    if threshold is None:
        return math.inf
    if not isinstance(threshold, dict):
        return threshold
    named = [score for name, score in threshold.items() if name == language]
    return min(named or threshold.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardLimits:
    """How long and how much the guard may work."""

    deadline: timedelta
    """From the moment a candidate is handed in; a filter that is later than this is a BLOCK."""
    workers: int
    """Threads."""
    capacity: int
    """Filter runs waiting or running at once; more is a BLOCK."""
    longest: int
    """Code points of a candidate; longer is a BLOCK."""


class Policy:
    """A checked policy. Immutable; safe to share between threads."""

    def __init__(self, document: Mapping[str, object], *, file: str, only: frozenset[str] | None = None) -> None:
        """Check a parsed document; `file` is its name in errors. With `only`, nothing is required of other filters.

        Raises PolicyError: file, key, what was expected.
        """
        try:
            self._file = _PolicyFile.model_validate(document)
        except ValidationError as error:
            key, expected = first_problem(error)
            raise PolicyError("policy.wrong", file=file, key=key, expected=expected) from None
        self._name = file
        self._changed = self._personas()
        self._only = only
        self._check_identity()
        canonical = json.dumps(self._file.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        self._hash = hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @classmethod
    def load(cls, path: Path | None = None) -> "Policy":
        """Read a policy file; the one that ships with the package where `path` is None. Raises PolicyError."""
        if path is None:
            resource = importlib.resources.files("moderation") / "data" / "policy.toml"
            return cls(tomllib.loads(resource.read_text(encoding="utf-8")), file="policy.toml")
        try:
            document = tomllib.loads(path.read_bytes().decode("utf-8"))
        except OSError as error:
            raise PolicyError("policy.unreadable", file=path, reason=error.strerror or "") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise PolicyError("policy.syntax", file=path, reason=error) from None
        return cls(document, file=str(path))

    @property
    def name(self) -> str:
        """The name the file gives itself."""
        return self._file.name

    @property
    def hash(self) -> str:
        """Digest of the whole content (16 hex digits): stands on every record."""
        return self._hash

    @property
    def limits(self) -> GuardLimits:
        """How long and how much the guard may work."""
        guard = self._file.guard
        return GuardLimits(
            deadline=timedelta(seconds=guard.deadline),
            workers=guard.workers,
            capacity=guard.capacity,
            longest=guard.longest,
        )

    def rules(self) -> tuple[str, ...]:
        """Every rule as `filter.category`, sorted."""
        return tuple(sorted(f"{name}.{category}" for name, rules in self._file.filters.items() for category in rules))

    def required(self, stage: Stage) -> tuple[frozenset[str], ...]:
        """What must have judged a text of this stage: of each set at least one filter, with a score."""
        entries = self._file.guard.input if stage is Stage.INPUT else self._file.guard.output
        required = (frozenset(entry.split("|")) for entry in entries)
        return tuple(names for names in required if self._only is None or names & self._only)

    def narrowed(self, filters: Iterable[str]) -> "Policy":
        """The same rules for fewer filters: nothing is required of those that are not among `filters`.

        For measuring; a guard that people rely on has them all.
        """
        return Policy(self._file.model_dump(exclude_unset=True), file=self._name, only=frozenset(filters))

    def check(self, filters: Iterable[Filter]) -> None:
        """See that this policy and these filters fit. Raises PolicyError for a category without a rule for a stage the
        filter looks at, a rule or a requirement that no filter answers to."""
        known = {judge.id: judge for judge in filters}
        for judge in known.values():
            for category in sorted(judge.categories):
                self._check_stages(judge, category)
        for stage in (Stage.INPUT, Stage.PIECE):
            for alternatives in self.required(stage):
                if not any(name in known and stage in known[name].stages for name in alternatives):
                    section = "input" if stage is Stage.INPUT else "output"
                    raise self._error(f"guard.{section}", "policy.expect_filter", name="|".join(sorted(alternatives)))
        for name, rules in self._file.filters.items():
            for category in rules:
                if name in known and category not in known[name].categories:
                    expected = ", ".join(sorted(known[name].categories))
                    raise self._error(f"filters.{name}.{category}", "policy.expect_category", names=expected)

    def decide(
        self, signal: Signal, *, judge: Filter, stage: Stage, language: str, persona: str, elapsed: timedelta
    ) -> Finding:
        """What follows from `signal`. Raises KeyError for a category no rule was written for."""
        rule = self._rule(judge.id, signal.category, stage=stage, persona=persona)
        decision, action = Decision.ALLOW, Action.NONE
        if signal.score is not None:
            if signal.score >= _at(rule.block, language):
                decision = Decision.BLOCK
            elif signal.score >= _at(rule.flag, language):
                decision = Decision.FLAG
            if decision is Decision.BLOCK or signal.score >= _at(rule.act, language):
                action = Action[rule.action.upper()]
        return Finding(
            filter=judge.id,
            version=judge.version,
            category=signal.category,
            decision=decision,
            action=action,
            score=signal.score,
            spans=signal.spans,
            detail=signal.detail,
            elapsed=elapsed,
        )

    def _rule(self, judge: str, category: str, *, stage: Stage, persona: str) -> _OutputRule | _InputRule:
        general = self._file.filters[judge][category]
        rule = general.input if stage is Stage.INPUT else general.output
        if rule is None:
            raise KeyError(f"{judge}.{category} has no rule for {stage}")
        if stage is not Stage.INPUT:
            return self._changed.get((persona, judge, category), rule)
        return rule

    def _check_stages(self, judge: Filter, category: str) -> None:
        rule = self._file.filters.get(judge.id, {}).get(category)
        key = f"filters.{judge.id}.{category}"
        if rule is None:
            raise self._error(key, "policy.expect_rule")
        if Stage.INPUT in judge.stages and rule.input is None:
            raise self._error(f"{key}.input", "policy.expect_rule")
        if judge.stages - {Stage.INPUT} and rule.output is None:
            raise self._error(f"{key}.output", "policy.expect_rule")

    def _personas(self) -> dict[tuple[str, str, str], _OutputRule]:
        """The rules personas change, merged over the general ones; by persona, filter, category."""
        changed = {}
        for persona, section in self._file.personas.items():
            for judge, rules in section.filters.items():
                for category, change in rules.items():
                    key = f"personas.{persona}.filters.{judge}.{category}"
                    general = self._file.filters.get(judge, {}).get(category)
                    if general is None or general.output is None:
                        raise self._error(key, "policy.expect_general", rule=f"{judge}.{category}")
                    if general.locked:
                        raise self._error(key, "policy.expect_unlocked", rule=f"{judge}.{category}")
                    if change.output is not None:
                        changed[persona, judge, category] = self._merged(general.output, change.output, key)
        return changed

    def _merged(self, general: _OutputRule, change: _Change, key: str) -> _OutputRule:
        if change.off:
            return _OutputRule(off=True)
        both = {**general.model_dump(exclude_unset=True), **change.model_dump(exclude_none=True), "off": False}
        try:
            return _OutputRule.model_validate(both)
        except ValidationError as error:
            _, expected = first_problem(error)
            raise PolicyError("policy.wrong", file=self._name, key=key, expected=expected) from None

    def _check_identity(self) -> None:
        """A sincere question is answered truthfully whatever a policy says: it can be eager, never silent."""
        judge, category = IDENTITY_RULE.split(".")
        rule = self._file.filters.get(judge, {}).get(category)
        asked = rule.input if rule else None
        honest = asked is not None and asked.action == "disclose" and asked.act is not None
        if (
            asked is None
            or not honest
            or not rule
            or not rule.locked
            or max(_at(asked.act, name) for name in _languages(asked.act)) > 0.5
        ):
            raise self._error(f"filters.{IDENTITY_RULE}", "policy.expect_honesty")

    def _error(self, key: str, expected: str, **fields: object) -> PolicyError:
        return PolicyError("policy.wrong", file=self._name, key=key, expected=Expectation(expected, **fields))
