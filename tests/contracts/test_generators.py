"""What every generator promises, in whatever way it comes by its text. The same scripts for all of them."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal, Protocol

import pytest

from personas.errors import GenerationError, Permanent, Retryable
from personas.generators import Generator
from personas.generators.fallback import Fallback
from personas.generators.openai_chat import OpenAIChat, OpenAIChatSettings
from personas.generators.prefixes import PrefixStyle
from personas.generators.retrying import Retrying, RetryPolicy
from personas.generators.scripted import Scripted
from personas.generators.scripted_model import Call
from personas.generators.scripted_server import ScriptedServer
from personas.generators.scripts import Fault, Gold, Repair, Reply, Script, Sentence
from personas.messages import Critique, Finish, Prompt, Turn, Usage

TEXT: Final = "어서 오세요. Sit down by the fire. 유자차 어떠세요?"
PATIENCE: Final = timedelta(seconds=30)
"""How long silence is waited out: longer than any of a busy machine."""
SHORT: Final = timedelta(seconds=0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A generator under test and what reached the model behind it."""

    generator: Generator
    journal: Callable[[], Sequence[Call]]
    calls: int = 1
    """How many calls it takes where nothing fails that can speak."""


class Way(Protocol):
    """Makes a subject whose model says `script`, and which gives up on silence after `patience`."""

    def __call__(self, script: Script, patience: timedelta = PATIENCE, /) -> AbstractAsyncContextManager[Subject]: ...


async def at_once(seconds: float) -> None:
    """Instead of waiting between two attempts."""
    assert seconds >= 0
    await asyncio.sleep(0)


@asynccontextmanager
async def scripted(script: Script, patience: timedelta = PATIENCE, /) -> AsyncIterator[Subject]:
    generator = Scripted(script, patience=patience)
    async with aclosing(generator):
        yield Subject(generator=generator, journal=lambda: generator.journal)


@asynccontextmanager
async def served(script: Script) -> AsyncIterator[ScriptedServer]:
    """Served from another thread's event loop, so that every task of this one is the generator's."""
    loop, server = asyncio.new_event_loop(), ScriptedServer(script)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(server.start(), loop))
        yield server
    finally:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(server.aclose(), loop))
        loop.call_soon_threadsafe(loop.stop)
        await asyncio.to_thread(thread.join)
        loop.close()


def over_http(prefix: PrefixStyle) -> Way:
    @asynccontextmanager
    async def way(script: Script, patience: timedelta = PATIENCE, /) -> AsyncIterator[Subject]:
        async with served(script) as server:
            settings = OpenAIChatSettings(
                model="any", base_url=server.base_url, api_key="any", prefix=prefix, first_token=patience, idle=patience
            )
            async with aclosing(OpenAIChat(settings)) as generator:
                yield Subject(generator=generator, journal=lambda: server.journal)

    return way


@asynccontextmanager
async def retrying(script: Script, patience: timedelta = PATIENCE, /) -> AsyncIterator[Subject]:
    inner = Scripted(script, patience=patience)
    async with aclosing(Retrying(inner, policy=RetryPolicy(), sleep=at_once, random=lambda: 0.5)) as generator:
        yield Subject(generator=generator, journal=lambda: inner.journal)


@asynccontextmanager
async def fallback(script: Script, patience: timedelta = PATIENCE, /) -> AsyncIterator[Subject]:
    inner = Scripted(script, patience=patience)
    async with aclosing(Fallback((inner,))) as generator:
        yield Subject(generator=generator, journal=lambda: inner.journal)


@asynccontextmanager
async def second_choice(script: Script, patience: timedelta = PATIENCE, /) -> AsyncIterator[Subject]:
    away = Scripted(Script(replies=(Reply(script="away", sentences=(), fault=Fault(kind="status", status=401)),)))
    inner = Scripted(script, patience=patience)
    async with aclosing(Fallback((away, inner))) as generator:
        yield Subject(generator=generator, journal=lambda: inner.journal, calls=2)


WAYS: Final[Mapping[str, Way]] = {
    "scripted": scripted,
    "openai_chat": over_http(PrefixStyle.AUTO),
    "openai_chat, in words": over_http(PrefixStyle.NONE),
    "retrying": retrying,
    "fallback": fallback,
    "fallback, second choice": second_choice,
}


