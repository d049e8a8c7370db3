"""What `talchum doctor` says of Telegram, asked of a Telegram on this machine."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bots.config import Settings
from bots.doctor import Finding, Grade
from bots.fakes.telegram_server import (
    Broken,
    Fault,
    Garbage,
    Hold,
    Kind,
    Refused,
    Reset,
    Status,
    TelegramServer,
    TooMany,
    payloads,
)
from bots.parts import open_state
from bots.places import Mode, Places, PlaceSettings
from bots.status import write
from bots.telegram_bot.checkup import PATIENCE, look_at_telegram
from moderation.words import LANGUAGES
from tests.bots.telegram.test_lifecycle import free_port
from tests.bots.test_status import NOW, RUNS

WEBHOOK = "https://bot.example/telegram"
OTHER = "https://other.example/x"
left_open = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
"""A library leaves a socket open that it could not bind."""


def settings_of(tmp_path: Path, url: str, document: str = "", **environ: str) -> Settings:
    if "webhook_url" in document and "port" not in document:
        document += f"\nport = {free_port()}"
    text = f'[telegram]\nbase_url = "{url}"\n{document}'
    return Settings.load(text.encode(), {"TALCHUM_DATA": str(tmp_path / "data"), **environ})


async def findings(
    server: TelegramServer,
    tmp_path: Path,
    document: str = "",
    *,
    token: str = "",
    offline: bool = False,
    patience: timedelta = PATIENCE,
) -> tuple[Finding, ...]:
    environ = {"TELEGRAM_TOKEN": token or server.token, "TELEGRAM_SECRET": "s3cret"}
    settings = settings_of(tmp_path, server.url, document, **environ)
    return await look_at_telegram(settings, offline=offline, now=NOW, patience=patience)


def keys(found: Sequence[Finding], grade: Grade | None = None) -> list[str]:
    return [finding.told.key.rpartition(".")[2] for finding in found if grade in (None, finding.grade)]


def told(found: Sequence[Finding], key: str, language: str = "en") -> str:
    """The one text of that key."""
    (text,) = [finding.told.explain(language) for finding in found if finding.told.key.endswith(f".{key}")]
    return text


def brought(server: TelegramServer, url: str) -> None:
    """Telegram brings updates there."""
    server.proxy(url.rpartition("/")[0], "http://127.0.0.1:9")
    server.courier.set({"url": url})


async def test_a_bot_that_lacks_nothing_is_told_so_and_nothing_is_changed(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        found = await findings(server, tmp_path)
        asked = {request.method for request in server.requests()}

    assert {finding.grade for finding in found} == {Grade.GOOD}
    assert keys(found) == ["token_good", "groups_good", "reads_calls", "asked_for"]
    assert f"@{server.world.bot.username}" in told(found, "token_good")
    assert asked == {"getMe", "getWebhookInfo"}


async def test_where_telegram_is_not_served_nothing_is_said_of_it() -> None:
    assert await look_at_telegram(Settings.load(b"[discord]", {}), offline=False, now=NOW) == ()


@pytest.mark.parametrize("offline", [True, False])
async def test_a_token_that_is_not_there_is_named_by_its_variable(tmp_path: Path, offline: bool) -> None:
    settings = settings_of(tmp_path, "http://127.0.0.1:9", 'token_variable = "MY_TOKEN"')
    found = await look_at_telegram(settings, offline=offline, now=NOW)

    assert keys(found, Grade.BAD) == ["no_token"]
    assert "MY_TOKEN" in told(found, "no_token")


@pytest.mark.parametrize("secret", ["", "no/slash"])
async def test_a_webhook_without_a_fit_secret_is_told(tmp_path: Path, secret: str) -> None:
    document = f'webhook_url = "{WEBHOOK}"'
    environ = {"TELEGRAM_TOKEN": "1:x", "TELEGRAM_SECRET": secret}
    found = await look_at_telegram(
        settings_of(tmp_path, "http://127.0.0.1:9", document, **environ), offline=True, now=NOW
    )

    assert keys(found, Grade.BAD) == ["no_secret"]
    assert "TELEGRAM_SECRET" in told(found, "no_secret")


async def test_offline_nobody_is_asked(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        found = await findings(server, tmp_path, offline=True)
        webhook = await findings(server, tmp_path, f'webhook_url = "{WEBHOOK}"', offline=True)
        assert not server.requests()

    assert keys(found) == ["token_there"]
    assert keys(webhook) == ["token_there", "webhook_unset"]


async def test_a_wrong_token_is_all_that_is_told(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        wrong = await findings(server, tmp_path, token="1:" + "A" * 35)
        malformed = await findings(server, tmp_path, token="nonsense")

    assert keys(wrong) == ["bad_token"]
    assert "@BotFather" in told(wrong, "bad_token")
    assert keys(malformed) == ["unknown"]
    assert "base_url" in told(malformed, "unknown")


async def test_a_bot_that_cannot_be_added_to_groups_is_told_what_to_send(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = payloads.me

    def closed(world: Any) -> Any:
        return {**whole(world), "can_join_groups": False}

    monkeypatch.setattr(payloads, "me", closed)
    async with TelegramServer() as server:
        found = await findings(server, tmp_path)

    assert keys(found, Grade.DOUBTFUL) == ["groups_closed"]
    assert "/setjoingroups" in told(found, "groups_closed")


@pytest.mark.parametrize("document", ['[places]\nmode = "every"', '[places]\nwake = ["lamp"]'])
async def test_privacy_mode_is_in_the_way_where_everything_is_to_be_heard(tmp_path: Path, document: str) -> None:
    async with TelegramServer() as server:
        on = await findings(server, tmp_path, document)
        server.world.privacy = False
        off = await findings(server, tmp_path, document)

    assert keys(on, Grade.DOUBTFUL) == ["reads_too_little"]
    assert "(everywhere)" in told(on, "reads_too_little")
    assert "/setprivacy" in told(on, "reads_too_little", "ko")
    assert keys(off, Grade.DOUBTFUL) == []
    assert "reads_all" in keys(off)


async def test_groups_that_want_to_hear_more_are_named_but_not_those_where_the_bot_hears_all(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        world = server.world
        above = world.add_chat(Kind.SUPERGROUP, "Staff", owner=server.owner, bot=Status.ADMINISTRATOR)
        gone = world.add_chat(Kind.SUPERGROUP, "Gone", owner=server.owner, bot=Status.KICKED)
        settings = settings_of(tmp_path, server.url, TELEGRAM_TOKEN=server.token)
        async with open_state(settings) as state:
            places = Places(state, PlaceSettings())
            for chat in (server.group, above, gone):
                await places.change(f"telegram:server:{chat.id}", mode=Mode.EVERY)
            await places.change(f"telegram:thread:{server.group.id}/7", wake=("lamp",))
            await places.change("telegram:dm:5", "telegram:user:5", mode=Mode.EVERY)
            await places.change("discord:server:6", mode=Mode.EVERY)
        found = await look_at_telegram(settings, offline=False, now=NOW)

    assert keys(found, Grade.DOUBTFUL) == ["reads_too_little"]
    assert "(Tea House)" in told(found, "reads_too_little")


async def test_a_webhook_that_was_left_is_told_where_messages_are_asked_for(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        brought(server, OTHER)
        found = await findings(server, tmp_path)

    assert keys(found, Grade.DOUBTFUL) == ["webhook_left"]
    assert OTHER in told(found, "webhook_left")


@pytest.mark.parametrize(
    ("there", "key", "grade"),
    [
        ("", "webhook_unset", Grade.GOOD),
        (WEBHOOK, "webhook_set", Grade.GOOD),
        (OTHER, "webhook_other", Grade.DOUBTFUL),
    ],
)
async def test_a_webhook_is_compared_with_the_settings(tmp_path: Path, there: str, key: str, grade: Grade) -> None:
    async with TelegramServer() as server:
        if there:
            brought(server, there)
        found = await findings(server, tmp_path, f'webhook_url = "{WEBHOOK}"')

    assert key in keys(found, grade)
    assert WEBHOOK in told(found, key)


async def test_a_webhook_that_fails_is_told_with_what_telegram_says(tmp_path: Path) -> None:
    port = free_port()
    async with TelegramServer() as server:
        brought(server, WEBHOOK)
        server.courier.error = (1_700_000_000, "Connection refused")
        found = await findings(server, tmp_path, f'webhook_url = "{WEBHOOK}"\nport = {port}')

    assert keys(found, Grade.DOUBTFUL) == ["webhook_failing"]
    for word in ("Connection refused", "2023-11-14 22:13", f"127.0.0.1:{port}"):
        assert word in told(found, "webhook_failing")


@left_open
@pytest.mark.parametrize("offline", [True, False])
async def test_a_port_that_is_taken_is_told_unless_it_is_the_programs_own(tmp_path: Path, *, offline: bool) -> None:
    serving = replace(RUNS, at=NOW.isoformat())
    with socket.create_server(("127.0.0.1", 0)) as another:
        document = f'webhook_url = "{WEBHOOK}"\nport = {another.getsockname()[1]}'
        async with TelegramServer() as server:
            taken = await findings(server, tmp_path, document, offline=offline)
            await asyncio.to_thread((tmp_path / "data").mkdir, exist_ok=True)
            another_platform = replace(serving, platforms={"discord": True})
            await asyncio.to_thread(write, another_platform, tmp_path / "data" / "status.json")
            still = await findings(server, tmp_path, document, offline=offline)
            await asyncio.to_thread(write, serving, tmp_path / "data" / "status.json")
            own = await findings(server, tmp_path, document, offline=offline)

    assert (keys(taken, Grade.BAD), keys(still, Grade.BAD), keys(own, Grade.BAD)) == (["taken"], ["taken"], [])
    for language in LANGUAGES:
        assert document.rpartition(" ")[2] in told(taken, "taken", language)


@left_open
async def test_an_address_that_is_not_this_machines_is_told(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        found = await findings(server, tmp_path, f'webhook_url = "{WEBHOOK}"\nlisten = "192.0.2.1"', offline=True)

    assert keys(found, Grade.BAD) == ["taken"]
    assert "192.0.2.1" in told(found, "taken")


@pytest.mark.parametrize(
    ("fault", "key"),
    [
        (Reset(), "unreachable"),
        (Broken(), "refused"),
        (Garbage(), "unreadable"),
        (TooMany(retry_after=timedelta(seconds=7)), "limited"),
        (Refused(code=500, description="Internal Server Error"), "refused"),
        (Refused(code=400, description="Bad Request: no"), "refused"),
    ],
)
@pytest.mark.parametrize("method", ["getMe", "getWebhookInfo"])
async def test_every_trouble_on_the_way_is_a_finding_after_what_was_found_before(
    tmp_path: Path, fault: Fault, key: str, method: str
) -> None:
    async with TelegramServer() as server:
        server.plan(method, fault)
        found = await findings(server, tmp_path)

    assert keys(found, Grade.BAD) == [key]
    assert ("token_good" in keys(found)) == (method == "getWebhookInfo")
    assert all(server.token not in finding.told.explain("en") for finding in found)


async def test_a_telegram_that_does_not_answer_is_not_waited_for_long(tmp_path: Path) -> None:
    async with TelegramServer() as server:
        server.plan("getMe", Hold())
        found = await findings(server, tmp_path, patience=timedelta(seconds=1))

    assert keys(found) == ["slow"]


async def test_a_telegram_that_is_not_there_is_told_without_the_token(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    found = await look_at_telegram(settings_of(tmp_path, url, TELEGRAM_TOKEN="1:secretive"), offline=False, now=NOW)

    assert keys(found) == ["unreachable"]
    for language in LANGUAGES:
        text = told(found, "unreachable", language)
        assert url in text
        assert "secretive" not in text


@pytest.mark.parametrize("strange", [7, {}, {"id": "x"}, []])
async def test_an_answer_that_is_none_of_telegrams_is_a_finding(
    tmp_path: Path, strange: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payloads, "me", lambda _: strange)
    async with TelegramServer() as server:
        found = await findings(server, tmp_path)
        server.problems.clear()

    assert keys(found, Grade.BAD) == ["unreadable"]


async def test_a_proxy_that_telegram_cannot_be_reached_through_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "socks5h://127.0.0.1:9")
    async with TelegramServer() as server:
        found = await findings(server, tmp_path)

    assert "HTTPS_PROXY names a socks5h:// proxy" in told(found, "bad_proxy")
