"""What a reply may look up: the persona's facts and documents, as far as they are known at its moment."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

from moderation.models.encoder import Encoder
from personas.knowledge.shelf import Shelf
from personas.messages import Aside
from personas.occasion import Occasion
from personas.persona import Persona

_REMEMBERED: Final = 64
"""Personas whose texts are kept ready."""


class Knowledge:
    """A `Source`. Used by many replies of one event loop; texts are read in a thread, once for each persona."""

    name = "knowledge"

    def __init__(self, encoder: Encoder | None) -> None:
        """Without an encoder texts are found by their words alone; then nobody is told that nothing was found."""
        self._encoder = encoder
        self._shelves: OrderedDict[tuple[str, str, str], asyncio.Task[Shelf]] = OrderedDict()

    async def recall(self, occasion: Occasion) -> Sequence[Aside]:
        """What the persona knows of what the newest turn speaks of; where it asks for something of which nothing is
        known, that the persona is to say so."""
        shelf = await asyncio.shield(self._shelf(occasion.cast.persona))
        before = [turn.text for turn in occasion.conversation.turns if turn.role == "user"]
        return await asyncio.to_thread(shelf.asides, occasion.part.said, before=before[-1] if before else "")

    def _shelf(self, persona: Persona) -> asyncio.Task[Shelf]:
        """The texts of `persona`, in the making or made. Who waits for it may give up; it is made all the same."""
        key = (persona.id, persona.version, str(persona.moment))
        if key not in self._shelves:
            make = asyncio.to_thread(Shelf.of, persona, self._encoder)
            self._shelves[key] = asyncio.create_task(make, name=f"reading what {persona.id} knows")
            if len(self._shelves) > _REMEMBERED:
                self._shelves.popitem(last=False)
        self._shelves.move_to_end(key)
        return self._shelves[key]