@pytest.fixture(params=list(WAYS.values()), ids=list(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    chosen: Way = request.param
    return chosen


def tea(
    *,
    chunk: str = "3tokens",
    fault: Fault | None = None,
    finish: Literal["stop", "length", "content_filter"] | None = "stop",
    tps: float | None = None,
    prefix_support: bool = True,
) -> Script:
    sentences = (
        Sentence(t="어서 오세요."),
        Sentence(t="Sit down by the fire.", gold=Gold(cat="order")),
        Sentence(t="유자차 어떠세요?"),
    )
    reply = Reply(
        script="tea",
        sentences=sentences,
        chunk=chunk,
        fault=fault,
        finish=finish,
        tps=tps,
        prefix_support=prefix_support,
        cancel_lag_tokens=2,
        repair=Repair(p_ok=1, ok="Would you sit down?", bad="Sit."),
    )
    return Script(replies=(reply,))


def asked(text: str = "hi", *, prefix: str = "", critique: Critique | None = None) -> Prompt:
    return Prompt(
        system="You keep a tea house.", turns=(Turn(role="user", text=text),), prefix=prefix, critique=critique
    )


async def text_of(generator: Generator, prompt: Prompt) -> str:
    async with generator.generate(prompt) as generation:
        return "".join([piece async for piece in generation])


async def until_it_fails(generator: Generator, prompt: Prompt) -> tuple[str, GenerationError, Finish | None]:
    """The text up to the failure, the failure, and what is then said of the finish."""
    pieces: list[str] = []
    generation = generator.generate(prompt)

    async def read() -> None:
        async with generation:
            async for piece in generation:
                pieces.append(piece)  # noqa: PERF401 (what came before the failure is wanted)

    with pytest.raises(GenerationError) as caught:
        await read()
    return "".join(pieces), caught.value, generation.finish


def test_the_generators_under_test_include_the_real_client_and_both_wrappers() -> None:
    assert {"scripted", "openai_chat", "retrying", "fallback"} <= WAYS.keys()


@pytest.mark.parametrize("chunk", ["1char", "1-12chars", "1token", "40tokens", "1byte", "2-5bytes", "999chars"])
async def test_the_pieces_concatenate_to_the_text_for_every_chunking(way: Way, chunk: str) -> None:
    async with way(tea(chunk=chunk)) as subject, subject.generator.generate(asked()) as generation:
        pieces = [piece async for piece in generation]

    assert "".join(pieces) == TEXT
    assert all(pieces)
    assert generation.finish is Finish.STOP


@pytest.mark.parametrize("finish", ["stop", "length", "content_filter"])
async def test_it_ends_with_the_reason_that_the_model_gives(
    way: Way, finish: Literal["stop", "length", "content_filter"]
) -> None:
    async with way(tea(finish=finish)) as subject, subject.generator.generate(asked()) as generation:
        seen = [(piece, generation.finish) async for piece in generation]
        with pytest.raises(StopAsyncIteration):
            await anext(aiter(generation))

    assert "".join(piece for piece, _ in seen) == TEXT
    assert {reason for _, reason in seen} == {None}
    assert generation.finish is Finish(finish)


async def test_a_stream_that_just_stops_is_a_failure(way: Way) -> None:
    async with way(tea(finish=None)) as subject:
        said, failure, finish = await until_it_fails(subject.generator, asked())

    assert said == TEXT
    assert type(failure) is Retryable
    assert finish is None


BROKEN: Final = [
    Fault(kind="disconnect", after_sentences=1),
    Fault(kind="reset", after_chars=5),
    Fault(kind="stall", after_sentences=2),
    Fault(kind="stall"),
    Fault(kind="malformed", after_chars=8),
    Fault(kind="truncate", after_sentences=3),
    Fault(kind="non_stream_200"),
    Fault(kind="status", status=408),
    Fault(kind="status", status=429, code="rate_limit_exceeded"),
    Fault(kind="status", status=500),
    Fault(kind="status", status=503, retry_after=0.5),
]


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: f"{fault.kind}-{fault.status or fault.after_chars or ''}")
async def test_what_may_pass_is_retryable_and_what_came_before_it_is_text_of_the_model(way: Way, fault: Fault) -> None:
    async with way(tea(fault=fault), SHORT if fault.kind == "stall" else PATIENCE) as subject:
        said, failure, finish = await until_it_fails(subject.generator, asked())

    assert type(failure) is Retryable
    assert finish is None
    assert TEXT.startswith(said)
    if fault.retry_after is not None:
        assert failure.retry_after == timedelta(seconds=fault.retry_after)
    assert failure.explain("en") != failure.explain("ko")


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "invalid_request"), (401, "invalid_api_key"), (404, "model_not_found"), (429, "insufficient_quota")],
)
async def test_what_an_operator_must_settle_is_permanent(way: Way, status: int, code: str) -> None:
    async with way(tea(fault=Fault(kind="status", status=status, code=code))) as subject:
        said, failure, finish = await until_it_fails(subject.generator, asked())
        assert len(subject.journal()) == 1

    assert (said, type(failure), finish) == ("", Permanent, None)


async def test_nothing_happens_before_the_first_iteration(way: Way) -> None:
    async with way(tea()) as subject:
        before = asyncio.all_tasks()

        generation = subject.generator.generate(asked())
        await asyncio.sleep(0.01)

        assert (generation.finish, generation.usage) == (None, Usage())
        assert asyncio.all_tasks() == before
        await generation.aclose()
        assert generation.finish is Finish.CANCELLED
        assert [piece async for piece in generation] == []
        assert subject.journal() == ()


