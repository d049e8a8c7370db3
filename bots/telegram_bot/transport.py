"""Requests to Telegram over aiohttp: the library's own, over httpx, cost the processor far more.

All else is as with `telegram.request.HTTPXRequest`: how long each part of a request may take, the errors, the proxies
that the environment names, what is trusted, how long a connection is kept. But of an error only its kind is told: its
words may have the address in them, and that has the token.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bots.errors import RefuseToStart

_KEPT: Final = 5.0
"""Seconds that a connection which nobody uses is kept."""
_PIECE: Final = 64 * 1024
"""Bytes of an upload that are written at once."""
_PORTS: Final = {"http": 80, "https": 443}
_DEFAULT: Final = BaseRequest.DEFAULT_NONE


class Crowded(TimeoutError):
    """No connection was free in time: nothing was sent."""


class Transport(BaseRequest):
    """Meets `telegram.request.BaseRequest`. Used from one event loop, between `initialize` and `shutdown`."""

    def __init__(
        self,
        connection_pool_size: int = 256,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 5.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        media_write_timeout: float | None = 20.0,
    ) -> None:
        """Seconds, where a request does not say it otherwise; None: for ever. Reading and writing may take so long for
        each piece. Raises RefuseToStart where the environment names a proxy that does not speak HTTP."""
        self._free = asyncio.Semaphore(connection_pool_size)
        self._read, self._write = read_timeout, write_timeout
        self._connect, self._pool = connect_timeout, pool_timeout
        self._media_write = media_write_timeout
        self._proxies = _proxies()
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        """See `BaseRequest.read_timeout`."""
        return self._read

    async def initialize(self) -> None:
        """See `BaseRequest.initialize`. Idempotent."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT, ssl=httpx.create_ssl_context()),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """See `BaseRequest.shutdown`. Idempotent."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = _DEFAULT,
        write_timeout: Any = _DEFAULT,
        connect_timeout: Any = _DEFAULT,
        pool_timeout: Any = _DEFAULT,
    ) -> tuple[int, bytes]:
        """See `BaseRequest.do_request`. Raises TimedOut and NetworkError, RuntimeError where it is not initialized."""
        session = self._session
        if session is None:
            raise RuntimeError("This request is not initialized!")
        files = request_data is not None and request_data.contains_files
        times = aiohttp.ClientTimeout(
            total=None, connect=_given(connect_timeout, self._connect), sock_read=_given(read_timeout, self._read)
        )
        with _told():
            await self._connection(_given(pool_timeout, self._pool))
            try:
                async with asyncio.timeout(None) as writing:
                    patience = _given(write_timeout, self._media_write if files else self._write)
                    data, headers = await _body(request_data, writing, patience)
                    async with session.request(
                        method,
                        url,
                        data=data,
                        headers=headers,
                        timeout=times,
                        proxy=self._proxy(url) if self._proxies else None,
                        allow_redirects=False,
                    ) as response:
                        return response.status, await response.read()
            finally:
                self._free.release()

    async def _connection(self, patience: float | None) -> None:
        """Wait for a connection to be free. Raises Crowded."""
        try:
            async with asyncio.timeout(patience):
                await self._free.acquire()
        except TimeoutError:
            raise Crowded from None

    def _proxy(self, url: str) -> str | None:
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
        if parts.hostname is None or proxy_bypass(f"{parts.hostname}:{port}"):
            return None
        return self._proxies.get(parts.scheme) or self._proxies.get("all")


@contextmanager
def _told() -> Iterator[None]:
    """Errors as the library knows them. What they come from is their cause (`bots.telegram_bot.faults`)."""
    try:
        yield
    except TimeoutError as error:
        raise TimedOut from error
    except (aiohttp.ClientError, OSError) as error:
        raise NetworkError(f"aiohttp.{type(error).__name__}") from error


async def _body(
    asked: RequestData | None, writing: asyncio.Timeout, patience: float | None
) -> tuple[bytes | AsyncGenerator[bytes, None] | None, dict[str, str]]:
    """What is sent, and what is said of it. `writing` ends where a piece of an upload takes longer than `patience`."""
    if asked is None:
        return None, {}
    fields = asked.json_parameters
    if not asked.contains_files:
        return URL.build(query=fields).raw_query_string.encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    form = aiohttp.FormData(fields, quote_fields=False)
    for name, (filename, content, kind) in asked.multipart_data.items():
        # As a file: of many bytes aiohttp warns that sending them at once takes long.
        opened = BytesIO(content) if isinstance(content, bytes) else content
        form.add_field(name, opened, filename=filename, content_type=kind)
    parts = form()
    body = await parts.as_bytes()
    headers = {"Content-Type": parts.content_type, "Content-Length": str(len(body))}
    return _pieces(body, writing, patience), headers


async def _pieces(body: bytes, writing: asyncio.Timeout, patience: float | None) -> AsyncGenerator[bytes, None]:
    now = asyncio.get_running_loop().time
    for start in range(0, len(body), _PIECE):
        writing.reschedule(None if patience is None else now() + patience)
        yield body[start : start + _PIECE]
    writing.reschedule(None)


def _given(asked: Any, otherwise: float | None) -> float | None:
    seconds: float | None = otherwise if asked is _DEFAULT else asked
    return seconds


def _proxies() -> dict[str, str]:
    """The proxies that the environment names, by the scheme that they are for."""
    named = {scheme: url for scheme, url in getproxies().items() if url and scheme in {"http", "https", "all"}}
    found = {scheme: url if "://" in url else f"http://{url}" for scheme, url in named.items()}
    for scheme, url in found.items():
        if urlsplit(url).scheme not in {"http", "https"}:
            raise RefuseToStart(
                "telegram_core.bad_proxy", variable=f"{scheme.upper()}_PROXY", found=urlsplit(url).scheme
            )
    return found
