"""Chat completions of any OpenAI-compatible service. The only file that knows the `openai` package.

The package is used for the protocol alone: its retries are off (`retrying` has the one policy), and what it passes
over in silence is a failure here: a stream without a finish reason, a 200 that is no stream, an event that is no JSON.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, Literal, Self
from urllib.parse import urlsplit

import aiohttp
import anyio
import httpx2
import openai

from personas.errors import GenerationError, Permanent, Retryable
from personas.generators.events import Events
from personas.generators.failures import Refusal, failure, root_of, status_in
from personas.generators.prefixes import ASKABLE, PROBE, PrefixStyle, Request, bound, continued, request
from personas.generators.reading import Reading
from personas.generators.tokens import conversation_tokens, tokens
from personas.messages import Finish, Prompt, Usage

_BUFFERED: Final = 256
"""Pieces that may wait for a slow consumer; then reading waits too."""
_TAIL: Final = timedelta(seconds=2)
"""How long the figures may take after the finish reason; without them usage is estimated."""
_REST: Final = timedelta(seconds=0.1)
"""How long a body may go on after its last event: read to its end, the connection serves the next call."""
_ANY_NUMBER: Final = 0
"""Of connections, to aiohttp."""
_LOST: Final = (httpx2.RequestError, aiohttp.ClientError, ssl.SSLError, anyio.EndOfStream)
"""What reading a body raises where the connection breaks."""
_UNREADABLE: Final = (ValueError, RecursionError)
"""What JSON raises that is none, or more of it than anybody can mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAIChatSettings:
    """One model of one service."""

    model: str
    """Its name there."""
    base_url: str
    """Up to and without `/chat/completions`."""
    api_key: str = field(repr=False)
    """Never part of an error or a log line."""
    name: str = "openai"
    """First half of the generator's id."""
    languages: frozenset[str] = frozenset()
    prefix: PrefixStyle = PrefixStyle.AUTO
    stop: tuple[str, ...] = ()
    """Stop strings for every prompt, beside the prompt's own."""
    stop_limit: int = 4
    """How many stop strings the service takes; all of them are also cut here."""
    omit: frozenset[str] = frozenset()
    """Parameters the service refuses: of stream_options, temperature, seed, stop, response_format."""
    limit_field: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    """The newest models of OpenAI want the second; most other services know the first only."""
    extra_body: Mapping[str, object] = field(default_factory=dict)
    """Further fields of the request; they win over the prompt's, for instance over its temperature."""
    connect: timedelta = timedelta(seconds=5)
    first_token: timedelta = timedelta(seconds=60)
    """From sending the request to the first text."""
    idle: timedelta = timedelta(seconds=20)
    """Between one event and the next."""
    proxies: bool = True
    """Whether the system's proxy settings apply; not for a service on this machine."""
    keep_alive: bool = True
    """Whether connections are kept for the next call. Worth it where opening one takes time; a service that drops idle
    ones without a word makes the next call fail."""


