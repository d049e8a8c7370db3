"""What is said on Discord to somebody who sends what holds no words, and how often."""

from typing import Any

import discord
import pytest
from simcord.backend.models.message import MessageSticker

from tests.support.discord_stage import Stage, buttons, on_discord, said_to, words
from tests.support.stage import PERSONA, reply_of, scripted

ONCE = reply_of("Good evening.")
DECLINED = PERSONA.wordless[0]
FILES = [("tea.png", b"\x89PNG"), ("cup.png", b"\x89PNG")]


async def sends(stage: Stage, channel: Any, content: str = "", **what: Any) -> None:
    """Ann sends what the actor of simcord has no word for."""
    stage.env.backend.create_message(channel.id, stage.ann.id, content, **what)
    stage.env._mark_mutation()
    await stage.env._settle_internal(dispatch="MEMBER.send")


def sticker(stage: Stage) -> list[MessageSticker]:
    return [MessageSticker(id=7, name="wave", format_type=1, guild_id=stage.guild.id)]


def declined(stage: Stage, channel: Any = None) -> int:
    """How often the persona said there that it cannot see or hear."""
    return sum(DECLINED in text for text in stage.said(channel))


async def test_files_that_call_the_bot_are_declined_once_by_the_persona_without_a_model_and_without_buttons() -> None:
    generator = scripted(ONCE)
    async with on_discord(generator) as stage:
        await stage.ann.send(stage.channel, stage.me, attachments=FILES)
        (message,) = stage.messages()

        assert words(message.content) == DECLINED
        assert message.author.name == "Maren · AI"
        assert f"↪ {stage.ann.mention}" in message.content
        assert buttons(message) == []
        assert not generator.journal
        assert "is an AI persona" in stage.cards()[0]


async def test_a_sticker_in_private_is_declined() -> None:
    async with on_discord(scripted(ONCE)) as stage:
        await stage.ann.send_dm("hello")
        dm = stage.ann.user.dm_channel
        await sends(stage, dm, stickers=sticker(stage))

        assert stage.said(dm) == ["**Maren · AI**\nGood evening.", f"**Maren · AI**\n{DECLINED}"]


@pytest.mark.parametrize("content", [True, False])
async def test_a_voice_message_that_answers_a_persona_is_declined_by_it(content: bool) -> None:
    async with on_discord(scripted(ONCE), content=content) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        (first,) = stage.messages()
        reference = {"channel_id": str(stage.channel.id), "message_id": str(first.id)}
        voice = stage.env.backend.store_attachments(stage.channel.id, [("voice-message.ogg", b"OggS")])
        flags = discord.MessageFlags(voice=True).value
        await sends(stage, stage.channel, attachments=voice, flags=flags, reference=reference)

        assert declined(stage) == 1
        assert not [card for card in stage.cards() if "Message Content Intent" in card]


async def test_what_somebody_else_wrote_and_is_passed_on_is_declined() -> None:
    async with on_discord(scripted(ONCE)) as stage:
        line = await stage.bob.send(stage.channel, "Nice weather.")
        await stage.ann.send_dm("hello")
        await stage.ann.forward(line, stage.ann.user.dm_channel)

        assert declined(stage, stage.ann.user.dm_channel) == 1


async def test_stickers_and_files_among_people_are_nobodys_business() -> None:
    async with on_discord(scripted(ONCE), settings='[places]\nmode = "every"\n') as stage:
        await stage.ann.send(stage.channel, attachments=FILES)
        await sends(stage, stage.channel, stickers=sticker(stage))

        assert declined(stage) == 0


async def test_what_stands_beside_a_file_is_read() -> None:
    generator = scripted(ONCE)
    async with on_discord(generator) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} my garden", attachments=FILES)

        assert said_to(generator) == ["my garden"]
        assert declined(stage) == 0


async def test_several_files_in_a_row_are_declined_once_and_with_words_among_them_not_at_all() -> None:
    generator = scripted(ONCE)
    async with on_discord(generator, burst=0.2) as stage:
        backend, channel = stage.env.backend, stage.channel.id
        for line in (stage.me, ""):
            files = backend.store_attachments(channel, FILES)
            backend.create_message(channel, stage.ann.id, line, attachments=files)
        await stage.ann.send(stage.channel, stage.me, attachments=FILES)
        assert declined(stage) == 1
        backend.create_message(channel, stage.ann.id, stage.me, stickers=sticker(stage))
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert said_to(generator) == ["hello"]
        assert declined(stage) == 1


async def test_no_thread_is_opened_for_what_is_declined() -> None:
    async with on_discord(scripted(ONCE), settings="[places]\nthreads = true\n") as stage:
        await stage.ann.send(stage.channel, stage.me, attachments=FILES)

        assert declined(stage, stage.channel) == 1


async def test_what_was_declined_is_no_turn_of_the_conversation() -> None:
    generator = scripted(ONCE, reply_of("And again."))
    async with on_discord(generator) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        await stage.ann.send(stage.channel, stage.me, attachments=FILES)
        await stage.ann.send(stage.channel, f"{stage.me} and?")

        turns = [turn.text.rpartition(": ")[2] for turn in generator.journal[1].prompt.turns]
        assert turns[-3:] == ["hello", "Good evening.", "and?"]
        assert declined(stage) == 1
