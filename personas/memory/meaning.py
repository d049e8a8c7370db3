"""What memories mean, by a sentence encoder that is loaded when it is first needed, where there is one."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from moderation.errors import FilterUnavailable
from moderation.models.encoder import Encoder
from personas.memory import Memory
from personas.memory.shelf import pack

_log = logging.getLogger(__name__)


class Meaning:
    """One encoder, or none. Used from one event loop; encodes in threads."""

    def __init__(self, load: Callable[[], Encoder] | None = None) -> None:
        """`load` takes its time, and raises FilterUnavailable where there is none; None: words alone are compared."""
        self._load = load
        self._loading: asyncio.Task[Encoder | None] | None = None

    async def name(self) -> str:
        """Of the encoder; "" where there is none."""
        encoder = await self._ready()
        return encoder.name if encoder else ""

    async def of(self, text: str) -> NDArray[np.float32] | None:
        """What `text` means, or None."""
        encoder = await self._ready()
        if encoder is None:
            return None
        (vector,) = await asyncio.to_thread(encoder.encode, [text])
        return np.asarray(vector, dtype=np.float32)

    async def given(self, memories: Sequence[Memory]) -> tuple[Memory, ...]:
        """The same memories, with what they mean."""
        encoder = await self._ready()
        if encoder is None:
            return tuple(memories)
        new = [memory for memory in memories if memory.encoder != encoder.name and memory.ended is None]
        vectors = await asyncio.to_thread(encoder.encode, [memory.text for memory in new])
        made = {
            memory.id: replace(memory, encoder=encoder.name, vector=pack(vector))
            for memory, vector in zip(new, vectors, strict=True)
        }
        return tuple(made.get(memory.id, memory) for memory in memories)

    async def _ready(self) -> Encoder | None:
        """Whoever waits for it may give up; it is loaded all the same."""
        if self._load is None:
            return None
        if self._loading is None:
            self._loading = asyncio.create_task(self._loaded(self._load), name="loading the sentence encoder")
        return await asyncio.shield(self._loading)

    @staticmethod
    async def _loaded(load: Callable[[], Encoder]) -> Encoder | None:
        try:
            return await asyncio.to_thread(load)
        except FilterUnavailable as error:
            _log.warning("memories are compared by words alone: %s", error.explain("en"))
            return None
