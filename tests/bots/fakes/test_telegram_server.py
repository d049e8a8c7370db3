"""The fake Telegram with the real python-telegram-bot: polls, answers, edits, buttons, drafts, files, what a bot is."""

from datetime import timedelta

import pytest
from telegram import (
    BotCommand,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeChatAdministrators,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    ReactionTypeEmoji,
    ReplyKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest

from bots.fakes.telegram_server import Status, TelegramServer
from bots.fakes.telegram_server.people import PIXEL
from tests.support.telegram_probe import Probe, refused
from tests.support.telegram_running import builder, polling

SOON = timedelta(milliseconds=20)


def buttons(*labels: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label.lower()) for label in labels]])


async def test_a_bot_finds_itself_there() -> None:
    async with TelegramServer() as server:
        probe = Probe(server)
        async with probe.app:
            me = await probe.bot.get_me()

    assert (me.id, me.username, me.is_bot) == (server.world.bot.id, "talchum_bot", True)
    assert me.can_read_all_group_messages is False


async def test_a_message_is_answered() -> None:
    async def react(update: Update) -> None:
        assert update.message is not None
        await update.message.reply_text("It is lit.", do_quote=True)

    async with TelegramServer() as server:
        probe = Probe(server, react)
        async with polling(probe.app):
            said = server.say(server.private, server.person, "Is the lamp lit?")
            (answer,) = await server.until(lambda: server.answers(server.private))

    assert probe.texts == ["Is the lamp lit?"]
    assert (answer.text, answer.reply_to) == ("It is lit.", said)
    assert [request.method for request in server.requests()][:3] == ["getMe", "deleteWebhook", "getUpdates"]


async def test_who_watches_is_told_of_messages_edits_and_drafts() -> None:
    seen: list[str] = []
    async with TelegramServer() as server:
        probe = Probe(server)
        server.service.watchers.append(lambda chat, shown: seen.append(f"{chat.id == server.private.id} {shown.text}"))
        async with probe.app:
            server.say(server.private, server.person, "Lit?")
            await probe.bot.send_message_draft(server.private.id, 7, "It")
            answer = await probe.bot.send_message(server.private.id, "It is.")
            await answer.edit_text("It was.")

    assert seen == ["True Lit?", "True It", "True It is.", "True It was."]


async def test_an_edit_shows_something_else_and_takes_the_buttons_away() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        sent = await bot.send_message(server.private.id, "one", reply_markup=buttons("Go"))
        kept = await bot.edit_message_text("two", server.private.id, sent.message_id, reply_markup=buttons("Go"))
        lost = await bot.edit_message_text("three", server.private.id, sent.message_id)
        assert isinstance(kept, type(sent))
        assert isinstance(lost, type(sent))

    (message,) = server.answers()
    assert [version.text for version in message.versions] == ["one", "two", "three"]
    assert [version.keyboard is not None for version in message.versions] == [True, True, False]
    assert (kept.reply_markup is None, lost.reply_markup is None, lost.edit_date is None) == (False, True, False)


async def test_an_edit_that_changes_nothing_is_refused() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        chat, text = server.private.id, "<b>one</b>"
        sent = await bot.send_message(chat, text, "HTML", reply_markup=buttons("Go"))
        with pytest.raises(BadRequest, match="Message is not modified: specified new message content and reply markup"):
            await bot.edit_message_text(text, chat, sent.message_id, parse_mode="HTML", reply_markup=buttons("Go"))
        with pytest.raises(BadRequest, match="not modified"):
            await bot.edit_message_reply_markup(chat, sent.message_id, reply_markup=buttons("Go"))
        await bot.edit_message_text("one", chat, sent.message_id, reply_markup=buttons("Go"))
        await bot.edit_message_reply_markup(chat, sent.message_id)

    (message,) = server.answers()
    assert len(message.versions) == 3
    assert (message.text, message.keyboard) == ("one", None)


