"""The scripted model over HTTP: protocol, pace, faults of the transport, cancels, and what it refuses."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from personas.errors import ModelUnavailable
from personas.generators.scripted_http import LONGEST_BODY
from personas.generators.scripted_server import HOST, ScriptedServer
from personas.generators.scripts import Fault, Gold, Repair, Reply, Script, Sentence
from personas.messages import Finish

TEXT = "어서 오세요. Sit down."


def tea(
    *,
    fault: Fault | None = None,
    chunk: str = "3chars",
    tps: float | None = None,
    lag: int = 0,
) -> Script:
    sentences = (Sentence(t="어서 오세요."), Sentence(t="Sit down.", gold=Gold(cat="order")))
    repair = Repair(p_ok=1, ok="Please sit down.", bad="Sit.")
    reply = Reply(
        script="tea", sentences=sentences, chunk=chunk, tps=tps, fault=fault, cancel_lag_tokens=lag, repair=repair
    )
    return Script(replies=(reply,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Everything that came over the connection, as bytes and taken apart."""

    raw: bytes
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def content(self) -> object:
        return json.loads(self.body)

    @property
    def events(self) -> list[str]:
        return [line.removeprefix("data: ") for line in self.body.decode().split("\n\n") if line]

    @property
    def text(self) -> str:
        chunks = [json.loads(event) for event in self.events if event != "[DONE]"]
        return "".join(choice["delta"].get("content", "") for chunk in chunks for choice in chunk["choices"])


def unchunked(data: bytes) -> bytes:
    """The body of a chunked response, as far as it came."""
    body = b""
    while data:
        size, _, rest = data.partition(b"\r\n")
        body += rest[: int(size, 16)]
        data = rest[int(size, 16) + 2 :]
    return body


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def chat(*, stream: bool = True, text: str = "hi", **more: object) -> bytes:
    content = {"model": "tea", "messages": [{"role": "user", "content": text}], "stream": stream, **more}
    return request("POST", "/v1/chat/completions", json.dumps(content).encode(), Connection="close")


async def exchange(server: ScriptedServer, sent: bytes) -> Answer:
    """Send one request and read until the server closes. Raises ConnectionResetError for a reset."""
    reader, writer = await asyncio.open_connection(HOST, server.port)
    try:
        writer.write(sent)
        raw = await reader.read()
    finally:
        writer.close()
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = unchunked(body) if headers.get("transfer-encoding") == "chunked" else body
    return Answer(raw=raw, status=int(first.split()[1]), headers=headers, body=body)


async def until(happened: Callable[[], bool]) -> None:
    for _ in range(5_000):
        if happened():
            return
        await asyncio.sleep(0.001)
    pytest.fail("it did not happen within five seconds")


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(tea()) as running:
        yield running


async def test_a_stream_is_a_role_pieces_a_reason_the_figures_and_the_mark_of_its_end(server: ScriptedServer) -> None:
    answer = await exchange(server, chat(stream_options={"include_usage": True}))

    chunks = [json.loads(event) for event in answer.events[:-1]]
    assert answer.headers["content-type"] == "text/event-stream"
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert [len(chunk["choices"][0]["delta"]["content"]) for chunk in chunks[1:-3]] == [3] * 5
    assert answer.text == TEXT
    assert [chunk["choices"][0]["finish_reason"] for chunk in chunks[:-1]] == [None] * (len(chunks) - 2) + ["stop"]
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == {"prompt_tokens": 1, "completion_tokens": 9, "total_tokens": 10}
    assert answer.events[-1] == "[DONE]"


async def test_figures_come_only_where_they_are_asked_for(server: ScriptedServer) -> None:
    assert "usage" not in (await exchange(server, chat())).body.decode()


async def test_an_answer_can_be_had_whole(server: ScriptedServer) -> None:
    content = (await exchange(server, chat(stream=False))).content

    assert isinstance(content, dict)
    assert content["choices"] == [
        {"index": 0, "message": {"role": "assistant", "content": TEXT}, "finish_reason": "stop"}
    ]
    assert content["usage"]["completion_tokens"] == 9


async def test_chunks_in_bytes_are_written_in_mid_character() -> None:
    async with ScriptedServer(tea(chunk="1byte")) as server:
        answer = await exchange(server, chat())

    assert answer.text == TEXT
    assert b"1\r\n\xec\r\n1\r\n\x96\r\n1\r\n\xb4\r\n" in answer.raw


