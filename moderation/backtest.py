"""What another policy would have made of what was kept: the findings' scores are weighed again, texts are not read.

Both policies are replayed, the one in use and the new one, so that nothing is taken for the new one's doing that
changed long ago. What cannot be said is said: a filter's scores of another version weigh nothing today, and what
scored below the threshold in force was never kept.
"""

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from moderation.guard import GUARD
from moderation.labels import language_judged, truth
from moderation.policy import Policy
from moderation.records import Decision, Exchange, Finding, Objection, Stage, strictest
from moderation.stores import Store
from moderation.stores.walking import walk
from moderation.words import LANGUAGES

_EVERYBODY = "*"
"""A profile no policy has: all that it has judge."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """An exchange that would be judged otherwise."""

    exchange: str
    before: Decision
    after: Decision
    right: bool | None
    """Whether people say that the guard was right to object; None: nobody has said."""

    @property
    def agrees(self) -> bool | None:
        """Whether the change goes where people decided; None where they have not."""
        return None if self.right is None else (self.after > self.before) == self.right


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """What a replay came to."""

    replayed: int
    """Exchanges the guard objected to."""
    decided: int
    """Of them, those that people decided."""
    earlier: int
    """Of them, those that were judged under a policy that is not the one in use."""
    flips: tuple[Flip, ...]
    other_versions: Mapping[str, int]
    """Rules whose kept scores are from another version of the filter, or of one that is not there, with the number of
    exchanges: these findings count as they were decided then."""
    unseen: tuple[str, ...]
    """Rules the new policy would object to from a lower score on: how much more that is, nothing kept can tell."""

    def blocked(self) -> tuple[Flip, ...]:
        """What would not have been shown."""
        return tuple(flip for flip in self.flips if flip.after is Decision.BLOCK)

    def released(self) -> tuple[Flip, ...]:
        """What would have been shown."""
        return tuple(flip for flip in self.flips if flip.before is Decision.BLOCK)

    def kept(self) -> tuple[Flip, ...]:
        """What would have been shown all the same, but kept."""
        return tuple(flip for flip in self.flips if (flip.before, flip.after) == (Decision.ALLOW, Decision.FLAG))

    def passed(self) -> tuple[Flip, ...]:
        """What would have been shown all the same, and not kept."""
        return tuple(flip for flip in self.flips if (flip.before, flip.after) == (Decision.FLAG, Decision.ALLOW))


class Replay:
    """Takes exchanges one by one, in any order. Used by one task. What members reported has no score and is no part of
    it."""

    def __init__(self, old: Policy, new: Policy, versions: Mapping[str, str]) -> None:
        """`versions` are those of the filters there are, by id; both policies have rules for these filters."""
        self._old = old
        self._new = new
        self._versions = versions
        self._flips: list[Flip] = []
        self._other: Counter[str] = Counter()
        self._counts: Counter[str] = Counter()

    def take(self, exchange: Exchange) -> None:
        """Judge it again."""
        kept = [
            (objection, finding)
            for objection in exchange.objections
            for finding in objection.findings
            if finding.score is not None or finding.filter == GUARD
        ]
        if not kept:
            return
        right = truth(exchange)
        self._counts.update(replayed=1, decided=right is not None, earlier=exchange.opening.policy != self._old.hash)
        self._other.update({finding.rule for _, finding in kept if self._stays(finding) and finding.filter != GUARD})
        profile = self._profile(exchange, kept)
        before, after = (
            strictest(self._decision(policy, exchange, *one, profile) for one in kept)
            for policy in (self._old, self._new)
        )
        if before is not after:
            self._flips.append(Flip(exchange=exchange.id, before=before, after=after, right=right))

    def result(self) -> Backtest:
        """What it came to so far."""
        return Backtest(
            replayed=self._counts["replayed"],
            decided=self._counts["decided"],
            earlier=self._counts["earlier"],
            flips=tuple(self._flips),
            other_versions=dict(sorted(self._other.items())),
            unseen=tuple(dict.fromkeys(_lowered(self._old, self._new, frozenset(self._versions)))),
        )

    def _stays(self, finding: Finding) -> bool:
        """Whether its score means nothing to the filter of today."""
        return finding.score is None or finding.version != self._versions.get(finding.filter)

    def _decision(
        self, policy: Policy, exchange: Exchange, objection: Objection, finding: Finding, profile: str
    ) -> Decision:
        if self._stays(finding):
            return finding.decision
        decision, _ = policy.weigh(
            finding.filter,
            finding.category,
            finding.score,
            stage=objection.stage,
            language=language_judged(exchange, objection),
            persona=exchange.opening.persona,
            profile=profile,
        )
        return decision

    def _profile(self, exchange: Exchange, kept: list[tuple[Objection, Finding]]) -> str:
        """Who listened is not kept; where the policy in use decided, and without a profile would have decided
        otherwise, it was somebody who has one."""
        if exchange.opening.policy != self._old.hash:
            return ""
        plain = all(self._decision(self._old, exchange, *one, "") is one[1].decision for one in kept)
        return "" if plain else _EVERYBODY


async def backtest(
    store: Store, old: Policy, new: Policy, versions: Mapping[str, str], *, server: str = ""
) -> Backtest:
    """`Replay` over everything a store keeps, or over one community."""
    replay = Replay(old, new, versions)
    async for exchange in walk(store, server):
        replay.take(exchange)
    return replay.result()


def _lowered(old: Policy, new: Policy, filters: frozenset[str]) -> Iterator[str]:
    """Rules of `filters` that object from a lower score on to somebody, in some language."""
    personas, profiles = sorted({"", *old.changed, *new.changed}), sorted({"", *old.profiles, *new.profiles})
    cases = list(itertools.product(personas, profiles, (*LANGUAGES, "")))
    for rule in new.rules():
        judge, _, category = rule.partition(".")
        if judge not in filters:
            continue
        for stage in (Stage.WHOLE, Stage.INPUT):
            if any(
                new.objects_from(judge, category, stage, language, persona, profile)
                < old.objects_from(judge, category, stage, language, persona, profile)
                for persona, profile, language in cases
            ):
                yield rule
