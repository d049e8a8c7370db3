"""Groups at the fake Telegram: what a bot hears there, topics and threads, who joins and leaves, channels, guests and
businesses."""

import pytest
from telegram import InlineQueryResultArticle, InputTextMessageContent, MessageEntity, Update
from telegram.error import BadRequest

from bots.fakes.telegram_server import Kind, Message, Status, TelegramServer
from bots.fakes.telegram_server.entities import entity
from bots.fakes.telegram_server.world import ANONYMOUS_ADMIN, CHANNEL_SENDER
from tests.support.telegram_probe import Probe, refused
from tests.support.telegram_running import builder, polling


async def test_with_privacy_mode_the_bot_hears_what_is_meant_for_it() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        here, person = server.group, server.person
        own = await bot.send_message(here.id, "hello")
        mine = server.world.messages[here, own.message_id]
        said = server.say(here, person, "to nobody")
        server.say(here, person, "1", mention_bot=True)
        server.say(here, person, "2", reply_to=mine)
        server.say(here, person, "to somebody", reply_to=said)
        server.say(here, person, "/help 3")
        server.say(here, person, "/help@talchum_bot 4")
        server.say(here, person, "/help@another_bot")
        server.say(here, person, "@another_bot look")
        named = entity("text_mention", 0, 4, user={"id": server.world.bot.id, "is_bot": True, "first_name": "T"})
        server.say(here, person, "Tal, 5", entities=[named])
        server.say(here, person, "Mina,", entities=[{**named, "user": {**named["user"], "id": person.id}}])
        server.people.photo(here, person, "@Talchum_Bot 6")
        server.people.album(here, person, ["@talchum_bot 7", "not this one"])
        heard = await bot.get_updates()

    texts = [update.message.text or update.message.caption for update in heard if update.message]
    assert [text and text[-1] for text in texts] == list("1234567")


async def test_without_privacy_mode_or_as_an_administrator_it_hears_everything_but_other_bots() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        here = server.group
        other = server.world.add_user("Hedgehog", username="hedge_bot", bot=True)
        server.world.join(here, other)
        server.world.privacy = False
        server.say(here, server.person, "one")
        server.say(here, other, "beep")
        server.world.privacy = True
        server.say(here, server.person, "unheard")
        server.world.join(here, server.world.bot, Status.ADMINISTRATOR)
        server.say(here, server.person, "two")
        server.world.hears_bots = True
        server.say(here, other, "three")
        heard = await bot.get_updates()
        me = await bot.get_me()

    assert [update.message.text for update in heard if update.message] == ["one", "two", "three"]
    assert me.can_read_all_group_messages is False


async def test_a_command_that_names_nobody_is_for_the_bot_that_spoke_last() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        here, person = server.group, server.person
        other = server.world.add_user("Hedgehog", username="hedge_bot", bot=True)
        server.say(here, person, "/start 1")
        server.world.join(here, other)
        server.say(here, person, "/start")
        await bot.send_message(here.id, "here")
        server.say(here, person, "/start 2")
        server.say(here, other, "beep")
        server.say(here, person, "/start")
        server.membership.leave(here, other)
        heard = await bot.get_updates()

    texts = [update.message.text for update in heard if update.message and update.message.text]
    assert texts == ["/start 1", "/start 2"]


async def test_commands_and_mentions_are_entities_with_offsets_in_utf16() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.say(server.group, server.person, "🏮🏮 /note@talchum_bot the lamp")
        (update,) = await bot.get_updates()

    assert update.message is not None
    (found,) = update.message.entities
    assert (found.type, found.offset) == (MessageEntity.BOT_COMMAND, 5)
    assert update.message.parse_entity(found) == "/note@talchum_bot"