async def test_the_rest_of_the_request_is_heeded() -> None:
    """Stop strings, length, parts of text, a prefix: whatever a client can ask of a model that is a script."""
    parts = [{"role": "user", "content": [{"type": "text", "text": "h"}, {"type": "text", "text": "i"}]}]
    prefixed = [{"role": "developer", "content": "Be kind."}, *parts, {"role": "assistant", "content": "어서 오세요."}]
    async with ScriptedServer(tea()) as server:
        assert (await exchange(server, chat(stop=" Sit"))).text == "어서 오세요."
        assert (await exchange(server, chat(stop=["!", "오"]))).text == "어서 "
        assert (await exchange(server, chat(max_tokens=2))).text == "어서"
        assert (await exchange(server, chat(messages=prefixed))).text == " Please sit down."

    last = server.journal[-1].prompt
    assert (last.system, last.turns[0].text, last.prefix) == ("Be kind.", "hi", "어서 오세요.")


async def test_a_connection_serves_one_request_after_another(server: ScriptedServer) -> None:
    first = request("GET", "/health") + request("GET", "/v1/models", Connection="close")

    answer = await exchange(server, first)

    assert answer.raw.count(b"HTTP/1.1 200") == 2
    assert b'"id": "tea"' in answer.raw


async def test_a_client_that_asks_before_it_sends_its_body_is_told_to_go_on(server: ScriptedServer) -> None:
    """curl does, with a long body."""
    head, _, body = (
        chat().replace(b"Connection: close", b"Connection: close\r\nExpect: 100-continue").partition(b"\r\n\r\n")
    )
    reader, writer = await asyncio.open_connection(HOST, server.port)
    writer.write(head + b"\r\n\r\n")
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 \r\n\r\n"
    writer.write(body)
    rest = await reader.read()
    writer.close()

    assert rest.startswith(b"HTTP/1.1 200")


async def test_the_journal_can_be_read_over_http(server: ScriptedServer) -> None:
    await exchange(server, chat())

    content = (await exchange(server, request("GET", "/__script/journal", Connection="close"))).content

    assert isinstance(content, list)
    assert content[0]["said"] == TEXT
    assert content[0]["sentences"][1]["gold"] == {"cat": "order", "severity": 1}
    assert content[0]["prompt"]["turns"][0]["text"] == "hi"


REFUSED = [
    (request("GET", "/nothing", Connection="close"), 404, "not_found"),
    (request("GET", "/v1/chat/completions", Connection="close"), 404, "not_found"),
    (request("POST", "/v1/chat/completions", b"{", Connection="close"), 400, "invalid_request"),
    (chat(messages=[]), 400, "invalid_request"),
    (chat(messages=[{"role": "parrot", "content": "hi"}]), 400, "invalid_request"),
    (chat(text="\ud800"), 400, "invalid_request"),
    (b"nonsense\r\n\r\n", 400, "bad_request"),
    (request("POST", "/v1/chat/completions", b"x" * (LONGEST_BODY + 1)), 413, "request_too_large"),
]


@pytest.mark.parametrize(("sent", "status", "code"), REFUSED)
async def test_a_wrong_request_is_refused_in_the_protocol_and_costs_no_call(
    server: ScriptedServer, sent: bytes, status: int, code: str
) -> None:
    answer = await exchange(server, sent)

    assert answer.status == status
    assert isinstance(answer.content, dict)
    assert answer.content["error"]["code"] == code
    assert server.journal == ()


async def test_any_key_will_do_unless_one_is_configured() -> None:
    async with ScriptedServer(tea(), key="열쇠") as server:
        for wrong in ("", "Bearer k"):
            sent = request("GET", "/v1/models", Connection="close", Authorization=wrong)
            assert (await exchange(server, sent)).status == 401
        assert (await exchange(server, request("GET", "/health", Connection="close"))).status == 200
        right = request("GET", "/v1/models", Connection="close", Authorization="Bearer 열쇠")
        assert (await exchange(server, right)).status == 200