class OpenAIChat:
    """A generator over one model of an OpenAI-compatible service."""

    def __init__(self, settings: OpenAIChatSettings) -> None:
        """Opens no connection, needs no event loop. Reads the machine's certificates, which blocks for a moment."""
        self._settings = settings
        timeout = httpx2.Timeout(None, connect=settings.connect.total_seconds())
        client, limits = openai.DefaultAioHttpClient, httpx2.Limits(max_connections=_ANY_NUMBER)
        # The quicker client keeps every connection, and refuses credentials in a URL beside a key.
        if not settings.keep_alive or "@" in urlsplit(settings.base_url).netloc:
            kept = None if settings.keep_alive else 0
            client, limits = openai.DefaultAsyncHttpxClient, httpx2.Limits(max_keepalive_connections=kept)
        self._client = openai.AsyncOpenAI(
            api_key=settings.api_key,
            base_url=settings.base_url,
            max_retries=0,
            timeout=timeout,
            http_client=client(timeout=timeout, limits=limits, trust_env=settings.proxies),
        )
        # Taken from the environment by the package, and meant for OpenAI, not for any service that speaks its protocol.
        self._client.organization = self._client.project = None
        self._style = settings.prefix
        self._probing = asyncio.Lock()
        self._running: set[asyncio.Task[Finish]] = set()
        self._closed = False

    @property
    def id(self) -> str:
        return f"{self._settings.name}:{self._settings.model}"

    @property
    def languages(self) -> frozenset[str]:
        return self._settings.languages

    @property
    def settings(self) -> OpenAIChatSettings:
        return self._settings

    @property
    def host(self) -> str:
        """The service as errors name it: without credentials that a URL may carry."""
        parts = urlsplit(self._settings.base_url)
        return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)

    def generate(self, prompt: Prompt) -> "ChatGeneration":
        return ChatGeneration(self, prompt)

    async def aclose(self) -> None:
        """Ends what still runs (its consumer gets Retryable) and closes the connections."""
        self._closed = True
        for reader in tuple(self._running):
            reader.cancel()
        if self._running:
            await asyncio.wait(self._running)
        await self._client.close()

    def start(self, work: Coroutine[Any, Any, Finish]) -> "asyncio.Task[Finish]":
        """Run the reading of one generation, to be ended by `aclose` at the latest."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def style(self, spent: Callable[[Usage], None]) -> PrefixStyle:
        """How to continue a reply here; `spent` is told what finding out costs this caller, call by call.

        Asks the service once, however many wait; a caller that is cancelled or fails leaves the asking to the next.
        Raises what a call raises, except where a style is refused as such.
        """
        async with self._probing:
            if self._style is PrefixStyle.AUTO:
                for style in ASKABLE:
                    if await self._works(style, spent):
                        break
                else:
                    style = PrefixStyle.NONE
                self._style = style
        return self._style

    async def _works(self, style: PrefixStyle, spent: Callable[[Usage], None]) -> bool:
        async with ChatGeneration(self, PROBE, raw=style) as probe:
            try:
                return continued("".join([piece async for piece in probe]))
            except Permanent as refused:
                if refused.key != "generators.refused_request":
                    raise
                return False
            finally:
                spent(probe.usage)

    async def models(self) -> frozenset[str]:
        """The names of all models that the service lists, without asking any of them for words. Raises GenerationError:
        `generators.not_found` where it has no list, which says nothing of the models."""
        reading = Reading(host=self.host, stops=(), prefix="")
        try:
            async with asyncio.timeout(self._settings.first_token.total_seconds()):
                answer = await self._client.get("/models", cast_to=httpx2.Response)
            listed = answer.json()["data"]
            return frozenset(str(model["id"]) for model in listed)
        except (TimeoutError, openai.APIError, aiohttp.ClientError, ValueError, LookupError, TypeError) as error:
            raise self.explain(error, reading) from None

    async def open(self, prompt: Prompt, asked: Request) -> httpx2.Response:
        """Send the call; the response, whose body was not read, is the caller's to close. Raises what the package
        raises, and Retryable once closed.

        The package would hand on each event by itself and make a model of it: most of the work of a reply, and of no
        use here.
        """
        if self._closed:
            raise Retryable("generators.closed", host=self.host)
        settings = self._settings
        omit = settings.omit
        shape = bound(prompt.schema) if prompt.schema and "response_format" not in omit else {}
        wishes = {
            "stream_options": {"include_usage": True},
            "temperature": prompt.temperature,
            "seed": prompt.seed,
            "stop": list(self.stops(prompt)[: settings.stop_limit]) or None,
        }
        body = {
            "model": settings.model,
            "messages": asked.messages,
            "stream": True,
            **{name: value for name, value in wishes.items() if value is not None and name not in omit},
            settings.limit_field: prompt.max_tokens,
            **shape,
            **asked.extra,
            **settings.extra_body,
        }
        stream = await self._client.post(
            "/chat/completions", cast_to=object, body=body, stream=True, stream_cls=openai.AsyncStream[object]
        )
        return stream.response

    def explain(self, error: Exception, reading: Reading) -> GenerationError:
        """The error of ours for one of the package, of JSON or of a deadline. It says nothing of what was sent."""
        settings = self._settings
        names: tuple[object, ...] = ()
        match error:
            case TimeoutError() if reading.arrived:
                return Retryable("generators.stalled", host=self.host, seconds=settings.idle.total_seconds())
            case TimeoutError():
                return Retryable("generators.slow_start", host=self.host, seconds=settings.first_token.total_seconds())
            case _ if isinstance(error, (openai.APIConnectionError, *_LOST)):
                reading.asked *= reading.opened
                key = "generators.connection_lost" if reading.opened else "generators.unreachable"
                return Retryable(key, host=self.host, reason=root_of(error))
            case openai.APIError():
                names = (error.code, error.type, error.param)
            case _:
                return Retryable("generators.malformed", host=self.host)
        status, headers = status_in(error.code), None
        if isinstance(error, openai.APIStatusError):
            reading.asked, status, headers = 0, error.status_code, error.response.headers
        return failure(Refusal(host=self.host, model=settings.model, status=status, names=names, headers=headers))

    def stops(self, prompt: Prompt) -> tuple[str, ...]:
        """Every stop string of a call, the prompt's first, none twice."""
        return tuple(dict.fromkeys(stop for stop in (*prompt.stop, *self._settings.stop) if stop))


