"""Who is answered on Telegram, where, and what is told instead."""

import pytest

from bots.fakes.telegram_server import Kind, Status
from bots.telegram_bot.translate import place_in
from tests.support.discord_stage import said_to
from tests.support.stage import PERSONA, reply_of, scripted
from tests.support.telegram_stage import Gate, gated, on_telegram

ONCE = reply_of("Good evening.")
AGAIN = reply_of("And again.")


async def test_somebody_alone_with_the_bot_is_answered_in_the_personas_name() -> None:
    async with on_telegram(scripted(reply_of("Good evening.", "Come in."))) as stage:
        server = stage.server
        server.say(server.private, server.person, "Is the lamp lit?")
        reply = await stage.until_says(server.private, "Come in.")

        assert reply.text == "Maren · AI\nGood evening. Come in."
        assert reply.entities[0] == {"type": "bold", "offset": 0, "length": len("Maren · AI")}
        assert len(reply.buttons) == 9


async def test_in_a_group_only_what_calls_the_bot_is_answered() -> None:
    generator = scripted(ONCE, AGAIN)
    async with on_telegram(generator) as stage:
        server = stage.server
        server.world.privacy = False
        server.say(server.group, server.owner, "Nice weather.")
        server.say(server.group, server.person, "Hello?", mention_bot=True)
        reply = await stage.until_says(server.group, "Good evening.")
        server.say(server.group, server.owner, "How are you?", reply_to=reply)
        second = await stage.until_says(server.group, "And again.")

        assert [line.rpartition(": ")[2] for line in said_to(generator)] == ["Hello?", "How are you?"]
        assert second.reply_to is not None
        assert second.reply_to.text == "How are you?"


async def test_a_wake_word_and_the_mode_in_which_everything_is_answered_count_in_groups() -> None:
    async with on_telegram(scripted(ONCE, AGAIN), settings='[places]\nwake = ["lamp"]\n') as stage:
        server = stage.server
        server.world.privacy = False
        server.say(server.group, server.person, "Is the lamp lit?")
        await stage.until_says(server.group, "Good evening.")
        await stage.opened.house.scenes.places.change(f"telegram:server:{server.group.id}", mode="every")
        server.say(server.group, server.person, "I wonder.")
        await stage.until_says(server.group, "And again.")


async def test_topics_of_a_forum_are_conversations_of_their_own() -> None:
    generator = scripted(ONCE, AGAIN)
    async with on_telegram(generator) as stage:
        server = stage.server
        server.membership.open_forum(server.group)
        topics = [server.membership.add_topic(server.group, name, server.owner) for name in ("Tea", "Sea")]
        for number, topic in enumerate(topics):
            server.say(server.group, server.person, f"Hello {number}", mention_bot=True, topic=topic)
            reply = await stage.until_says(server.group, ("Good evening.", "And again.")[number])
            assert reply.topic is topic

        second = generator.journal[1].prompt
        assert "Hello 0" not in str(second.turns)
        assert "Good evening." not in str([turn for turn in second.turns if turn.role == "assistant"][1:])


async def test_other_bots_and_posts_of_a_channel_that_come_by_themselves_are_not_answered() -> None:
    generator = scripted(ONCE)
    async with on_telegram(generator, settings='[places]\nmode = "every"\n') as stage:
        server = stage.server
        server.world.privacy, server.world.hears_bots = False, True
        other = server.world.add_user("Beep", username="beep_bot", bot=True)
        server.world.join(server.group, other)
        channel = server.world.add_chat(Kind.CHANNEL, "News", owner=server.owner, bot=Status.ADMINISTRATOR)
        server.say(server.group, other, "Beep.")
        server.people.pass_on(server.people.broadcast(channel, "News."), server.group)
        server.say(server.group, server.person, "Hello.")
        await stage.until_says(server.group, "Good evening.")

        assert [line.rpartition(": ")[2] for line in said_to(generator)] == ["Hello."]


async def test_an_album_is_one_message() -> None:
    generator = scripted(ONCE, AGAIN)
    async with on_telegram(generator) as stage:
        server = stage.server
        server.people.album(server.private, server.person, ["", "My garden", ""])
        await stage.until_says(server.private, "Good evening.")
        server.say(server.private, server.person, "Nice?")
        await stage.until_says(server.private, "And again.")

        assert said_to(generator) == ["My garden", "Nice?"]
        assert not [one for one in stage.texts(server.private) if PERSONA.wordless[0] in one]


async def test_what_somebody_writes_in_several_messages_is_answered_once() -> None:
    generator = scripted(ONCE)
    async with on_telegram(generator, burst=0.2) as stage:
        server = stage.server
        for text in ("Hello", "are you there?"):
            server.say(server.private, server.person, text)
        await stage.until_says(server.private, "Good evening.")

        assert said_to(generator) == ["Hello\nare you there?"]


