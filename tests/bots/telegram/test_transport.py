"""Requests to Telegram: what is sent, what is waited for, and what is told of an error."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import telegram
from aiohttp import web
from hypothesis import example, given, settings
from hypothesis import strategies as st
from telegram.error import NetworkError, TelegramError, TimedOut

from bots.app import platforms_of
from bots.config import Settings
from bots.errors import RefuseToStart
from bots.telegram_bot.faults import unsent, unsure
from bots.telegram_bot.transport import Transport

Asked = Callable[[web.Request], Awaitable[web.StreamResponse]]

TOKEN = "1:secret"
SHORT = 0.05


@asynccontextmanager
async def served(asked: Asked) -> AsyncGenerator[str]:
    """The address of a server that answers so."""
    app = web.Application(client_max_size=1 << 26)
    app.router.add_route("*", "/{path:.*}", asked)
    runner = web.AppRunner(app, shutdown_timeout=0, handler_cancellation=True)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def speaking(url: str, transport: Transport) -> AsyncGenerator[telegram.Bot]:
    """A bot whose requests go there, without asking who it is."""
    bot = telegram.Bot(TOKEN, base_url=f"{url}/bot", request=transport, get_updates_request=transport)
    async with transport:
        yield bot


def done() -> web.Response:
    return web.json_response({"ok": True, "result": True})


async def never(_: web.Request) -> web.Response:
    await asyncio.Event().wait()
    return done()


def said(chat: int) -> web.Response:
    message = {"message_id": 5, "date": 1, "chat": {"id": chat, "type": "private"}}
    return web.json_response({"ok": True, "result": message})


@settings(max_examples=30, deadline=None)
@example("a+b&c=d;e%20f?#/\\\"'~é\n\t\x00 안녕😀")
@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
async def test_what_is_asked_for_arrives_as_it_was_meant_in_any_script(words: str) -> None:
    heard: list[tuple[str, object]] = []

    async def asked(request: web.Request) -> web.Response:
        heard.append((request.path, dict(await request.post())))
        return said(7)

    async with served(asked) as url, speaking(url, Transport()) as bot:
        await bot.send_message(7, words, reply_parameters=telegram.ReplyParameters(3), protect_content=True)

    given = {"chat_id": "7", "text": words, "reply_parameters": '{"message_id": 3}', "protect_content": "true"}
    assert heard == [(f"/bot{TOKEN}/sendMessage", given)]


async def test_a_file_arrives_whole_with_its_name_and_what_stands_under_it() -> None:
    heard: list[dict[str, object]] = []

    async def asked(request: web.Request) -> web.Response:
        form = await request.post()
        files = [(name, part) for name, part in form.items() if isinstance(part, web.FileField)]
        heard.append({name: part for name, part in form.items() if isinstance(part, str)})
        heard.append({name: (part.filename, part.content_type, part.file.read()) for name, part in files})
        return said(7)

    picture = bytes(range(256)) * 1_000
    async with served(asked) as url, speaking(url, Transport()) as bot:
        await bot.send_document(7, picture, filename='탈 "춤".png', caption="같이")

    assert heard == [{"chat_id": "7", "caption": "같이"}, {"document": ('탈 "춤".png', "image/png", picture)}]


async def test_an_answer_that_does_not_come_is_not_waited_for_and_nobody_knows_what_became_of_the_call() -> None:
    async with served(never) as url, speaking(url, Transport(read_timeout=SHORT)) as bot:
        with pytest.raises(TimedOut) as late:
            await bot.delete_message(7, 5)

    assert unsure(late.value)


async def test_a_call_that_found_no_connection_free_was_surely_not_sent() -> None:
    async with served(never) as url, speaking(url, Transport(1, read_timeout=None, pool_timeout=SHORT)) as bot:
        first = asyncio.create_task(bot.delete_message(7, 5))
        await asyncio.sleep(0)
        with pytest.raises(TimedOut) as late:
            await bot.delete_message(7, 6)
        first.cancel()
        await asyncio.wait([first])

    assert unsent(late.value)


async def test_one_that_was_cut_short_makes_room_for_another() -> None:
    async def asked(request: web.Request) -> web.Response:
        return await never(request) if "getMe" in request.path else done()

    async with served(asked) as url, speaking(url, Transport(1)) as bot:
        first = asyncio.create_task(bot.get_me())
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.wait([first])

        assert await bot.delete_message(7, 5)


async def test_a_telegram_that_is_not_there_got_nothing_and_the_error_does_not_tell_the_token() -> None:
    async with served(never) as url:
        pass
    async with speaking(url, Transport()) as bot:
        with pytest.raises(NetworkError) as error:
            await bot.delete_message(7, 5)

    assert unsent(error.value)
    assert not unsure(error.value)
    assert "secret" not in str(error.value)


async def test_of_a_connection_that_breaks_off_nobody_knows_what_was_sent() -> None:
    async def asked(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return done()

    async with served(asked) as url, speaking(url, Transport()) as bot:
        with pytest.raises(NetworkError) as error:
            await bot.delete_message(7, 5)

    assert unsure(error.value)
    assert "secret" not in str(error.value)


async def test_an_upload_that_nobody_takes_comes_to_its_end() -> None:
    async def unread(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.transport.abort()

    over = asyncio.Event()
    server = await asyncio.start_server(unread, "127.0.0.1", 0, limit=1)
    host, port = server.sockets[0].getsockname()
    transport = Transport(read_timeout=None, media_write_timeout=SHORT)
    async with server, speaking(f"http://{host}:{port}", transport) as bot:
        with pytest.raises(TimedOut):
            await bot.send_document(7, bytes(1 << 25), filename="x")
        over.set()


async def test_an_answer_that_sends_us_elsewhere_is_not_followed() -> None:
    asked_for: list[str] = []

    async def asked(request: web.Request) -> web.Response:
        asked_for.append(request.path)
        raise web.HTTPFound("/elsewhere")

    async with served(asked) as url, speaking(url, Transport()) as bot:
        with pytest.raises(TelegramError):
            await bot.delete_message(7, 5)

    assert len(asked_for) == 1


async def test_a_call_that_a_proxy_did_not_let_through_was_surely_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    async def asked(_: web.Request) -> web.Response:
        raise web.HTTPServiceUnavailable

    async with served(asked) as url:
        monkeypatch.setenv("https_proxy", url)
        async with speaking("https://telegram.example", Transport()) as bot:
            with pytest.raises(NetworkError) as error:
                await bot.delete_message(7, 5)

    assert unsent(error.value)
    assert not unsure(error.value)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("spared", "url", "direct"),
    [
        ("localhost", "http://localhost:8081", True),
        ("localhost:8081", "http://localhost:8081", True),
        ("localhost:8082", "http://localhost:8081", False),
        ("127.0.0.1:8081", "http://127.0.0.1:8081", True),
        ("127.0.0.1:80, localhost", "http://127.0.0.1", True),
        ("::1", "http://[::1]:8081", True),
        ("::1", "http://[::2]:8081", False),
        ("*", "http://localhost:8081", True),
    ],
)
async def test_what_the_environment_says_no_proxy_is_for_has_none_with_its_port_or_without(
    spared: str, url: str, direct: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []

    async def asked(request: web.Request) -> web.Response:
        heard.append(str(request.url))
        return done()

    async with served(asked) as proxy:
        monkeypatch.setenv("http_proxy", proxy)
        monkeypatch.setenv("no_proxy", spared)
        async with speaking(url, Transport()) as bot:
            with suppress(TelegramError):  # nobody is there
                await bot.delete_message(7, 5)

    assert heard == ([] if direct else [f"{url}/bot{TOKEN}/deleteMessage"])


@pytest.mark.parametrize("variable", ["http_proxy", "all_proxy"])
async def test_the_proxy_of_the_environment_is_used_but_where_the_environment_says_not(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[str, str | None]] = []

    async def asked(request: web.Request) -> web.Response:
        heard.append((str(request.url), request.headers.get("Proxy-Authorization")))
        return done()

    async with served(asked) as url:
        monkeypatch.setenv(variable, url.replace("//", "//ann:pw@").removeprefix("http://"))
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        async with speaking("http://telegram.example", Transport()) as bot:
            await bot.delete_message(7, 5)
        async with speaking(url, Transport()) as bot:
            await bot.delete_message(7, 5)

    assert heard == [
        (f"http://telegram.example/bot{TOKEN}/deleteMessage", "Basic YW5uOnB3"),
        (f"{url}/bot{TOKEN}/deleteMessage", None),
    ]


def test_a_proxy_that_does_not_speak_http_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("all_proxy", "socks5://127.0.0.1:9")

    with pytest.raises(RefuseToStart) as refused:
        Transport()

    assert "ALL_PROXY names a socks5:// proxy" in refused.value.explain("en")
    assert "ALL_PROXY에 socks5:// 프록시가" in refused.value.explain("ko")


async def test_it_can_be_shut_down_twice_and_begun_again() -> None:
    async def asked(_: web.Request) -> web.Response:
        return done()

    transport = Transport()
    async with served(asked) as url, speaking(url, transport) as bot:
        await transport.shutdown()
        await transport.shutdown()
        with pytest.raises(TelegramError):
            await bot.delete_message(7, 5)
        await transport.initialize()

        assert await bot.delete_message(7, 5)


def test_the_program_is_not_put_together_with_a_proxy_that_telegram_cannot_be_reached_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "socks5://127.0.0.1:9")
    settings = Settings.load(b"[telegram]", {"TALCHUM_DATA": str(tmp_path), "TELEGRAM_TOKEN": TOKEN})

    with pytest.raises(RefuseToStart, match="HTTPS_PROXY names a socks5"):
        platforms_of(settings)
