"""Tokens and keys stay where they belong, whatever goes wrong: on no screen, in no file, in no list of processes.

The program is started as people start it, with a secret in every variable that may hold one, and made to fail.
"""

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from bots.config import Settings, _File

ROOT = Path(__file__).parents[2]
MASTER = base64.b64encode(bytes(range(32))).decode()
SECRETS = {
    "OPENAI_API_KEY": "sk-planted-Q1model7Zx9Kv3",
    "DISCORD_TOKEN": "MTE5planted.GdiscordT0.kenV4lu3Zx8Kv2Qw7",
    "TELEGRAM_TOKEN": "7300000001:AAplantedTelegramT0kenV4lu3Zx8Kv2",
    "TELEGRAM_SECRET": "plantedWebhookSecretZx8Kv2",
    "GUARD_MODEL_KEY": "sk-planted-Q2guard8Zx9Kv3",
    "JUDGE_MODEL_KEY": "sk-planted-Q3judge9Zx9Kv3",
    "TALCHUM_MASTER_KEY": MASTER,
}
_PATIENCE = 40
"""Seconds after which a run that goes on is killed: what it showed by then is looked at."""
BROKEN = """
import sys
import bots.casting
def fail(*_, **__):
    from bots.config import Settings
    import os
    held = Settings.find(None, os.environ)
    raise ValueError(f"a defect that quotes all it knows: {held!r} {os.environ!r}")
bots.casting.Casting.of = fail
from bots.__main__ import main
main()
"""
"""The program with a defect whose error quotes everything there is."""


def written(folder: Path, endpoint: str, more: str = "") -> None:
    """Settings that name every service, all of them at `endpoint`."""
    (folder / "talchum.toml").write_text(
        f'language = "en"\n[log]\nlevel = "debug"\n'
        f'[model]\nuse = "openai:m"\nbase_url = "{endpoint}/v1"\nattempts = 1\npatience = 5.0\n'
        f'[discord]\n[telegram]\nbase_url = "{endpoint}/bot"\n{more}',
        encoding="utf-8",
    )


TIERS = """
[omni]
base_url = "{endpoint}/v1"
[guard_model]
format = "qwen3guard"
model = "g"
base_url = "{endpoint}/v1"
[judge_model]
model = "j"
base_url = "{endpoint}/v1"
"""


@asynccontextmanager
async def endpoint(*, status: int) -> AsyncGenerator[str, None]:
    """A service that quotes every request in its answer, its keys too, as some do."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        body = json.dumps({"error": {"message": asked.decode(errors="replace"), "code": "bad"}}).encode()
        head = f"HTTP/1.1 {status} No\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def processes(pid: int) -> Iterator[str]:
    """What everybody on the machine sees of a process and its children: their command lines."""
    try:
        yield Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()
    except OSError:
        return
    for child in children:
        yield from processes(int(child))


async def ran(folder: Path, *words: str, typed: str = "", program: tuple[str, ...] = ("-m", "bots")) -> str:
    """All that could be seen of a run: output, errors, command lines, and every file there is afterwards."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TALCHUM_", "LC_"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-X", "faulthandler", *program, *words),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=folder,
        env={**kept, **SECRETS, "TALCHUM_DATA": str(folder / "data"), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"},
    )
    ending = asyncio.create_task(process.communicate(typed.encode()))
    listed: set[str] = set()
    for _ in range(_PATIENCE * 10):
        listed.update(await asyncio.to_thread(lambda: list(processes(process.pid))))
        done, _ = await asyncio.wait({ending}, timeout=0.1)
        if done:
            break
    else:
        process.kill()
    out, err = await ending
    assert any("bots" in line or "main" in line for line in listed)
    return "\n".join([out.decode(), err.decode(), *listed, *await asyncio.to_thread(contents, folder)])


def contents(folder: Path) -> list[str]:
    """Every file that is there, as text."""
    return [file.read_bytes().decode("utf-8", "replace") for file in sorted(folder.rglob("*")) if file.is_file()]


def shown(seen: str) -> set[str]:
    """The variables whose secret, or the greater part of it, can be seen."""
    return {name for name, secret in SECRETS.items() if secret in seen or secret[-12:] in seen}


def test_every_secret_of_the_settings_is_planted_and_none_is_readable_in_them(tmp_path: Path) -> None:
    written(tmp_path, "http://127.0.0.1:9", TIERS.format(endpoint="http://127.0.0.1:9"))
    settings = Settings.find(tmp_path / "talchum.toml", {**SECRETS, "TALCHUM_DATA": str(tmp_path / "data")})
    held = {name for name in dir(settings) if isinstance(getattr(settings, name, None), SecretStr)}

    assert {"key", "discord_token", "telegram_token", "master_key"} < held
    assert {getattr(settings, name).get_secret_value() for name in held} == set(SECRETS.values())
    assert shown(repr(settings)) == set()
    assert set(variables(_File)) <= set(SECRETS)


def variables(model: type[BaseModel]) -> Iterator[str]:
    """The defaults of all keys that name a variable."""
    for name, field in model.model_fields.items():
        if name.endswith("_variable"):
            yield str(field.default)
        for kind in getattr(field.annotation, "__args__", (field.annotation,)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from variables(kind)


@pytest.mark.parametrize(
    "words",
    [("chat", "--persona", "lighthouse_keeper"), ("doctor",), ("status",), ("run",)],
    ids=lambda words: words[0],
)
async def test_no_secret_is_seen_where_services_refuse_it_and_quote_it(tmp_path: Path, words: tuple[str, ...]) -> None:
    async with endpoint(status=401) as url:
        await asyncio.to_thread(written, tmp_path, url)
        seen = await ran(tmp_path, *words, typed="How is the sea?\n")

    assert shown(seen) == set()


async def test_no_secret_is_seen_where_guards_fail(tmp_path: Path) -> None:
    async with endpoint(status=500) as url:
        await asyncio.to_thread(written, tmp_path, url, TIERS.format(endpoint=url))
        seen = await ran(tmp_path, "judge", typed='{"text": "How is the sea?", "language": "en"}\n')

    assert shown(seen) == set()


async def test_no_secret_is_seen_where_the_program_itself_is_broken(tmp_path: Path) -> None:
    await asyncio.to_thread(written, tmp_path, "http://127.0.0.1:9")
    seen = await ran(tmp_path, "chat", typed="Hello\n", program=("-c", BROKEN))

    assert "ValueError" in seen
    assert "all it knows: Settings(" not in seen
    assert shown(seen) == set()


async def test_a_value_that_cannot_be_a_secret_is_refused_without_being_told(tmp_path: Path) -> None:
    await asyncio.to_thread(written, tmp_path, "http://127.0.0.1:9")
    settings = tmp_path / "talchum.toml"
    text = await asyncio.to_thread(settings.read_text, encoding="utf-8")
    mistaken = text.replace("[discord]", f'[discord]\ntoken = "{SECRETS["DISCORD_TOKEN"]}"')
    await asyncio.to_thread(settings.write_text, mistaken, encoding="utf-8")
    seen = await ran(tmp_path, "status")

    assert "token_variable" in seen or "discord.token" in seen
    assert shown(seen.replace(mistaken, "")) == set()
