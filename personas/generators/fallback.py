"""Several models in order: the next one speaks where the one before cannot."""

import logging
from collections.abc import Sequence
from typing import Final

from personas.errors import GenerationError
from personas.generators import Generator
from personas.generators.relayed import RelayedGeneration
from personas.messages import Prompt

_log: Final = logging.getLogger(__name__)


class Fallback:
    """A generator that asks `generators` in order until one begins to speak. A reply is never two models' work."""

    def __init__(self, generators: Sequence[Generator]) -> None:
        """Owns them: `aclose` closes all. Raises ValueError where there are none."""
        if not generators:
            raise ValueError("a fallback needs at least one generator")
        self._generators = tuple(generators)

    @property
    def id(self) -> str:
        """All of them, in order; which one spoke is `model` of the generation."""
        return " > ".join(generator.id for generator in self._generators)

    @property
    def languages(self) -> frozenset[str]:
        """Those of the first: the others only stand in for it."""
        return self._generators[0].languages

    def generate(self, prompt: Prompt) -> "FallbackGeneration":
        return FallbackGeneration(prompt, self._generators)

    async def aclose(self) -> None:
        for generator in self._generators:
            await generator.aclose()


class FallbackGeneration(RelayedGeneration):
    """One call, perhaps made of several models. Where all fail, the error is the last one's; the others' are logged."""

    def __init__(self, prompt: Prompt, generators: tuple[Generator, ...]) -> None:
        super().__init__(prompt, generators[0].id)
        self._generators = generators

    async def _begin(self) -> str | None:
        *earlier, last = self._generators
        for generator in earlier:
            try:
                return await self._attempt(generator)
            except GenerationError as failure:
                _log.warning("%s failed, asking the next model: %s", generator.id, failure)
        return await self._attempt(last)
