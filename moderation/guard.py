"""Every filter over a candidate, in threads; the strictest wins; silence is a no.

A filter that raises, is late, says nothing, names a category it did not declare, or finds the pool full is a BLOCK, and
so is a text that no required filter could judge. Nothing here lets a text pass for want of a judgement.
"""

import asyncio
import copy
import logging
import re
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from moderation.filters import Filter
from moderation.language import language_of
from moderation.masks import Hidden
from moderation.policy import Policy
from moderation.records import Action, Candidate, Decision, Finding, Signal, Span, Stage, Verdict
from moderation.runs import Room, Runs
from moderation.tracing import span

Judged = Callable[[Stage, Verdict, timedelta], None]
"""Told of every verdict, and how long it took. Raises nothing."""

GUARD: Final = "guard"
"""The `Finding.filter` of what the guard itself objects to."""

REFUSALS: Final = ("too_long", "uncovered", "raised", "silent", "full", "late", "leak")
"""The categories of that."""

_KIND: Final = re.compile("[^a-z]")
"""Ends the kind of data that a rule's id begins with."""

_PATIENCE: Final = 4
"""Threads of a filter that waits, for each that works."""

_LOOKS: Final = 100
"""How often it is looked for what is stuck, until the deadline."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one filter gave, and what follows from it."""

    signals: tuple[Signal, ...]
    findings: Sequence[Finding]


