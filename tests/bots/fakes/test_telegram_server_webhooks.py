"""Webhooks at the fake Telegram: set with its rules, delivered with the secret, again and in order."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

import pytest
from aiohttp import web
from telegram.error import BadRequest, Conflict

from bots.fakes.telegram_server import TelegramServer
from tests.support.telegram_probe import Probe, ask, refused
from tests.support.telegram_running import builder, listening

HOST: Final = "https://talchum.example"
HOOK: Final = f"{HOST}/hook"
SECRET: Final = "s3cr3t-of_the_hook"


def brisk() -> TelegramServer:
    """That loses no time before it delivers again."""
    return TelegramServer(webhook_pause=timedelta(milliseconds=5), webhook_patience=timedelta(milliseconds=300))


class Receiver:
    """What answers at the hook: 200, unless a test says otherwise."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.answer: Callable[[dict[str, Any]], int | float] = lambda update: 200
        """A status, or for how many seconds (a fraction) there is no answer."""
        self.body = ""
        self.gate: asyncio.Event | None = None
        """What the first waits for; another opens it."""

    async def serve(self, request: web.Request) -> web.Response:
        update: dict[str, Any] = await request.json()
        assert request.content_type == "application/json"
        self.got.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        if self.gate is not None:
            self.gate.set() if len(self.got) > 1 else await self.gate.wait()
        answer = self.answer(update)
        if isinstance(answer, float):
            await asyncio.sleep(answer)
        return web.Response(status=int(answer) or 200, text=self.body)

    @property
    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.got if "message" in update]


@asynccontextmanager
async def receiving(server: TelegramServer, **how: Any) -> AsyncGenerator[Receiver, None]:
    """A hook that is set and answers."""
    receiver = Receiver()
    application = web.Application()
    application.router.add_post("/hook", receiver.serve)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.proxy(HOST, f"http://127.0.0.1:{runner.addresses[0][1]}")
    try:
        assert (await ask(server, "setWebhook", url=HOOK, **how))["ok"]
        yield receiver
        await server.courier.close()
    finally:
        await runner.cleanup()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def test_python_telegram_bot_is_served_by_webhook_with_the_secret() -> None:
    async with brisk() as server:
        port = free_port()
        server.proxy(HOST, f"http://127.0.0.1:{port}")
        probe = Probe(server)
        how = {"port": port, "url_path": "hook", "webhook_url": HOOK, "secret_token": SECRET}
        async with listening(probe.app, **how):
            server.say(server.private, server.person, "hello")
            await server.until(lambda: probe.heard and server.journal.deliveries[0].status == 200)
        waiting = await ask(server, "getWebhookInfo")

    assert probe.texts == ["hello"]
    assert (waiting["result"]["url"], waiting["result"]["pending_update_count"]) == (HOOK, 0)


async def test_without_the_right_secret_the_bot_takes_nothing() -> None:
    async with brisk() as server:
        port = free_port()
        server.proxy(HOST, f"http://127.0.0.1:{port}")
        probe = Probe(server)
        async with listening(probe.app, port=port, url_path="hook", webhook_url=HOOK, secret_token=SECRET):
            await ask(server, "setWebhook", url=HOOK, secret_token="another")
            server.say(server.private, server.person, "hello")
            await server.until(lambda: [one for one in server.journal.deliveries if one.status == 403])
            await ask(server, "setWebhook", url=HOOK, secret_token=SECRET)
            await server.until(lambda: probe.heard)

    assert probe.texts == ["hello"]


async def test_what_waited_is_delivered_with_the_secret_and_is_gone() -> None:
    async with brisk() as server:
        server.say(server.private, server.person, "one")
        async with receiving(server, secret_token=SECRET) as receiver:
            server.say(server.private, server.person, "two")
            await server.until(lambda: not server.updates.pending)

    assert receiver.texts == ["one", "two"]
    assert receiver.secrets == [SECRET, SECRET]
    assert [delivery.status for delivery in server.journal.deliveries] == [200, 200]


async def test_what_is_not_taken_comes_again_and_holds_back_the_rest_of_its_chat_alone() -> None:
    failures = iter((500, 502, 301))
    async with brisk() as server:
        other = server.world.add_user("Ren")
        async with receiving(server) as receiver:
            receiver.answer = lambda update: next(failures, 200) if update["message"]["text"] == "one" else 200
            server.say(server.private, server.person, "one")
            server.say(server.private, server.person, "two")
            server.say(server.world.private(other), other, "elsewhere")
            await server.until(lambda: not server.updates.pending)

    assert [text for text in receiver.texts if text != "elsewhere"] == ["one", "one", "one", "one", "two"]
    assert receiver.texts.index("elsewhere") < receiver.texts.index("two")
    assert len({update["update_id"] for update in receiver.got}) == 3


