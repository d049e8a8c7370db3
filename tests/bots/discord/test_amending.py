"""What somebody edits or deletes on Discord: in its burst, while it is answered, and after that."""

import asyncio
from typing import Any

from simcord.backend.models.message import MessageSticker

from tests.support.discord_stage import Stage, button, buttons, card_of, on_discord, said_to, words
from tests.support.stage import reply_of, scripted
from tests.support.telegram_stage import Gate, gated

ONE, TWO, THREE = (reply_of(f"{number}.") for number in ("One", "Two", "Three"))
LONG = reply_of("Good evening.", "Come in.")


async def asked(stage: Stage, text: str = "is the lmap lit?") -> Any:
    """Ann's message, answered."""
    return await stage.ann.send(stage.channel, f"{stage.me} {text}")


async def begun(stage: Stage) -> Any:
    """Ann's message, while the first sentence of the reply stands there."""
    message = stage.env.backend.create_message(stage.channel.id, stage.ann.id, f"{stage.me} is the lmap lit?")
    async with asyncio.timeout(20):
        while not stage.replies():
            await asyncio.sleep(0.005)
    return message


def edit(stage: Stage, message: Any, text: str) -> None:
    """As `Member.edit`, without waiting for what comes of it."""
    stage.env.backend.edit_message(stage.channel.id, message.id, {"content": f"{stage.me} {text}"})


def said(stage: Stage) -> list[str]:
    return [words(text) for text in stage.said()]


async def test_what_is_edited_or_deleted_before_it_is_answered_is_answered_as_it_stands_then() -> None:
    generator = scripted(ONE)
    async with on_discord(generator, burst=0.5) as stage:
        write = stage.env.backend.create_message
        first = write(stage.channel.id, stage.ann.id, f"{stage.me} helo")
        second = write(stage.channel.id, stage.ann.id, f"{stage.me} brb")
        write(stage.channel.id, stage.ann.id, f"{stage.me} are you there?")
        await asyncio.sleep(0.1)
        edit(stage, first, "hello")
        stage.env.backend.delete_message(stage.channel.id, second.id)
        await stage.env.settle()

        assert said_to(generator) == ["hello\nare you there?"]


async def test_what_is_deleted_before_it_is_answered_is_not_answered() -> None:
    generator = scripted(ONE)
    async with on_discord(generator, burst=0.5) as stage:
        message = stage.env.backend.create_message(stage.channel.id, stage.ann.id, f"{stage.me} hello")
        await asyncio.sleep(0.1)
        stage.env.backend.delete_message(stage.channel.id, message.id)
        await stage.env.settle()

        assert not generator.journal


async def test_the_newest_message_is_answered_anew_in_the_place_of_its_reply() -> None:
    generator = scripted(ONE, TWO, THREE)
    async with on_discord(generator) as stage:
        message = await asked(stage)
        await stage.ann.edit(message, f"{stage.me} is the lamp lit?")
        assert said(stage) == ["Two."]
        assert "again" in buttons(stage.replies()[0])
        await asked(stage, "and now?")

        turns = [turn.text for turn in generator.journal[2].prompt.turns]
        assert turns[-3:] == ["is the lamp lit?", "Two.", "and now?"]
        assert "lmap" not in str(turns)


async def test_while_the_reply_is_made_it_stops_and_the_edited_words_are_answered_in_its_place() -> None:
    gate = Gate(len("Good evening. Come i"))
    generator = gated(gate, LONG, TWO)
    async with on_discord(generator) as stage:
        message = await begun(stage)
        edit(stage, message, "is the lamp lit?")
        gate.open.set()
        await stage.env.settle()

        assert said(stage) == ["Two."]
        assert said_to(generator)[-1] == "is the lamp lit?"
        assert "Good evening" not in str(generator.journal[1].prompt.turns)


async def test_what_is_edited_further_back_and_previews_and_other_bots_change_nothing() -> None:
    generator = scripted(ONE, TWO)
    async with on_discord(generator) as stage:
        first = await asked(stage)
        second = await asked(stage, "and now?")
        await stage.ann.edit(first, f"{stage.me} is the lamp lit?")
        stage.env.backend.edit_message(stage.channel.id, second.id, {"embeds": [{"title": "A lamp"}]})
        await stage.env.settle()
        robot = stage.guild.add_member(stage.env.create_user("robot", bot=True))
        theirs = stage.env.backend.create_message(stage.channel.id, robot.id, f"{stage.me} beep")
        edit(stage, theirs, "boop")
        await stage.env.settle()

        assert [words(reply.content) for reply in stage.replies()] == ["One.", "Two."]
        assert len(generator.journal) == 2


