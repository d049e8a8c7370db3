"""A scripted model in this process: at what pace it speaks, how it fails, what it counts."""

from dataclasses import replace
from datetime import timedelta

import pytest

from personas.errors import GenerationError, Permanent, Retryable
from personas.generators.scripted import Scripted
from personas.generators.scripts import Fault, Reply, Script, Sentence
from personas.messages import Finish
from tests.personas.performing import CRITIQUE, HARBOUR, TEA, Clock, asked, failure_of, scripted, text_of


async def test_it_speaks_at_the_pace_of_the_script() -> None:
    clock = Clock()
    reply = Reply(script="slow", sentences=(Sentence(t="하나 둘 셋"),), tps=2, ttft_ms=600, chunk="2tokens")
    generator = Scripted(Script(replies=(reply,)), sleep=clock.sleep)

    assert await text_of(generator, asked()) == "하나 둘 셋"
    assert clock.waited == pytest.approx([0.6 + 1.0, 1.0, 0.0])


async def test_tokens_generated_after_a_cancel_are_counted_but_no_more_than_there_are() -> None:
    generator = scripted(TEA)
    for read in (1, len("어서 오세요. 오늘 좀 춥지? 유자차 어떠세요")):
        async with generator.generate(asked(f"read {read}")) as generation:
            for _ in range(read):
                await anext(aiter(generation))
        assert generation.finish is Finish.CANCELLED
        assert generation.usage.tokens_overshoot == generator.journal[-1].tokens_overshoot

    early, late = generator.journal
    assert (early.said, early.tokens_out, early.tokens_overshoot) == ("어", 4, 3)
    assert (late.tokens_out, late.tokens_overshoot) == (20, 1)


FAULTS = [
    (Fault(kind="disconnect", after_chars=3), Retryable, "connection_lost", "어서 "),
    (Fault(kind="reset", after_sentences=1), Retryable, "connection_lost", "어서 오세요."),
    (Fault(kind="stall", after_sentences=99), Retryable, "stalled", "어서 오세요. 오늘 좀 춥지? 유자차 어떠세요?"),
    (Fault(kind="malformed"), Retryable, "malformed", ""),
    (Fault(kind="truncate", after_chars=1), Retryable, "broke_off", "어"),
    (Fault(kind="non_stream_200"), Retryable, "no_stream", ""),
    (Fault(kind="status", status=400), Permanent, "refused_request", ""),
    (Fault(kind="status", status=404), Permanent, "not_found", ""),
    (Fault(kind="status", status=429), Retryable, "limited", ""),
    (Fault(kind="status", status=429, code="insufficient_quota"), Permanent, "no_quota", ""),
    (Fault(kind="status", status=503), Retryable, "service_failed", ""),
]


@pytest.mark.parametrize(("fault", "error", "key", "said"), FAULTS)
async def test_a_fault_strikes_in_its_place_and_is_told_as_over_http(
    fault: Fault, error: type[GenerationError], key: str, said: str
) -> None:
    generator = scripted(replace(TEA, fault=fault))

    failure = await failure_of(generator, asked())

    assert type(failure) is error
    assert failure.key == f"generators.{key}"
    assert "scripted:tea" in failure.explain("ko")
    call = generator.journal[-1]
    assert (call.said, call.fault, call.finish) == (said, fault.kind, None)


async def test_a_failed_generation_fails_again_when_it_is_asked_for_more() -> None:
    """It must not look like one that ended; and it stays one failure."""
    generator = scripted(replace(TEA, fault=Fault(kind="truncate", times=2)))
    generation = generator.generate(asked())

    for _ in range(3):
        with pytest.raises(Retryable, match="finish reason"):
            await anext(generation)
    assert generation.finish is None
    assert (await failure_of(generator, asked())).key == "generators.broke_off"


async def test_a_reply_that_ended_without_a_reason_is_the_one_that_is_retried() -> None:
    generator = scripted(replace(TEA, finish=None), HARBOUR)
    for _ in range(2):
        await failure_of(generator, asked())

    assert [call.turn for call in generator.journal] == [0, 0]


async def test_the_time_to_wait_is_passed_on() -> None:
    reply = replace(TEA, fault=Fault(kind="status", status=503, retry_after=1.5))

    failure = await failure_of(scripted(reply), asked())

    assert isinstance(failure, Retryable)
    assert failure.retry_after == timedelta(seconds=1.5)


async def test_a_stall_lasts_as_long_as_the_patience() -> None:
    clock = Clock()
    reply = replace(TEA, fault=Fault(kind="stall"))
    generator = Scripted(Script(replies=(reply,)), sleep=clock.sleep, patience=timedelta(seconds=9))

    failure = await failure_of(generator, asked())

    assert clock.waited == [0, 9]
    assert "9" in failure.explain("en")


async def test_a_fault_heals_after_so_many_calls_and_the_retry_is_the_same_reply() -> None:
    generator = scripted(replace(TEA, fault=Fault(kind="reset", after_chars=2, times=2)), HARBOUR)

    await failure_of(generator, asked())
    await failure_of(generator, asked())

    assert (await text_of(generator, asked())).startswith("어서 오세요.")
    assert [call.turn for call in generator.journal] == [0, 0, 0]
    assert [call.fault for call in generator.journal] == ["reset", "reset", None]


async def test_a_call_that_is_cancelled_before_its_fault_has_not_met_it() -> None:
    generator = scripted(replace(TEA, fault=Fault(kind="reset", after_chars=9, times=1)))
    async with generator.generate(asked()) as generation:
        await anext(aiter(generation))

    assert generator.journal[-1].fault is None
    assert (await failure_of(generator, asked(critique=CRITIQUE))).key == "generators.connection_lost"


async def test_a_model_without_words_ends_without_a_word() -> None:
    generation = scripted(replace(TEA, sentences=(), finish="content_filter")).generate(asked())

    assert [piece async for piece in generation] == []
    assert generation.finish is Finish.FILTERED
