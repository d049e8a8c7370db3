"""Calls that are made again: when, how often, after how long. No test waits."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Self

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.errors import GenerationError, Permanent, Retryable
from personas.generators.retrying import Retrying, RetryPolicy
from personas.messages import Finish, Prompt, Turn, Usage

HELLO = Prompt(system="", turns=(Turn(role="user", text="Who are you?"),))
POLICY = RetryPolicy(attempts=3, budget=timedelta(seconds=30), base=timedelta(seconds=1), cap=timedelta(seconds=8))

Step = str | GenerationError


class Played:
    """A generation that yields its texts and raises its errors in order."""

    model = "fake:m"

    def __init__(self, steps: Sequence[Step]) -> None:
        self._steps = list(steps)
        self.finish: Finish | None = None
        self.usage = Usage()
        self.closed = False

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        self.usage = Usage(tokens_in=10, tokens_out=self.usage.tokens_out + 1, calls=1)
        if not self._steps:
            self.finish = Finish.STOP
            raise StopAsyncIteration
        step = self._steps.pop(0)
        if isinstance(step, GenerationError):
            raise step
        return step

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        self.closed = True
        self.finish = self.finish or Finish.CANCELLED


class Player:
    """A generator whose calls play these steps, one list a call."""

    id = "fake:m"
    languages = frozenset({"en", "ko"})

    def __init__(self, *calls: Sequence[Step]) -> None:
        self._calls = list(calls)
        self.made: list[Played] = []
        self.closed = False

    def generate(self, prompt: Prompt) -> Played:
        self.made.append(Played(self._calls.pop(0)))
        return self.made[-1]

    async def aclose(self) -> None:
        self.closed = True


def trouble(wait: float | None = None) -> Retryable:
    after = None if wait is None else timedelta(seconds=wait)
    return Retryable("generators.limited", retry_after=after, host="h", code="c")


def refusal() -> Permanent:
    return Permanent("generators.no_quota", host="h", code="c")


class Bed:
    """Sleeps at once and remembers for how long."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        await asyncio.sleep(0)


def retrying(player: Player, bed: Bed, policy: RetryPolicy = POLICY, chance: float = 0.5) -> Retrying:
    return Retrying(player, policy=policy, sleep=bed.sleep, random=lambda: chance)


async def test_a_call_that_fails_before_its_first_piece_is_made_again() -> None:
    player, bed = Player([trouble()], [trouble()], ["Arr, ", "me."]), Bed()
    async with retrying(player, bed).generate(HELLO) as generation:
        assert "".join([piece async for piece in generation]) == "Arr, me."
    assert generation.finish is Finish.STOP
    assert [made.closed for made in player.made] == [True, True, True]
    assert generation.usage.calls == 3
    assert generation.usage.tokens_in == 30
    assert len(bed.slept) == 2


async def test_once_text_was_handed_on_a_failure_is_the_callers() -> None:
    player, bed = Player(["Arr, ", trouble()], ["never"]), Bed()
    async with retrying(player, bed).generate(HELLO) as generation:
        assert await anext(generation) == "Arr, "
        with pytest.raises(Retryable):
            await anext(generation)
    assert len(player.made) == 1
    assert not bed.slept


async def test_what_will_not_pass_is_not_tried_again() -> None:
    player, bed = Player([refusal()], ["never"]), Bed()
    generation = retrying(player, bed).generate(HELLO)
    for _ in range(2):
        with pytest.raises(Permanent):
            await anext(generation)
    assert len(player.made) == 1
    assert generation.usage.calls == 1
    assert generation.finish is None


async def test_attempts_end_with_the_last_failure_and_the_tokens_of_all() -> None:
    player, bed = Player([trouble()], [trouble()], [trouble(5)], ["never"]), Bed()
    async with retrying(player, bed).generate(HELLO) as generation:
        with pytest.raises(Retryable) as caught:
            await anext(generation)
    assert caught.value.retry_after == timedelta(seconds=5)
    assert generation.usage.calls == 3
    assert generation.model == "fake:m"


async def test_the_service_says_how_long_to_wait() -> None:
    player, bed = Player([trouble(7)], [trouble(0)], ["Arr."]), Bed()
    async with retrying(player, bed).generate(HELLO) as generation:
        assert [piece async for piece in generation] == ["Arr."]
    assert bed.slept == [7, 0]


async def test_a_wait_beyond_the_budget_is_not_begun() -> None:
    player, bed = Player([trouble(31)], ["never"]), Bed()
    with pytest.raises(Retryable):
        await anext(retrying(player, bed).generate(HELLO))
    assert not bed.slept


async def test_waits_add_up_against_the_budget() -> None:
    player, bed = Player([trouble(20)], [trouble(20)], ["never"]), Bed()
    with pytest.raises(Retryable):
        await anext(retrying(player, bed).generate(HELLO))
    assert bed.slept == [20]


@given(failures=st.integers(1, 1000), chance=st.floats(0, 1, exclude_max=True))
def test_a_wait_doubles_up_to_the_cap_and_is_spread_over_its_upper_half(failures: int, chance: float) -> None:
    wait = POLICY.wait(failures, None, chance)
    full = min(timedelta(seconds=8), timedelta(seconds=2 ** min(failures - 1, 10)))
    assert full / 2 <= wait <= full


async def test_waits_grow_and_depend_on_chance() -> None:
    slept = []
    for chance in (0.0, 0.5):
        player, bed = Player([trouble()], [trouble()], ["Arr."]), Bed()
        await anext(retrying(player, bed, chance=chance).generate(HELLO))
        slept.append(bed.slept)
    assert slept == [[0.5, 1.0], [0.75, 1.5]]


async def test_an_empty_reply_is_an_end_and_no_failure() -> None:
    player, bed = Player([]), Bed()
    async with retrying(player, bed).generate(HELLO) as generation:
        assert [piece async for piece in generation] == []
    assert generation.finish is Finish.STOP


async def test_one_attempt_means_no_second() -> None:
    player, bed = Player([trouble()], ["never"]), Bed()
    with pytest.raises(Retryable):
        await anext(retrying(player, bed, RetryPolicy(attempts=1)).generate(HELLO))
    with pytest.raises(ValueError, match="attempts"):
        RetryPolicy(attempts=0)


async def test_closing_while_waiting_makes_no_further_call() -> None:
    player, asleep = Player([trouble()], ["never"]), asyncio.Event()

    async def sleep(seconds: float) -> None:
        asleep.set()
        await asyncio.Event().wait()

    generation = Retrying(player, policy=POLICY, sleep=sleep, random=lambda: 0.0).generate(HELLO)
    consumer = asyncio.ensure_future(anext(generation))
    await asleep.wait()
    consumer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await consumer
    await generation.aclose()
    assert generation.finish is Finish.CANCELLED
    assert generation.usage.calls == 1
    assert [piece async for piece in generation] == []
    assert len(player.made) == 1


async def test_closing_early_closes_the_call_beneath_and_closing_the_generator_the_one_beneath() -> None:
    player, bed = Player(["Arr, ", "me."]), Bed()
    outer = retrying(player, bed)
    assert (outer.id, outer.languages) == (player.id, player.languages)
    async with outer.generate(HELLO) as generation:
        await anext(generation)
    assert player.made[0].closed
    assert generation.finish is Finish.CANCELLED
    await outer.aclose()
    assert player.closed