async def test_an_edit_of_what_was_meant_for_the_bot_is_heard() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        said = server.say(server.group, server.person, "lamp", mention_bot=True)
        server.people.edit(said, "@talchum_bot the lamp")
        aside = server.say(server.group, server.person, "by the way")
        server.people.edit(aside, "never mind")
        _, edit = await bot.get_updates()

    assert edit.edited_message is not None
    assert (edit.edited_message.text, edit.edited_message.message_id) == ("@talchum_bot the lamp", said.id)
    assert edit.edited_message.edit_date is not None


async def test_topics_are_apart_and_their_messages_reply_to_their_beginning() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        here, person = server.group, server.person
        server.membership.open_forum(here)
        tea = server.membership.add_topic(here, "Tea", server.owner)
        in_general = server.say(here, person, "general", mention_bot=True)
        in_tea = server.say(here, person, "tea", mention_bot=True, topic=tea)
        created, general, topical = [update.message for update in await bot.get_updates()]
        sent = await bot.send_message(here.id, "there", message_thread_id=tea.id)
        reply = await bot.send_message(here.id, "again", reply_to_message_id=in_tea.id)
        plain = await bot.send_message(here.id, "here", reply_to_message_id=in_general.id)
        await bot.send_chat_action(here.id, "typing", message_thread_id=tea.id)

    assert created is not None
    assert general is not None
    assert topical is not None
    assert created.forum_topic_created is not None
    assert (general.message_thread_id, general.is_topic_message) == (None, None)
    assert (topical.message_thread_id, topical.is_topic_message) == (tea.id, True)
    assert topical.reply_to_message is not None
    assert topical.reply_to_message.forum_topic_created is not None
    assert topical.chat.is_forum
    assert [one.message_thread_id for one in (sent, reply, plain)] == [tea.id, tea.id, None]
    assert here.actions == [("typing", tea.id)]


async def test_a_topic_may_be_closed_or_gone_and_general_is_not_named() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        here = server.group
        server.membership.open_forum(here)
        tea, soup = (server.membership.add_topic(here, name, server.owner) for name in ("Tea", "Soup"))
        server.membership.close_topic(here, tea, server.owner)
        server.membership.delete_topic(here, soup)
        with pytest.raises(BadRequest, match="Topic_closed"):
            await bot.send_message(here.id, "x", message_thread_id=tea.id)
        for number in (soup.id, 1, 999):
            with pytest.raises(BadRequest, match="Message thread not found"):
                await bot.send_message(here.id, "x", message_thread_id=number)
            with pytest.raises(BadRequest, match="Message thread not found"):
                await bot.send_chat_action(here.id, "typing", message_thread_id=number)
        server.membership.promote(here, server.world.bot, ("can_manage_topics",))
        await bot.send_message(here.id, "one", message_thread_id=tea.id)
        server.membership.demote(here, server.world.bot)
        server.membership.reopen_topic(here, tea, server.owner)
        await bot.send_message(here.id, "two", message_thread_id=tea.id)

    assert [message.text for message in server.answers() if message.topic is tea] == ["one", "two"]


async def test_a_chain_of_replies_in_a_supergroup_has_a_thread_and_is_no_topic() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        said = server.say(server.group, server.person, "lamp?", mention_bot=True)
        sent = await bot.send_message(server.group.id, "lit", reply_to_message_id=said.id)
        mine = server.world.messages[server.group, sent.message_id]
        server.say(server.group, server.person, "thanks", reply_to=mine)
        _, update = await bot.get_updates()
        with pytest.raises(BadRequest, match="Message thread not found"):
            await bot.send_message(server.group.id, "x", message_thread_id=said.id)

    assert update.message is not None
    assert (update.message.message_thread_id, update.message.is_topic_message) == (said.id, None)
    assert (sent.message_thread_id, sent.is_topic_message) == (said.id, None)


async def test_ids_of_messages_say_nothing_without_their_chat() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        one = await bot.send_message(server.private.id, "one")
        other = await bot.send_message(server.group.id, "other")
        await bot.edit_message_text("two", server.group.id, other.message_id)

    assert one.message_id == other.message_id
    assert [message.text for message in server.answers()] == ["one", "two"]


