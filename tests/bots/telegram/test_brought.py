"""Updates that Telegram brings to a webhook, or gives when it is asked: taken at once, and not lost however the program
ends."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import sqlite3
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from telegram import Message

from bots.fakes.telegram_server import Hold, TelegramServer
from bots.state.memory import MemoryState
from bots.telegram_bot.client import Webhook
from bots.telegram_bot.listening import Listener
from tests.bots.telegram.test_failing_state import Failing
from tests.support.discord_stage import said_to
from tests.support.stage import NOW, reply_of, scripted
from tests.support.telegram_stage import Gate, Stage, gated, on_telegram

ROOT = Path(__file__).parents[3]
PATIENCE = timedelta(seconds=60)
FIRST, SECOND = reply_of("First."), reply_of("Second.")
either_way = pytest.mark.parametrize("asked", [False, True], ids=["brought", "asked for"])


def free_port() -> int:
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def telegram(*, asked: bool) -> AsyncGenerator[tuple[TelegramServer, Webhook | None]]:
    """A Telegram that is asked for updates, or reaches us by way of a proxy."""
    if asked:
        async with TelegramServer() as server:
            yield server, None
        return
    async with hooked() as (server, webhook):
        yield server, webhook


@asynccontextmanager
async def hooked() -> AsyncGenerator[tuple[TelegramServer, Webhook]]:
    """A Telegram that reaches us by way of a proxy."""
    port = free_port()
    async with TelegramServer(webhook_pause=timedelta(milliseconds=20)) as server:
        server.proxy("https://bot.example", f"http://127.0.0.1:{port}")
        yield server, Webhook(url="https://bot.example/tg", secret="s3cret", listen="127.0.0.1", port=port)


async def kept(stage: Stage) -> list[str]:
    """Keys of what is kept because it was brought and not handled."""
    return [errand.key for errand in await stage.opened.house.replies.errands.open("telegram", "brought")]


@either_way
async def test_what_is_said_is_confirmed_at_once_and_kept_until_it_is_answered(*, asked: bool) -> None:
    gate = Gate(0)
    async with (
        telegram(asked=asked) as (server, webhook),
        on_telegram(gated(gate, FIRST), server=server, webhook=webhook) as stage,
    ):
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: server.requests("sendChatAction"))
        await server.until(lambda: not server.updates.pending)
        assert len(await kept(stage)) == 1
        gate.open.set()
        await stage.until_says(server.private, "First.")
        while await kept(stage):
            await asyncio.sleep(0.005)


@either_way
async def test_stop_is_heard_while_a_reply_is_being_made(*, asked: bool) -> None:
    gate = Gate(len("Good evening. Come i"))
    async with (
        telegram(asked=asked) as (server, webhook),
        on_telegram(gated(gate, reply_of("Good evening.", "Come in.")), server=server, webhook=webhook) as stage,
    ):
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: server.private.drafts)
        server.say(server.private, server.person, "/stop")
        message = await stage.until_says(server.private, "Good evening.")
        gate.open.set()

        assert message.text.endswith("Good evening.")


@either_way
async def test_several_messages_in_a_row_are_one_also_where_they_are_brought(*, asked: bool) -> None:
    generator = scripted(FIRST)
    async with (
        telegram(asked=asked) as (server, webhook),
        on_telegram(generator, server=server, webhook=webhook, burst=0.3) as stage,
    ):
        for text in ("One,", "two,", "three."):
            server.say(server.private, server.person, text)
        await stage.until_says(server.private, "First.")

        assert said_to(generator) == ["One,\ntwo,\nthree."]


@either_way
async def test_a_burst_that_nobody_answered_before_the_end_is_answered_whole_after_it(*, asked: bool) -> None:
    state, second = MemoryState(clock=lambda: NOW), scripted(FIRST)
    async with telegram(asked=asked) as (server, webhook):
        async with on_telegram(scripted(SECOND), server=server, state=state, webhook=webhook, burst=60.0) as stage:
            for text in ("One,", "two."):
                server.say(server.private, server.person, text)
            await server.until(lambda: not server.updates.pending)
            assert len(await kept(stage)) == 2
        async with on_telegram(second, server=server, state=state, webhook=webhook, burst=0.1) as stage:
            await stage.until_says(server.private, "First.")

        assert said_to(second) == ["One,\ntwo."]


async def test_what_cannot_be_kept_is_brought_again() -> None:
    state = Failing()
    async with (
        hooked() as (server, webhook),
        on_telegram(scripted(FIRST), server=server, state=state, webhook=webhook) as stage,
    ):
        state.full = True
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: [one.status for one in server.journal.deliveries].count(503) >= 2)
        state.full = False
        await stage.until_says(server.private, "First.")

        assert len(stage.texts(server.private)) == 2


@either_way
async def test_what_was_kept_goes_with_everything_else_of_a_person(*, asked: bool) -> None:
    gate = Gate(0)
    async with (
        telegram(asked=asked) as (server, webhook),
        on_telegram(gated(gate, FIRST), server=server, webhook=webhook) as stage,
    ):
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: server.requests("sendChatAction"))
        await stage.opened.state.erase(f"telegram:user:{server.person.id}")

        assert await kept(stage) == []
        gate.open.set()


@either_way
async def test_what_was_said_where_the_bot_is_put_out_is_not_kept(*, asked: bool) -> None:
    gate = Gate(0)
    async with (
        telegram(asked=asked) as (server, webhook),
        on_telegram(gated(gate, FIRST), server=server, webhook=webhook) as stage,
    ):
        server.say(server.group, server.person, "Hello", mention_bot=True)
        await server.until(lambda: server.requests("sendChatAction"))
        assert len(await kept(stage)) == 1
        server.membership.leave(server.group, server.world.bot, by=server.owner, banned=True)
        async with asyncio.timeout(10):
            while await kept(stage):
                await asyncio.sleep(0.005)
        gate.open.set()


@either_way
async def test_what_is_said_in_one_chat_is_not_kept_until_another_is_answered(*, asked: bool) -> None:
    async with (
        telegram(asked=asked) as (server, webhook),
        on_telegram(scripted(FIRST, SECOND), server=server, webhook=webhook) as stage,
    ):
        hold = Hold()
        server.plan("sendMessage", hold, chat=server.private)
        server.say(server.private, server.person, "Hello")
        await hold.arrived.wait()
        early = await kept(stage)
        server.say(server.group, server.owner, "Hello", mention_bot=True)
        await stage.until_says(server.group, "Second.")
        async with asyncio.timeout(10):
            while await kept(stage) != early:
                await asyncio.sleep(0.005)
        hold.release()
        while await kept(stage):
            await asyncio.sleep(0.005)


@either_way
async def test_what_is_edited_before_it_is_answered_reads_so_after_a_restart_too(*, asked: bool) -> None:
    state, second = MemoryState(clock=lambda: NOW), scripted(FIRST)
    async with telegram(asked=asked) as (server, webhook):
        async with on_telegram(scripted(SECOND), server=server, state=state, webhook=webhook, burst=60.0) as stage:
            said = server.say(server.private, server.person, "Hallo")
            await server.until(lambda: not server.updates.pending)
            server.people.edit(said, "Hello")
            await server.until(lambda: not server.updates.pending)
            assert len(await kept(stage)) == 2
        async with on_telegram(second, server=server, state=state, webhook=webhook, burst=0.1) as stage:
            await stage.until_says(server.private, "First.")
            while await kept(stage):
                await asyncio.sleep(0.005)

        assert said_to(second) == ["Hello"]


@either_way
async def test_what_a_defect_keeps_from_being_handled_keeps_nothing_else_on_disk(
    monkeypatch: pytest.MonkeyPatch, *, asked: bool
) -> None:
    heard = Listener.heard

    async def hear(listener: Listener, message: Message) -> None:
        if message.text == "Boom":
            raise AssertionError
        await heard(listener, message)

    monkeypatch.setattr(Listener, "heard", hear)
    async with (
        telegram(asked=asked) as (server, webhook),
        on_telegram(scripted(FIRST), server=server, webhook=webhook) as stage,
    ):
        server.say(server.private, server.person, "Boom")
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "First.")
        async with asyncio.timeout(10):
            while await kept(stage):
                await asyncio.sleep(0.005)


def written(tmp_path: Path, server: TelegramServer, webhook: Webhook, *, tps: float) -> Path:
    """A settings file with a script that says one long reply, at so many tokens a second, and a webhook."""
    sentences = ["The lamp is lit.", "The sea is calm tonight, and the gulls have gone to sleep on the rocks below."]
    reply = {"script": "sea", "tps": tps, "chunk": "2tokens", "sentences": [{"t": text} for text in sentences]}
    (tmp_path / "sea.json").write_text(json.dumps([reply]), encoding="utf-8")
    settings = tmp_path / "talchum.toml"
    settings.write_text(
        f'language = "en"\n[model]\nuse = "scripted:{tmp_path / "sea.json"}"\nlanguages = ["en"]\n'
        f'[personas]\ndefault = "lighthouse_keeper"\n[telegram]\nburst = 0.0\nbase_url = "{server.url}"\n'
        f'webhook_url = "{webhook.url}"\nport = {webhook.port}\n',
        encoding="utf-8",
    )
    return settings


@asynccontextmanager
async def program(server: TelegramServer, tmp_path: Path, settings: Path) -> AsyncGenerator[asyncio.subprocess.Process]:
    ours = {"TALCHUM_DATA": str(tmp_path / "data"), "TELEGRAM_TOKEN": server.token, "TELEGRAM_SECRET": "s3cret"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots", "run", "--settings", str(settings)),
        cwd=ROOT,
        env={**os.environ, **ours, "LANG": "C.UTF-8"},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_port_that_is_taken_is_told_in_a_sentence(tmp_path: Path) -> None:
    async with hooked() as (server, webhook):
        settings = written(tmp_path, server, webhook, tps=10.0)
        with socket.create_server(("127.0.0.1", webhook.port)):
            async with program(server, tmp_path, settings) as process:
                _, told = await asyncio.wait_for(process.communicate(), PATIENCE.total_seconds())

    assert process.returncode == 2, told.decode()
    assert f"Nothing can be listened for on 127.0.0.1, port {webhook.port}" in told.decode()


def entries(state: Path) -> list[tuple[object, ...]]:
    """Everything in the state of platforms."""
    with contextlib.closing(sqlite3.connect(f"file:{state}?mode=ro", uri=True)) as connection:
        return connection.execute("SELECT * FROM entry").fetchall()


async def test_what_telegram_was_told_is_taken_is_answered_although_the_program_was_killed(tmp_path: Path) -> None:
    async with hooked() as (server, webhook):
        settings = written(tmp_path, server, webhook, tps=10.0)
        async with program(server, tmp_path, settings) as process:
            await server.until(lambda: server.requests("setWebhook"), timeout=PATIENCE)
            server.say(server.private, server.person, "How is the sea?")
            await server.until(lambda: server.private.drafts, timeout=PATIENCE)
            assert not server.updates.pending, "Telegram was told that it was taken"
            process.kill()
            await process.wait()
        assert not [one for one in server.answers(server.private) if "rocks below." in one.text]
        async with program(server, tmp_path, written(tmp_path, server, webhook, tps=1_000.0)) as process:
            said = await server.until(
                lambda: [one for one in server.answers(server.private) if "rocks below." in one.text], timeout=PATIENCE
            )
            while "How is the sea" in str(entries(tmp_path / "data" / "state.db")):
                await asyncio.sleep(0.05)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0

        assert len(said) == 1
