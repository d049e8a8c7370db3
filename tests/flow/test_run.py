"""`talchum run` as a process of its own, on a Discord on this machine: started, ended, killed and started again."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from bots.fakes.discord_server import DiscordServer, Message, Permission
from tests.support.discord_stage import words

ROOT = Path(__file__).parents[2]
PATIENCE = timedelta(seconds=60)
LONG = ["The lamp is lit.", "The sea is calm tonight, and the gulls have gone to sleep on the rocks below."]


def written(tmp_path: Path, server: DiscordServer, *, tps: float) -> Path:
    """A settings file with a script that says one long reply, at so many tokens a second, again and again."""
    reply = {"script": "sea", "tps": tps, "chunk": "2tokens", "sentences": [{"t": text} for text in LONG]}
    (tmp_path / "sea.json").write_text(json.dumps([reply]), encoding="utf-8")
    settings = tmp_path / "talchum.toml"
    settings.write_text(
        f'language = "en"\n[model]\nuse = "scripted:{tmp_path / "sea.json"}"\nlanguages = ["en"]\n'
        '[personas]\ndefault = "lighthouse_keeper"\n[discord]\nburst = 0.0\n'
        f'base_url = "{server.url}"\ngateway_url = "{server.gateway_url}"\n',
        encoding="utf-8",
    )
    return settings


@asynccontextmanager
async def program(
    server: DiscordServer, tmp_path: Path, settings: Path
) -> AsyncGenerator[asyncio.subprocess.Process, None]:
    environment = {
        **os.environ,
        "TALCHUM_DATA": str(tmp_path / "data"),
        "DISCORD_TOKEN": server.token,
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


def stand(server: DiscordServer) -> list[Message]:
    """The personas' messages that stand there."""
    return [message for message in server.answers(server.channel) if message.content]


async def begun(server: DiscordServer) -> Message:
    """Ask, and wait for the first sentence."""
    await server.until(lambda: server.gateway.connected() is not None, timeout=PATIENCE)
    server.say(server.channel, server.person, "How is the sea?", mention_bot=True)
    (message, *_) = await server.until(lambda: stand(server), timeout=PATIENCE)
    return message


@pytest.fixture
async def discord() -> AsyncGenerator[DiscordServer, None]:
    async with DiscordServer() as server:
        server.service.allow(server.channel, server.world.bot, more=Permission.MANAGE_WEBHOOKS)
        yield server


async def test_it_answers_and_ends_in_the_middle_of_a_reply_without_leaving_it_half(
    discord: DiscordServer, tmp_path: Path
) -> None:
    settings = await asyncio.to_thread(written, tmp_path, discord, tps=6.0)
    async with program(discord, tmp_path, settings) as process:
        message = await begun(discord)
        process.send_signal(signal.SIGTERM)
        _, told = await asyncio.wait_for(process.communicate(), PATIENCE.total_seconds())

        assert process.returncode == 0, told.decode()
        assert "nothing was left half-shown" in told.decode()
    shown = words(message.content)
    assert shown == LONG[0]
    assert ":again:" in str(message.components)
    log = (tmp_path / "data" / "talchum.log").read_text(encoding="utf-8")
    assert "outcome=cancelled" in log
    assert "lamp" not in log


async def test_while_it_runs_people_and_programs_are_told_how_it_is(discord: DiscordServer, tmp_path: Path) -> None:
    settings = await asyncio.to_thread(written, tmp_path, discord, tps=200.0)
    with socket.create_server(("127.0.0.1", 0)) as server:
        listen = f"127.0.0.1:{server.getsockname()[1]}"
    monitored = settings.read_text(encoding="utf-8") + f'[monitor]\nlisten = "{listen}"\n'
    await asyncio.to_thread(settings.write_text, monitored, encoding="utf-8")
    async with program(discord, tmp_path, settings) as process:
        message = await begun(discord)
        await discord.until(lambda: LONG[1] in words(message.content), timeout=PATIENCE)
        async with aiohttp.ClientSession(f"http://{listen}") as session:
            async with session.get("/ready") as answer:
                ready = answer.status, await answer.json()
            figures = ""
            while 'talchum_replies_total{outcome="clean",platform="discord"} 1.0' not in figures:
                async with session.get("/metrics") as answer:
                    figures = await answer.text()
        running, told = await typed(tmp_path, settings, "status")
        while running:  # it was told last before the connection stood
            running, told = await typed(tmp_path, settings, "status")
        process.send_signal(signal.SIGTERM)
        _, written_down = await asyncio.wait_for(process.communicate(), PATIENCE.total_seconds())
    off, nothing = await typed(tmp_path, settings, "status")

    assert ready == (200, {"status": "ready", "platforms": {"discord": True}, "storing": True})
    assert 'talchum_checks_total{decision="allow",stage="input"} 2.0' in figures
    assert "lamp" not in figures + told
    assert (running, off) == (0, 1)
    assert listen in told
    assert "does not run" in nothing
    lines = [json.loads(line) for line in written_down.decode().splitlines() if line.startswith("{")]
    (exchange,) = [line for line in lines if line["message"] == "exchange"]
    assert (exchange["platform"], exchange["outcome"], exchange["repairs"]) == ("discord", "clean", 0)
    assert "lamp" not in written_down.decode()