async def test_a_button_is_pressed_and_answered_once() -> None:
    async def react(update: Update) -> None:
        if update.callback_query:
            await update.callback_query.answer("Again it is.")
            with pytest.raises(BadRequest, match="Query is too old"):
                await update.callback_query.answer("Again?")

    async with TelegramServer() as server:
        probe = Probe(server, react)
        async with polling(probe.app):
            await probe.bot.send_message(server.private.id, "Once more?", reply_markup=buttons("Yes", "No"))
            (asked,) = server.answers()
            pressed = server.press(asked, "Yes", server.person)
            await server.until(lambda: probe.heard)

    assert pressed.answer is not None
    assert pressed.answer["text"] == "Again it is."
    assert probe.failures == []
    query = probe.heard[0].callback_query
    assert query is not None
    assert query.message is not None
    assert (query.data, query.from_user.id, query.message.message_id) == ("yes", server.person.id, asked.id)


async def test_a_press_that_was_too_long_ago_cannot_be_answered() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        await bot.send_message(server.private.id, "Once more?", reply_markup=buttons("Yes"))
        pressed = server.press(server.answers()[0], "yes", server.person)
        server.people.expire(pressed)
        with pytest.raises(BadRequest, match=r"Query is too old and response timeout expired or query id is invalid"):
            await bot.answer_callback_query(pressed.id)
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_callback_query("1")

    assert pressed.answer is None


async def test_only_buttons_that_are_there_can_be_pressed() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        link = InlineKeyboardMarkup([[InlineKeyboardButton("Read", url="https://talchum.example/terms")]])
        await bot.send_message(server.private.id, "Once more?", reply_markup=link)
        (asked,) = server.answers()
        for button in ("Yes", "Read"):
            with pytest.raises(AssertionError):
                server.press(asked, button, server.person)
        await bot.send_message(server.private.id, "Really?", reply_markup=buttons("Yes"))
        asked = server.answers()[-1]
        with pytest.raises(AssertionError, match="Haneul cannot see it"):
            server.press(asked, "Yes", server.owner)
        server.people.delete(asked)
        with pytest.raises(AssertionError):
            server.press(asked, "Yes", server.person)


async def test_a_draft_is_shown_until_a_message_comes_or_time_is_over() -> None:
    now = [100.0]
    async with TelegramServer(clock=lambda: now[0]) as server, builder(server).build().bot as bot:
        chat = server.private
        await bot.send_message_draft(chat.id, 7, "The lamp")
        await bot.send_message_draft(chat.id, 7, "The <b>lamp</b> is", parse_mode="HTML")
        shown = server.draft(chat)
        now[0] += 29
        still = server.draft(chat)
        now[0] += 1
        over = server.draft(chat)
        await bot.send_message_draft(chat.id, 8, "")
        empty = server.draft(chat)
        await bot.send_message(chat.id, "The lamp is lit.")
        after = server.draft(chat)

    assert shown is not None
    assert shown is still
    assert (shown.id, shown.text, shown.entities[0]["type"]) == (7, "The lamp is", "bold")
    assert (over, after) == (None, None)
    assert empty is not None
    assert empty.text == ""
    assert [draft.id for draft in chat.drafts] == [7, 7, 8]


async def test_the_bot_says_that_it_is_busy() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        await bot.send_chat_action(server.private.id, "typing")
        assert await refused(server, "sendChatAction", chat_id=server.private.id, action="thinking") == (
            "Bad Request: wrong parameter action in request"
        )

    assert server.private.actions == [("typing", None)]


async def test_a_message_can_be_deleted_and_people_delete_without_a_word() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        chat = server.private
        said = server.say(chat, server.person, "one")
        other = server.say(chat, server.person, "two")
        sent = await bot.send_message(chat.id, "three")
        server.people.delete(said)
        await bot.delete_message(chat.id, other.id)
        await bot.delete_messages(chat.id, [sent.message_id, 999])
        with pytest.raises(BadRequest, match="Message to delete not found"):
            await bot.delete_message(chat.id, sent.message_id)
        heard = await bot.get_updates()

    assert server.world.history(chat) == []
    assert len(heard) == 2


