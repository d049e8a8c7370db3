"""Names in what personas say: they stand there, and call nobody."""

from dataclasses import replace

import pytest

from bots.fakes.telegram_server import Message, Refused
from bots.fakes.telegram_server.people import PIXEL
from bots.pieces import units
from bots.telegram_bot.outlet import CAPTION, LIMIT
from tests.bots.telegram.commanding import model
from tests.bots.telegram.menu_stage import on_telegram
from tests.support.stage import PERSONA, reply_of, scripted

CALL = "Ask @durov, or (@mina_k)."


def called(message: Message) -> list[str]:
    return [one["type"] for one in message.entities if one["type"] in {"mention", "text_mention"}]


def read(message: Message) -> str:
    """What people see of it."""
    return message.text.replace("\u2060", "")


@pytest.mark.parametrize(
    "said",
    [CALL, "@durov", "Hello @**durov**!", "*waves at @durov*", "**@durov**", "한글@durov", "`x`@durov", "@\u2028durov"],
)
async def test_whoever_a_persona_names_is_not_called(said: str) -> None:
    async with on_telegram(scripted(reply_of(said))) as stage:
        message = await stage.reply(chat=stage.group, by=stage.bo)

        assert "durov" in message.text
        assert not called(message)
        assert "@durov" not in message.text.replace("\u2028", "")  # which Telegram drops


async def test_addresses_of_mail_and_code_stay_as_they_are() -> None:
    said = "Write to me@example.com. `@cache` goes above:\n```\n@cache\ndef f(): ...\n```"
    async with on_telegram(scripted(reply_of(said))) as stage:
        message = await stage.reply(chat=stage.group, by=stage.bo)

        assert not called(message)
        assert "\u2060" not in message.text
        assert "email" in [one["type"] for one in message.entities]


async def test_nor_where_telegram_does_not_read_what_is_formatted() -> None:
    async with on_telegram(scripted(reply_of("Hello."), reply_of(CALL + " `@cache`"))) as stage:
        await stage.reply(chat=stage.group, by=stage.bo)
        refused = Refused(code=400, description="Bad Request: can't parse entities: unsupported start tag")
        stage.server.faults.plan("sendMessage", refused, chat=stage.group.id)
        message = await stage.reply(chat=stage.group, by=stage.bo)

        assert read(message).endswith(CALL + " `@cache`")
        assert not called(message)


async def test_a_persona_that_is_named_like_somebody_calls_nobody() -> None:
    async with on_telegram(model(), personas=(replace(PERSONA, name="@durov"),)) as stage:
        message = await stage.reply(chat=stage.group, by=stage.bo)

        assert read(message) == "@durov · AI\nReply 1."
        assert not called(message)


async def test_nobody_is_called_in_a_draft() -> None:
    async with on_telegram(scripted(reply_of(CALL))) as stage:
        await stage.reply()
        drafts = [one.parameters["text"] for one in stage.server.requests("sendMessageDraft")]

        assert any("durov" in text for text in drafts)
        assert not any("@durov" in text for text in drafts)


async def test_what_stands_there_is_read_after_a_restart_as_it_was_said() -> None:
    async with on_telegram(scripted(reply_of(CALL))) as stage:
        reply = await stage.reply()
        record = await stage.opened.house.replies.newest(f"telegram:dm:{stage.private.id}")
        stage.restart()

        assert record is not None
        assert "\u2060" in reply.text
        assert await stage.client.performer.text_of(record) == CALL


@pytest.mark.parametrize("spare", [0, 1, 2])
async def test_a_message_that_is_full_has_room_for_it(spare: int) -> None:
    head, call = "Maren · AI\n", " @durov"
    said = "x" * (LIMIT - units(head + call) - spare) + call
    async with on_telegram(scripted(reply_of(said))) as stage:
        messages = await stage.say("hello", chat=stage.group, by=stage.bo, mention_bot=True)
        replies = [message for message in messages if message.text.startswith(head)]

        assert len(replies) == (1 if spare else 2)
        assert read(replies[-1]).endswith("@durov")


@pytest.mark.parametrize("spare", [0, 1])
async def test_so_has_what_stands_under_a_picture(spare: int) -> None:
    head, call = "Maren · AI\n", " @durov"
    greeting = "x" * (CAPTION - units(head + call) - spare) + call
    address = "https://talchum.example/maren.png"
    painted = replace(PERSONA, greetings=(greeting,), extra={"picture": address})
    async with on_telegram(model(), personas=(painted,)) as stage:
        stage.server.world.web[address] = PIXEL
        messages = await stage.say("/persona use keeper")

        assert [bool(message.media) for message in messages if "durov" in message.text] == [bool(spare)]
