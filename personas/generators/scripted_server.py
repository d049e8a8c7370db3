"""A scripted model behind an OpenAI-compatible interface on this machine, with the faults that happen to real ones.

    POST /v1/chat/completions   streamed or whole
    GET  /v1/models             one model: the script
    GET  /health                needs no key
    GET  /__script/journal      what was asked, said, cancelled and generated too much

Any key is accepted unless one is configured. A cancelled call is noticed when the client closes the connection; the
cancel lag of the script is then counted, without taking time.
"""

import asyncio
import dataclasses
import errno
import json
import math
import secrets
from typing import Final, Self

import h11
from pydantic import ValidationError

from moderation.file_faults import reason_of
from personas.errors import ModelUnavailable
from personas.generators.scripted import Sleep
from personas.generators.scripted_http import CHAT_REQUEST, ChatRequest, Connection, HttpRequest, TooLong
from personas.generators.scripted_model import Call, Performance, ScriptedModel
from personas.generators.scripts import Fault, Script
from personas.messages import Finish

HOST: Final = "127.0.0.1"


def _error(message: str, *, code: str | None) -> dict[str, object]:
    return {"error": {"message": message, "type": code, "param": None, "code": code}}


class _Stage:
    """One performance, given over a connection. The client may leave at any time."""

    def __init__(
        self,
        connection: Connection,
        performance: Performance,
        asked: ChatRequest,
        *,
        model: str,
        sleep: Sleep,
        gone: "asyncio.Task[None]",
    ) -> None:
        """`gone` is done once the client has left."""
        self._connection = connection
        self._performance = performance
        self._asked = asked
        self._model = model
        self._sleep = sleep
        self._gone = gone

    async def perform(self) -> None:
        """Everything up to the end, the fault or the leaving of the client. Raises ConnectionError for the latter."""
        fault = self._performance.fault
        if fault is not None and fault.kind == "status":
            await self._refuse(fault)
        elif self._asked.stream and not (fault is not None and fault.kind == "non_stream_200"):
            await self._stream()
        else:
            await self._whole()

    async def _awaited(self) -> bool:
        """Wait as long as the next piece takes; whether the client is still there."""
        pause = asyncio.ensure_future(self._sleep(self._performance.wait.total_seconds()))
        try:
            await asyncio.wait({pause, self._gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            pause.cancel()
        return not self._gone.done()

    async def _refuse(self, fault: Fault) -> None:
        assert fault.status is not None
        if not await self._awaited():
            return
        headers = {}
        if fault.retry_after is not None:
            headers["Retry-After"] = str(math.ceil(fault.retry_after))
            headers["Retry-After-Ms"] = str(round(fault.retry_after * 1000))
        self._strike()
        await self._connection.respond(fault.status, _error("as the script says", code=fault.code), headers)

    def _strike(self) -> None:
        self._performance.strike()
        self._performance.end(None)

    async def _stream(self) -> None:
        connection, performance = self._connection, self._performance
        await connection.begin(200, {"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await self._event(self._chunk({"role": "assistant", "content": ""}))
        while await self._awaited():
            piece = performance.take()
            if piece is not None:
                await self._event(self._chunk({"content": piece}))
                continue
            if performance.fault is not None:
                await self._break_stream(performance.fault)
                return
            performance.end(performance.finish)
            if performance.finish is not None:
                await self._event(self._chunk({}, finish=performance.finish))
            if self._asked.wants_usage:
                await self._event({**self._frame("chat.completion.chunk"), "choices": [], "usage": self._usage()})
            await connection.write(b"data: [DONE]\n\n")
            await connection.finish()
            return

    async def _break_stream(self, fault: Fault) -> None:
        self._strike()
        match fault.kind:
            case "malformed":
                await self._connection.write(b'data: {"choices": [{"delta": {"content": \n\n')
                await self._connection.finish()
            case "truncate":
                whole = json.dumps(self._chunk({"content": "…"})).encode()
                await self._connection.write(b"data: " + whole[: len(whole) // 2])
                await self._connection.finish()
            case _:
                await self._break_off(fault)

    async def _break_off(self, fault: Fault) -> None:
        match fault.kind:
            case "stall":
                await asyncio.wait({self._gone})
            case "reset":
                self._connection.reset()
            case _:
                await self._connection.close()

    async def _whole(self) -> None:
        performance = self._performance
        while await self._awaited():
            if performance.take() is not None:
                continue
            fault = performance.fault
            if fault is not None and (self._asked.stream or fault.kind != "non_stream_200"):
                self._strike()
            else:
                fault = None
                performance.end(performance.finish)
            message = {"role": "assistant", "content": performance.meant}
            choice = {"index": 0, "message": message, "finish_reason": performance.finish}
            await self._body({**self._frame("chat.completion"), "choices": [choice], "usage": self._usage()}, fault)
            return

    async def _body(self, content: dict[str, object], fault: Fault | None) -> None:
        if fault is None or fault.kind == "non_stream_200":
            await self._connection.respond(200, content)
            return
        if fault.kind in {"malformed", "truncate"}:
            whole = json.dumps(content).encode()
            half = whole[: len(whole) // 2]
            length = len(half if fault.kind == "malformed" else whole)
            await self._connection.begin(200, {"Content-Type": "application/json", "Content-Length": str(length)})
            await self._connection.write(half)
            if fault.kind == "malformed":
                await self._connection.finish()
                return
        await self._break_off(fault)

    async def _event(self, content: dict[str, object]) -> None:
        data = f"data: {json.dumps(content, ensure_ascii=False)}\n\n".encode()
        for part in self._performance.wire(data):
            await self._connection.write(part)

    def _frame(self, kind: str) -> dict[str, object]:
        """What every answer says of itself; it keeps no time, so it was created at 0."""
        return {"id": f"chatcmpl-{self._performance.label}", "object": kind, "created": 0, "model": self._model}

    def _chunk(self, delta: dict[str, str], *, finish: Finish | None = None) -> dict[str, object]:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return {**self._frame("chat.completion.chunk"), "choices": [choice]}

    def _usage(self) -> dict[str, int]:
        usage = self._performance.usage
        total = usage.tokens_in + usage.tokens_out
        return {"prompt_tokens": usage.tokens_in, "completion_tokens": usage.tokens_out, "total_tokens": total}


class ScriptedServer:
    """Serves one script on 127.0.0.1. Use it with `async with`, or `start` and `aclose`."""

    def __init__(
        self,
        script: Script | ScriptedModel,
        *,
        port: int = 0,
        key: str | None = None,
        sleep: Sleep = asyncio.sleep,
        journal_size: int = 10_000,
    ) -> None:
        """`port` 0 takes a free one; `key` is what callers must bring, None lets everybody in. A model brings the
        journal with it."""
        self._model = ScriptedModel(script, journal_size=journal_size) if isinstance(script, Script) else script
        self._port = port
        self._key = key
        self._sleep = sleep
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """The port it listens on; before the start the one asked for."""
        return self._port

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self._port}/v1"

    @property
    def model(self) -> str:
        """The name to ask for; any other is answered alike."""
        return self._model.script.name

    @property
    def journal(self) -> tuple[Call, ...]:
        """The calls that ended, oldest first. A cancelled one ends when its connection is seen to be closed."""
        return self._model.journal

    async def start(self) -> None:
        """Listen. Raises ModelUnavailable where the port cannot be had."""
        try:
            self._server = await asyncio.start_server(self._serve, HOST, self._port)
        except OverflowError as error:
            raise ModelUnavailable("scripted.cannot_listen", host=HOST, port=self._port, reason="0-65535") from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise ModelUnavailable("scripted.port_in_use", host=HOST, port=self._port) from error
            reason = reason_of(error)
            raise ModelUnavailable("scripted.cannot_listen", host=HOST, port=self._port, reason=reason) from error
        self._port = self._server.sockets[0].getsockname()[1]

    async def aclose(self) -> None:
        """Stop listening and break off what still runs. Idempotent."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        await server.wait_closed()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._converse(Connection(reader, writer)))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _converse(self, connection: Connection) -> None:
        """Answer the requests of one connection until it ends."""
        try:
            while (request := await connection.request()) is not None:
                await self._answer(connection, request)
        except TooLong:
            await connection.respond(413, _error("the request is too long", code="request_too_large"))
        except h11.RemoteProtocolError as error:
            if connection.can_respond():
                await connection.respond(error.error_status_hint, _error(str(error), code="bad_request"))
        except ConnectionError:
            return
        finally:
            await connection.close()

    async def _answer(self, connection: Connection, request: HttpRequest) -> None:
        route = (request.method, request.path)
        if route == ("GET", "/health"):
            await connection.respond(200, {"status": "ok"})
        elif not self._may(request):
            await connection.respond(401, _error("wrong API key", code="invalid_api_key"))
        elif route == ("POST", "/v1/chat/completions"):
            await self._chat(connection, request.body)
        elif route == ("GET", "/v1/models"):
            model = {"id": self.model, "object": "model", "created": 0, "owned_by": "talchum"}
            await connection.respond(200, {"object": "list", "data": [model]})
        elif route == ("GET", "/__script/journal"):
            await connection.respond(200, [dataclasses.asdict(call) for call in self.journal])
        else:
            await connection.respond(404, _error(f"nothing at {request.method} {request.path}", code="not_found"))

    def _may(self, request: HttpRequest) -> bool:
        given = request.headers.get(b"authorization", b"")
        return self._key is None or secrets.compare_digest(given, f"Bearer {self._key}".encode())

    async def _chat(self, connection: Connection, body: bytes) -> None:
        try:
            asked = CHAT_REQUEST.validate_json(body)
        except ValidationError as error:
            await connection.respond(400, _error(str(error), code="invalid_request"))
            return
        performance = self._model.answer(asked.prompt())
        gone = asyncio.create_task(connection.gone())
        try:
            stage = _Stage(connection, performance, asked, model=self.model, sleep=self._sleep, gone=gone)
            await stage.perform()
        finally:
            performance.end(Finish.CANCELLED)
            gone.cancel()
            await asyncio.wait({gone})
