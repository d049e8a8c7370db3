"""The one retry policy. The only file that knows `tenacity`."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import tenacity

from personas.errors import Retryable
from personas.generators import Generator
from personas.generators.relayed import RelayedGeneration
from personas.messages import Prompt

_log: Final = logging.getLogger(__name__)

Sleep = Callable[[float], Awaitable[None]]
"""`asyncio.sleep`, or what a test puts in its place. Seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How often and how long to try. The default keeps a person waiting for half a minute at most."""

    attempts: int = 3
    """Calls in all."""
    budget: timedelta = timedelta(seconds=30)
    """From the first call to the beginning of the last: a wait that would end later is not begun."""
    base: timedelta = timedelta(milliseconds=500)
    """The wait after the first failure; it doubles with every further one."""
    cap: timedelta = timedelta(seconds=8)
    """The longest of these waits."""

    def __post_init__(self) -> None:
        if self.attempts < 1:
            raise ValueError("attempts: at least 1")

    def wait(self, failures: int, failure: Retryable | None, chance: float) -> timedelta:
        """How long to wait after so many `failures`: what the service asks for, else between half and all of the
        doubling wait, by `chance` in [0, 1), so that many clients do not come back at once."""
        if failure is not None and failure.retry_after is not None:
            return failure.retry_after
        # Sixteen doublings are beyond any cap that makes sense and within what a timedelta can hold.
        return min(self.cap, self.base * (1 << min(failures - 1, 16))) * (0.5 + chance / 2)


class Retrying:
    """A generator that makes a failed call again, as long as none of its text was handed on."""

    def __init__(self, generator: Generator, *, policy: RetryPolicy, sleep: Sleep, random: Callable[[], float]) -> None:
        """`random` gives numbers in [0, 1). Owns `generator`: `aclose` closes it."""
        self._generator = generator
        self._policy = policy
        self._sleep = sleep
        self._random = random

    @property
    def id(self) -> str:
        return self._generator.id

    @property
    def languages(self) -> frozenset[str]:
        return self._generator.languages

    def generate(self, prompt: Prompt) -> "RetryingGeneration":
        return RetryingGeneration(prompt, self._generator, self._calls())

    async def aclose(self) -> None:
        await self._generator.aclose()

    def _calls(self) -> tenacity.AsyncRetrying:
        return tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(Retryable),
            wait=lambda state: self._wait(state).total_seconds(),
            stop=self._spent,
            sleep=self._sleep,
            before_sleep=self._note,
            reraise=True,
        )

    def _wait(self, state: tenacity.RetryCallState) -> timedelta:
        return self._policy.wait(state.attempt_number, _failure(state), self._random())

    def _spent(self, state: tenacity.RetryCallState) -> bool:
        """Whether there is no further attempt. The time slept counts by itself too: a sleep need not be a real one."""
        passed = max(state.seconds_since_start or 0.0, state.idle_for) + state.upcoming_sleep
        return state.attempt_number >= self._policy.attempts or passed > self._policy.budget.total_seconds()

    def _note(self, state: tenacity.RetryCallState) -> None:
        _log.warning(
            "%s failed, attempt %d of %d, next in %.1f s: %s",
            self.id,
            state.attempt_number,
            self._policy.attempts,
            state.upcoming_sleep,
            _failure(state),
        )


class RetryingGeneration(RelayedGeneration):
    """One call, perhaps made several times."""

    def __init__(self, prompt: Prompt, generator: Generator, calls: tenacity.AsyncRetrying) -> None:
        super().__init__(prompt, generator.id)
        self._generator = generator
        self._calls = calls

    async def _begin(self) -> str | None:
        return await self._calls(self._attempt, self._generator)


def _failure(state: tenacity.RetryCallState) -> Retryable | None:
    failure = state.outcome.exception() if state.outcome else None
    return failure if isinstance(failure, Retryable) else None
