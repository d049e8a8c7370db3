"""What somebody edits on Telegram: in its burst, while it is answered, and after that."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

from bots.fakes.telegram_server import Message
from moderation.stores import Query
from tests.support.discord_stage import said_to
from tests.support.stage import NOW, reply_of, scripted
from tests.support.telegram_stage import Gate, Stage, gated, on_telegram

ONE, TWO, THREE = (reply_of(f"{number}.") for number in ("One", "Two", "Three"))
NAME = "Maren · AI\n"


@contextlib.asynccontextmanager
async def answered(*replies: Any, **how: Any) -> AsyncGenerator[tuple[Stage, Any, Message, Message], None]:
    """Somebody has said "Is the lmap lit?" in private and is answered; the message, and the reply."""
    generator = scripted(*(replies or (ONE, TWO, THREE)))
    async with on_telegram(generator, **how) as stage:
        said = stage.server.say(stage.server.private, stage.server.person, "Is the lmap lit?")
        reply = await stage.until_says(stage.server.private, "One.")
        await stage.ended(stage.server.private)
        yield stage, generator, said, reply


async def idle(stage: Stage) -> None:
    """Everything that came is handled."""
    while stage.server.updates.pending or stage.telegram.busy:
        await asyncio.sleep(0.005)


async def test_what_is_edited_before_it_is_answered_is_answered_as_it_reads_then() -> None:
    generator = scripted(ONE)
    async with on_telegram(generator, burst=0.3) as stage:
        server = stage.server
        first = server.say(server.private, server.person, "Helo")
        server.say(server.private, server.person, "are you there?")
        server.people.edit(first, "Hello")
        await stage.until_says(server.private, "One.")
        await idle(stage)

        assert said_to(generator) == ["Hello\nare you there?"]


async def test_an_edit_that_was_there_at_the_start_as_early_as_its_message_counts() -> None:
    generator = scripted(ONE)
    async with on_telegram(generator, burst=0.0) as stage:
        server = stage.server
        message = server.say(server.private, server.person, "Helo")
        server.people.edit(message, "Hello")
        await stage.until_says(server.private, "One.")
        await idle(stage)

        assert said_to(generator) == ["Hello"]


async def test_the_newest_message_is_answered_anew_in_the_place_of_its_reply() -> None:
    async with answered() as (stage, generator, said, reply):
        stage.server.people.edit(said, "Is the lamp lit?")
        await stage.server.until(lambda: "Two." in reply.text)
        await idle(stage)

        assert reply.text == f"{NAME}Two."
        assert len(reply.buttons) == 9
        turns = [turn.text for turn in generator.journal[1].prompt.turns]
        assert turns[-1] == "Is the lamp lit?"
        assert not [text for text in turns if "lmap" in text or "One." in text]


async def test_the_conversation_goes_on_from_what_was_edited() -> None:
    async with answered() as (stage, generator, said, reply):
        server = stage.server
        server.people.edit(said, "Is the lamp lit?")
        await server.until(lambda: "Two." in reply.text)
        await idle(stage)
        server.say(server.private, server.person, "And now?")
        await stage.until_says(server.private, "Three.")

        turns = [turn.text for turn in generator.journal[2].prompt.turns]
        assert turns[-3:] == ["Is the lamp lit?", "Two.", "And now?"]
        assert "Is the lmap lit?" not in turns


async def test_while_the_reply_is_made_it_stops_and_the_edited_words_are_answered() -> None:
    gate = Gate(len("Good evening. Come i"))
    generator = gated(gate, reply_of("Good evening.", "Come in."), TWO)
    async with on_telegram(generator) as stage:
        server = stage.server
        said = server.say(server.private, server.person, "Is the lmap lit?")
        await server.until(lambda: server.private.drafts)
        server.people.edit(said, "Is the lamp lit?")
        gate.open.set()
        await stage.until_says(server.private, "Two.")
        await idle(stage)

        replies = [text for text in stage.texts(server.private) if text.startswith(NAME)]
        assert replies == [f"{NAME}Two."]
        assert "lmap" not in str(generator.journal[1].prompt.turns)


async def test_what_is_edited_to_say_what_must_not_be_answered_is_judged_like_anything_else() -> None:
    async with answered() as (stage, generator, said, reply):
        stage.server.people.edit(said, "SEVERE words")
        await stage.server.until(lambda: "One." not in reply.text)
        await idle(stage)

        assert len(generator.journal) == 1
        [case] = await stage.opened.store.list(Query())
        assert case.opening.said == "SEVERE words"


async def test_an_edit_of_what_was_said_further_back_changes_nothing() -> None:
    async with answered() as (stage, generator, said, reply):
        server = stage.server
        server.say(server.private, server.person, "And now?")
        await stage.until_says(server.private, "Two.")
        await stage.ended(server.private)
        server.people.edit(said, "Is the lamp lit?")
        await idle(stage)

        assert reply.text == f"{NAME}One."
        assert len(generator.journal) == 2


async def test_an_edit_an_hour_later_changes_nothing() -> None:
    later = [timedelta()]
    async with answered(now=lambda: NOW + later[0]) as (stage, generator, said, reply):
        later[0] = timedelta(hours=1)
        stage.server.people.edit(said, "Is the lamp lit?")
        await idle(stage)

        assert reply.text == f"{NAME}One."
        assert len(generator.journal) == 1


async def test_where_nothing_is_said_otherwise_nothing_happens() -> None:
    async with answered() as (stage, generator, said, reply):
        server = stage.server
        other = server.say(server.group, server.owner, "Nice weather.", mention_bot=False)
        for message, text in ((said, "Is the lmap lit?"), (said, "/help"), (other, "@talchum_bot hello")):
            server.people.edit(message, text)
        await idle(stage)

        assert reply.text == f"{NAME}One."
        assert len(generator.journal) == 1


async def test_where_it_is_paused_an_edit_is_not_answered() -> None:
    async with answered() as (stage, generator, said, _):
        await stage.opened.house.scenes.places.change(f"telegram:dm:{stage.server.private.id}", paused=True)
        stage.server.people.edit(said, "Is the lamp lit?")
        await idle(stage)

        assert len(generator.journal) == 1
        assert not [text for text in stage.texts(stage.server.private) if "rest" in text.lower()]


async def test_what_is_edited_to_be_beside_the_play_is_not_remembered() -> None:
    async with answered() as (stage, generator, said, reply):
        server = stage.server
        server.people.edit(said, "// never mind")
        await idle(stage)
        server.say(server.private, server.person, "And now?")
        await stage.until_says(server.private, "Two.")

        assert "lmap" not in str(generator.journal[1].prompt.turns)
        assert reply.text == f"{NAME}One."


async def test_the_variants_of_a_reply_to_what_it_read_before_are_gone() -> None:
    async with answered() as (stage, _, said, reply):
        server = stage.server
        data = next(one["callback_data"] for one in reply.buttons if one["callback_data"].startswith("r1:again"))
        server.press(reply, data, server.person)
        await server.until(lambda: "Two." in reply.text)
        await idle(stage)
        server.people.edit(said, "Is the lamp lit?")
        await server.until(lambda: "Three." in reply.text)
        await idle(stage)
        record = await stage.ended(server.private)

        assert not (await stage.opened.house.replies.variants(record)).texts


async def test_in_a_group_every_edit_of_a_quick_hand_leaves_one_reply() -> None:
    generator = scripted(ONE, TWO, THREE, reply_of("Four."))
    async with on_telegram(generator) as stage:
        server = stage.server
        said = server.say(server.group, server.person, "Is the lmap lit?", mention_bot=True)
        reply = await stage.until_says(server.group, "One.")
        await idle(stage)
        for text in ("Is the lam lit?", "Is the lamp lit?"):
            server.people.edit(said, f"@{server.world.bot.username} {text}")
        await idle(stage)

        assert said_to(generator)[-1] == "Is the lamp lit?"
        assert len([one for one in stage.texts(server.group) if one.startswith(NAME)]) == 1
        assert reply.text != f"{NAME}One."


async def test_an_edit_while_the_reply_is_said_another_way_has_the_last_word() -> None:
    gate = Gate(len("One.") + 2)
    generator = gated(gate, ONE, TWO, THREE)
    async with on_telegram(generator) as stage:
        server = stage.server
        said = server.say(server.private, server.person, "Is the lmap lit?")
        reply = await stage.until_says(server.private, "One.")
        await stage.ended(server.private)
        data = next(one["callback_data"] for one in reply.buttons if one["callback_data"].startswith("r1:again"))
        server.press(reply, data, server.person)
        await gate.reached.wait()
        server.people.edit(said, "Is the lamp lit?")
        while server.updates.pending:
            await asyncio.sleep(0.005)
        gate.open.set()
        await server.until(lambda: "Three." in reply.text)
        await idle(stage)

        assert said_to(generator) == ["Is the lmap lit?", "Is the lmap lit?", "Is the lamp lit?"]
        assert reply.text == f"{NAME}Three."