@pytest.mark.parametrize(
    ("fault", "status", "headers"),
    [
        (Fault(kind="status", status=429, code="insufficient_quota"), 429, {}),
        (Fault(kind="status", status=503, retry_after=1.5), 503, {"retry-after": "2", "retry-after-ms": "1500"}),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
async def test_an_error_has_status_code_and_the_time_to_wait(
    fault: Fault, status: int, headers: dict[str, str], *, stream: bool
) -> None:
    async with ScriptedServer(tea(fault=fault)) as server:
        answer = await exchange(server, chat(stream=stream))

    assert answer.status == status
    assert isinstance(answer.content, dict)
    assert answer.content["error"]["code"] == fault.code
    assert {name: value for name, value in answer.headers.items() if name.startswith("retry")} == headers


async def test_a_dropped_connection_ends_before_the_stream_does() -> None:
    async with ScriptedServer(tea(fault=Fault(kind="disconnect", after_chars=4))) as server:
        answer = await exchange(server, chat())

    assert answer.text == "어서 오"
    assert not answer.raw.endswith(b"0\r\n\r\n")
    assert server.journal[-1].fault == "disconnect"


@pytest.mark.parametrize("stream", [True, False])
async def test_a_reset_is_seen_as_one(*, stream: bool) -> None:
    async with ScriptedServer(tea(fault=Fault(kind="reset", after_chars=4))) as server:
        with pytest.raises(ConnectionResetError):
            await exchange(server, chat(stream=stream))


async def test_malformed_and_truncated_streams_end_properly_but_cannot_be_read() -> None:
    for fault in (Fault(kind="malformed", after_chars=4), Fault(kind="truncate", after_chars=4)):
        async with ScriptedServer(tea(fault=fault)) as server:
            answer = await exchange(server, chat())
        assert answer.raw.endswith(b"0\r\n\r\n")
        assert "[DONE]" not in answer.events
        with pytest.raises(json.JSONDecodeError):
            json.loads(answer.events[-1])
        assert json.loads(answer.events[-2])["choices"][0]["delta"]["content"] == "오"


async def test_a_streaming_call_answered_with_a_whole_is_a_fault_and_a_whole_call_is_not() -> None:
    async with ScriptedServer(tea(fault=Fault(kind="non_stream_200"))) as server:
        for stream in (True, False):
            answer = await exchange(server, chat(stream=stream, text=f"{stream}"))
            assert answer.headers["content-type"] == "application/json"
            assert TEXT in answer.body.decode()

    assert [call.fault for call in server.journal] == ["non_stream_200", None]


async def test_a_whole_answer_can_be_malformed_or_shorter_than_it_says() -> None:
    for fault, missing in ((Fault(kind="malformed"), False), (Fault(kind="truncate"), True)):
        async with ScriptedServer(tea(fault=fault)) as server:
            reader, writer = await asyncio.open_connection(HOST, server.port)
            writer.write(chat(stream=False))
            raw = await reader.read()
            writer.close()
        head, _, body = raw.partition(b"\r\n\r\n")
        assert (f"Content-Length: {len(body)}".encode() not in head) is missing
        with pytest.raises(json.JSONDecodeError):
            json.loads(body)


async def test_a_stalled_stream_says_nothing_more_until_the_client_leaves() -> None:
    async with ScriptedServer(tea(fault=Fault(kind="stall", after_chars=4))) as server:
        reader, writer = await asyncio.open_connection(HOST, server.port)
        writer.write(chat())
        await until(lambda: bool(server.journal))
        writer.close()
        rest = await reader.read()

    assert "오".encode() in rest
    assert b"[DONE]" not in rest
    assert server.journal[-1].fault == "stall"


async def test_a_client_that_leaves_cancels_the_call_and_pays_for_the_lag() -> None:
    async with ScriptedServer(tea(chunk="1char", tps=20, lag=4)) as server:
        reader, writer = await asyncio.open_connection(HOST, server.port)
        writer.write(chat())
        await reader.readuntil("어".encode())
        writer.close()
        await until(lambda: bool(server.journal))

    call = server.journal[-1]
    assert call.finish is Finish.CANCELLED
    assert TEXT.startswith(call.said)
    assert call.said != TEXT
    assert call.tokens_overshoot == 4


async def test_closing_the_server_ends_what_runs_and_leaves_nothing_behind() -> None:
    before = asyncio.all_tasks()
    server = ScriptedServer(tea(tps=1))
    await server.start()
    reader, writer = await asyncio.open_connection(HOST, server.port)
    writer.write(chat())
    await reader.readuntil(b"assistant")

    await server.aclose()
    await server.aclose()

    writer.close()
    assert asyncio.all_tasks() == before
    assert server.journal[-1].finish is Finish.CANCELLED


async def test_a_port_in_use_is_said_in_both_languages(server: ScriptedServer) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        await ScriptedServer(tea(), port=server.port).start()

    for language in ("en", "ko"):
        assert str(server.port) in caught.value.explain(language)
    assert caught.value.key == "scripted.port_in_use"


async def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(ModelUnavailable, match="70000"):
        await ScriptedServer(tea(), port=70_000).start()
