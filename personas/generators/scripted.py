"""A model that says what its script says: in this process here, over HTTP in `scripted_server`.

For tests and demonstrations. The same script gives the same words, faults, repairs and counts on both ways.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Self

from personas.errors import GenerationError, Retryable
from personas.generators.failures import Refusal, failure
from personas.generators.scripted_model import Call, Performance, ScriptedModel
from personas.generators.scripts import Fault, Script
from personas.generators.seams import Seam
from personas.messages import Finish, Prompt, Usage

Sleep = Callable[[float], Awaitable[object]]


def failed(fault: Fault | None, *, model: str, patience: timedelta) -> GenerationError:
    """What a caller is told of `fault` (None: the end without a reason), as over HTTP."""
    if fault is None:
        return Retryable("generators.broke_off", host=model)
    match fault.kind:
        case "status":
            headers = {} if fault.retry_after is None else {"retry-after": str(fault.retry_after)}
            refusal = Refusal(host=model, model=model, status=fault.status, names=(fault.code,), headers=headers)
            return failure(refusal)
        case "stall":
            return Retryable("generators.stalled", host=model, seconds=f"{patience.total_seconds():g}")
        case "malformed":
            return Retryable("generators.malformed", host=model)
        case "non_stream_200":
            return Retryable("generators.no_stream", host=model)
        case "truncate":
            return Retryable("generators.broke_off", host=model)
        case "disconnect" | "reset":
            return Retryable("generators.connection_lost", host=model, reason=fault.kind)


class Scripted:
    """A generator whose model is a script in this process."""

    def __init__(
        self,
        script: Script,
        *,
        sleep: Sleep = asyncio.sleep,
        patience: timedelta = timedelta(seconds=20),
        journal_size: int = 10_000,
    ) -> None:
        """`sleep` waits so many seconds; `patience` is how long a stalled model is waited for."""
        self._model = ScriptedModel(script, journal_size=journal_size)
        self._sleep = sleep
        self._patience = patience

    @property
    def id(self) -> str:
        return self._model.id

    @property
    def languages(self) -> frozenset[str]:
        return self._model.script.languages

    @property
    def journal(self) -> tuple[Call, ...]:
        """The calls that ended, oldest first; only the last `journal_size`."""
        return self._model.journal

    def generate(self, prompt: Prompt) -> "ScriptedGeneration":
        return ScriptedGeneration(self._model, prompt, sleep=self._sleep, patience=self._patience)

    async def aclose(self) -> None:
        """There is nothing to release."""


class ScriptedGeneration:
    """One call of the scripted model."""

    def __init__(self, model: ScriptedModel, prompt: Prompt, *, sleep: Sleep, patience: timedelta) -> None:
        self._model = model
        self._prompt = prompt
        self._sleep = sleep
        self._patience = patience
        self._performance: Performance | None = None
        self._seam: Seam | None = None
        self._finish: Finish | None = None
        self._failure: GenerationError | None = None

    @property
    def model(self) -> str:
        return self._model.id

    @property
    def finish(self) -> Finish | None:
        return self._finish

    @property
    def usage(self) -> Usage:
        return self._performance.usage if self._performance else Usage()

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        if self._failure is not None:
            raise self._failure
        if self._finish is not None:
            raise StopAsyncIteration
        performance = self._performance or self._begin()
        while True:
            await self._sleep(performance.wait.total_seconds())
            piece = performance.take()
            if piece is None:
                break
            new = self._seam.feed(piece) if self._seam else piece
            if new:
                return new
        if self._seam is not None:
            last, self._seam = self._seam.flush(), None
            if last:
                return last
        await self._end(performance)
        raise StopAsyncIteration

    def _begin(self) -> Performance:
        performance = self._performance = self._model.answer(self._prompt)
        if self._prompt.prefix and not performance.reply.prefix_support:
            self._seam = Seam(self._prompt.prefix)
        return performance

    async def _end(self, performance: Performance) -> None:
        """Finish, or fail as the script says. Raises GenerationError."""
        fault = performance.fault
        if fault is not None:
            performance.strike()
            if fault.kind == "stall":
                await self._sleep(self._patience.total_seconds())
        elif performance.finish is not None:
            self._finish = performance.finish
            performance.end(performance.finish)
            return
        performance.end(None)
        self._failure = failed(fault, model=self.model, patience=self._patience)
        raise self._failure

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        if self._finish is not None or self._failure is not None:
            return
        self._finish = Finish.CANCELLED
        if self._performance is not None:
            self._performance.end(Finish.CANCELLED)
