"""Scores become decisions and actions here. Thresholds are data: a TOML file, checked on loading, hashed onto records.

    [filters.lexicon.slur]
    output = { flag = 0.3, block = 0.6, action = "safe" }     # replies: pieces and wholes
    input = { flag = 0.6 }                                    # a person's turn
    locked = true                                             # no persona may change it
    mask = 0.9                                                # from here on what was found is not kept, only its kind
    release = true                                            # a moderator may show what it blocks, though it is locked

    [personas.captain.filters.lexicon.profanity]
    output = { flag = 0.7, block = 0.9 }                      # what is left out stays; { off = true }: never

    [profiles.minors.filters.lexicon.profanity]
    output = { flag = 0.3, block = 0.45 }                     # for some listeners; stricter only, locked rules too

A threshold is one number or one per language (`{ en = 0.6, ko = 0.7 }`); a language that is not named gets the lowest
of them. A score at or above `flag` is kept, at or above `block` not shown. `act` asks for the action alone, without
an objection: that is how a sincere question is answered truthfully without being held against anybody.

What follows from a block of a reply, least to most drastic: `repair` has the model try again, `cut` ends at what was
shown, `deflect` says words of the persona's author, `hold` waits for a moderator to show it or not, `safe` says plain
words.

A profile judges beside the rule of the persona, and the stricter of the two decides: a persona cannot loosen what a
profile tightened, and a profile cannot loosen anything. Where a brief names a profile that is not in the file, every
profile that is judges at once; a file without any does not cover such a brief, and the guard shows nothing.
"""

import functools
import hashlib
import importlib.resources
import json
import math
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from moderation.errors import PolicyError
from moderation.file_faults import reason_of
from moderation.filters import Filter
from moderation.records import Action, Decision, Finding, Signal, Stage
from moderation.rules import (
    InputChange,
    InputRule,
    Limits,
    OutputChange,
    OutputRule,
    PolicyFile,
    Rule,
    languages_of,
    loosened,
    merged,
    threshold_at,
)
from moderation.validation import Expectation, first_problem

IDENTITY_RULE: Final = "identity.question"

_REMEMBERED: Final = 4096
"""Rules as they read for a persona, its listeners and a language, that are kept: some hundred belong to each."""


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
    encodings: int
    """Stretches of one text that the sentence encoder may be asked about; 0: none."""


