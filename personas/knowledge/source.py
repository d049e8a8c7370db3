"""What a reply may look up: the persona's facts and documents, and the documents that hold where it speaks."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, Final, Protocol

from moderation.models.encoder import Encoder
from personas.knowledge.reader import Reader
from personas.knowledge.shelf import ADMISSION, MOST, Shelf
from personas.lore.engine import Compiled
from personas.messages import Aside
from personas.occasion import Occasion

_REMEMBERED: Final = 64
"""Personas, and books, whose texts are kept ready."""


class Books(Protocol):
    """Where documents stand that hold in a place."""

    async def books(self, occasion: Occasion) -> Sequence[Compiled]:
        """The lorebooks in force there. Raises nothing."""


class Knowledge:
    """A `Source`. Used by many replies of one event loop; texts are read in a thread, once for each persona or book."""

    name = "knowledge"

    def __init__(self, encoder: Encoder | None, books: Books | None = None) -> None:
        """Without an encoder texts are found by their words alone; then nobody is told that nothing was found."""
        self._encoder = encoder
        self._books = books
        self._ready: OrderedDict[tuple[str, ...], asyncio.Task[Any]] = OrderedDict()

    async def recall(self, occasion: Occasion) -> Sequence[Aside]:
        """What the persona knows of what the newest turn speaks of, the closest first; where it asks for something of
        which nothing is known, that the persona is to say so."""
        persona, said = occasion.cast.persona, occasion.part.said
        key = (persona.id, persona.version, str(persona.moment))
        shelf: Shelf = await self._made(key, Shelf.of, persona, self._encoder)
        before = [turn.text for turn in occasion.conversation.turns if turn.role == "user"]
        own = await asyncio.to_thread(shelf.asides, said, before=before[-1] if before else "")
        read = await self._read(occasion)
        asides = [aside for aside in own if not (read and aside.origin == ADMISSION)]
        return sorted((*asides, *read), key=lambda aside: -aside.weight)[: MOST + 1]

    async def _read(self, occasion: Occasion) -> list[Aside]:
        """What the books in force say that are read by what they mean."""
        asides: list[Aside] = []
        for book in await self._books.books(occasion) if self._books else ():
            if any(rule.entry.by_meaning for rule in book.rules.values()):
                key = ("", book.book.id, book.book.version)
                reader: Reader = await self._made(key, Reader.of, book, self._encoder)
                asides += await asyncio.to_thread(reader.asides, occasion.part.said, occasion.cast.persona)
        return asides

    async def _made(self, key: tuple[str, ...], make: Callable[..., Any], *given: object) -> Any:
        """What is made of `given`, once. Who waits for it may give up; it is made all the same."""
        if key not in self._ready:
            self._ready[key] = asyncio.create_task(asyncio.to_thread(make, *given), name=f"reading {' '.join(key)}")
            if len(self._ready) > _REMEMBERED:
                self._ready.popitem(last=False)
        self._ready.move_to_end(key)
        return await asyncio.shield(self._ready[key])