async def test_closing_in_mid_stream_cancels_the_call_and_leaves_nothing_behind(way: Way) -> None:
    async with way(tea(chunk="1char", tps=20)) as subject:
        before = asyncio.all_tasks()
        generation = subject.generator.generate(asked())
        said = await anext(aiter(generation))

        for _ in range(3):
            await generation.aclose()
            assert generation.finish is Finish.CANCELLED

        assert asyncio.all_tasks() == before
        usage = generation.usage
        assert usage.tokens_in >= 1
        assert usage.tokens_out >= 1
        assert 0 <= usage.tokens_overshoot <= usage.tokens_out
        with pytest.raises(StopAsyncIteration):
            await anext(aiter(generation))
        assert generation.usage == usage

    (call,) = subject.journal()
    assert call.finish is Finish.CANCELLED
    assert call.said.startswith(said)
    assert call.said != TEXT
    assert call.tokens_overshoot == 2


@pytest.mark.parametrize("fault", [None, Fault(kind="stall", after_chars=1)])
async def test_a_consumer_that_is_cancelled_leaves_nothing_behind(way: Way, fault: Fault | None) -> None:
    async with way(tea(chunk="1char", tps=50, fault=fault)) as subject:
        before, began = asyncio.all_tasks(), asyncio.Event()
        generation = subject.generator.generate(asked())

        async def consume() -> None:
            async with generation:
                async for _ in generation:
                    began.set()

        consumer = asyncio.create_task(consume())
        await began.wait()
        await asyncio.sleep(0)
        consumer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consumer

        assert asyncio.all_tasks() == before
        assert generation.finish is Finish.CANCELLED


async def test_closing_after_a_failure_does_not_make_a_cancel_of_it_and_may_be_done_often(way: Way) -> None:
    async with way(tea(fault=Fault(kind="status", status=404))) as subject:
        generation = subject.generator.generate(asked())
        with pytest.raises(Permanent):
            await anext(aiter(generation))

        for _ in range(2):
            await generation.aclose()
            await subject.generator.aclose()

        assert generation.finish is None


async def test_usage_is_counted_for_every_call_and_adds_up(way: Way) -> None:
    async with way(tea()) as subject:
        usages = []
        for number in range(3):
            async with subject.generator.generate(asked(f"{number}")) as generation:
                assert "".join([piece async for piece in generation]) == TEXT
            usages.append(generation.usage)

        total = sum(usages, start=Usage())
        assert [usage.calls for usage in usages] == [subject.calls] * 3
        assert total.tokens_out == sum(call.tokens_out for call in subject.journal())
        assert all(usage.tokens_in >= 1 for usage in usages)


@pytest.mark.parametrize("prefix_support", [True, False])
@pytest.mark.parametrize("prefix", ["어서 오세요.", "어서 오세요. ", "어서 오세요. Sit down by the fire."])
async def test_a_continuation_goes_on_from_the_prefix_and_does_not_repeat_it(
    way: Way, prefix: str, *, prefix_support: bool
) -> None:
    """Whether the model can continue or begins the reply again."""
    async with way(tea(prefix_support=prefix_support)) as subject:
        await text_of(subject.generator, asked())

        async with subject.generator.generate(asked(prefix=prefix)) as generation:
            pieces = [piece async for piece in generation]

    said = "".join(pieces)
    assert all(pieces)
    repaired = TEXT if "fire" in prefix else TEXT.replace("Sit down by the fire.", "Would you sit down?")
    assert prefix + said == repaired


async def test_a_criticised_reply_is_continued_by_a_repair(way: Way) -> None:
    critique = Critique(category="order", rule="Ask, do not order.")
    async with way(tea()) as subject:
        await text_of(subject.generator, asked())

        said = await text_of(subject.generator, asked(prefix="어서 오세요.", critique=critique))

    assert said == " Would you sit down? 유자차 어떠세요?"


async def test_many_generations_at_once_do_not_mix(way: Way) -> None:
    numbers = range(20)
    replies = tuple(
        Reply(
            script=f"reply{number}",
            when=f"<{number}>",
            sentences=tuple(Sentence(t=f"{number} 번째 말." if part else f"{number}.") for part in range(4)),
            chunk="1-3chars",
            seed=number,
            tps=2_000,
        )
        for number in numbers
    )
    async with way(Script(replies=(*tea().replies, *replies))) as subject:
        said = await asyncio.gather(*(text_of(subject.generator, asked(f"<{number}>")) for number in numbers))

    assert said == [f"{number}. {number} 번째 말. {number} 번째 말. {number} 번째 말." for number in numbers]


async def test_a_generation_names_the_model_that_answers(way: Way) -> None:
    async with way(tea()) as subject, subject.generator.generate(asked()) as generation:
        await anext(aiter(generation))

        assert generation.model in {"scripted:tea", "openai:any"}
        assert subject.generator.id.endswith(generation.model)