async def test_what_cannot_be_read_any_more_after_an_edit_is_no_deletion() -> None:
    generator = scripted(ONE, TWO)
    async with on_discord(generator, content=False) as stage:
        message = await asked(stage)
        await stage.ann.edit(message, "is the lamp lit?")
        await asked(stage, "and now?")

        assert "is the lmap lit?" in [turn.text for turn in generator.journal[1].prompt.turns]


async def test_a_deleted_message_takes_the_reply_with_it_that_is_being_made() -> None:
    gate = Gate(len("Good evening. Come i"))
    generator = gated(gate, LONG, TWO)
    async with on_discord(generator) as stage:
        message = await begun(stage)
        stage.env.backend.delete_message(stage.channel.id, message.id)
        gate.open.set()
        await stage.env.settle()
        assert stage.replies() == []
        await asked(stage, "and now?")

        assert "lmap" not in str(generator.journal[1].prompt.turns)
        assert said(stage) == ["Two."]


async def test_a_deleted_message_leaves_the_conversation_and_the_reply_that_was_read_stands() -> None:
    generator = scripted(ONE, TWO, THREE)
    async with on_discord(generator) as stage:
        message = await asked(stage)
        await stage.ann.delete(message)
        assert said(stage) == ["One."]
        click = await stage.ann.click(stage.replies()[0], custom_id=button(stage.replies()[0], "again"))
        assert "nothing" in card_of(click).lower()
        await asked(stage, "and now?")

        assert "lmap" not in str(generator.journal[1].prompt.turns)
        assert "One." not in [turn.text for turn in generator.journal[1].prompt.turns]
        assert len(generator.journal) == 2


async def test_what_is_deleted_of_a_burst_under_way_is_left_out_of_what_is_answered() -> None:
    gate = Gate(len("Good evening. Come i"))
    generator = gated(gate, LONG, TWO)
    async with on_discord(generator, burst=0.2) as stage:
        first = stage.env.backend.create_message(stage.channel.id, stage.ann.id, f"{stage.me} my number is one")
        await begun(stage)
        stage.env.backend.delete_message(stage.channel.id, first.id)
        gate.open.set()
        await stage.env.settle()

        assert said_to(generator) == ["my number is one\nis the lmap lit?", "is the lmap lit?"]
        assert said(stage) == ["Two."]


async def test_in_a_thread_of_its_own_an_edit_is_answered_where_the_reply_stands() -> None:
    generator = scripted(ONE, TWO)
    async with on_discord(generator) as stage:
        await stage.admin.slash(stage.channel, "talchum settings", field="threads", value="on")
        message = await asked(stage)
        await stage.ann.edit(message, f"{stage.me} is the lamp lit?")
        [thread] = stage.channel.threads

        assert [reply.content for reply in stage.replies(thread)] == ["Two."]


async def test_a_sticker_that_is_deleted_again_leaves_the_reply_under_way_alone() -> None:
    gate = Gate(10_000)
    generator = gated(gate, ONE, LONG, TWO)
    async with on_discord(generator, burst=0.3) as stage:
        await stage.ann.send_dm("first")
        dm = stage.ann.user.dm_channel
        gate.close(len("Good evening. Come i"))
        stage.env.backend.create_message(dm.id, stage.ann.id, "is the lamp lit?")
        wave = MessageSticker(id=7, name="wave", format_type=1, guild_id=stage.guild.id)
        sticker = stage.env.backend.create_message(dm.id, stage.ann.id, "", stickers=[wave])
        async with asyncio.timeout(20):
            while len(stage.said(dm)) < 2:
                await asyncio.sleep(0.005)
        stage.env.backend.delete_message(dm.id, sticker.id)
        await asyncio.sleep(0.2)
        gate.open.set()
        await stage.env.settle()

        assert words(stage.said(dm)[-1]) == "Good evening. Come in."
        assert len(generator.journal) == 2