async def test_a_group_that_becomes_a_supergroup_keeps_its_settings_and_its_replies() -> None:
    generator = scripted(ONCE, AGAIN)
    async with on_telegram(generator) as stage:
        server = stage.server
        group = server.world.add_chat(Kind.GROUP, "Small", owner=server.owner, bot=Status.MEMBER)
        server.world.join(group, server.person)
        await stage.opened.house.scenes.places.change(f"telegram:server:{group.id}", wake=("lamp",))
        server.say(group, server.person, "Hello", mention_bot=True)
        await stage.until_says(group, "Good evening.")
        large = server.membership.upgrade(group)
        server.world.privacy = False
        server.say(large, server.person, "Is the lamp lit?")
        await stage.until_says(large, "And again.")

        place = place_in(large.id, private=False)
        replies = stage.opened.house.replies
        before = await replies.before(await replies.newest(place.conversation))  # type: ignore[arg-type]
        assert before is not None
        assert before.server == place.server
        assert await replies.newest(place_in(group.id, private=False).conversation) is None


async def test_a_reply_under_way_when_the_group_becomes_a_supergroup_goes_there() -> None:
    gate = Gate(3)
    async with on_telegram(gated(gate, ONCE)) as stage:
        server = stage.server
        group = server.world.add_chat(Kind.GROUP, "Small", owner=server.owner, bot=Status.MEMBER)
        server.world.join(group, server.person)
        server.say(group, server.person, "Hello", mention_bot=True)
        await server.until(lambda: server.requests("sendChatAction"))
        large = server.membership.upgrade(group)
        gate.open.set()
        await stage.until_says(large, "Good evening.")


async def test_where_the_bot_is_put_out_or_blocked_its_replies_are_forgotten() -> None:
    async with on_telegram(scripted(ONCE, AGAIN)) as stage:
        server = stage.server
        server.say(server.group, server.person, "Hello", mention_bot=True)
        await stage.until_says(server.group, "Good evening.")
        server.membership.leave(server.group, server.world.bot, by=server.owner, banned=True)
        server.say(server.private, server.person, "Still there?")
        await stage.until_says(server.private, "And again.")

        assert await stage.opened.house.replies.newest(f"telegram:server:{server.group.id}") is None


async def test_where_the_bot_is_put_out_of_a_forum_the_replies_in_its_topics_are_forgotten_at_once() -> None:
    async with on_telegram(scripted(ONCE, AGAIN)) as stage:
        server = stage.server
        server.membership.open_forum(server.group)
        topic = server.membership.add_topic(server.group, "Sea", server.owner)
        server.say(server.group, server.person, "Hello", mention_bot=True, topic=topic)
        await stage.until_says(server.group, "Good evening.")
        replies = stage.opened.house.replies
        conversation = f"telegram:thread:{server.group.id}/{topic.id}"
        assert await replies.newest(conversation)
        server.membership.leave(server.group, server.world.bot, by=server.owner, banned=True)
        server.say(server.private, server.person, "Still there?")
        await stage.until_says(server.private, "And again.")

        assert await replies.newest(conversation) is None


async def test_somebody_who_blocks_the_bot_in_the_middle_of_a_reply_stops_nobody_else() -> None:
    gate = Gate(3)
    async with on_telegram(gated(gate, ONCE, AGAIN)) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: server.requests("sendChatAction"))
        server.membership.block(server.person)
        gate.open.set()
        server.say(server.group, server.owner, "Hello", mention_bot=True)
        await stage.until_says(server.group, "And again.")

        assert not [one for one in stage.texts(server.private) if "Good evening" in one]


async def test_guests_and_business_accounts_are_told_that_they_are_not_served() -> None:
    generator = scripted(ONCE)
    async with on_telegram(generator) as stage:
        server = stage.server
        elsewhere = server.world.add_chat(Kind.SUPERGROUP, "Elsewhere", owner=server.owner, bot=Status.LEFT)
        query = server.elsewhere.ask(elsewhere, server.owner, "Hello?")
        connection = server.elsewhere.connect(server.person)
        server.elsewhere.write(connection, server.owner, "Do you sell tea?")
        await stage.until_says(server.private, "business account")
        await server.until(lambda: query.answer)

        assert not generator.journal


@pytest.mark.parametrize("words", ["Hello", ""])
async def test_in_a_group_where_the_bot_may_not_write_the_moderators_are_told(words: str) -> None:
    async with on_telegram(scripted(ONCE, AGAIN)) as stage:
        server = stage.server
        desk = server.world.add_chat(Kind.SUPERGROUP, "Desk", owner=server.owner, bot=Status.MEMBER)
        await stage.opened.house.scenes.places.change(f"telegram:server:{server.group.id}", log_channel=str(desk.id))
        server.say(server.group, server.person, words, mention_bot=True)
        server.group.writable = False
        await stage.until_says(desk, "may not write")


async def test_whoever_only_mentions_the_bot_is_greeted() -> None:
    async with on_telegram(scripted(ONCE)) as stage:
        server = stage.server
        server.say(server.group, server.person, "", mention_bot=True)
        await stage.until_says(server.group, "The lamp is lit.")

        texts = [message.text for message in server.answers(server.group)]
        assert [text for text in texts if "is an AI persona" in text]
        assert all(not message.buttons for message in server.answers(server.group))
