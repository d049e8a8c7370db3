"""What the scripted server reads and writes: HTTP over one connection, and the request for a chat completion."""

import asyncio
import itertools
import json
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import h11
import pydantic.dataclasses
from pydantic import ConfigDict, Field, TypeAdapter

from personas.messages import Prompt, Turn

LONGEST_BODY: Final = 4 * 1024 * 1024
"""Bytes of a request."""
UNBOUNDED: Final = 1_000_000
"""Tokens of a reply where the request sets no limit."""

_LENIENT: Final = ConfigDict(extra="ignore", strict=True)


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_LENIENT)
class _Part:
    type: Literal["text"]
    text: str


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_LENIENT)
class _Message:
    role: Literal["system", "developer", "user", "assistant"]
    content: str | tuple[_Part, ...]

    @property
    def text(self) -> str:
        return self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_LENIENT)
class _StreamOptions:
    include_usage: bool = False


@pydantic.dataclasses.dataclass(frozen=True, slots=True, kw_only=True, config=_LENIENT)
class ChatRequest:
    """The part of a request that a scripted model looks at."""

    model: str
    messages: Annotated[tuple[_Message, ...], Field(min_length=1)]
    stream: bool | None = None
    stream_options: _StreamOptions | None = None
    stop: str | tuple[str, ...] | None = None
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None

    @property
    def wants_usage(self) -> bool:
        return self.stream_options is not None and self.stream_options.include_usage

    def prompt(self) -> Prompt:
        """What is asked; a last message of the model's own is the beginning of its reply."""
        turns = [Turn(role="system" if m.role == "developer" else m.role, text=m.text) for m in self.messages]
        prefix = turns.pop().text if turns[-1].role == "assistant" else ""
        system = list(itertools.takewhile(lambda turn: turn.role == "system", turns))
        stop = self.stop or ()
        return Prompt(
            system="\n\n".join(turn.text for turn in system),
            turns=tuple(turns[len(system) :]),
            prefix=prefix,
            stop=(stop,) if isinstance(stop, str) else stop,
            max_tokens=self.max_completion_tokens or self.max_tokens or UNBOUNDED,
        )


CHAT_REQUEST: Final = TypeAdapter(ChatRequest)


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpRequest:
    """One request, read to its end."""

    method: str
    path: str
    headers: Mapping[bytes, bytes]
    body: bytes


class TooLong(Exception):
    """A request is longer than LONGEST_BODY."""


class Connection:
    """HTTP over one connection: requests in, responses out."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.SERVER)

    async def request(self) -> HttpRequest | None:
        """The next request; None once the client has gone or the connection cannot go on.

        Raises h11.RemoteProtocolError, TooLong.
        """
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        head: h11.Request | None = None
        body = bytearray()
        while self._http.our_state is not h11.MUST_CLOSE:
            match self._http.next_event():
                case h11.NEED_DATA:
                    if self._http.they_are_waiting_for_100_continue:
                        await self._send(h11.InformationalResponse(status_code=100, headers=[]))
                    self._http.receive_data(await self._reader.read(65_536))
                case h11.Request() as head:
                    pass
                case h11.Data(data=data):
                    body += data
                    if len(body) > LONGEST_BODY:
                        raise TooLong
                case h11.EndOfMessage() if head is not None:
                    method, target = head.method.decode("ascii"), head.target.decode("ascii")
                    path = target.partition("?")[0]
                    return HttpRequest(method=method, path=path, headers=dict(head.headers), body=bytes(body))
                case _:
                    break
        return None

    async def gone(self) -> None:
        """Returns when the client has closed the connection. What it sends meanwhile is kept for later."""
        try:
            while data := await self._reader.read(65_536):
                self._http.receive_data(data)
        except ConnectionError:
            return

    async def respond(self, status: int, content: object, headers: Mapping[str, str] | None = None) -> None:
        """A whole response in JSON."""
        data = json.dumps(content, ensure_ascii=False).encode()
        length = {"Content-Type": "application/json", "Content-Length": str(len(data))}
        await self.begin(status, {**length, **(headers or {})})
        await self.write(data)
        await self.finish()

    async def begin(self, status: int, headers: Mapping[str, str]) -> None:
        await self._send(h11.Response(status_code=status, headers=list(headers.items())))

    async def write(self, data: bytes) -> None:
        """A part of the body; one HTTP chunk of its own where the length was not said."""
        await self._send(h11.Data(data=data))

    async def finish(self) -> None:
        await self._send(h11.EndOfMessage())

    def can_respond(self) -> bool:
        return self._http.our_state in {h11.IDLE, h11.SEND_RESPONSE}

    async def _send(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()

    def reset(self) -> None:
        """Break the connection off so that the client sees a reset."""
        raw = self._writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()

    async def close(self) -> None:
        """What was written is still sent."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except ConnectionError:
            return
