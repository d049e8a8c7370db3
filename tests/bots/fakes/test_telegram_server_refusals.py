"""What the fake Telegram refuses, with the very words: texts, edits, replies, keyboards, chats it may not write to."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bots.fakes.telegram_server import Kind, Message, Status, TelegramServer
from bots.fakes.telegram_server.people import PIXEL
from tests.support.telegram_probe import ask, refused
from tests.support.telegram_running import builder

LAMP = "Is the lamp lit?"


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}


def button(text: str = "x", **action: Any) -> dict[str, Any]:
    return {"text": text, **(action or {"callback_data": "x"})}


class Bench:
    """A server, and requests to its private chat past python-telegram-bot's own checks."""

    def __init__(self, server: TelegramServer) -> None:
        self.server = server
        self.chat = server.private.id

    async def sent(self, text: str = "x", **more: Any) -> Message:
        answer = await ask(self.server, "sendMessage", chat_id=self.chat, text=text, **more)
        assert answer["ok"], answer
        return self.server.world.messages[self.server.private, answer["result"]["message_id"]]

    async def no(self, method: str, **parameters: Any) -> str:
        """How it is refused, without "Bad Request: "."""
        said = await refused(self.server, method, chat_id=self.chat, **parameters)
        assert said.startswith("Bad Request: "), said
        return said.removeprefix("Bad Request: ")

    async def no_edit(self, message: Message, text: str = "y", **parameters: Any) -> str:
        return await self.no("editMessageText", message_id=message.id, text=text, **parameters)


@asynccontextmanager
async def bench() -> AsyncGenerator[Bench, None]:
    async with TelegramServer() as server:
        yield Bench(server)


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": " \n\t"}, "text must be non-empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "🏮" * 2049}, "message is too long"),
        ({"text": "가" * 10_923}, "text is too long"),
        ({"text": "<b>x", "parse_mode": "HTML"},
         'can\'t parse entities: Can\'t find end tag corresponding to start tag "b"'),
        ({"text": "a.", "parse_mode": "MarkdownV2"},
         "can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'"),
        ({"text": "x", "parse_mode": "BBCode"}, "unsupported parse_mode"),
        ({"text": "x", "entities": [{"type": "text_link", "offset": 0, "length": 1}]},
         'can\'t parse MessageEntity: Can\'t find field "url"'),
        ({"text": "🏮x", "entities": [{"type": "bold", "offset": 1, "length": 1}]},
         "entity begins in a middle of a UTF-16 symbol at byte offset 0"),
        ({"text": "🏮x", "entities": [{"type": "bold", "offset": 0, "length": 1}]},
         "entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 0"),
        ({"text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
        ({"text": "x", "message_thread_id": 5}, "message thread not found"),
        ({"text": "x", "reply_markup": keyboard(button(""))}, "inline keyboard button text must be non-empty"),
        ({"text": "x", "reply_markup": keyboard({"text": "x"})},
         "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "reply_markup": keyboard(button(callback_data=""))},
         "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"),
        ({"text": "x", "reply_markup": keyboard(button(callback_data="x" * 65))}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard(button(callback_data="가" * 22))}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": keyboard(button(url="not an address"))},
         "inline keyboard button URL 'not an address' is invalid: Wrong HTTP URL"),
        ({"text": "x", "reply_markup": keyboard(*[button()] * 101)}, "reply markup is too long"),
        ({"text": "x", "reply_markup": keyboard(button(copy_text={"text": ""}))}, "BUTTON_COPY_TEXT_INVALID"),
        ({"text": "x", "reply_markup": {"keyboard": [[{"text": " "}]]}}, "keyboard button text must be non-empty"),
    ],
)  # fmt: skip
async def test_a_bad_message_is_refused_and_not_sent(parameters: dict[str, Any], said: str) -> None:
    async with bench() as here:
        assert await here.no("sendMessage", **parameters) == said

    assert here.server.answers() == []


