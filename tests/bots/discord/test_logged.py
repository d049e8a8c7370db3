"""What the log has of somebody who is alone with the bot: nothing that tells who it is."""

import logging
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from tests.bots.discord.commanding import model
from tests.support.discord_stage import on_discord


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (50013, "a permission is missing: showing.missing"),
        (50007, "a reply came to nothing: channel=private"),
    ],
)
async def test_what_fails_in_private_is_logged_without_the_person_or_the_channel(
    code: int, told: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: Any, **__: Any) -> Any:
        raise discord.Forbidden(SimpleNamespace(status=403, reason=""), {"code": code, "message": ""})

    caplog.set_level(logging.INFO, "bots")
    async with on_discord(model()) as stage:
        monkeypatch.setattr(discord.DMChannel, "send", refused)
        await stage.ann.send_dm("hello")
        lines = [record.getMessage() for record in caplog.records]

        assert any(line.startswith(told) for line in lines)
        channel = stage.ann.user.dm_channel.id
        assert not [line for line in lines if str(stage.ann.id) in line or str(channel) in line or "Direct" in line]
