"""Several models in order: who speaks, who is asked, what is counted."""

import logging
from collections.abc import AsyncIterator, Sequence
from typing import Self

import pytest

from personas.errors import GenerationError, Permanent, Retryable
from personas.generators.fallback import Fallback
from personas.messages import Finish, Prompt, Turn, Usage

HELLO = Prompt(system="", turns=(Turn(role="user", text="Who are you?"),))

Step = str | GenerationError


class Played:
    """A generation that yields its texts and raises its errors in order."""

    def __init__(self, model: str, steps: Sequence[Step]) -> None:
        self.model = model
        self._steps = list(steps)
        self.finish: Finish | None = None
        self.closed = False

    @property
    def usage(self) -> Usage:
        return Usage(tokens_in=10, calls=1)

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
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


class Model:
    """A generator whose every call plays the same steps."""

    def __init__(self, name: str, *steps: Step, languages: frozenset[str] = frozenset()) -> None:
        self.id = name
        self.languages = languages
        self._steps = steps
        self.made: list[Played] = []
        self.closed = False

    def generate(self, prompt: Prompt) -> Played:
        self.made.append(Played(self.id, self._steps))
        return self.made[-1]

    async def aclose(self) -> None:
        self.closed = True


BUSY = Retryable("generators.limited", host="h", code="c")
BROKE = Permanent("generators.no_quota", host="h", code="c")


async def test_the_first_model_speaks_while_it_can() -> None:
    first, second = Model("a", "Arr, ", "me."), Model("b", "never")
    async with Fallback((first, second)).generate(HELLO) as generation:
        assert "".join([piece async for piece in generation]) == "Arr, me."
    assert generation.model == "a"
    assert generation.usage.calls == 1
    assert generation.finish is Finish.STOP
    assert not second.made


@pytest.mark.parametrize("failure", [BUSY, BROKE])
async def test_the_next_model_speaks_where_one_cannot(
    failure: GenerationError, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = Model("a", failure), Model("b", "Arr."), Model("c", "never")
    with caplog.at_level(logging.WARNING):
        async with Fallback((first, second, third)).generate(HELLO) as generation:
            assert generation.model == "a"
            assert [piece async for piece in generation] == ["Arr."]
    assert generation.model == "b"
    assert (generation.usage.calls, generation.usage.tokens_in) == (2, 20)
    assert first.made[0].closed
    assert not third.made
    assert "a failed" in caplog.text


async def test_a_reply_is_never_two_models_work() -> None:
    first, second = Model("a", "Arr, ", BUSY), Model("b", "never")
    async with Fallback((first, second)).generate(HELLO) as generation:
        assert await anext(generation) == "Arr, "
        with pytest.raises(Retryable):
            await anext(generation)
    assert generation.model == "a"
    assert not second.made


async def test_where_all_fail_the_last_failure_is_told_and_all_calls_count() -> None:
    async with Fallback((Model("a", BUSY), Model("b", BROKE))).generate(HELLO) as generation:
        for _ in range(2):
            with pytest.raises(Permanent):
                await anext(generation)
    assert generation.usage.calls == 2
    assert generation.model == "b"
    assert generation.finish is None


async def test_a_fallback_is_named_for_all_and_speaks_what_the_first_speaks() -> None:
    first, second = Model("a", languages=frozenset({"en", "ko"})), Model("b", languages=frozenset({"en"}))
    fallback = Fallback((first, second))
    assert fallback.id == "a > b"
    assert fallback.languages == {"en", "ko"}
    await fallback.aclose()
    assert (first.closed, second.closed) == (True, True)


async def test_closing_early_closes_the_model_that_speaks() -> None:
    model = Model("a", "Arr, ", "me.")
    async with Fallback((model,)).generate(HELLO) as generation:
        await anext(generation)
    assert model.made[0].closed
    assert generation.finish is Finish.CANCELLED


async def test_nothing_is_asked_before_the_first_iteration() -> None:
    model = Model("a", "Arr.")
    generation = Fallback((model,)).generate(HELLO)
    await generation.aclose()
    assert not model.made
    assert generation.finish is Finish.CANCELLED


def test_a_fallback_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Fallback(())
