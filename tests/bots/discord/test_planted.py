"""Bugs planted on purpose are caught by what these tests stand on."""

from typing import Any

import discord
import pytest
import simcord

from bots.discord_bot import outlet
from bots.discord_bot.client import TalchumClient
from bots.discord_bot.responding import Responder
from tests.support.discord_stage import on_discord
from tests.support.stage import reply_of, scripted


async def test_a_forgotten_sync_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    async def forgotten(self: TalchumClient) -> None:
        """Nothing is sent."""

    monkeypatch.setattr(TalchumClient, "_sync", forgotten)
    async with on_discord(scripted(reply_of("Hello."))) as stage:
        with pytest.raises(simcord.SetupError):
            await stage.ann.slash(stage.channel, "help")


async def test_a_message_of_2001_characters_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlet, "LIMIT", 2_001)
    async with on_discord(scripted(reply_of("x" * 3_000))) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert "could not do that" in stage.cards()[-1]


async def test_a_double_acknowledgement_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    wait = Responder.wait

    async def twice(self: Responder, interaction: discord.Interaction[Any]) -> None:
        await wait(self, interaction)
        interaction.response._response_type = None
        await wait(self, interaction)

    monkeypatch.setattr(Responder, "wait", twice)
    async with on_discord(scripted(reply_of("Hello."))) as stage:
        await stage.ann.slash(stage.channel, "help")

        assert any(getattr(error, "code", None) == 40060 for error in _causes(stage.env.errors))


def _causes(errors: list[BaseException]) -> list[BaseException]:
    return [cause for error in errors for cause in (error, error.__cause__) if cause is not None]
