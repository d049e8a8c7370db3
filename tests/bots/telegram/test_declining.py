"""What is said on Telegram to somebody who sends what holds no words, and how often."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bots.fakes.telegram_server import Hold, TelegramServer
from bots.state.memory import MemoryState
from tests.support.discord_stage import said_to
from tests.support.house import SCHOLAR
from tests.support.stage import NOW, PERSONA, reply_of, scripted
from tests.support.telegram_stage import Stage, on_telegram

ONCE = reply_of("Good evening.")
AGAIN = reply_of("And again.")
DECLINED = PERSONA.wordless[0]
ANSWERED = "Maren · AI\nGood evening."

Show = Callable[[TelegramServer], Any]
THINGS: dict[str, Show] = {
    "sticker": lambda server: server.people.sticker(server.private, server.person),
    "voice": lambda server: server.people.voice(server.private, server.person),
    "photo": lambda server: server.people.photo(server.private, server.person),
    "video": lambda server: server.people.video(server.private, server.person),
    "file": lambda server: server.people.document(server.private, server.person, "tea.txt", b"tea"),
    "poll": lambda server: server.people.poll(server.private, server.person, "Tea?", ["Yes", "No"]),
    "location": lambda server: server.people.location(server.private, server.person, 37.58, 126.98),
}


def declined(stage: Stage, chat: Any) -> int:
    """How often the persona said there that it cannot see or hear."""
    return sum(DECLINED in text for text in stage.texts(chat))


@pytest.mark.parametrize("show", THINGS.values(), ids=THINGS)
async def test_what_holds_no_words_is_declined_by_the_persona_without_a_model_and_without_buttons(show: Show) -> None:
    generator = scripted(ONCE)
    async with on_telegram(generator) as stage:
        show(stage.server)
        message = await stage.until_says(stage.server.private, DECLINED)
        await stage.ended(stage.server.private)

        assert message.text == f"Maren · AI\n{DECLINED}"
        assert message.buttons == []
        assert not generator.journal
        assert "is an AI persona" in stage.texts(stage.server.private)[0]


async def test_whoever_speaks_korean_declines_in_korean() -> None:
    async with on_telegram(scripted(ONCE), settings='[places]\npersona = "scholar"\n') as stage:
        stage.server.people.voice(stage.server.private, stage.server.person)
        message = await stage.until_says(stage.server.private, SCHOLAR.wordless[0])

        assert message.text.startswith("윤서헌 · AI\n")


async def test_a_persona_without_words_for_it_declines_in_plain_ones() -> None:
    async with on_telegram(scripted(ONCE), personas=[replace(PERSONA, wordless=())]) as stage:
        stage.server.people.voice(stage.server.private, stage.server.person)
        await stage.until_says(stage.server.private, "Only what is written can be read here.")


async def test_what_stands_under_a_picture_is_read() -> None:
    generator = scripted(ONCE)
    async with on_telegram(generator) as stage:
        stage.server.people.photo(stage.server.private, stage.server.person, "My garden")
        await stage.until_says(stage.server.private, "Good evening.")

        assert said_to(generator) == ["My garden"]
        assert declined(stage, stage.server.private) == 0


async def test_an_album_of_ten_pictures_is_declined_once() -> None:
    async with on_telegram(scripted(ONCE)) as stage:
        server = stage.server
        server.people.album(server.private, server.person, [""] * 10)
        await stage.until_says(server.private, DECLINED)
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "Good evening.")

        assert declined(stage, server.private) == 1


async def test_several_stickers_in_a_row_are_declined_once_and_with_words_among_them_not_at_all() -> None:
    generator = scripted(ONCE)
    async with on_telegram(generator, burst=0.2) as stage:
        server = stage.server
        for _ in range(3):
            server.people.sticker(server.private, server.person)
        await stage.until_says(server.private, DECLINED)
        server.people.sticker(server.private, server.person)
        server.say(server.private, server.person, "Hello")
        server.people.voice(server.private, server.person)
        await stage.until_says(server.private, "Good evening.")

        assert said_to(generator) == ["Hello"]
        assert declined(stage, server.private) == 1


async def test_in_a_group_only_what_calls_a_persona_is_declined_and_the_message_is_quoted() -> None:
    async with on_telegram(scripted(ONCE, AGAIN)) as stage:
        server = stage.server
        server.world.privacy = False
        server.people.sticker(server.group, server.person)
        server.say(server.group, server.person, "Hello", mention_bot=True)
        reply = await stage.until_says(server.group, "Good evening.")
        assert declined(stage, server.group) == 0
        voice = server.people.voice(server.group, server.person, reply_to=reply)
        message = await stage.until_says(server.group, DECLINED)
        photo = server.people.photo(server.group, server.person, f"@{server.world.bot.username}")
        await server.until(lambda: declined(stage, server.group) == 2)

        assert message.reply_to is voice
        assert server.answers(server.group)[-1].reply_to is photo


async def test_a_reply_to_a_persona_that_declined_is_answered_by_it() -> None:
    async with on_telegram(scripted(ONCE)) as stage:
        server = stage.server
        server.people.photo(server.group, server.person, f"@{server.world.bot.username}")
        message = await stage.until_says(server.group, DECLINED)
        server.say(server.group, server.person, "It is my garden.", reply_to=message)
        await stage.until_says(server.group, "Good evening.")


async def test_what_was_declined_is_no_turn_of_the_conversation_and_cannot_be_said_another_way() -> None:
    generator = scripted(ONCE, AGAIN)
    async with on_telegram(generator) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "Good evening.")
        server.people.sticker(server.private, server.person)
        await stage.until_says(server.private, DECLINED)
        server.say(server.private, server.person, "/retry")
        await stage.until_says(server.private, "There is nothing to change")
        server.say(server.private, server.person, "And?")
        await stage.until_says(server.private, "And again.")

        assert [turn.text for turn in generator.journal[1].prompt.turns][-3:] == ["Hello", "Good evening.", "And?"]


async def test_a_limit_of_a_day_holds_for_what_is_declined() -> None:
    async with on_telegram(scripted(ONCE), settings="[places]\nperson_messages = 1\n") as stage:
        server = stage.server
        server.people.sticker(server.private, server.person)
        await stage.until_says(server.private, DECLINED)
        server.people.sticker(server.private, server.person)
        await stage.until_says(server.private, "That was all for today")

        assert declined(stage, server.private) == 1


async def test_a_sticker_that_comes_twice_is_declined_once() -> None:
    async with on_telegram(scripted(ONCE)) as stage:
        server = stage.server
        sticker = server.people.sticker(server.private, server.person)
        await stage.until_says(server.private, DECLINED)
        server.service.post(sticker)
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "Good evening.")

        assert declined(stage, server.private) == 1


async def test_what_was_being_declined_when_the_program_ended_is_not_declined_again() -> None:
    state = MemoryState(clock=lambda: NOW)
    async with TelegramServer() as server:
        async with on_telegram(scripted(ONCE), server=server, state=state) as stage:
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, "Good evening.")
            held = Hold(after=True)
            server.plan("sendMessage", held)
            server.people.sticker(server.private, server.person)
            await held.arrived.wait()
            asyncio.get_running_loop().call_later(0.05, held.released.set)
        async with on_telegram(scripted(AGAIN), server=server, state=state) as stage:
            server.say(server.private, server.person, "And?")
            await stage.until_says(server.private, "And again.")

            assert declined(stage, server.private) == 1
