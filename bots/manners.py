"""How personas speak to a person, as the person wants it: kept in the state, theirs, and erased with the rest."""

from bots.places import PlaceSettings
from bots.state import Entry, State
from personas.manners import Manner

_KIND = "manner"


class Manners:
    """What people set. As concurrent as the state; every method raises StoreBusy and StoreFailed."""

    def __init__(self, state: State) -> None:
        self._state = state

    async def of(self, person: str) -> Manner:
        """What the person of that key set; nothing for ""."""
        entry = await self._state.get(_KIND, person) if person else None
        if entry is None:
            return Manner()
        return Manner(audience=str(entry.value["audience"]), register=str(entry.value["register"]))

    async def put(self, person: str, manner: Manner) -> None:
        """Let this be how that person is spoken to."""
        if manner == Manner():
            await self._state.drop(_KIND, person)
            return
        value = {"audience": manner.audience, "register": manner.register}
        await self._state.put(Entry(kind=_KIND, key=person, value=value, person=person))

    async def towards(self, person: str, settings: PlaceSettings) -> Manner:
        """How the person is spoken to in a place: what they set goes before what is set there."""
        return (await self.of(person)).over(Manner(audience=settings.audience, register=settings.speech_level))