async def test_commands_have_scopes_and_languages() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        chat, offered = server.group, server.profile.offered
        await bot.set_my_commands([BotCommand("help", "What I do")])
        await bot.set_my_commands([BotCommand("help", "무엇을 하는지")], language_code="ko")
        await bot.set_my_commands([BotCommand("start", "Begin")], BotCommandScopeAllPrivateChats())
        await bot.set_my_commands([BotCommand("stop", "Stop")], BotCommandScopeAllGroupChats())
        await bot.set_my_commands([BotCommand("review", "Review")], BotCommandScopeChatAdministrators(chat.id))
        asked = await bot.get_my_commands(language_code="ko")
        assert [one["command"] for one in offered(server.private, server.person)] == ["start"]
        assert [one["command"] for one in offered(chat, server.person)] == ["stop"]
        assert [one["command"] for one in offered(chat, server.owner)] == ["review"]
        await bot.set_my_commands([BotCommand("quiet", "Quiet")], BotCommandScopeChat(chat.id))
        assert [one["command"] for one in offered(chat, server.person)] == ["quiet"]
        await bot.delete_my_commands(BotCommandScopeAllPrivateChats())
        assert offered(server.private, server.owner)[0]["description"] == "무엇을 하는지"
        assert await bot.get_my_commands(BotCommandScopeAllPrivateChats()) == ()

    assert [(one.command, one.description) for one in asked] == [("help", "무엇을 하는지")]


async def test_the_bot_describes_itself_by_language() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        await bot.set_my_description("A persona that is an AI.")
        await bot.set_my_description("AI 페르소나예요.", language_code="ko")
        await bot.set_my_short_description("An AI.")
        await bot.set_my_name("Maren")
        assert (await bot.get_my_description(language_code="ko")).description == "AI 페르소나예요."
        assert (await bot.get_my_description(language_code="fr")).description == "A persona that is an AI."
        assert (await bot.get_my_short_description()).short_description == "An AI."
        assert (await bot.get_my_name()).name == "Maren"


async def test_a_photo_and_a_document_are_uploaded_and_sent_again() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        chat = server.private.id
        photo = await bot.send_photo(chat, PIXEL, caption="The <b>lamp</b>", parse_mode="HTML")
        again = await bot.send_photo(chat, photo.photo[-1].file_id)
        paper = await bot.send_document(chat, b"name,score\n", filename="export.csv", reply_markup=buttons("Thanks"))
        changed = await bot.edit_message_caption(chat, photo.message_id, caption="The lamp")
        file = await bot.get_file(paper.document.file_id) if paper.document else None
        assert file is not None
        fetched = await file.download_as_bytearray()
        assert isinstance(changed, type(photo))

    assert (photo.caption, photo.caption_entities[0].type) == ("The lamp", "bold")
    assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
    assert (changed.caption, changed.caption_entities) == ("The lamp", ())
    assert bytes(fetched) == b"name,score\n"
    assert [server.people.file_of(message).name for message in server.answers()][2] == "export.csv"
    assert server.requests("sendDocument")[0].files == ("document",)


async def test_what_people_send_can_be_fetched_up_to_twenty_megabytes() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.people.document(server.private, server.person, "notes.txt", b"tea", "my notes")
        server.people.document(server.private, server.person, "film.mov", b"", size=(20 << 20) + 1)
        small, large = (update.message for update in await bot.get_updates())
        assert small is not None
        assert small.document is not None
        assert large is not None
        assert large.document is not None
        fetched = await (await small.document.get_file()).download_as_bytearray()
        with pytest.raises(BadRequest, match="File is too big"):
            await large.document.get_file()
        with pytest.raises(BadRequest, match="Invalid file_id"):
            await bot.get_file("nothing")

    assert (small.caption, bytes(fetched)) == ("my notes", b"tea")


