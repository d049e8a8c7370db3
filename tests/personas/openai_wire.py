"""A service on this machine that answers as a test says, and a client of it."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from personas.errors import GenerationError
from personas.generators.openai_chat import OpenAIChat, OpenAIChatSettings
from personas.generators.prefixes import PrefixStyle
from personas.messages import Prompt, Turn

KEY = "sk-a-very-secret-key"
HELLO = Prompt(system="You are Redbeard.", turns=(Turn(role="user", text="Who are you?"),))
SOON = timedelta(milliseconds=80)

Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Wire:
    """A server's side: what was asked, and whether the client asked again over one connection or has hung up."""

    answers: list[Answer]
    base_url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    heads: list[str] = field(default_factory=list)
    asked_again: asyncio.Event = field(default_factory=asyncio.Event)
    hung_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(int(line[15:]) for line in head.lower().split("\r\n") if line.startswith("content-length:"))
        self.heads.append(head)
        self.bodies.append(json.loads(await reader.readexactly(length)))
        answer = self.answers[min(len(self.bodies), len(self.answers)) - 1]
        answering = asyncio.create_task(self._answer(answer, writer))
        try:
            if await reader.read(1):
                self.asked_again.set()
                await reader.read()
            self.hung_up.set()
        finally:
            answering.cancel()

    @staticmethod
    async def _answer(answer: Answer, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await answer(writer)
            if writer.can_write_eof() and not writer.is_closing():
                writer.write_eof()


@contextlib.asynccontextmanager
async def wire(*answers: Answer) -> AsyncIterator[Wire]:
    """A server that gives `answers` in order, the last one from then on."""
    served, handlers = Wire(answers=list(answers)), set[asyncio.Task[None]]()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = asyncio.create_task(served.serve(reader, writer))
        handlers.add(handler)
        await asyncio.wait({handler})
        writer.transport.abort()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    served.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield served
    finally:
        server.close()
        for handler in handlers:
            handler.cancel()
        await asyncio.gather(*handlers, return_exceptions=True)
        await asyncio.sleep(0.01)  # what is closed is only released in the loop's next rounds


@contextlib.asynccontextmanager
async def client(served: Wire, **settings: Any) -> AsyncIterator[OpenAIChat]:
    """A generator that asks `served` and leaves no task behind."""
    chosen = {"prefix": PrefixStyle.ASSISTANT, "proxies": False, **settings}
    chat = OpenAIChat(OpenAIChatSettings(model="m", base_url=served.base_url, api_key=KEY, **chosen))
    try:
        yield chat
    finally:
        await chat.aclose()


def event(text: str | None = None, finish: str | None = None, **delta: Any) -> bytes:
    content = {} if text is None else {"content": text}
    return data({"id": "x", "choices": [{"index": 0, "delta": {**content, **delta}, "finish_reason": finish}]})


def figures(asked: int, out: int, cached: int = 0) -> bytes:
    details = {"prompt_tokens_details": {"cached_tokens": cached}}
    return data({"id": "x", "choices": [], "usage": {"prompt_tokens": asked, "completion_tokens": out, **details}})


def data(value: object) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode() + b"\n\n"


DONE = b"data: [DONE]\n\n"
STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"


def sends(*parts: bytes | asyncio.Event | float) -> Answer:
    """An answer of these bytes as they are; an event is set, a number is slept."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        for part in parts:
            if isinstance(part, asyncio.Event):
                part.set()
            elif isinstance(part, bytes):
                writer.write(part)
                await writer.drain()
            else:
                await asyncio.sleep(part)

    return answer


def streams(*parts: bytes | asyncio.Event | float) -> Answer:
    return sends(STREAM, *parts)


def says(*pieces: str, finish: str = "stop") -> Answer:
    return streams(event(role="assistant"), *map(event, pieces), event(finish=finish), figures(7, len(pieces)), DONE)


def refuses(status: int, error: object = None, *headers: str) -> Answer:
    body = json.dumps({"error": error or {}}).encode()
    lines = [f"HTTP/1.1 {status} No", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return sends("\r\n".join([*lines, "Connection: close", "", ""]).encode() + body)


def drops(*parts: bytes) -> Answer:
    """A chunked stream whose connection breaks within the body."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(STREAM.replace(b"Connection: close", b"Transfer-Encoding: chunked"))
        for part in parts:
            writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        await writer.drain()
        writer.close()

    return answer


async def collect(chat: OpenAIChat, prompt: Prompt = HELLO) -> str:
    async with chat.generate(prompt) as generation:
        return "".join([piece async for piece in generation])


async def fails(answer: Answer, **settings: Any) -> GenerationError:
    async with wire(answer) as served, client(served, **settings) as chat:
        with pytest.raises(GenerationError) as caught:
            await collect(chat)
    return caught.value


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(5000):
        if condition():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("did not happen")


def other_tasks() -> set[asyncio.Task[Any]]:
    """Tasks that read a stream for a generation."""
    return {task for task in asyncio.all_tasks() if "ChatGeneration" in repr(task.get_coro())}
