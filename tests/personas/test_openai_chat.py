"""A generator over chat completions: against a server that answers with exact bytes."""

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from personas.errors import GenerationError, Permanent, Retryable
from personas.generators.openai_chat import OpenAIChat, OpenAIChatSettings
from personas.messages import Finish
from tests.personas.openai_wire import (
    DONE,
    HELLO,
    KEY,
    SOON,
    STREAM,
    Answer,
    client,
    collect,
    data,
    drops,
    event,
    fails,
    figures,
    other_tasks,
    refuses,
    says,
    sends,
    streams,
    until,
    wire,
)


async def test_a_reply_arrives_in_order_with_its_finish_and_the_services_own_figures() -> None:
    answer = streams(
        event(role="assistant"), event("Arr, "), event("안녕."), event(finish="stop"), figures(9, 3, 4), DONE
    )
    async with wire(answer) as served, client(served) as chat:
        async with chat.generate(HELLO) as generation:
            early = generation.finish, generation.usage.calls
            pieces = [piece async for piece in generation]
        assert early == (None, 0)
        assert "".join(pieces) == "Arr, 안녕."
        assert all(pieces)
        assert generation.finish is Finish.STOP
        assert generation.model == chat.id == "openai:m"
        usage = generation.usage
        assert (usage.tokens_in, usage.tokens_cached, usage.tokens_out, usage.tokens_overshoot) == (9, 4, 3, 0)
        assert usage.calls == 1
        assert not usage.estimated
    body = served.bodies[0]
    assert body["stream"] is True
    assert body["stream_options"] == {"include_usage": True}
    assert body["messages"] == [
        {"role": "system", "content": "You are Redbeard."},
        {"role": "user", "content": "Who are you?"},
    ]


async def test_nothing_is_asked_before_the_first_iteration() -> None:
    async with wire(says("Arr.")) as served, client(served) as chat:
        generation = chat.generate(HELLO)
        await asyncio.sleep(0)
        assert not served.bodies
        await generation.aclose()
        assert generation.finish is Finish.CANCELLED
        assert generation.usage.calls == 0
        assert [piece async for piece in generation] == []


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
async def test_a_syllable_may_be_split_between_packets(size: int) -> None:
    whole = event("탈을 쓴 ") + event("사람이에요.") + event(finish="stop") + DONE
    parts: list[bytes | float] = []
    for start in range(0, len(whole), size):
        parts += [whole[start : start + size], 0.0]
    async with wire(streams(*parts)) as served, client(served) as chat:
        assert await collect(chat) == "탈을 쓴 사람이에요."


@pytest.mark.parametrize(
    ("said", "finish"),
    [("length", Finish.LENGTH), ("content_filter", Finish.FILTERED), ("model_length", Finish.LENGTH)],
)
async def test_a_length_limit_and_a_providers_filter_are_ends_and_no_errors(said: str, finish: Finish) -> None:
    async with wire(says("Arr", finish=said)) as served, client(served) as chat:
        async with chat.generate(HELLO) as generation:
            assert [piece async for piece in generation] == ["Arr"]
        assert generation.finish is finish


async def test_usage_is_estimated_where_the_service_gives_no_figures() -> None:
    async with wire(streams(event("abcdefgh"), event("가나"), event(finish="stop"), DONE)) as served:
        async with client(served, omit=frozenset({"stream_options"})) as chat:
            async with chat.generate(HELLO) as generation:
                assert "".join([piece async for piece in generation]) == "abcdefgh가나"
            assert generation.usage.estimated
            assert generation.usage.tokens_out == 4
            assert generation.usage.tokens_in > 0
        assert "stream_options" not in served.bodies[0]