@pytest.mark.parametrize(
    "parameters",
    [
        {"text": "x" * 4096},
        {"text": "🏮" * 2048},
        {"text": "가" * 4096},
        {"text": f"<b>{'&amp;' * 4096}</b>", "parse_mode": "html"},
        {"text": "x", "entities": [{"type": "bold", "offset": 0, "length": 500}]},
        {"text": "x", "reply_markup": keyboard(button(callback_data="가" * 21), button("y", url="t.me/talchum_bot"))},
        {"text": "x", "reply_markup": {"inline_keyboard": []}},
        {"text": "x", "reply_markup": {"keyboard": [[{"text": "Yes"}]], "resize_keyboard": True}},
        {"text": "x", "reply_markup": {"remove_keyboard": True}},
        {"text": "x", "reply_markup": {"force_reply": True, "input_field_placeholder": "Your note"}},
        {"text": "x", "reply_parameters": {"message_id": 999, "allow_sending_without_reply": True}},
    ],
)
async def test_what_is_just_within_the_limits_is_sent(parameters: dict[str, Any]) -> None:
    async with bench() as here:
        message = await here.sent(**parameters)

    assert message.reply_to is None


async def test_an_edit_is_refused_with_other_words_than_a_message() -> None:
    async with bench() as here:
        message = await here.sent()
        assert await here.no_edit(message, "x" * 4097) == "MESSAGE_TOO_LONG"
        assert await here.no_edit(message, "") == "message text is empty"
        assert await here.no("editMessageText", message_id=999, text="y") == "message to edit not found"
        assert await here.no("editMessageText", text="y") == "message identifier is not specified"
        assert await here.no("editMessageReplyMarkup", message_id=999) == "message to edit not found"
        assert await here.no("editMessageCaption", message_id=message.id, caption="y") == (
            "there is no caption in the message to edit"
        )
        unchanged = (
            "message is not modified: specified new message content and reply markup are exactly the same as a "
            "current content and reply markup of the message"
        )
        assert await here.no_edit(message, " x ") == unchanged
        assert await here.no("editMessageReplyMarkup", message_id=message.id) == unchanged

    assert len(message.versions) == 1


async def test_only_the_bots_own_messages_can_be_edited_and_not_all_of_them() -> None:
    async with bench() as here:
        server = here.server
        said = server.say(server.private, server.person, LAMP)
        asking = await here.sent(reply_markup={"keyboard": [[{"text": "Yes"}]]})
        gone = await here.sent()
        server.people.delete(gone)
        assert await here.no_edit(said) == "message can't be edited"
        assert await here.no_edit(asking) == "message can't be edited"
        assert await here.no_edit(gone) == "message to edit not found"
        async with builder(server).build().bot as bot:
            photo = await bot.send_photo(here.chat, PIXEL, caption="x")
            with pytest.raises(BadRequest, match="There is no text in the message to edit"):
                await bot.edit_message_text("y", here.chat, photo.message_id)
            with pytest.raises(BadRequest, match="Message caption is too long"):
                await bot.edit_message_caption(here.chat, photo.message_id, caption="x" * 1025)


async def test_a_quote_has_to_stand_in_the_message_exactly() -> None:
    async with bench() as here:
        said = here.server.say(here.server.private, here.server.person, "The lamp, the 🏮 lamp")

        async def reply(**quote: Any) -> dict[str, Any]:
            return await ask(
                here.server,
                "sendMessage",
                chat_id=here.chat,
                text="x",
                reply_parameters={"message_id": said.id, **quote},
            )

        async def reply_long(length: int) -> dict[str, Any]:
            quote = {"message_id": long.id, "quote": "x" * length}
            return await ask(here.server, "sendMessage", chat_id=here.chat, text="x", reply_parameters=quote)

        long = here.server.say(here.server.private, here.server.person, "x" * 1025)
        assert (await reply_long(1024))["ok"]
        first = await reply(quote="lamp")
        second = await reply(quote="lamp", quote_position=14)
        wrong = [
            await reply(quote="Lamp"),
            await reply(quote="lamps"),
            await reply(quote="<b>lamp</b>", quote_parse_mode="HTML"),
            await reply_long(1025),
        ]

    assert [answer["description"] for answer in wrong] == ["Bad Request: QUOTE_TEXT_INVALID"] * 4
    assert [one["result"]["quote"]["position"] for one in (first, second)] == [4, 17]
    assert first["result"]["reply_to_message"]["text"] == said.text


async def test_a_quote_has_to_be_marked_up_like_the_message() -> None:
    async with bench() as here:
        own = await here.sent("The <b>brass</b> lamp", parse_mode="HTML")
        plain = {"message_id": own.id, "quote": "brass lamp"}
        assert await here.no("sendMessage", text="x", reply_parameters=plain) == "QUOTE_TEXT_INVALID"
        bold = {"message_id": own.id, "quote": "<b>brass</b> lamp", "quote_parse_mode": "HTML"}
        answer = await here.sent(reply_parameters=bold)

    assert answer.quote is not None
    assert answer.quote.entities == ({"type": "bold", "offset": 0, "length": 5},)


