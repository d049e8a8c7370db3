"""What a person is told before a persona speaks: notices, limits, silences, and that nobody speaks just now."""

import logging
from dataclasses import dataclass
from typing import Literal

from bots.cadence import strictest
from bots.cards import Card, Tone
from bots.house import House
from bots.inbox import Busy
from bots.meter import Level, limit_card
from bots.notices import Kind, notice_card
from bots.places import Place
from bots.platform import Caller
from bots.review_mutes import silence_card
from bots.scene import Scene
from moderation.errors import Deflect
from moderation.words import catalogue
from personas.messages import Message

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Entrance:
    """What is told before a reply, and whether there is one."""

    cards: list[Card]
    speaks: bool
    saves: bool = False
    """Whether it is better made by a cheaper model."""


class Threshold:
    """Used by any number of conversations at once."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def introduction(self, caller: Caller, scene: Scene, *, asked: bool) -> Card | None:
        """The notice that is due; where somebody `asked` for it, it always is."""
        due: Kind | Literal[""] = "first" if asked else ""
        cadence, profile = strictest(scene.settings.notices), scene.settings.profile
        if notices := self._house.notices:
            try:
                due = await notices.due(caller.place, caller.message.person, cadence, profile=profile) or due
            except Deflect as error:  # told twice is better than not at all
                _log.warning("a notice was not noted: error=%s", error)
                due = "first"
        kind = "first" if asked else due
        return await self._notice(kind, caller, scene) if kind else None

    async def _notice(self, kind: Kind, caller: Caller, scene: Scene) -> Card:
        remembers = await self._house.memories.announced(caller, scene.settings)
        cadence = strictest(scene.settings.notices)
        return notice_card(kind, scene.names, scene.language, cadence, remembers=remembers)

    async def before(self, caller: Caller, scene: Scene, *, holder: str = "") -> Entrance:
        """What the person is told first, and whether there is a reply. Where the state cannot be asked, there is none:
        limits and notices are promises. What the reply is likely to cost is held back for `holder` (`Meter.enter`)."""
        persona, settings, language = scene.cast.persona, scene.settings, scene.language
        if settings.paused:
            return Entrance([_bad("host.paused", language)], speaks=False)
        if not scene.allowed:
            return Entrance([_bad("host.mature", language, name=persona.name)], speaks=False)
        message, place = caller.message, caller.place
        try:
            if (silence := await self._silence(caller, scene)) is not None:
                return Entrance(silence, speaks=False)
            standing = await self._house.meter.enter(place, message.person, settings, holder=holder)
            if standing.waiting:
                raise Busy  # there may be room in a moment
            if standing.level is Level.FULL:
                if not await self._house.replies.claim(place.platform, _full(message, place)):
                    raise Busy  # it was told today; the sign for busy is enough
                return Entrance([limit_card(standing, language)], speaks=False)
            notices, cadence = self._house.notices, strictest(settings.notices)
            due = await notices.due(place, message.person, cadence, profile=settings.profile) if notices else ""
        except Deflect as error:
            _log.critical("the state failed: error=%s", error)
            return Entrance([_bad("host.state_failed", language)], speaks=False)
        cards = [await self._notice(due, caller, scene)] if due else []
        if standing.level is Level.WARN:
            cards.append(limit_card(standing, language))
        return Entrance(cards, speaks=True, saves=standing.near)

    async def _silence(self, caller: Caller, scene: Scene) -> list[Card] | None:
        """What is told where the person or the persona is muted, once; None where there is a reply. Whoever is in
        danger gets help all the same: no model is asked for that."""
        mutes, person = self._house.mutes, caller.message.person
        mute = await mutes.of(caller.place.server, person=person, persona=scene.cast.persona.id)
        if mute is None or await self._house.runtime.in_danger(caller.message, scene.cast, scene.conversation):
            return None
        if not await mutes.first_told(mute, person):
            return []
        return [silence_card(mute, scene.cast.persona.name, scene.language)]


def _full(message: Message, place: Place) -> str:
    """What it is noted under that somebody was told of a limit today."""
    return f"full {message.at:%Y-%m-%d} {message.person} {place.community}"


def _bad(key: str, language: str, **fields: object) -> Card:
    return Card(title=catalogue("bots").say(key, language, **fields), tone=Tone.BAD)