FAULTS: dict[str, tuple[Answer, str]] = {
    "no finish": (streams(event("Arr")), "broke_off"),
    "only done": (streams(DONE), "no_stream"),
    "a completion": (
        sends(b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"choices": []}'),
        "no_stream",
    ),
    "a web page": (
        sends(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<html>Log in</html>"),
        "no_stream",
    ),
    "cut JSON": (streams(event("Arr"), b'data: {"choices": [{"del\n\n'), "malformed"),
    "no UTF-8": (streams(event("Arr"), b'data: "\xff\xfe"\n\n'), "malformed"),
    "choices of another kind": (streams(data({"choices": {"a": 1}})), "malformed"),
    "text of another kind": (streams(data({"choices": [{"delta": {"content": [1]}}]})), "malformed"),
    "a number": (streams(data(5)), "broke_off"),
    "null": (streams(data(None)), "broke_off"),
    "dropped": (drops(event("Arr")), "connection_lost"),
    "dropped at once": (sends(), "unreachable"),
    "no HTTP": (sends(b"220 mail.example ESMTP\r\n\r\n"), "unreachable"),
    "done before the end": (streams(event("Arr"), DONE, 60.0), "broke_off"),
    "odd finish": (streams(event("Arr"), event(finish="tool_calls")), "odd_finish"),
    "error event": (streams(event("Arr"), data({"error": {"message": "boom", "type": "oops"}})), "stream_failed"),
    "error event with a status": (streams(data({"error": {"message": "b", "code": 503}})), "service_failed"),
    "slow start": (streams(event(role="assistant"), 60.0), "slow_start"),
    "no answer": (sends(60.0), "slow_start"),
    "stall": (streams(event("Arr"), 60.0), "stalled"),
}


PATIENCE = {"slow_start": {"first_token": SOON}, "stalled": {"idle": SOON}}


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_is_no_complete_stream_is_a_failure_that_may_pass(fault: str) -> None:
    answer, key = FAULTS[fault]
    failure = await fails(answer, **PATIENCE.get(key, {}))
    assert isinstance(failure, Retryable)
    assert failure.key == f"generators.{key}"
    assert failure.explain("ko") != failure.explain("en")


@pytest.mark.parametrize("parts", [(event("Arr"), 0.05, b"data: {\n\n"), (event("A") + event("rr") + b"data: {\n\n",)])
async def test_what_arrived_before_a_failure_is_handed_on_first(parts: tuple[bytes | float, ...]) -> None:
    async with wire(streams(*parts)) as served, client(served) as chat:
        async with chat.generate(HELLO) as generation:
            assert await anext(generation) == "Arr"
            with pytest.raises(Retryable):
                await anext(generation)
            with pytest.raises(Retryable):
                await anext(generation)
        assert generation.finish is None
        assert generation.usage.tokens_out == 1


@pytest.mark.parametrize("broken", [b"data: {\n\n", data({"error": {"message": "late"}}), b""])
async def test_a_failure_after_the_finish_costs_the_figures_only(broken: bytes) -> None:
    async with wire(streams(event("Arr"), event(finish="stop"), broken)) as served, client(served) as chat:
        async with chat.generate(HELLO) as generation:
            assert [piece async for piece in generation] == ["Arr"]
        assert generation.finish is Finish.STOP
        assert generation.usage.estimated


@pytest.mark.parametrize(
    ("status", "error", "kind", "key"),
    [
        (400, {"code": "context_length_exceeded"}, Permanent, "refused_request"),
        (401, {"code": "invalid_api_key", "message": f"Incorrect API key provided: {KEY}"}, Permanent, "no_access"),
        (402, {}, Permanent, "no_quota"),
        (403, {}, Permanent, "no_access"),
        (404, {"code": "model_not_found"}, Permanent, "not_found"),
        (408, {}, Retryable, "service_failed"),
        (409, {}, Retryable, "service_failed"),
        (413, {}, Permanent, "refused_request"),
        (422, {}, Permanent, "refused_request"),
        (429, {"code": "rate_limit_exceeded"}, Retryable, "limited"),
        (429, {"code": "insufficient_quota"}, Permanent, "no_quota"),
        (429, {"type": "insufficient_quota"}, Permanent, "no_quota"),
        (500, {}, Retryable, "service_failed"),
        (503, "not an object", Retryable, "service_failed"),
        (529, {"type": "overloaded_error"}, Retryable, "service_failed"),
    ],
)
async def test_a_refusal_is_told_by_what_the_operator_or_the_caller_should_do(
    status: int, error: object, kind: type[GenerationError], key: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    failure = await fails(refuses(status, error))
    assert type(failure) is kind
    assert failure.key == f"generators.{key}"
    assert failure.__cause__ is None
    assert KEY not in f"{failure} {failure.explain('ko')} {failure!r} {caplog.text}"


def test_the_key_is_not_part_of_what_is_printed() -> None:
    settings = OpenAIChatSettings(model="m", base_url="http://127.0.0.1:1/v1", api_key=KEY)
    assert KEY not in repr(settings)
    assert KEY not in repr(OpenAIChat(settings))


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        (["Retry-After: 7"], timedelta(seconds=7)),
        (["Retry-After: 0.5"], timedelta(seconds=0.5)),
        (["Retry-After: 7", "Retry-After-Ms: 250"], timedelta(milliseconds=250)),
        (["Date: Fri, 20 Nov 2026 10:00:00 GMT", "Retry-After: Fri, 20 Nov 2026 10:01:30 GMT"], timedelta(seconds=90)),
        (["Date: Fri, 20 Nov 2026 10:00:00 GMT", "Retry-After: Fri, 20 Nov 2026 09:00:00 GMT"], timedelta(0)),
        (["Retry-After: -3"], timedelta(0)),
        (["Retry-After: Fri, 20 Nov 2026 10:01:30 GMT"], None),
        (["Retry-After: soon"], None),
        (["Retry-After: nan"], None),
        (["Retry-After: 1e300"], None),
        ([], None),
    ],
)
async def test_the_wait_a_service_asks_for_is_read_in_every_form(headers: list[str], wait: timedelta | None) -> None:
    for status in (429, 503):
        failure = await fails(refuses(status, {}, *headers))
        assert isinstance(failure, Retryable)
        assert failure.retry_after == wait


