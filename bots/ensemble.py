"""Several personas on one stage: who is there, whose turn it is, and that people come first."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Final

from bots.attention import called_in, spoken
from bots.meter import Meter
from bots.mutes import Mutes
from bots.places import Place, PlaceSettings
from bots.platform import Caller
from bots.scene import Scene, Scenes
from bots.turn_taking import Floor, Player, answering, reacting
from moderation.errors import Deflect
from moderation.models.encoder import Encoder
from personas.cast import Cast
from personas.ending import end_of
from personas.extras import nicknames
from personas.messages import Cue, Event, Finished
from personas.ranking import Ranking

_log = logging.getLogger(__name__)

_TURNS: Final = frozenset({Cue.ANSWER, Cue.AMEND, Cue.REACT})
"""What is a turn, and not a change of one."""
_STAGES: Final = 32
"""Of which it is known what whoever is there knows of."""


class Ensemble:
    """Over all stages. Used from one event loop. Where the program ends, who spoke how much is forgotten."""

    def __init__(
        self,
        scenes: Scenes,
        mutes: Mutes,
        meter: Meter,
        *,
        chance: Callable[[], float],
        encoder: Encoder | None = None,
        remembered: int = 1_000,
    ) -> None:
        """`chance` gives a number in [0, 1). With an `encoder` it is by meaning too that somebody knows of something.
        `remembered` is for how many places; the one that was silent longest is forgotten first."""
        self._scenes = scenes
        self._mutes = mutes
        self._meter = meter
        self._chance = chance
        self._encoder = encoder
        self._limit = remembered
        self._floors: OrderedDict[str, Floor] = OrderedDict()
        self._reactions: dict[str, asyncio.Event] = {}
        """Set where a human speaks while a persona reacts to another one."""
        self._known: OrderedDict[tuple[str, ...], tuple[Ranking, tuple[str, ...]]] = OrderedDict()
        """What is told of the personas on a stage, and whose each text is."""

    def interrupt(self, conversation: str) -> None:
        """A human speaks there, or is about to be answered: a persona that reacts to another one ends at what it has
        said by now."""
        if reaction := self._reactions.get(conversation):
            reaction.set()

    async def heard(self, text: str, place: Place, settings: PlaceSettings, *, meant: bool) -> None:
        """A human wrote `text` there; `meant`: it is to be answered."""
        self.interrupt(place.conversation)
        if stage := self._scenes.stage(place, settings):
            floor = self._floors.get(place.conversation, Floor())
            self._keep(place.conversation, floor.human(_called(spoken(text), stage) if meant else ()))

    async def answering(self, text: str, place: Place, settings: PlaceSettings) -> str:
        """The id of whoever answers a human that called nobody; "" where nobody is on a stage there."""
        stage = self._scenes.stage(place, settings)
        free = await self._free(stage, place, "")
        return answering(await self._players(text, free or stage, stage), self._floors.get(place.conversation, Floor()))

    async def reacting(self, person: str, place: Place, settings: PlaceSettings) -> str:
        """The id of whoever reacts to what a persona has just said there, "" for nobody; `person` is the key of the
        human who set it off. Nobody where the state cannot be asked."""
        stage = self._scenes.stage(place, settings)
        floor = self._floors.get(place.conversation, Floor())
        if not stage or not floor.turns:
            return ""
        text = floor.turns[-1][1]
        try:
            free = await self._free(stage, place, person)
        except Deflect as error:
            _log.warning("nobody reacts: error=%s", error)
            return ""
        players = await self._players(text, free, stage)
        if self._floors.get(place.conversation) != floor:
            return ""  # somebody spoke meanwhile
        return reacting(
            players,
            floor,
            named=_called(text, stage),
            most=settings.scene_turns,
            willing=settings.scene_chance,
            chance=self._chance,
        )

    def awaited(self, conversation: str, persona: str) -> bool:
        """Whether a human called that persona there, and it has not spoken since."""
        return persona in self._floors.get(conversation, Floor()).called

    async def may_react(self, caller: Caller, scene: Scene) -> bool:
        """Whether the persona of `scene` may react now to what another one said; where it may not, nobody does until a
        human speaks, and nobody is told: nobody waits for it. The person who set it off pays for it, but sent no
        message more."""
        conversation = caller.place.conversation
        floor = self._floors.get(conversation, Floor())
        open_to = scene.conversation.overhears and 0 < floor.run < scene.settings.scene_turns and not floor.over
        allowed = scene.allowed and not scene.settings.paused
        if open_to and allowed and await self._affordable(caller, scene):
            return True
        self._keep(conversation, replace(self._floors.get(conversation, Floor()), over=True))
        return False

    async def _affordable(self, caller: Caller, scene: Scene) -> bool:
        """Whether neither a mute nor a limit forbids it. Where the state cannot be asked, it is forbidden."""
        place, person = caller.place, caller.message.person
        try:
            mute = await self._mutes.of(place.server, person=person, persona=scene.cast.persona.id)
            room = mute is None and await self._meter.join(place, person, scene.settings, holder=place.conversation)
        except Deflect as error:
            _log.critical("the state failed: error=%s", error)
            return False
        return room

    async def turn(
        self, events: AsyncGenerator[Event, None], caller: Caller, scene: Scene, cue: Cue
    ) -> AsyncGenerator[Event, None]:
        """The events of a reply, and whose turn it was. A reaction goes on as long as no human speaks there: then its
        model call is cancelled. Iterate to the end or close."""
        conversation, finished = caller.place.conversation, False
        going_on = self._until_interrupted(conversation, events) if cue is Cue.REACT else events
        try:
            async with aclosing(going_on):
                async for event in going_on:
                    finished = finished or isinstance(event, Finished)
                    yield event
        finally:
            if scene.stage and cue in _TURNS and finished:
                last = scene.conversation.last if scene.conversation.ends_with(caller.message.reply) else None
                floor = self._floors.get(conversation, Floor())
                self._keep(conversation, floor.persona(scene.cast.persona.id, last[1] if last else ""))
            elif not finished:
                self._broke_off(conversation)

    def _broke_off(self, conversation: str) -> None:
        """A turn did not come to its end: nobody reacts to it, nor to the one before it."""
        floor = self._floors.get(conversation, Floor())
        if floor.run:  # else a human has the floor already
            self._keep(conversation, replace(floor, over=True))

    async def _until_interrupted(
        self, conversation: str, events: AsyncGenerator[Event, None]
    ) -> AsyncGenerator[Event, None]:
        """The events as far as they come before a human speaks there."""
        self._reactions[conversation] = interrupted = asyncio.Event()
        waiting = asyncio.create_task(interrupted.wait())
        async with aclosing(events):
            try:
                while not interrupted.is_set():
                    coming = asyncio.ensure_future(anext(events, None))
                    try:
                        await asyncio.wait((coming, waiting), return_when=asyncio.FIRST_COMPLETED)
                        event = coming.result() if coming.done() else None
                    finally:
                        coming.cancel()
                        await end_of(coming)
                    if event is None:
                        return
                    yield event
            finally:
                self._reactions.pop(conversation, None)
                waiting.cancel()
                await end_of(waiting)

    def _keep(self, conversation: str, floor: Floor) -> None:
        self._floors[conversation] = floor
        self._floors.move_to_end(conversation)
        while len(self._floors) > self._limit:
            self._floors.popitem(last=False)

    async def _free(self, stage: Sequence[Cast], place: Place, person: str) -> tuple[Cast, ...]:
        """Those on the stage who are not muted, nor for that person."""
        mutes = [await self._mutes.of(place.server, person=person, persona=cast.persona.id) for cast in stage]
        return tuple(cast for cast, mute in zip(stage, mutes, strict=True) if mute is None)

    async def _players(self, text: str, casts: Sequence[Cast], stage: Sequence[Cast]) -> list[Player]:
        """`casts`, and how much each knows of what `text` speaks of, as far as those on the stage know of it."""
        key = tuple(f"{cast.persona.id} {cast.persona.version} {cast.persona.moment}" for cast in stage)
        if key not in self._known:
            self._known[key] = await asyncio.to_thread(self._read, stage)
        known = self._known[key]
        self._known.move_to_end(key)
        while len(self._known) > _STAGES:
            self._known.popitem(last=False)
        ranking, whose = known
        best: dict[str, float] = {}
        for found in await asyncio.to_thread(ranking.find, text, most=len(ranking)):
            best[whose[found.number]] = max(found.score, best.get(whose[found.number], 0.0))
        return [Player(id=cast.persona.id, knows=best.get(cast.persona.id, 0.0)) for cast in casts]

    def _read(self, stage: Sequence[Cast]) -> tuple[Ranking, tuple[str, ...]]:
        told = [(line, cast.persona.id) for cast in stage for line in cast.persona.told.splitlines() if line.strip()]
        return Ranking([line for line, _ in told], self._encoder), tuple(persona for _, persona in told)


def _called(text: str, stage: Sequence[Cast]) -> tuple[str, ...]:
    """The ids of those on the stage whom `text` calls, in order."""
    personas = [cast.persona for cast in stage]
    names = {one.id: one.name for one in personas}
    return called_in(text, names, {one.id: nicknames(one.extra) for one in personas})
