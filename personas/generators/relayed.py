"""What `retrying` and `fallback` share: handing on a generation that somebody else makes, once it has begun to speak.

Until its first piece a call can be made again or elsewhere without anybody noticing. After it the text belongs to the
reply, and a failure is the caller's: it knows what was shown and continues from there.
"""

import abc
from collections.abc import AsyncIterator
from typing import Self

from personas.errors import GenerationError
from personas.generators import Generation, Generator
from personas.messages import Finish, Prompt, Usage


class RelayedGeneration(abc.ABC):
    """A generation that stands for the last of several attempts; the tokens of all of them count."""

    def __init__(self, prompt: Prompt, model: str) -> None:
        """`model` is what is named before any attempt."""
        self._prompt = prompt
        self._model = model
        self._inner: Generation | None = None
        self._begun = False
        self._spent = Usage()
        self._failure: GenerationError | None = None
        self._closed = False

    @abc.abstractmethod
    async def _begin(self) -> str | None:
        """The first piece of an attempt that succeeds; None where it ended without text. Raises GenerationError."""

    async def _attempt(self, generator: Generator) -> str | None:
        """One attempt, as `_begin` wants it. A failed one is closed and its tokens are counted."""
        self._inner = attempt = generator.generate(self._prompt)
        try:
            return await anext(aiter(attempt), None)
        except GenerationError:
            await attempt.aclose()
            self._spent += attempt.usage
            self._inner, self._model = None, attempt.model
            raise

    @property
    def model(self) -> str:
        return self._inner.model if self._inner else self._model

    @property
    def finish(self) -> Finish | None:
        if self._inner:
            return self._inner.finish
        return Finish.CANCELLED if self._closed and self._failure is None else None

    @property
    def usage(self) -> Usage:
        return self._spent + self._inner.usage if self._inner else self._spent

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        if self._failure:
            raise self._failure
        if self._closed:
            raise StopAsyncIteration
        if self._begun and self._inner:
            return await anext(aiter(self._inner))
        try:
            first = await self._begin()
        except GenerationError as failure:
            self._failure = failure
            raise
        self._begun = True
        if first is None:
            raise StopAsyncIteration
        return first

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        self._closed = True
        if self._inner:
            await self._inner.aclose()