async def test_private_chats_and_groups_count_their_messages_together() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        group = server.world.add_chat(Kind.GROUP, "Cellar", owner=server.owner, bot=Status.MEMBER)
        sent = [await bot.send_message(chat.id, "x") for chat in (server.private, group, server.private)]

    assert len({message.message_id for message in sent}) == 3


async def test_what_a_message_replied_to_is_not_shown_when_it_is_gone() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        said = server.say(server.private, server.person, "one")
        reply = server.say(server.private, server.person, "two", reply_to=said, quote="one")
        server.people.delete(said)
        server.people.edit(reply, "three")
        _, before, after = await bot.get_updates()

    assert before.message is not None
    assert before.message.reply_to_message is not None
    assert before.message.quote is not None
    assert after.edited_message is not None
    assert (after.edited_message.reply_to_message, after.edited_message.quote) == (None, None)


async def test_the_bot_is_told_when_it_comes_goes_and_is_promoted() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        cellar = server.world.add_chat(Kind.SUPERGROUP, "Cellar", owner=server.owner, bot=Status.LEFT)
        server.membership.join(cellar, server.world.bot, by=server.owner)
        server.membership.promote(cellar, server.world.bot, ("can_pin_messages",), by=server.owner)
        server.membership.leave(cellar, server.world.bot, by=server.owner, banned=True)
        server.membership.block(server.person)
        server.membership.unblock(server.person)
        updates = await bot.get_updates()

    changes = [update.my_chat_member for update in updates if update.my_chat_member]
    assert [(change.old_chat_member.status, change.new_chat_member.status) for change in changes] == [
        ("left", "member"), ("member", "administrator"), ("administrator", "kicked"),
        ("member", "kicked"), ("kicked", "member"),
    ]  # fmt: skip
    (joined,) = [update.message for update in updates if update.message]
    assert [user.id for user in joined.new_chat_members] == [server.world.bot.id]


async def test_the_bot_leaves_by_itself_and_of_others_it_hears_that_they_left() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.membership.leave(server.group, server.person)
        await bot.leave_chat(server.group.id)
        server.say(server.group, server.owner, "/start@talchum_bot")
        gone, left = await bot.get_updates()

    assert gone.message is not None
    assert gone.message.left_chat_member is not None
    assert gone.message.left_chat_member.id == server.person.id
    assert left.my_chat_member is not None
    assert left.my_chat_member.new_chat_member.status == "left"


async def test_an_anonymous_administrator_and_a_channel_speak_in_a_group() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        server.membership.promote(server.group, server.owner, anonymous=True)
        channel = server.world.add_chat(Kind.CHANNEL, "News", owner=server.owner, bot=Status.LEFT)
        server.say(server.group, server.owner, "one", mention_bot=True)
        server.say(server.group, server.person, "two", mention_bot=True, channel=channel)
        server.people.pass_on(server.people.broadcast(channel, "@talchum_bot three"), server.group)
        anonymous, masked, passed = [update.message for update in await bot.get_updates()]

    found = [(one.from_user and one.from_user.id, one.sender_chat and one.sender_chat.id)
             for one in (anonymous, masked, passed) if one]  # fmt: skip
    assert found == [
        (ANONYMOUS_ADMIN, server.group.id), (CHANNEL_SENDER, channel.id), (CHANNEL_SENDER, channel.id),
    ]  # fmt: skip
    assert passed is not None
    assert passed.is_automatic_forward


async def test_posts_of_a_channel_are_heard_by_administrators() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        channel = server.world.add_chat(Kind.CHANNEL, "News", owner=server.owner, bot=Status.ADMINISTRATOR)
        other = server.world.add_chat(Kind.CHANNEL, "Olds", owner=server.owner, bot=Status.MEMBER)
        post = server.people.broadcast(channel, "one")
        server.people.edit(post, "two")
        server.people.broadcast(other, "unheard")
        first, second = await bot.get_updates()

    assert first.channel_post is not None
    assert second.edited_channel_post is not None
    assert (first.channel_post.text, first.channel_post.from_user) == ("one", None)
    assert second.edited_channel_post.text == "two"


