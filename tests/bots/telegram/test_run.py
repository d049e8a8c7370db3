"""`talchum run` as a process of its own, on a Telegram on this machine: started, ended, killed and started again."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

from bots.fakes.telegram_server import Message, TelegramServer

ROOT = Path(__file__).parents[3]
PATIENCE = timedelta(seconds=60)
LONG = ["The lamp is lit.", "The sea is calm tonight, and the gulls have gone to sleep on the rocks below."]


def written(tmp_path: Path, server: TelegramServer, *, tps: float) -> Path:
    """A settings file with a script that says one long reply, at so many tokens a second, again and again."""
    reply = {"script": "sea", "tps": tps, "chunk": "2tokens", "sentences": [{"t": text} for text in LONG]}
    (tmp_path / "sea.json").write_text(json.dumps([reply]), encoding="utf-8")
    settings = tmp_path / "talchum.toml"
    settings.write_text(
        f'language = "en"\n[model]\nuse = "scripted:{tmp_path / "sea.json"}"\nlanguages = ["en"]\n'
        f'[personas]\ndefault = "lighthouse_keeper"\n[telegram]\nburst = 0.0\nbase_url = "{server.url}"\n',
        encoding="utf-8",
    )
    return settings


@asynccontextmanager
async def program(
    server: TelegramServer, tmp_path: Path, settings: Path
) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    environment = {
        **os.environ,
        "TALCHUM_DATA": str(tmp_path / "data"),
        "TELEGRAM_TOKEN": server.token,
        "LANG": "C.UTF-8",
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots", "run", "--settings", str(settings)),
        cwd=ROOT,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def stand(server: TelegramServer) -> list[Message]:
    """The persona's messages that stand there."""
    return [message for message in server.answers(server.private) if LONG[0] in message.text]


async def test_a_reply_under_way_is_shown_as_far_as_it_came_when_the_program_is_told_to_end(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        settings = written(tmp_path, server, tps=20.0)
        async with program(server, tmp_path, settings) as process:
            server.say(server.private, server.person, "How is the sea?")
            await server.until(lambda: server.private.drafts, timeout=PATIENCE)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0

        (message,) = stand(server)
        assert message.text.partition("\n")[0].endswith(" · AI")
        log = (tmp_path / "data" / "talchum.log").read_text(encoding="utf-8")
        assert "How is the sea" not in log
        assert "The lamp" not in log


async def test_a_message_whose_reply_was_not_there_yet_when_the_program_was_killed_is_answered_once(
    tmp_path: Path,
) -> None:
    async with TelegramServer() as server:
        settings = written(tmp_path, server, tps=20.0)
        async with program(server, tmp_path, settings) as process:
            server.say(server.private, server.person, "How is the sea?")
            await server.until(lambda: server.private.drafts, timeout=PATIENCE)
            assert not server.updates.pending, "Telegram was told that it was taken"
            process.kill()
            await process.wait()
        assert not stand(server)
        server.updates.end_poll("the other one is gone")
        async with program(server, tmp_path, written(tmp_path, server, tps=1_000.0)) as process:
            await server.until(lambda: stand(server), timeout=PATIENCE)
            await server.until(lambda: not server.updates.pending, timeout=PATIENCE)
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
        async with program(server, tmp_path, settings) as process:
            before = len(server.requests("getUpdates"))
            await server.until(lambda: len(server.requests("getUpdates")) > before, timeout=PATIENCE)

        (message,) = stand(server)
        assert message.text.endswith("rocks below.")