class Guard:
    """Judges candidates. Used from one event loop; filters run in a bounded pool of threads. A candidate is judged to
    its end by the policy that held when that began."""

    def __init__(
        self,
        filters: Sequence[Filter],
        policy: Policy,
        *,
        monotonic: Callable[[], float],
        waiting: frozenset[str] = frozenset(),
    ) -> None:
        """`monotonic` gives seconds. `waiting` are ids of filters that wait rather than work: they get threads of their
        own, so that a service that does not answer makes nobody else late.

        Raises ValueError for no filters or two with one id, PolicyError for a misfit.
        """
        if not filters:
            raise ValueError("a guard needs at least one filter")
        if len({judge.id for judge in filters}) != len(filters):
            raise ValueError("filter ids must be unique")
        policy.check(filters)
        self._filters = tuple(filters)
        self._policy = policy
        self._limits = policy.limits
        self._monotonic = monotonic
        self._pool = ThreadPoolExecutor(self._limits.workers, thread_name_prefix=GUARD)
        self._patient = {
            name: ThreadPoolExecutor(self._limits.workers * _PATIENCE, thread_name_prefix=name) for name in waiting
        }
        self._room = Room()
        self._version = policy.hash
        self._told: Judged | None = None

    @property
    def policy(self) -> Policy:
        """The policy that decides."""
        return self._policy

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters, in the order given."""
        return self._filters

    @property
    def waiting(self) -> int:
        """How many candidates a filter that waits can be at together; 0 where none of them waits."""
        return self._limits.workers * _PATIENCE if self._patient else 0

    def tell(self, judged: Judged | None) -> None:
        """Tell `judged` of every verdict from now on; None: nobody."""
        self._told = judged

    def held(self) -> Self:
        """This guard as it is now, on the same threads: `adopt` does not change it."""
        return copy.copy(self)

    def under(self, policy: Policy) -> Self:
        """The same filters on the same threads under another policy, which says as much of the threads; nobody is told
        of its verdicts. Raises PolicyError for a misfit."""
        policy.check(self._filters)
        other = self.held()
        other.adopt(policy)
        other.tell(None)
        return other

    def adopt(self, policy: Policy) -> None:
        """Judge what comes from now on by `policy`, for which `under` raised nothing."""
        self._policy, self._limits, self._version = policy, policy.limits, policy.hash

    async def judge(self, candidate: Candidate) -> Verdict:
        """The verdict on `candidate.text`. Never raises for what a filter does; cancellation passes through."""
        with span("hear" if candidate.stage is Stage.INPUT else "judge") as note:
            verdict = await self.held()._judge(candidate)  # noqa: SLF001 - one of its own
            rules = ",".join(sorted({found.rule for found in verdict.objections}))
            note(stage=candidate.stage, decision=verdict.decision.name, action=verdict.action.name, rules=rules)
        return verdict

    async def _judge(self, candidate: Candidate) -> Verdict:
        start = self._monotonic()
        findings = await self._findings(candidate)
        verdict = Verdict(findings=findings, digest=candidate.digest, policy=self._policy.hash)
        if self._told:
            self._told(candidate.stage, verdict, timedelta(seconds=self._monotonic() - start))
        return verdict

    def refuse(self, candidate: Candidate, category: str) -> Verdict:
        """The verdict on what the caller itself must object to: a BLOCK that no model call can mend."""
        findings = (self._refusal(category),)
        return Verdict(findings=findings, digest=candidate.digest, policy=self._policy.hash)

    def hidden(self, text: str) -> tuple[Hidden, ...]:
        """The places of `text` that the policy does not let be kept, by what its filters for them see in it. Blocks for
        as long as they take; safe from several threads. Where a filter fails, that is the whole text."""
        language = language_of(text)
        places: list[Hidden] = []
        policy = self._policy
        for judge in self._filters:
            if not policy.masks(judge.id):
                continue
            stage = Stage.WHOLE if Stage.WHOLE in judge.stages else min(judge.stages)
            seen = self._examine(judge, Candidate(stage=stage, text=text, language=language), language)
            if any(found.filter == GUARD for found in seen.findings):
                return ((Span(0, len(text)), "unjudged"),)
            hides = (signal for signal in seen.signals if policy.hides(judge.id, signal, language))
            places += ((span, _KIND.split(signal.detail, maxsplit=1)[0]) for signal in hides for span in signal.spans)
        return tuple(places)

    def close(self) -> None:
        """Take no more work; threads end when their filter does. Idempotent."""
        for pool in (self._pool, *self._patient.values()):
            pool.shutdown(wait=False, cancel_futures=True)

    async def _findings(self, candidate: Candidate) -> tuple[Finding, ...]:
        if len(candidate.text) > self._limits.longest:
            return (self._refusal("too_long", detail=f"{len(candidate.text)} > {self._limits.longest}"),)
        asked = [judge for judge in self._filters if candidate.stage in judge.stages]
        if not asked:
            return (self._refusal("uncovered", detail=candidate.stage),)
        language = candidate.language or language_of(candidate.text, unknown=candidate.brief.language)
        seen: dict[str, _Seen] = {}
        runs, full = self._start(asked, candidate, language, seen)
        try:
            await self._wait(runs)
        finally:
            for each in runs:
                # What has not begun by now is of no use to anybody: a queue of stale work would make all that comes
                # later late as well.
                each.drop()
        findings: list[Finding] = []
        for judge in asked:
            what = seen.get(judge.id)
            missing = "full" if judge.id in full else "late"
            findings.extend([self._refusal(missing, judge)] if what is None else what.findings)
        findings.extend(self._uncovered(candidate, findings))
        return tuple(findings)

    def _start(
        self, asked: Sequence[Filter], candidate: Candidate, language: str, seen: dict[str, _Seen]
    ) -> tuple[list[Runs], frozenset[str]]:
        """The runs for which there is room, whose answers come to stand in `seen`, and the ids of the filters for which
        there is none."""

        def run(judge: Filter) -> None:
            seen[judge.id] = self._examine(judge, candidate, language)

        ready = asked[: self._room.take(len(asked), self._limits.capacity)]
        working = [judge for judge in ready if judge.id not in self._patient]
        runs = [Runs(self._pool, working, run, self._room)] if working else []
        runs += [Runs(self._patient[judge.id], [judge], run, self._room) for judge in ready if judge not in working]
        return runs, frozenset(judge.id for judge in asked[len(ready) :])

    async def _wait(self, runs: Sequence[Runs]) -> None:
        """Until all have ended, or the deadline; what stands behind a filter that is stuck gets a thread meanwhile."""
        deadline = self._limits.deadline.total_seconds()
        loop = asyncio.get_running_loop()
        end = loop.time() + deadline
        threads = _awaited(each.hand_over() for each in runs)
        while threads and (left := end - loop.time()) > 0:
            _, threads = await asyncio.wait(threads, timeout=min(left, deadline / _LOOKS))
            if threads:
                threads |= _awaited(each.relieve() for each in runs)

    def _examine(self, judge: Filter, candidate: Candidate, language: str) -> _Seen:
        """What `judge` sees in it, and what the policy makes of that. Runs in a thread."""
        start = self._monotonic()
        try:
            signals = tuple(judge.examine(candidate))
            elapsed = timedelta(seconds=self._monotonic() - start)
            findings = [
                self._policy.decide(
                    signal,
                    judge=judge,
                    stage=candidate.stage,
                    language=language,
                    persona=candidate.brief.persona,
                    profile=candidate.brief.profile,
                    elapsed=elapsed,
                )
                for signal in signals
            ]
        except Exception as error:  # noqa: BLE001
            # Whatever a filter does wrong, the answer is no; its message may quote the text, so only its type is told.
            _log.error("filter failed: filter=%s error=%s", judge.id, type(error).__name__)
            return _Seen((), [self._refusal("raised", judge, detail=type(error).__name__)])
        return _Seen(signals, findings or [self._refusal("silent", judge)])

    def _uncovered(self, candidate: Candidate, findings: Sequence[Finding]) -> list[Finding]:
        """A BLOCK for every requirement of which no filter gave a score: they abstained. Another for listeners of whom
        the policy says nothing."""
        profile = candidate.brief.profile
        unknown = [] if self._policy.covers(profile) else [self._refusal("uncovered", detail=f"profile {profile}")]
        scored = {finding.filter for finding in findings if finding.score is not None}
        failed = {finding.detail.partition(":")[0] for finding in findings if finding.filter == GUARD}
        return unknown + [
            self._refusal("uncovered", detail="|".join(sorted(names)))
            for names in self._policy.required(candidate.stage)
            if not names & scored and not names & failed
        ]

    def _refusal(self, category: str, judge: Filter | None = None, *, detail: str = "") -> Finding:
        """A judgement that did not take place."""
        return Finding(
            filter=GUARD,
            version=self._version,
            category=category,
            decision=Decision.BLOCK,
            action=Action.DEFLECT,
            detail=": ".join(part for part in (judge.id if judge else "", detail) if part),
        )


def _awaited(threads: Iterable[Future[None] | None]) -> "set[asyncio.Future[None]]":
    """To be waited for; what goes wrong in them is told by what they leave undone."""
    awaited = {asyncio.wrap_future(thread) for thread in threads if thread is not None}
    for each in awaited:
        each.add_done_callback(lambda done: done.cancelled() or done.exception())
    return awaited