async def test_a_guest_is_answered_once() -> None:
    async with TelegramServer() as server:
        cellar = server.world.add_chat(Kind.SUPERGROUP, "Cellar", owner=server.owner, bot=Status.LEFT)
        text = InputTextMessageContent("I only talk where I am a <b>member</b>.", parse_mode="HTML")

        async def react(update: Update) -> None:
            message = update.guest_message
            assert message is not None
            assert message.guest_query_id is not None
            article = InlineQueryResultArticle("1", "No", text)
            await update.get_bot().answer_guest_query(message.guest_query_id, article)
            with pytest.raises(BadRequest, match="Query is too old"):
                await update.get_bot().answer_guest_query(message.guest_query_id, article)

        probe = Probe(server, react)
        async with polling(probe.app):
            query = server.elsewhere.ask(cellar, server.owner, "who are you?")
            await server.until(lambda: probe.heard)

    assert probe.failures == []
    assert query.answer is not None
    assert query.answer["text"] == "I only talk where I am a member."
    assert query.answer["entities"] == [{"type": "bold", "offset": 25, "length": 6}]


async def test_an_account_that_connected_the_bot_is_answered_for() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        connection = server.elsewhere.connect(server.owner)
        asked = server.elsewhere.write(connection, server.person, "Are you open?")
        sent = await bot.send_message(asked.chat.id, "Until ten.", business_connection_id=connection.id)
        server.elsewhere.delete(asked)
        with pytest.raises(BadRequest, match="Business_peer_invalid"):
            await bot.send_message(server.owner.id, "x", business_connection_id=connection.id)
        known = await bot.get_business_connection(connection.id)
        server.elsewhere.disconnect(connection)
        assert await refused(
            server, "sendMessage", chat_id=asked.chat.id, text="x", business_connection_id=connection.id
        ) == "Bad Request: business connection not found"  # fmt: skip
        made, message, deleted, ended = await bot.get_updates()

    assert made.business_connection is not None
    assert message.business_message is not None
    assert deleted.deleted_business_messages is not None
    assert ended.business_connection is not None
    assert (made.business_connection.is_enabled, ended.business_connection.is_enabled) == (True, False)
    assert (message.business_message.text, message.business_message.business_connection_id) == (
        "Are you open?", connection.id,
    )  # fmt: skip
    assert deleted.deleted_business_messages.message_ids == (asked.id,)
    assert known.user.id == server.owner.id
    assert sent.from_user is not None
    assert sent.sender_business_bot is not None
    assert (sent.from_user.id, sent.sender_business_bot.id) == (server.owner.id, server.world.bot.id)
    assert server.answers(server.private) == []


def impossible(server: TelegramServer, message: Message) -> None:
    """Each of these nobody can do."""
    people, world = server.people, server.world
    stranger = world.add_user("Ren")
    for deed in (
        lambda: people.say(server.group, stranger, "x"),
        lambda: people.say(server.private, server.person, " "),
        lambda: people.say(server.private, server.person, "x" * 4097),
        lambda: people.say(server.group, server.person, "x", reply_to=message),
        lambda: people.edit(message, "y"),
        lambda: people.press(message, "x", stranger),
        lambda: server.membership.join(server.group, server.person),
        lambda: server.membership.leave(server.group, stranger),
        lambda: server.membership.upgrade(server.group),
    ):
        with pytest.raises(AssertionError):
            deed()


async def test_people_can_do_only_what_telegrams_apps_let_them() -> None:
    async with TelegramServer() as server, builder(server).build().bot as bot:
        sent = await bot.send_message(server.private.id, "x")
        impossible(server, server.world.messages[server.private, sent.message_id])
        server.membership.block(server.person)
        with pytest.raises(AssertionError):
            server.say(server.private, server.person, "x")

    assert server.world.history(server.group) == []
