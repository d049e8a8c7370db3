"""Personas that are brought in on Discord, and the card under which moderators decide."""

from typing import Any

import discord

from tests.bots.discord.commanding import model
from tests.bots.discord.test_desk import set_log
from tests.bots.importing import card
from tests.support.discord_stage import Stage, button, card_of, on_discord


def speaking(stage: Stage) -> set[str]:
    return {name for _, name in stage.opened.host.personas(stage.place)}


def posted(stage: Stage, log: Any) -> discord.Message:
    found: list[discord.Message] = [one for one in log.history() if "talchum:import" in str(one.components)]
    return max(found, key=lambda one: one.id)


async def test_a_card_that_a_moderator_sends_is_approved_by_an_admin_under_the_card_in_their_channel() -> None:
    async with on_discord(model()) as stage:
        log = await set_log(stage)
        sent = await stage.mod.slash(stage.channel, "persona import", card=("ames.json", card()))
        message = posted(stage, log)
        early = await stage.mod.click(message, custom_id=button(message, "approve"))

        assert "waits for approval" in card_of(sent)
        assert "keeps a small bakery" in stage.cards(log)[-1]
        assert "senior moderators" in card_of(early)
        assert "Ames" not in speaking(stage)

        await stage.restart()
        done = await stage.admin.click(message, custom_id=button(message, "approve"))
        assert "Ames may speak now" in card_of(done)
        assert "Ames" in speaking(stage)
        [stands] = [one for one in log.history() if one.id == message.id]
        assert "talchum:import" not in str(stands.components)
        assert "Approved" in str(stands.components[0].children[0].content)


async def test_where_moderators_have_no_channel_the_admin_decides_in_place() -> None:
    async with on_discord(model()) as stage:
        sent = await stage.admin.slash(stage.channel, "persona import", card=("ames.json", card()))
        assert sent.ephemeral
        [shown] = [answer for answer in (sent.response, *sent.followups) if answer]
        done = await stage.admin.click(shown, custom_id=button(shown.message, "reject"))

        assert "Rejected" in card_of(done)
        assert "Ames" not in speaking(stage)


async def test_everything_that_is_different_comes_as_a_file_to_whoever_asks() -> None:
    async with on_discord(model()) as stage:
        log = await set_log(stage)
        await stage.mod.slash(stage.channel, "persona import", card=("ames.json", card()))
        message = posted(stage, log)
        shown = await stage.mod.click(message, custom_id=button(message, "show"))

        assert shown.ephemeral
        answers = [shown.response, *shown.followups]
        [attachment] = [one for answer in answers if answer for one in answer.attachments]
        assert b"@@ description @@" in await attachment.read()


async def test_a_member_brings_nothing() -> None:
    async with on_discord(model()) as stage:
        answer = await stage.ann.slash(stage.channel, "persona import", card=("ames.json", card()))

        assert "That is for: moderators" in card_of(answer)
