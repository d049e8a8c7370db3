"""Model calls as spans of a trace: which model, how it ended, how many tokens; never a word."""

from collections.abc import AsyncIterator
from typing import Self

from moderation.tracing import Trace
from personas.feedback import FEEDBACK
from personas.generators import Generation, Generator
from personas.messages import Finish, Prompt, Usage


class Traced:
    """Meets `Generator`: the calls of another one, which closing closes."""

    def __init__(self, generator: Generator) -> None:
        self._generator = generator

    @property
    def id(self) -> str:
        """See `Generator.id`."""
        return self._generator.id

    @property
    def languages(self) -> frozenset[str]:
        """See `Generator.languages`."""
        return self._generator.languages

    def generate(self, prompt: Prompt) -> Generation:
        """See `Generator.generate`."""
        mends = prompt.critique is not None and prompt.critique.category != FEEDBACK
        return _Traced(self._generator.generate(prompt), "repair" if mends else "generate")

    async def aclose(self) -> None:
        """See `Generator.aclose`."""
        await self._generator.aclose()


class _Traced:
    def __init__(self, generation: Generation, name: str) -> None:
        self._generation = generation
        self._name = name
        self._trace: Trace | None = None

    def __aiter__(self) -> AsyncIterator[str]:
        return aiter(self._generation)

    async def __aenter__(self) -> Self:
        self._trace = Trace(self._name)
        await self._generation.__aenter__()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        trace, self._trace = self._trace, None
        try:
            await self._generation.aclose()
        finally:
            if trace:
                usage = self.usage
                trace.note(
                    model=self.model, finish=self.finish or "", tokens_in=usage.tokens_in,
                    tokens_cached=usage.tokens_cached, tokens_out=usage.tokens_out,
                )  # fmt: skip
                trace.end()

    @property
    def model(self) -> str:
        return self._generation.model

    @property
    def finish(self) -> Finish | None:
        return self._generation.finish

    @property
    def usage(self) -> Usage:
        return self._generation.usage