async def test_stickers_voices_photos_and_albums_come_as_they_do_at_telegram() -> None:
    async with TelegramServer() as server:
        probe = Probe(server)
        async with polling(probe.app):
            here, person = server.private, server.person
            server.people.sticker(here, person, "🍵")
            server.people.voice(here, person, 4)
            server.people.album(here, person, ["two cups", ""])
            await server.until(lambda: len(probe.messages) == 4)

    sticker, voice, first, second = probe.messages
    assert sticker.sticker is not None
    assert voice.voice is not None
    assert (sticker.sticker.emoji, voice.voice.file_size) == ("🍵", 4)
    assert first.media_group_id == second.media_group_id is not None
    assert (first.caption, second.caption, len(first.photo)) == ("two cups", None, 2)


async def test_the_bot_learns_about_chats_and_members() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.group.username = "tea_house"
        full = await bot.get_chat("@Tea_House")
        owner = await bot.get_chat_member(server.group.id, server.owner.id)
        stranger = await bot.get_chat_member(server.group.id, server.world.add_user("Ren").id)
        other = server.world.add_user("Hedgehog", username="hedge_bot", bot=True)
        server.world.join(server.group, other, Status.ADMINISTRATOR)
        admins = await bot.get_chat_administrators(server.group.id)
        every = await bot.get_chat_administrators(server.group.id, return_bots=True)
        server.membership.promote(server.group, server.person, ("can_delete_messages",))
        promoted = await bot.get_chat_member(server.group.id, server.person.id)
        assert await bot.get_chat_member_count(server.group.id) == 4
        with pytest.raises(BadRequest, match="There are no administrators in the private chat"):
            await bot.get_chat_administrators(server.private.id)
        with pytest.raises(BadRequest, match="User not found"):
            await bot.get_chat_member(server.group.id, 1)

    assert (full.title, full.type) == ("Tea House", "supergroup")
    assert (owner.status, stranger.status, promoted.status) == ("creator", "left", "administrator")
    assert [admin.user.id for admin in admins] == [server.owner.id]
    assert [admin.user.id for admin in every] == [server.owner.id, other.id]
    assert promoted.to_dict()["can_delete_messages"]
    assert not promoted.to_dict()["can_restrict_members"]


async def test_a_reaction_is_set_and_taken_back() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        said = server.say(server.private, server.person, "thank you")
        await bot.set_message_reaction(said.chat.id, said.id, ReactionTypeEmoji("👍"))
        set_then = said.reactions[server.world.bot.id]
        await bot.set_message_reaction(said.chat.id, said.id, [])
        with pytest.raises(BadRequest, match="Reaction_invalid"):
            await bot.set_message_reaction(said.chat.id, said.id, ReactionTypeEmoji("🍵"))
        with pytest.raises(BadRequest, match="Message to react not found"):
            await bot.set_message_reaction(said.chat.id, 999, ReactionTypeEmoji("👍"))

    assert set_then == [{"type": "emoji", "emoji": "👍"}]
    assert said.reactions[server.world.bot.id] == []


async def test_everything_that_a_message_may_be_sent_with_is_known() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        said = server.say(server.private, server.person, "Is the lamp lit?")
        sent = await bot.send_message(
            said.chat.id,
            "See https://talchum.example/lamp",
            link_preview_options=LinkPreviewOptions(is_disabled=True),
            disable_notification=True,
            protect_content=True,
            reply_parameters=ReplyParameters(said.id, quote="the lamp", quote_position=3),
            reply_markup=ReplyKeyboardMarkup([["Yes", "No"]], resize_keyboard=True),
        )

    (message,) = server.answers()
    assert (sent.quote.text, sent.quote.position) if sent.quote else None == ("the lamp", 3)
    assert (message.silent, message.protected) == (True, True)
    assert message.reply_keyboard is not None
    assert [entity.type for entity in sent.entities] == ["url"]