class Policy:
    """A checked policy. Immutable; safe to share between threads."""

    def __init__(self, document: Mapping[str, object], *, file: str, only: frozenset[str] | None = None) -> None:
        """Check a parsed document; `file` is its name in errors. With `only`, nothing is required of other filters.

        Raises PolicyError: file, key, what was expected.
        """
        try:
            self._file = PolicyFile.model_validate(document)
        except ValidationError as error:
            key, expected = first_problem(error)
            raise PolicyError("policy.wrong", file=file, key=key, expected=expected) from None
        self._name = file
        self._changed = self._personas()
        self._tightened = {
            (profile, *rule): change for profile in self._file.profiles for rule, change in self._profile(profile)
        }
        self._only = only
        self._limits_of = functools.lru_cache(maxsize=_REMEMBERED)(self._read)
        self._check_identity()
        canonical = json.dumps(self._file.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
        self._hash = hashlib.sha256(canonical.encode()).hexdigest()[:16]

    @classmethod
    def load(cls, path: Path | None = None) -> "Policy":
        """Read a policy file; the one that ships with the package where `path` is None. Raises PolicyError."""
        return cls.parse(policy_text(path), file=str(path or "policy.toml"))

    @classmethod
    def parse(cls, text: str, *, file: str) -> "Policy":
        """Check the text of a policy file. Raises PolicyError."""
        try:
            document = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError("policy.syntax", file=file, reason=reason_of(error)) from None
        return cls(document, file=file)

    @property
    def name(self) -> str:
        """The name the file gives itself."""
        return self._file.name

    @property
    def hash(self) -> str:
        """Digest of the whole content (16 hex digits): stands on every record."""
        return self._hash

    @property
    def document(self) -> Mapping[str, Any]:
        """What the file says, as JSON has it; what it leaves out is left out."""
        return self._file.model_dump(mode="json", exclude_unset=True)

    @property
    def limits(self) -> GuardLimits:
        """How long and how much the guard may work."""
        guard = self._file.guard
        return GuardLimits(
            deadline=timedelta(seconds=guard.deadline),
            workers=guard.workers,
            capacity=guard.capacity,
            longest=guard.longest,
            encodings=guard.encodings,
        )

    @property
    def profiles(self) -> frozenset[str]:
        """The names of the profiles it has."""
        return frozenset(self._file.profiles)

    @property
    def changed(self) -> frozenset[str]:
        """Ids of the personas that have rules of their own."""
        return frozenset(persona for persona, _, _ in self._changed)

    def covers(self, profile: str) -> bool:
        """Whether it says anything about such listeners: "" is everybody, any other name needs a profile."""
        return not profile or bool(self._file.profiles)

    def rules(self) -> tuple[str, ...]:
        """Every rule as `filter.category`, sorted."""
        return tuple(sorted(f"{name}.{category}" for name, rules in self._file.filters.items() for category in rules))

    def locked(self, rule: str) -> bool:
        """Whether the rule `filter.category` is one that no persona may change. Raises KeyError where there is none."""
        judge, _, category = rule.partition(".")
        return self._file.filters[judge][category].locked

    def required(self, stage: Stage) -> tuple[frozenset[str], ...]:
        """What must have judged a text of this stage: of each set at least one filter, with a score."""
        entries = self._file.guard.input if stage is Stage.INPUT else self._file.guard.output
        required = (frozenset(entry.split("|")) for entry in entries)
        return tuple(names for names in required if self._only is None or names & self._only)

    def thresholds(self, judge: str, category: str, *, stage: Stage, language: str) -> tuple[float, float]:
        """From which scores on `judge.category` is flagged and blocked for everybody; infinity: never.

        Raises KeyError for a category no rule was written for.
        """
        (rule,) = self._rules(judge, category, stage=stage, persona="", profile="")
        return threshold_at(rule.flag, language), threshold_at(rule.block, language)

    def objects_from(self, judge: str, category: str, stage: Stage, language: str, persona: str, profile: str) -> float:
        """The lowest score on `judge.category` that is kept or not shown; infinity: none is, or there is no rule."""
        try:
            rules = list(self._rules(judge, category, stage=stage, persona=persona, profile=profile))
        except KeyError:
            return math.inf
        return min(min(threshold_at(rule.flag, language), threshold_at(rule.block, language)) for rule in rules)

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
        self,
        signal: Signal,
        *,
        judge: Filter,
        stage: Stage,
        language: str,
        persona: str,
        profile: str,
        elapsed: timedelta,
    ) -> Finding:
        """What follows from `signal`. Raises KeyError for a category no rule was written for.

        `profile` is who listens (`Brief.profile`); one the file does not know is taken for all that it knows.
        """
        decision, action = self.weigh(
            judge.id,
            signal.category,
            signal.score,
            stage=stage,
            language=language,
            persona=persona,
            profile=profile,
        )
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

    def weigh(
        self,
        judge: str,
        category: str,
        score: float | None,
        *,
        stage: Stage,
        language: str,
        persona: str,
        profile: str,
    ) -> tuple[Decision, Action]:
        """What follows from a score of the filter `judge`: the strictest of every rule that judges. As `decide`."""
        decision, action = Decision.ALLOW, Action.NONE
        for limits in self._limits_of(judge, category, stage, persona, profile, language):
            decided, asked = limits.follows(score)
            decision, action = max(decision, decided), max(action, asked)
        return decision, action

    def _read(
        self, judge: str, category: str, stage: Stage, persona: str, profile: str, language: str
    ) -> tuple[Limits, ...]:
        """What every rule that judges says in a language."""
        rules = self._rules(judge, category, stage=stage, persona=persona, profile=profile)
        return tuple(Limits.of(rule, language) for rule in rules)

    def final(self, finding: Finding) -> bool:
        """Whether no person may show what `finding` blocks: people overrule what a filter thinks, but not a rule that
        is locked without saying that they may, nor the want of a judgement."""
        rule = self._file.filters.get(finding.filter, {}).get(finding.category)
        if rule is None:
            return True
        return rule.locked if rule.release is None else not rule.release

    def hides(self, judge: str, signal: Signal, language: str) -> bool:
        """Whether what `signal` of the filter `judge` shows must not be kept with the text."""
        rule = self._file.filters.get(judge, {}).get(signal.category)
        return rule is not None and signal.score is not None and signal.score >= threshold_at(rule.mask, language)

    def masks(self, judge: str) -> bool:
        """Whether anything that the filter `judge` finds may have to be hidden."""
        return any(rule.mask is not None for rule in self._file.filters.get(judge, {}).values())

    def _rules(
        self, judge: str, category: str, *, stage: Stage, persona: str, profile: str
    ) -> Iterator[OutputRule | InputRule]:
        """Every rule that judges: the persona's or the general one, and those of the profile."""
        general = self._file.filters[judge][category]
        rule = general.input if stage is Stage.INPUT else general.output
        if rule is None:
            raise KeyError(f"{judge}.{category} has no rule for {stage}")
        yield rule if stage is Stage.INPUT else self._changed.get((persona, judge, category), rule)
        names: Iterable[str] = () if not profile else (profile,) if profile in self._file.profiles else self.profiles
        side = "input" if stage is Stage.INPUT else "output"
        for name in names:
            if (name, judge, category, side) in self._tightened:
                yield self._tightened[name, judge, category, side]

    def _check_stages(self, judge: Filter, category: str) -> None:
        rule = self._file.filters.get(judge.id, {}).get(category)
        key = f"filters.{judge.id}.{category}"
        if rule is None:
            raise self._error(key, "policy.expect_rule")
        if Stage.INPUT in judge.stages and rule.input is None:
            raise self._error(f"{key}.input", "policy.expect_rule")
        if judge.stages - {Stage.INPUT} and rule.output is None:
            raise self._error(f"{key}.output", "policy.expect_rule")

    def _personas(self) -> dict[tuple[str, str, str], OutputRule]:
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

    def _profile(self, profile: str) -> Iterator[tuple[tuple[str, str, str], OutputRule | InputRule]]:
        """The rules a profile makes stricter, merged over the general ones; with filter, category and side."""
        for judge, rules in self._file.profiles[profile].filters.items():
            for category, change in rules.items():
                key = f"profiles.{profile}.filters.{judge}.{category}"
                general = self._file.filters.get(judge, {}).get(category)
                if general is None:
                    raise self._error(key, "policy.expect_general", rule=f"{judge}.{category}")
                if change.output is not None:
                    yield (judge, category, "output"), self._stricter(general.output, change.output, f"{key}.output")
                if change.input is not None:
                    if f"{judge}.{category}" == IDENTITY_RULE and change.input.action not in {None, "disclose"}:
                        raise self._error(f"{key}.input.action", "policy.expect_honesty")
                    yield (judge, category, "input"), self._stricter(general.input, change.input, f"{key}.input")

    def _stricter(self, general: Rule | None, change: OutputChange | InputChange, key: str) -> Rule:
        if general is None:
            raise self._error(key, "policy.expect_general", rule=".".join(key.split(".")[3:]))
        milder = loosened(general, change)
        if milder:
            raise self._error(f"{key}.{milder}", "policy.expect_stricter")
        return self._merged(general, change, key)

    def _merged(self, general: Rule, change: OutputChange | InputChange, key: str) -> Rule:
        try:
            return merged(general, change)
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
            or max(threshold_at(asked.act, name) for name in languages_of(asked.act)) > 0.5
        ):
            raise self._error(f"filters.{IDENTITY_RULE}", "policy.expect_honesty")

    def _error(self, key: str, expected: str, **fields: object) -> PolicyError:
        return PolicyError("policy.wrong", file=self._name, key=key, expected=Expectation(expected, **fields))


def policy_text(path: Path | None = None) -> str:
    """What stands in a policy file; in the one that ships with the package where `path` is None. Raises PolicyError."""
    if path is None:
        return (importlib.resources.files("moderation") / "data" / "policy.toml").read_text(encoding="utf-8")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise PolicyError("policy.unreadable", file=path, reason=reason_of(error)) from None
    except UnicodeDecodeError as error:
        raise PolicyError("policy.syntax", file=path, reason=reason_of(error)) from None