async def test_a_service_that_is_not_there_is_retryable_and_named_without_its_credentials() -> None:
    async with wire(says("Arr.")) as served:
        pass
    settings = OpenAIChatSettings(model="m", base_url=served.base_url.replace("//", "//me:pass@"), api_key=KEY)
    chat = OpenAIChat(settings)
    with pytest.raises(Retryable) as caught:
        await collect(chat)
    await chat.aclose()
    assert caught.value.key == "generators.unreachable"
    assert "pass" not in str(caught.value)


async def test_reasoning_before_the_text_is_neither_shown_nor_a_slow_start() -> None:
    patience = timedelta(seconds=2)
    thinking: list[bytes | asyncio.Event | float] = [event(reasoning_content="hm"), 1.05] * 2
    async with (
        wire(streams(*thinking, event("Arr."), event(finish="stop"), DONE)) as served,
        client(served, first_token=patience) as chat,
    ):
        assert await collect(chat) == "Arr."


async def test_closing_hangs_up_at_once_and_counts_what_was_never_read() -> None:
    sent = asyncio.Event()
    async with wire(streams(event("abcd"), 0.05, event("efgh" * 5), sent, 60.0)) as served, client(served) as chat:
        async with chat.generate(HELLO) as generation:
            assert await anext(generation) == "abcd"
            await sent.wait()
            await asyncio.sleep(0.05)
        await asyncio.wait_for(served.hung_up.wait(), 5)
        assert generation.finish is Finish.CANCELLED
        usage = generation.usage
        assert (usage.tokens_out, usage.tokens_overshoot, usage.estimated) == (6, 5, True)
        assert usage.tokens_in > 0
        await generation.aclose()
        assert generation.usage == usage
        assert [piece async for piece in generation] == []
        assert not other_tasks()


async def test_a_cancelled_consumer_leaves_no_reader_behind() -> None:
    async with wire(streams(event("abcd"), 60.0)) as served, client(served) as chat:
        consumer = asyncio.create_task(collect(chat))
        await until(lambda: bool(other_tasks()))
        consumer.cancel()
        with pytest.raises(asyncio.CancelledError):
            await consumer
        assert not other_tasks()


