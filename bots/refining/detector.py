"""The guard as every arm meets it: one judgement on one candidate, and the time it takes on the script's clock.

What it said is remembered, as arms ask it about the same drafts; a filter that was late is asked again, since a busy
machine is no part of the experiment.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from moderation.guard import GUARD, Guard
from moderation.records import Candidate, Decision, Stage, Verdict

_PATIENCE: Final = 5
_KEPT: Final = 200_000
"""Verdicts that are remembered."""


class Detector(Guard):
    """A guard that remembers. Used by one reply at a time."""

    def __init__(self, guard: Guard, *, monotonic: Callable[[], float], takes: Callable[[], Awaitable[object]]) -> None:
        """`takes` makes the time of one judgement pass."""
        super().__init__(guard.filters, guard.policy, monotonic=monotonic)
        self._guard = guard
        self._takes = takes
        self._known: dict[Candidate, Verdict] = {}
        self.checked: list[tuple[str, Verdict]] = []
        """The sentences that were judged since `begin`, and what was said to them."""

    def begin(self) -> None:
        """A new reply."""
        self.checked = []

    async def judge(self, candidate: Candidate) -> Verdict:
        verdict = self._known.get(candidate) or await self._judged(candidate)
        await self._takes()
        if candidate.stage is Stage.PIECE:
            self.checked.append((candidate.text, verdict))
        return verdict

    async def _judged(self, candidate: Candidate) -> Verdict:
        verdict = await self._guard.judge(candidate)
        for _ in range(_PATIENCE):
            if not any(found.rule == f"{GUARD}.late" for found in verdict.findings):
                break
            verdict = await self._guard.judge(candidate)
        if len(self._known) < _KEPT:
            self._known[candidate] = verdict
        return verdict


def strictest_rule(verdict: Verdict) -> str:
    """The rule that a critique of `verdict` is about; "" where nothing is blocked."""
    blocked = [found for found in verdict.objections if found.decision is Decision.BLOCK]
    return max(blocked, key=lambda found: (found.action, found.score or 0.0)).rule if blocked else ""