class ChatGeneration:
    """One chat completion. A task reads the stream into a bounded buffer: a slow check does not slow reading."""

    def __init__(self, service: OpenAIChat, prompt: Prompt, *, raw: PrefixStyle | None = None) -> None:
        """`raw` continues in that style and hands out what comes, repetitions and all: for asking whether it works."""
        self._service = service
        self._prompt = prompt
        self._raw = raw
        self._buffer: asyncio.Queue[tuple[str, int] | None] = asyncio.Queue()
        """Pieces, each with the quarter tokens that had arrived with it; None once the reader has ended."""
        self._room = asyncio.Semaphore(_BUFFERED)
        self._reading = Reading(host=service.host, stops=service.stops(prompt), prefix="" if raw else prompt.prefix)
        self._reader: asyncio.Task[Finish] | None = None
        self._read = 0
        self._finish: Finish | None = None
        self._probed = Usage()

    @property
    def model(self) -> str:
        return self._service.id

    @property
    def finish(self) -> Finish | None:
        return self._finish

    @property
    def usage(self) -> Usage:
        """The service's figures, or an estimate by characters. What finding out the prefix style has cost is in it."""
        if self._reader is None:
            return Usage()
        reading = self._reading
        figures = reading.figures
        if figures is None:
            out = tokens(reading.arrived + reading.thought)
            figures = Usage(tokens_in=reading.asked, tokens_out=out, estimated=reading.asked > 0)
        unread = tokens(reading.arrived - self._read) if self._finish is not None else 0
        return self._probed + figures + Usage(tokens_overshoot=min(unread, figures.tokens_out), calls=1)

    def __aiter__(self) -> AsyncIterator[str]:
        return self

    async def __anext__(self) -> str:
        if self._finish is not None:
            raise StopAsyncIteration
        if self._reader is None:
            self._reader = self._service.start(self._relay())
            self._reader.add_done_callback(lambda _: self._buffer.put_nowait(None))
        taken = await self._buffer.get()
        if taken is not None:
            piece, self._read = taken
            self._room.release()
            return piece
        self._buffer.put_nowait(None)
        if self._reader.cancelled():
            raise Retryable("generators.closed", host=self._service.host)
        self._finish = self._reader.result()
        self._read = self._reading.arrived
        raise StopAsyncIteration

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        failed = False
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait({self._reader})
            failed = not self._reader.cancelled() and self._reader.exception() is not None
        if self._finish is None and not failed:
            self._finish = Finish.CANCELLED

    async def _relay(self) -> Finish:
        """Read the stream into the buffer, to its end. Raises GenerationError."""
        style = self._raw or PrefixStyle.NONE
        if self._prompt.prefix and not self._raw:
            style = await self._service.style(self._probe)
        asked = request(self._prompt, style)
        reading = self._reading
        reading.asked = conversation_tokens(asked.texts)
        try:
            async with asyncio.timeout(self._service.settings.first_token.total_seconds()) as clock:
                async with aclosing(await self._service.open(self._prompt, asked)) as response:
                    reading.opened = True
                    await self._follow(response, clock)
        except TimeoutError as late:
            if not reading.whole:
                raise self._service.explain(late, reading) from None
        except (openai.APIError, *_LOST, *_UNREADABLE) as error:
            if not reading.whole:
                raise self._service.explain(error, reading) from None
        if reading.end is None:
            raise Retryable(
                "generators.broke_off" if reading.events else "generators.no_stream", host=self._service.host
            )
        if rest := reading.rest():
            self._buffer.put_nowait((rest, reading.arrived))
        return reading.end

    def _probe(self, usage: Usage) -> None:
        self._probed += usage

    async def _follow(self, response: httpx2.Response, clock: asyncio.Timeout) -> None:
        """Read the stream packet by packet: what one brings together is handed on together."""
        reading, stream, now = self._reading, Events(), asyncio.get_running_loop().time
        async with aclosing(response.aiter_bytes()) as packets:
            async for packet in packets:
                events = stream.feed(packet)
                if not events or reading.done:
                    continue
                if self._hand_on(events, response.request):
                    if self._room.locked():
                        clock.reschedule(None)
                    await self._room.acquire()
                if reading.over:
                    return
                if (wait := self._patience()) is not None:
                    clock.reschedule(now() + wait.total_seconds())
        if not reading.done:
            with suppress(*_UNREADABLE):  # cut off within an event
                self._hand_on(stream.finish(), response.request)

    def _hand_on(self, events: list[bytes], request: httpx2.Request) -> bool:
        """Put the text of `events` into the buffer as one piece, before an error that comes after it; whether there was
        any. Raises APIError, ValueError and what `Reading.take` raises."""
        reading, texts = self._reading, list[str]()
        try:
            for data in events:
                if data.startswith(b"[DONE]"):
                    reading.done = True
                if reading.cut or reading.done:
                    break
                event = json.loads(data.decode())
                if isinstance(event, dict) and event.get("error"):
                    raise openai.APIError("in the stream", request, body=event["error"])
                texts.append(reading.take(event))
        finally:
            if text := "".join(texts):
                self._buffer.put_nowait((text, reading.arrived))
        return bool(text)

    def _patience(self) -> timedelta | None:
        """How long the next event may take; None: as it was."""
        reading, settings = self._reading, self._service.settings
        if reading.done:
            return _REST
        if reading.end is not None:
            return _TAIL if reading.whole else settings.idle
        if reading.arrived:
            return settings.idle
        return settings.first_token if reading.thinking else None