async def test_closing_the_generator_ends_what_runs_with_a_failure_and_not_with_silence() -> None:
    async with wire(streams(event("abcd"), 60.0)) as served, client(served) as chat:
        async with chat.generate(HELLO) as generation:
            await anext(generation)
            await chat.aclose()
            with pytest.raises(Retryable) as caught:
                await anext(generation)
        assert caught.value.key == "generators.closed"
        with pytest.raises(GenerationError):
            await collect(chat)


async def test_closing_after_the_end_changes_nothing() -> None:
    async with wire(says("Arr.")) as served, client(served) as chat:
        generation = chat.generate(HELLO)
        assert [piece async for piece in generation] == ["Arr."]
        before = generation.usage
        await generation.aclose()
        assert generation.finish is Finish.STOP
        assert generation.usage == before


async def test_stop_strings_are_cut_where_the_service_ignores_them() -> None:
    answer = streams(event("Arr.\nUs"), event("er: and"), event(" then", finish=None), 60.0)
    async with wire(answer) as served, client(served, stop=("\nUser:",)) as chat:
        async with chat.generate(replace(HELLO, stop=("###",))) as generation:
            assert "".join([piece async for piece in generation]) == "Arr."
        assert generation.finish is Finish.STOP
        assert served.bodies[0]["stop"] == ["###", "\nUser:"]


async def test_a_service_gets_no_more_stop_strings_than_it_takes() -> None:
    stops = tuple(f"<{number}>" for number in range(6))
    async with wire(says("Arr. <5> more")) as served, client(served) as chat:
        assert await collect(chat, replace(HELLO, stop=stops)) == "Arr. "
        assert served.bodies[0]["stop"] == list(stops[:4])


async def test_parameters_that_a_service_refuses_can_be_left_out_or_renamed() -> None:
    omit = frozenset({"temperature", "seed", "stop", "stream_options", "response_format"})
    async with wire(says("Arr.")) as served:
        prompt = replace(HELLO, seed=3, stop=("#",), max_tokens=9, schema='{"type": "object"}')
        async with client(served) as chat:
            await collect(chat, prompt)
        async with client(served, omit=omit, limit_field="max_completion_tokens", extra_body={"top_k": 3}) as chat:
            await collect(chat, prompt)
    full, bare = served.bodies
    assert (full["seed"], full["stop"], full["max_tokens"], full["temperature"]) == (3, ["#"], 9, 0.7)
    answer = {"name": "answer", "strict": True, "schema": {"type": "object"}}
    assert full["response_format"] == {"type": "json_schema", "json_schema": answer}
    assert not omit & bare.keys()
    assert "max_tokens" not in bare
    assert (bare["max_completion_tokens"], bare["top_k"]) == (9, 3)


async def test_an_account_named_in_the_environment_is_not_told_to_the_service(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_ORG_ID", "org-mine")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-mine")
    async with wire(says("Arr.")) as served, client(served) as chat:
        await collect(chat)
        assert "mine" not in served.heads[0]
        assert f"Bearer {KEY}" in served.heads[0]


async def test_a_proxy_of_the_system_is_not_asked_for_a_service_on_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with wire(says("Arr.")) as served, wire(refuses(502)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base_url.removesuffix("/v1"))
        async with client(served, proxies=False) as chat:
            assert await collect(chat) == "Arr."
        async with client(served, proxies=True) as chat:
            with pytest.raises(Retryable):
                await collect(chat)


async def test_a_connection_is_kept_only_where_that_is_wanted() -> None:
    body = event("Arr.") + event(finish="stop") + DONE
    head = STREAM.replace(b"Connection: close", b"Transfer-Encoding: chunked")
    answer = sends(head + f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n", 60.0)
    async with wire(answer) as served:
        async with client(served, keep_alive=False) as chat:
            assert [await collect(chat) for _ in range(2)] == ["Arr.", "Arr."]
        assert not served.asked_again.is_set()
        async with client(served, keep_alive=True) as chat:
            assert await collect(chat) == "Arr."
            unanswered = asyncio.create_task(collect(chat))  # this server answers one call of each connection
            await asyncio.wait_for(served.asked_again.wait(), 30)
            unanswered.cancel()
            await asyncio.wait({unanswered})