async def test_the_pauses_between_two_attempts_grow() -> None:
    pause = timedelta(milliseconds=20)
    failures = iter((500, 500, 500))
    async with TelegramServer(webhook_pause=pause) as server, receiving(server) as receiver:
        receiver.answer = lambda update: next(failures, 200)
        server.say(server.private, server.person, "one")
        await server.until(lambda: not server.updates.pending)

    _, second, third, fourth = server.journal.deliveries
    assert third.at - second.at >= pause
    assert fourth.at - third.at >= 2 * pause


async def test_what_is_not_answered_comes_again() -> None:
    silences = iter((0.6,))
    async with brisk() as server, receiving(server) as receiver:
        receiver.answer = lambda update: next(silences, 200)
        server.say(server.private, server.person, "one")
        await server.until(lambda: not server.updates.pending)
        info = (await ask(server, "getWebhookInfo"))["result"]

    assert receiver.texts == ["one", "one"]
    assert [delivery.status for delivery in server.journal.deliveries] == [None, 200]
    assert info["last_error_message"] == "Connection failed"


async def test_where_nobody_listens_it_waits() -> None:
    async with brisk() as server:
        server.proxy(HOST, f"http://127.0.0.1:{free_port()}")
        await ask(server, "setWebhook", url=HOOK)
        server.say(server.private, server.person, "one")
        await server.until(lambda: len(server.journal.deliveries) > 2)
        async with receiving(server) as receiver:
            await server.until(lambda: not server.updates.pending)

    assert receiver.texts == ["one"]


async def test_a_webhook_ends_a_poll_and_forbids_others() -> None:
    async with brisk() as server, builder(server).build().bot as bot:
        poll = asyncio.create_task(bot.get_updates(timeout=5))
        await server.until(lambda: server.requests("getUpdates"))
        async with receiving(server):
            with pytest.raises(Conflict, match="terminated by setWebhook request"):
                await poll
            with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
                await bot.get_updates()
            await bot.delete_webhook()
            server.say(server.private, server.person, "one")
            found = await bot.get_updates()
            await bot.set_webhook("")
            assert len(await bot.get_updates()) == 1

    assert len(found) == 1
    assert server.journal.deliveries == []


async def test_kinds_and_what_waits_are_settled_with_the_webhook() -> None:
    async with brisk() as server, builder(server).build().bot as bot:
        server.say(server.private, server.person, "dropped")
        async with receiving(server, drop_pending_updates=True, allowed_updates=["message"], max_connections=5) as hook:
            said = server.say(server.private, server.person, "heard")
            server.people.edit(said, "unheard")
            await server.until(lambda: not server.updates.pending)
            info = await bot.get_webhook_info()

    assert hook.texts == ["heard"]
    assert (info.allowed_updates, info.max_connections) == (("message",), 5)


async def test_several_chats_are_served_at_once() -> None:
    async with brisk() as server:
        other = server.world.add_user("Ren")
        async with receiving(server) as receiver:
            receiver.gate = asyncio.Event()
            server.say(server.private, server.person, "waits")
            await server.until(lambda: server.journal.deliveries)
            server.say(server.world.private(other), other, "opens")
            await server.until(lambda: not server.updates.pending)

    assert receiver.texts == ["waits", "opens"]


async def test_a_method_in_the_answer_is_a_problem() -> None:
    with pytest.raises(AssertionError, match="methods in the answer to a webhook are not emulated"):
        async with brisk() as server, receiving(server) as receiver:
            receiver.body = '{"method":"sendMessage","chat_id":1,"text":"x"}'
            server.say(server.private, server.person, "x")
            await server.until(lambda: not server.updates.pending)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"url": "http://talchum.example/hook"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        ({"url": "https://talchum.example:8081/hook"},
         "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ({"url": "https://127.0.0.1:8443/hook"}, "bad webhook: IP address 127.0.0.1 is reserved"),
        ({"url": "https://elsewhere.example/hook"},
         "bad webhook: Failed to resolve host: Name or service not known"),
        ({"url": HOOK, "secret_token": "a secret"}, "secret token contains unallowed characters"),
        ({"url": HOOK, "secret_token": "x" * 257}, "secret token is too long"),
    ],
)  # fmt: skip
async def test_a_bad_webhook_is_refused(parameters: dict[str, str], said: str) -> None:
    async with TelegramServer() as server:
        server.proxy(HOST, "http://127.0.0.1:9")
        assert await refused(server, "setWebhook", **parameters) == f"Bad Request: {said}"
        assert (await ask(server, "getWebhookInfo"))["result"]["url"] == ""


async def test_a_second_server_may_be_told_of_by_port() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.proxy(f"{HOST}:8443", "http://127.0.0.1:9")
        await bot.set_webhook(f"{HOST}:8443/hook")
        with pytest.raises(BadRequest, match="failed to resolve host"):
            await bot.set_webhook(HOOK)
