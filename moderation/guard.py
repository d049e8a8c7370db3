"""Every filter over a candidate, concurrently; the strictest wins; silence is a no.

A filter that raises, is late, says nothing, names a category it did not declare, or finds the pool full is a BLOCK, and
so is a text that no required filter could judge. Nothing here lets a text pass for want of a judgement.
"""

import asyncio
import contextvars
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from moderation.filters import Filter
from moderation.language import language_of
from moderation.policy import Policy
from moderation.records import Action, Candidate, Decision, Finding, Signal, Verdict

GUARD: Final = "guard"
"""The `Finding.filter` of what the guard itself objects to."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What one filter gave, and how long it took."""

    signals: Sequence[Signal]
    elapsed: timedelta


class Guard:
    """Judges candidates. Used from one event loop; filters run in a bounded pool of threads."""

    def __init__(self, filters: Sequence[Filter], policy: Policy, *, monotonic: Callable[[], float]) -> None:
        """`monotonic` gives seconds. Raises ValueError for no filters or two with one id, PolicyError for a misfit."""
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
        self._busy = 0
        self._version = policy.hash

    @property
    def policy(self) -> Policy:
        """The policy that decides."""
        return self._policy

    @property
    def filters(self) -> tuple[Filter, ...]:
        """The filters, in the order given."""
        return self._filters

    async def judge(self, candidate: Candidate) -> Verdict:
        """The verdict on `candidate.text`. Never raises for what a filter does; cancellation passes through."""
        return Verdict(findings=await self._findings(candidate), digest=candidate.digest, policy=self._policy.hash)

    def close(self) -> None:
        """Take no more work; threads end when their filter does. Idempotent."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _findings(self, candidate: Candidate) -> tuple[Finding, ...]:
        if len(candidate.text) > self._limits.longest:
            return (self._refusal("too_long", detail=f"{len(candidate.text)} > {self._limits.longest}"),)
        asked = [judge for judge in self._filters if candidate.stage in judge.stages]
        language = candidate.language or language_of(candidate.text, unknown=candidate.brief.language)
        tasks = {judge.id: self._start(judge, candidate) for judge in asked}
        started = [task for task in tasks.values() if task is not None]
        if started:
            await asyncio.wait(started, timeout=self._limits.deadline.total_seconds())
        findings: list[Finding] = []
        for judge in asked:
            findings.extend(self._read(judge, tasks[judge.id], candidate, language))
        findings.extend(self._uncovered(candidate, findings))
        return tuple(findings)

    def _start(self, judge: Filter, candidate: Candidate) -> "asyncio.Future[_Seen] | None":
        """Hand the candidate to a thread; None where the pool has no room."""
        if self._busy >= self._limits.capacity:
            return None
        self._busy += 1
        context = contextvars.copy_context()
        try:
            task = asyncio.get_running_loop().run_in_executor(self._pool, context.run, self._examine, judge, candidate)
        except RuntimeError:  # the pool is shut down
            self._busy -= 1
            return None
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Future[_Seen]") -> None:
        self._busy -= 1
        if not task.cancelled():
            task.exception()  # taken, so that a late failure is not reported as never retrieved

    def _examine(self, judge: Filter, candidate: Candidate) -> _Seen:
        start = self._monotonic()
        signals = judge.examine(candidate)
        return _Seen(signals, timedelta(seconds=self._monotonic() - start))

    def _read(
        self, judge: Filter, task: "asyncio.Future[_Seen] | None", candidate: Candidate, language: str
    ) -> list[Finding]:
        if task is None:
            return [self._refusal("full", judge)]
        if not task.done():
            return [self._refusal("late", judge)]
        try:
            seen = task.result()
            findings = [
                self._policy.decide(
                    signal,
                    judge=judge,
                    stage=candidate.stage,
                    language=language,
                    persona=candidate.brief.persona,
                    elapsed=seen.elapsed,
                )
                for signal in seen.signals
            ]
        except Exception as error:  # noqa: BLE001
            # Whatever a filter does wrong, the answer is no; its message may quote the text, so only its type is told.
            _log.error("filter failed: filter=%s error=%s", judge.id, type(error).__name__)
            return [self._refusal("raised", judge, detail=type(error).__name__)]
        return findings or [self._refusal("silent", judge)]

    def _uncovered(self, candidate: Candidate, findings: Sequence[Finding]) -> list[Finding]:
        """A BLOCK for every requirement of which no filter gave a score: they abstained."""
        scored = {finding.filter for finding in findings if finding.score is not None}
        failed = {finding.detail.partition(":")[0] for finding in findings if finding.filter == GUARD}
        return [
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
