"""Topics of a private chat: each is a conversation of its own, and everything that belongs to it stands in it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from bots.fakes.telegram_server import Message, TelegramServer, Topic
from bots.fakes.telegram_server.people import PIXEL
from tests.support.house import SCHOLAR
from tests.support.stage import PERSONA, reply_of, scripted
from tests.support.telegram_probe import refused
from tests.support.telegram_running import builder
from tests.support.telegram_stage import Stage, on_telegram

ADDRESS = "https://talchum.example/scholar.png"
PAINTED = replace(SCHOLAR, extra={"picture": ADDRESS})


def model(*replies: str) -> object:
    return scripted(*map(reply_of, replies))


@asynccontextmanager
async def with_topics(generator: object) -> AsyncGenerator[tuple[Stage, Topic, Topic], None]:
    """Somebody alone with the bot has two topics."""
    async with on_telegram(generator, personas=[PERSONA, PAINTED]) as stage:  # type: ignore[arg-type]
        server = stage.server
        server.world.threaded = True
        server.world.web[ADDRESS] = PIXEL
        tea, sea = (server.membership.add_topic(server.private, name, server.person) for name in ("Tea", "Sea"))
        yield stage, tea, sea


async def said_in(stage: Stage, topic: Topic | None, text: str, expected: str) -> Message:
    """Somebody writes there; the bot's message with that text."""
    stage.server.say(stage.server.private, stage.server.person, text, topic=topic)
    return await stage.until_says(stage.server.private, expected)


def threads(server: TelegramServer, *methods: str) -> set[object]:
    """The topics that these methods named since the start."""
    return {request.parameters.get("message_thread_id") for request in server.requests(*methods)}


async def test_each_topic_and_what_is_in_none_are_conversations_of_their_own() -> None:
    generator = scripted(*map(reply_of, ("One.", "Two.", "Three.", "Four.")))
    async with with_topics(generator) as (stage, tea, sea):
        for topic, text, answer in ((tea, "Green?", "One."), (sea, "Deep?", "Two."), (None, "Hm?", "Three.")):
            message = await said_in(stage, topic, text, answer)
            assert message.topic is topic
        last = await said_in(stage, tea, "Or black?", "Four.")

        assert last.topic is tea
        turns = [[turn.text for turn in call.prompt.turns] for call in generator.journal]
        assert [one[-1:] for one in turns[:3]] == [["Green?"], ["Deep?"], ["Hm?"]]
        assert turns[3][-3:] == ["Green?", "One.", "Or black?"]
        assert not {"Deep?", "Hm?"} & set(turns[3])


async def test_the_draft_the_sign_of_typing_and_the_notice_stand_in_the_topic() -> None:
    async with with_topics(model("One.")) as (stage, tea, _):
        await said_in(stage, tea, "Green?", "One.")

        assert threads(stage.server, "sendMessage", "sendMessageDraft", "sendChatAction") == {tea.id}


async def test_who_speaks_is_chosen_for_a_topic_alone_and_greets_there_under_their_picture() -> None:
    async with with_topics(model("One.", "Two.")) as (stage, tea, sea):
        greeting = await said_in(stage, tea, "/persona use scholar", "어서 오시오.")
        here = await said_in(stage, tea, "Green?", "One.")
        there = await said_in(stage, sea, "Deep?", "Two.")

        assert (greeting.topic, "photo" in greeting.media) == (tea, True)
        assert here.text.startswith("윤서헌 · AI")
        assert there.text.startswith("Maren · AI")


async def test_what_holds_no_words_is_declined_in_its_topic() -> None:
    async with with_topics(model("One.")) as (stage, tea, _):
        stage.server.people.sticker(stage.server.private, stage.server.person, topic=tea)
        message = await stage.until_says(stage.server.private, PERSONA.wordless[0])

        assert message.topic is tea


async def test_a_button_pressed_in_a_topic_acts_on_that_reply() -> None:
    async with with_topics(model("One.", "Two.", "Three.")) as (stage, tea, sea):
        reply = await said_in(stage, tea, "Green?", "One.")
        await said_in(stage, sea, "Deep?", "Two.")
        stage.server.press(reply, "🔄", stage.server.person)
        changed = await stage.until_says(stage.server.private, "Three.")

        assert changed is reply


async def test_a_topic_that_was_deleted_ends_a_reply_and_nothing_else() -> None:
    # Whether the model was asked before the topic was found gone is a matter of moments.
    async with with_topics(model("Yes.", "Yes.")) as (stage, tea, sea):
        stage.server.say(stage.server.private, stage.server.person, "Green?", topic=tea)
        stage.server.membership.delete_topic(stage.server.private, tea)
        message = await said_in(stage, sea, "Deep?", "Yes.")

        assert message.topic is sea


@pytest.mark.parametrize("threaded", [True, False])
async def test_the_fake_telegram_tells_of_topics_in_private_chats_as_the_real_one_does(threaded: bool) -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.world.threaded = threaded
        me = await bot.get_me()
        chat = await bot.get_chat(server.private.id)
        assert (bool(me.has_topics_enabled), chat.is_forum) == (threaded, None)
        if not threaded:
            said = await refused(server, "sendMessage", chat_id=server.private.id, text="x", message_thread_id=7)
            assert said == "Bad Request: message thread not found"
            return
        topic = server.membership.add_topic(server.private, "Tea", server.person)
        sent = await bot.send_message(server.private.id, "x", message_thread_id=topic.id)

    assert (sent.message_thread_id, sent.is_topic_message) == (topic.id, True)