async def test_a_second_one_on_the_same_data_is_refused_and_leaves_the_first_alone(
    discord: DiscordServer, tmp_path: Path
) -> None:
    settings = await asyncio.to_thread(written, tmp_path, discord, tps=6.0)
    async with program(discord, tmp_path, settings) as first:
        message = await begun(discord)
        async with program(discord, tmp_path, settings) as second:
            _, told = await asyncio.wait_for(second.communicate(), PATIENCE.total_seconds())
        off, _ = await typed(tmp_path, settings, "status")
        while off:  # it was told last before the connection stood
            off, _ = await typed(tmp_path, settings, "status")
        await discord.until(lambda: LONG[1] in words(message.content), timeout=PATIENCE)

        assert second.returncode == 2
        assert f"already runs (process {first.pid})" in told.decode()
        assert "Running" not in told.decode()
        assert "interrupted" not in message.content


async def typed(tmp_path: Path, settings: Path, verb: str) -> tuple[int | None, str]:
    """Exit code and output of a command beside the program."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots", verb, "--settings", str(settings)),
        cwd=ROOT,
        env={**os.environ, "TALCHUM_DATA": str(tmp_path / "data")},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    return process.returncode, output.decode()


async def test_what_a_killed_process_left_half_shown_is_marked_and_its_message_not_answered_again(
    discord: DiscordServer, tmp_path: Path
) -> None:
    settings = await asyncio.to_thread(written, tmp_path, discord, tps=6.0)
    async with program(discord, tmp_path, settings) as process:
        message = await begun(discord)
        process.kill()
        await process.communicate()
    assert ":stop:" in str(message.components)
    async with program(discord, tmp_path, settings):
        await discord.until(lambda: "interrupted" in message.content, timeout=PATIENCE)

        assert words(message.content).startswith(LONG[0])
        assert ":stop:" not in str(message.components)
        assert len(stand(discord)) == 1


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("", "nothing to run"),
        ("[discord]\n", "DISCORD_TOKEN"),
        ("[discord]\ntoken_variable = 3\n", "discord.token_variable"),
    ],
)
async def test_without_what_it_needs_it_says_so_in_a_sentence(document: str, told: str, tmp_path: Path) -> None:
    settings = tmp_path / "talchum.toml"
    settings.write_text(f'language = "en"\n{document}', encoding="utf-8")
    environment = {**os.environ, "TALCHUM_DATA": str(tmp_path), "DISCORD_TOKEN": ""}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bots", "run", "--settings", str(settings)),
        cwd=ROOT,
        env=environment,
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()

    assert process.returncode == 2
    assert told in error.decode()
    assert "Running" not in error.decode()
    assert "Traceback" not in error.decode()


def speakers(server: DiscordServer) -> list[str]:
    """Under whose names the personas' messages stand there."""
    return [message.name or "" for message in stand(server)]


async def renewed(process: asyncio.subprocess.Process, data: Path, *, times: int) -> str:
    """Send SIGHUP until the program says for the `times`th time how it went; its log."""
    process.send_signal(signal.SIGHUP)
    log = ""
    while log.count("settings were read anew") + log.count("settings were not read anew") < times:
        await asyncio.sleep(0.1)
        log = await asyncio.to_thread((data / "talchum.log").read_text, encoding="utf-8")
    return log


async def test_what_changed_holds_after_sighup_and_a_mistake_changes_nothing(
    discord: DiscordServer, tmp_path: Path
) -> None:
    settings = await asyncio.to_thread(written, tmp_path, discord, tps=200.0)
    document = await asyncio.to_thread(settings.read_text, encoding="utf-8")
    document = document.replace("[personas]\n", '[personas]\nfolders = ["cast"]\n')
    await asyncio.to_thread((tmp_path / "cast").mkdir)
    await asyncio.to_thread(settings.write_text, document, encoding="utf-8")
    persona = 'id = "ferryman"\ntier = "demographic"\nname = "Ferryman"\nlanguage = "en"\ndescription = "You row."\n'
    async with asyncio.timeout(2 * PATIENCE.total_seconds()), program(discord, tmp_path, settings) as process:
        await begun(discord)
        await asyncio.to_thread((tmp_path / "cast" / "ferryman.toml").write_text, persona, encoding="utf-8")
        changed = document.replace("lighthouse_keeper", "ferryman")
        await asyncio.to_thread(settings.write_text, changed, encoding="utf-8")
        assert "not read anew" not in await renewed(process, tmp_path / "data", times=1)
        discord.say(discord.channel, discord.person, "Who is there?", mention_bot=True)
        await discord.until(lambda: "Ferryman" in "".join(speakers(discord)), timeout=PATIENCE)

        await asyncio.to_thread((tmp_path / "cast" / "broken.toml").write_text, "tier = 7\n", encoding="utf-8")
        await asyncio.to_thread(settings.write_text, document, encoding="utf-8")
        await renewed(process, tmp_path / "data", times=2)
        await asyncio.to_thread((tmp_path / "cast" / "broken.toml").unlink)
        other = f"{document}[limits]\nrunning = 3\n"
        await asyncio.to_thread(settings.write_text, other, encoding="utf-8")
        log = await renewed(process, tmp_path / "data", times=3)
        before = len(stand(discord))
        discord.say(discord.channel, discord.person, "And now?", mention_bot=True)
        await discord.until(lambda: len(stand(discord)) > before, timeout=PATIENCE)
        told = ""
        while "limits" not in told:
            _, told = await typed(tmp_path, settings, "status")

    refused = [line for line in log.splitlines() if "nothing was changed" in line]
    assert "broken.toml" in refused[0]
    assert "limits" in refused[1]
    assert [name.startswith("Ferryman") for name in speakers(discord)][-2:] == [True, True], speakers(discord)
