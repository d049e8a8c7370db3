"""What is kept of one reply, and the one line that is logged of it."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from moderation.errors import Deflect
from moderation.records import Action, Candidate, Closing, Finding, Objection, Opening, Origin, Outcome, Stage, Verdict
from moderation.stores import Store
from personas.cast import Cast
from personas.messages import Message, Usage

_log = logging.getLogger(__name__)

_HELPED: Final = frozenset({Outcome.SUSPENDED, Outcome.CANCELLED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How something that is judged and perhaps kept ended, without anybody it is about."""

    outcome: Outcome
    at: datetime
    trigger: str = ""
    """The category for which somebody was shown where to find help, or "": nobody was."""
    language: str = ""
    """The language in which they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Performance:
    """What a reply took, whatever came of it, without anybody it is about."""

    platform: str
    outcome: Outcome
    repairs: int
    usage: Usage
    first: float | None
    """Seconds to the first visible text; None where there was none."""
    total: float
    """Seconds."""


Performed = Callable[[Performance], None]
"""Told of every reply at its end, once. Raises nothing."""


Ended = Callable[[Ending], Awaitable[None]]
"""Told of every ending, once. Raises nothing."""


class Ledger:
    """Keeps the objections of one reply before anything follows from them. Used by one task."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], datetime],
        *,
        message: Message,
        cast: Cast,
        said: str,
        policy: str,
        ended: Ended | None = None,
        performed: Performed | None = None,
    ) -> None:
        """`said` is the message's text as it was judged, `policy` the hash of the policy that judges."""
        self._ended = ended
        self._performed = performed
        self._calling = ""
        """The category for which the persona must step aside."""
        self._store = store
        self._now = now
        self._message = message
        self._cast = cast
        self._said = said
        self._policy = policy
        self.exchange = ""
        """Id of the kept exchange, "" as long as nothing was objected to."""
        self.findings: list[Finding] = []
        self._before = 0
        """How many of them are of what was taken back."""
        self.failure: Deflect | None = None
        """Why the store could not keep something that must be kept: nothing of this reply may be shown any more."""

    def begin_anew(self) -> None:
        """Nothing stands any more of what was found until now."""
        self._before = len(self.findings)

    def news(self, verdict: Verdict) -> bool:
        """Whether it objects to something that is not kept yet of what stands."""
        known = {finding.rule for finding in self.findings[self._before :]}
        return any(finding.rule not in known for finding in verdict.objections)

    async def keep(self, candidate: Candidate, verdict: Verdict, *, shown: str, model: str) -> bool:
        """Make the objections of `verdict` durable; True at once where there are none, False where that failed."""
        if not verdict.objections:
            return True
        self.findings.extend(verdict.objections)
        if candidate.stage is Stage.INPUT and verdict.action is Action.SUSPEND:
            calling = (finding.category for finding in verdict.objections if finding.action is Action.SUSPEND)
            self._calling = next(calling, "")
        now = self._now()
        objection = Objection(
            at=now, stage=candidate.stage, text=candidate.text, shown=shown, findings=verdict.objections
        )
        try:
            if self.exchange:
                await self._store.add(self.exchange, objection)
            else:
                self.exchange = await self._store.open(self._opening(now, model), objection)
        except Deflect as error:
            _log.critical("an objection was not kept: persona=%s error=%s", self._cast.persona.id, error)
            self.failure = error
        return self.failure is None

    async def close(self, outcome: Outcome, *, shown: str, usage: Usage) -> None:
        """Keep how it ended, or only count it where nothing was objected to."""
        await self._close(outcome, shown, usage)
        if self._ended is None:
            return
        # Whoever goes away as soon as the words stand there was shown them all the same.
        helped = bool(self._calling and shown and not self.failure) and outcome in _HELPED
        ending = Ending(
            outcome=outcome,
            at=self._now(),
            trigger=self._calling if helped else "",
            language=self._cast.help_language(self._said) if helped else "",
        )
        await self._ended(ending)

    async def _close(self, outcome: Outcome, shown: str, usage: Usage) -> None:
        try:
            if not self.exchange:
                await self._store.count(outcome, self._message.server)
                return
            closing = Closing(
                at=self._now(),
                outcome=outcome,
                shown=shown,
                tokens_in=usage.tokens_in,
                tokens_cached=usage.tokens_cached,
                tokens_out=usage.tokens_out,
                tokens_overshoot=usage.tokens_overshoot,
            )
            await self._store.close(self.exchange, closing)
        except Deflect as error:
            _log.critical("the end of an exchange was not kept: id=%s error=%s", self.exchange or "-", error)

    def log(
        self, outcome: Outcome, *, model: str, usage: Usage, repairs: int, first: float | None, total: float
    ) -> None:
        """The canonical line of an exchange, without a word of it; whoever measures is told the same. `first` (visible
        text) and `total` are seconds."""
        _log.info(
            "exchange platform=%s persona=%s model=%s outcome=%s exchange=%s repairs=%d objections=%d tokens_in=%d "
            "tokens_cached=%d tokens_out=%d tokens_overshoot=%d first_ms=%s total_ms=%.1f",
            self._message.platform,
            self._cast.persona.id,
            model,
            outcome,
            self.exchange or "-",
            repairs,
            len(self.findings),
            usage.tokens_in,
            usage.tokens_cached,
            usage.tokens_out,
            usage.tokens_overshoot,
            "-" if first is None else f"{first * 1000:.1f}",
            total * 1000,
        )
        if self._performed:
            self._performed(
                Performance(
                    platform=self._message.platform,
                    outcome=outcome,
                    repairs=repairs,
                    usage=usage,
                    first=first,
                    total=total,
                )
            )

    def _opening(self, now: datetime, model: str) -> Opening:
        message, persona = self._message, self._cast.persona
        return Opening(
            origin=Origin(
                platform=message.platform,
                conversation=message.conversation,
                person=message.person,
                message=message.id,
                server=message.server,
            ),
            at=now,
            persona=persona.id,
            persona_version=persona.version,
            model=model,
            policy=self._policy,
            language=persona.language,
            said=self._said,
        )