async def test_what_was_replied_to_and_is_gone_is_not_there() -> None:
    async with bench() as here:
        said = here.server.say(here.server.private, here.server.person, LAMP)
        here.server.people.delete(said)
        assert await here.no("sendMessage", text="x", reply_parameters={"message_id": said.id}) == (
            "message to be replied not found"
        )


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"chat_id": "group", "draft_id": 1, "text": "x"}, "TEXTDRAFT_PEER_INVALID"),
        ({"draft_id": 0, "text": "x"}, "invalid draft_id specified"),
        ({"draft_id": 1, "text": "x" * 4097}, "MESSAGE_TOO_LONG"),
        ({"draft_id": 1, "text": "<b>x", "parse_mode": "HTML"},
         'can\'t parse entities: Can\'t find end tag corresponding to start tag "b"'),
        ({"draft_id": 1, "text": "x", "message_thread_id": 7}, "message thread not found"),
    ],
)  # fmt: skip
async def test_a_bad_draft_is_refused(parameters: dict[str, Any], said: str) -> None:
    async with TelegramServer() as server:
        chat = server.group if parameters.pop("chat_id", None) else server.private
        assert await refused(server, "sendMessageDraft", chat_id=chat.id, **parameters) == f"Bad Request: {said}"

    assert chat.drafts == []


async def test_an_answer_to_a_button_is_short() -> None:
    async with bench() as here:
        message = await here.sent(reply_markup=keyboard(button("Yes", callback_data="y")))
        pressed = here.server.press(message, "y", here.server.person)
        long = await refused(here.server, "answerCallbackQuery", callback_query_id=pressed.id, text="가" * 201)
        fits = await ask(here.server, "answerCallbackQuery", callback_query_id=pressed.id, text="가" * 200)

    assert long == "Bad Request: MESSAGE_TOO_LONG"
    assert fits["ok"]


