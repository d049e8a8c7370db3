"""A sample of what the guard let pass, put before people: how much it misses is seen in no other way.

Off unless settings say otherwise, and only of people who allowed it (`bots.consent.SAMPLES`).
"""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from bots.consent import SAMPLES, Consents
from bots.platform import Caller
from bots.scene import Scene
from moderation.errors import Deflect
from moderation.reasons import SAMPLE
from moderation.records import Decision, Exchange, Finding, Objection, Opening, Origin, Outcome, Stage
from moderation.stores import Store
from personas.messages import Event, Finished, Passage, Withdrawal
from personas.runtime import PersonaRuntime

_log = logging.getLogger(__name__)


class Sampling:
    """Watches replies go by. As concurrent as store and ledger."""

    def __init__(
        self,
        store: Store,
        consents: Consents,
        runtime: PersonaRuntime,
        *,
        share: float,
        chance: Callable[[], float],
    ) -> None:
        """`share` is how many of the clean replies are kept, 0 to 1; `chance` gives a number in [0, 1)."""
        self._store = store
        self._consents = consents
        self._runtime = runtime
        self._share = share
        self._chance = chance

    async def watch(
        self, events: AsyncGenerator[Event, None], caller: Caller, scene: Scene
    ) -> AsyncGenerator[Event, None]:
        """The same events; before the last one the reply is kept, where it is one of the sample. Iterate to the end or
        close."""
        shown: list[str] = []
        async with aclosing(events):
            async for event in events:
                if isinstance(event, Passage):
                    shown.append(event.text)
                elif isinstance(event, Withdrawal):
                    shown.clear()
                elif isinstance(event, Finished) and event.outcome is Outcome.CLEAN and not event.exchange:
                    await self._perhaps("".join(shown), caller, scene)
                yield event

    async def _perhaps(self, shown: str, caller: Caller, scene: Scene) -> None:
        message = caller.message
        if not shown.strip() or self._chance() >= self._share:
            return
        try:
            if await self._consents.consented(message.platform, message.person, SAMPLES):
                await self._keep(shown, caller, scene)
        except Deflect as error:  # nobody goes without a reply for that
            _log.warning("a reply was not sampled: error=%s", error)

    async def _keep(self, shown: str, caller: Caller, scene: Scene) -> None:
        message, persona = caller.message, scene.cast.persona
        origin = Origin(
            platform=message.platform, conversation=message.conversation, person=message.person,
            message=message.id, server=caller.place.server,
        )  # fmt: skip
        opening = Opening(
            origin=origin, at=message.at, persona=persona.id, persona_version=persona.version,
            model=self._runtime.model, policy=self._runtime.policy, language=persona.language, said=message.text,
        )  # fmt: skip
        found = Finding(filter=SAMPLE, version="1", category="allowed", decision=Decision.FLAG)
        drawn = Objection(at=message.at, stage=Stage.WHOLE, text=shown, shown=shown, findings=(found,))
        await self._store.report(opening, drawn)


def sampled(exchange: Exchange) -> bool:
    """Whether nothing but chance put it before people."""
    return {found.filter for objection in exchange.objections for found in objection.findings} == {SAMPLE}