@pytest.mark.parametrize(
    ("method", "parameters", "said"),
    [
        ("setMyCommands", {"commands": [{"command": "Help", "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "x" * 33, "description": "x"}]}, "BOT_COMMAND_INVALID"),
        ("setMyCommands", {"commands": [{"command": "x", "description": ""}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ("setMyCommands", {"commands": [{"command": "x", "description": "x"}] * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ("setMyCommands", {"commands": [], "language_code": "korean"}, "LANG_CODE_INVALID"),
        ("setMyCommands", {"commands": [], "scope": {"type": "chat", "chat_id": 1}}, "chat not found"),
        ("setMyDescription", {"description": "x" * 513}, "description is too long"),
        ("setMyShortDescription", {"short_description": "x" * 121}, "short description is too long"),
    ],
)
async def test_a_bad_description_of_the_bot_is_refused(method: str, parameters: dict[str, Any], said: str) -> None:
    async with TelegramServer() as server:
        assert await refused(server, method, **parameters) == f"Bad Request: {said}"

    assert server.profile.commands == {}


async def test_a_bad_file_is_refused() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        chat = server.private.id
        with pytest.raises(BadRequest, match="Image_process_failed"):
            await bot.send_photo(chat, b"no picture")
        with pytest.raises(BadRequest, match="File must be non-empty"):
            await bot.send_document(chat, b"")
        with pytest.raises(BadRequest, match="Wrong file identifier/http url specified"):
            await bot.send_photo(chat, "BQACAgIAAxkBAAI999999")
        with pytest.raises(BadRequest, match="File of size 10485761 bytes is too big for a photo"):
            await bot.send_photo(chat, PIXEL + bytes((10 << 20) + 1 - len(PIXEL)))
        with pytest.raises(BadRequest, match="Message caption is too long"):
            await bot.send_photo(chat, PIXEL, caption="🏮" * 513)
        assert await refused(server, "sendPhoto", chat_id=chat, photo="attach://x") == (
            "Bad Request: there is no photo in the request"
        )

    assert server.answers() == []


async def test_what_is_larger_than_everything_is_refused_before_it_is_looked_at() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        with pytest.raises(Exception, match="Request Entity Too Large"):
            await bot.send_document(server.private.id, bytes((50 << 20) + 1))

    assert server.answers() == []


async def test_a_person_who_blocked_the_bot_or_never_wrote_cannot_be_written_to() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        shy, mate, gone = (server.world.add_user(name) for name in ("Ren", "Sol", "Ida"))
        server.membership.block(server.person)
        gone.started = gone.deactivated = True
        other = server.world.add_user("Hedgehog", username="hedge_bot", bot=True)
        for user, said in (
            (server.person, "bot was blocked by the user"),
            (shy, "bot can't initiate conversation with a user"),
            (gone, "user is deactivated"),
            (other, "bot can't send messages to bots"),
        ):
            with pytest.raises(Forbidden, match=f"Forbidden: {said}"):
                await bot.send_message(user.id, "x")
            with pytest.raises(Forbidden, match=said):
                await bot.send_chat_action(user.id, "typing")
            with pytest.raises(Forbidden, match=said):
                await bot.send_message_draft(user.id, 1, "x")
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(1, "x")
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.get_chat(mate.id)
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message("@nobody", "x")
        server.membership.unblock(server.person)
        server.say(server.world.private(shy), shy, "/start")
        await bot.send_message(server.person.id, "x")
        await bot.send_message(shy.id, "x")

    assert [message.chat.person for message in server.answers()] == [server.person, shy]


@pytest.mark.parametrize("kind", [Kind.GROUP, Kind.SUPERGROUP, Kind.CHANNEL])
@pytest.mark.parametrize(
    ("status", "said"),
    [(Status.KICKED, "bot was kicked from the {} chat"), (Status.LEFT, "bot is not a member of the {} chat")],
)
async def test_where_the_bot_is_not_it_cannot_write(kind: Kind, status: Status, said: str) -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        chat = server.world.add_chat(kind, "Cellar", owner=server.owner, bot=status)
        with pytest.raises(Forbidden, match=f"Forbidden: {said.format(kind.value)}"):
            await bot.send_message(chat.id, "x")
        with pytest.raises(Forbidden, match=said.format(kind.value)):
            await bot.send_chat_action(chat.id, "typing")


async def test_where_members_may_not_write_the_bot_may_as_an_administrator() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.group.writable = False
        with pytest.raises(BadRequest, match="Not enough rights to send text messages to the chat"):
            await bot.send_message(server.group.id, "x")
        server.membership.promote(server.group, server.world.bot)
        await bot.send_message(server.group.id, "x")
        channel = server.world.add_chat(Kind.CHANNEL, "News", owner=server.owner, bot=Status.ADMINISTRATOR)
        with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
            await bot.send_message(channel.id, "x")
        server.world.join(channel, server.world.bot, Status.ADMINISTRATOR, ("can_post_messages",))
        post = await bot.send_message(channel.id, "x")

    assert (post.from_user, post.sender_chat and post.sender_chat.id) == (None, channel.id)


async def test_others_messages_in_a_group_are_deleted_by_administrators_alone() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        said = server.say(server.group, server.person, "x")
        with pytest.raises(BadRequest, match="Message can't be deleted"):
            await bot.delete_message(server.group.id, said.id)
        await bot.delete_messages(server.group.id, [said.id])
        assert not said.deleted
        server.membership.promote(server.group, server.world.bot, ("can_delete_messages",))
        await bot.delete_message(server.group.id, said.id)

    assert said.deleted


async def test_a_group_that_became_a_supergroup_says_where_it_went() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        group = server.world.add_chat(Kind.GROUP, "Cellar", owner=server.owner, bot=Status.MEMBER)
        before = await bot.send_message(group.id, "x")
        server.world.join(group, server.person)
        upgraded = server.membership.upgrade(group)
        raw = await ask(server, "sendMessage", chat_id=group.id, text="x")
        with pytest.raises(ChatMigrated) as moved:
            await bot.send_message(group.id, "x")
        with pytest.raises(ChatMigrated):
            await bot.send_chat_action(group.id, "typing")
        with pytest.raises(BadRequest, match="Message can't be edited"):
            await bot.edit_message_text("y", group.id, before.message_id)
        await bot.send_message(moved.value.new_chat_id, "x")
        leaving, arriving = [update.message for update in await bot.get_updates()]

    assert raw == {
        "ok": False,
        "error_code": 400,
        "description": "Bad Request: group chat was upgraded to a supergroup chat",
        "parameters": {"migrate_to_chat_id": upgraded.id},
    }
    assert leaving is not None
    assert arriving is not None
    assert (leaving.chat.id, leaving.migrate_to_chat_id) == (group.id, upgraded.id)
    assert (arriving.chat.id, arriving.migrate_from_chat_id) == (upgraded.id, group.id)
    assert upgraded.status(server.person).there
