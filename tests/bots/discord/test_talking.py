"""Whom a persona on Discord answers, where, and whom not."""

from typing import Any

import discord
import pytest

from bots.places import Place
from tests.support.discord_stage import Stage, card_of, on_discord, said_to, words
from tests.support.stage import reply_of, scripted

EVENING = reply_of("Good evening.")


def model(count: int = 4) -> Any:
    return scripted(*[reply_of(f"Reply {number}.") for number in range(1, count + 1)])


async def test_a_mention_is_answered_and_the_mention_is_no_part_of_what_was_said() -> None:
    generator = scripted(EVENING)
    async with on_discord(generator) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello there, {stage.bob.mention}")

        assert [words(text) for text in stage.said()] == ["Good evening."]
        assert said_to(generator) == ["hello there, @Bob"]


async def test_without_a_call_nobody_is_answered() -> None:
    async with on_discord(scripted(EVENING)) as stage:
        await stage.ann.send(stage.channel, "hello there")
        await stage.ann.send(stage.channel, f"{stage.bob.mention} hello")

        assert stage.said() == []


async def test_a_reply_to_a_personas_message_is_answered_by_that_persona() -> None:
    async with on_discord(scripted(EVENING, reply_of("그렇소."), reply_of("Again."))) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello there")
        await stage.ann.send(stage.channel, f"{stage.me} 윤서헌, 안녕하시오?")
        first = stage.messages()[0]
        await stage.bob.send(stage.channel, "and me?", reply_to=first)

        assert [message.author.name for message in stage.messages()] == ["Maren · AI", "윤서헌 · AI", "Maren · AI"]


async def test_a_private_message_is_answered_without_a_mention() -> None:
    async with on_discord(scripted(EVENING), content=False) as stage:
        await stage.ann.send_dm("hello")

        assert stage.said(stage.ann.user.dm_channel) == ["**Maren · AI**\nGood evening."]


async def test_everything_but_free_listening_works_without_the_message_content_intent() -> None:
    async with on_discord(scripted(EVENING, reply_of("More.")), content=False) as stage:
        await stage.ann.send(stage.channel, "Maren?")
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        await stage.ann.send(stage.channel, f"{stage.me} and?", reply_to=stage.messages()[0])

        assert [words(text) for text in stage.said()] == ["Good evening.", "More."]


async def set_here(stage: Stage, field: str, value: str) -> None:
    await stage.admin.slash(stage.channel, "talchum settings", field=field, value=value)


async def test_in_a_chosen_channel_every_message_is_answered() -> None:
    async with on_discord(scripted(EVENING)) as stage:
        other = stage.guild.create_text_channel("other")
        await set_here(stage, "mode", "every")
        await stage.ann.send(other, "hello")
        await stage.ann.send(stage.channel, "hello")

        assert stage.said(other) == []
        assert [words(text) for text in stage.said()] == ["Good evening."]


@pytest.mark.parametrize(("chance", "answered"), [("0", 0), ("1", 1)])
async def test_by_a_chance_a_message_is_answered_now_and_then(chance: str, answered: int) -> None:
    async with on_discord(scripted(EVENING)) as stage:
        await set_here(stage, "mode", "chance")
        await set_here(stage, "chance", chance)
        await stage.ann.send(stage.channel, "hello")

        assert len(stage.said()) == answered


async def test_a_wake_word_calls_whoever_speaks_there_as_a_word_of_its_own() -> None:
    async with on_discord(scripted(EVENING)) as stage:
        await set_here(stage, "wake", "lamp, 등대")
        await stage.ann.send(stage.channel, "the lamplight is dim")
        await stage.ann.send(stage.channel, "등대야, 불 켰어?")

        assert len(stage.said()) == 1


async def test_a_mode_that_needs_to_read_everything_says_so_where_the_bot_may_not() -> None:
    async with on_discord(scripted(EVENING), content=False) as stage:
        result = await stage.admin.slash(stage.channel, "talchum settings", field="mode", value="every")
        other = await stage.admin.slash(stage.channel, "talchum settings", field="mark", value="off", where="server")

        assert "Message Content Intent" in card_of(result)
        assert "Message Content Intent" in card_of(other)
    async with on_discord(scripted(EVENING)) as stage:
        result = await stage.admin.slash(stage.channel, "talchum settings", field="mode", value="every")

        assert "Message Content Intent" not in card_of(result)


@pytest.mark.parametrize("line", ["// brb", "((be right back))", "  (( a\nb )) "])
async def test_what_is_beside_the_play_is_not_heard(line: str) -> None:
    async with on_discord(scripted(EVENING)) as stage:
        await set_here(stage, "mode", "every")
        await stage.ann.send(stage.channel, line)
        await stage.ann.send(stage.channel, f"{stage.me} {line}")

        assert stage.said() == []


async def test_an_aside_in_the_middle_is_left_out() -> None:
    generator = scripted(EVENING)
    async with on_discord(generator) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} how ((typo, sorry)) are you?")

        assert said_to(generator) == ["how   are you?"]


async def test_bots_and_webhooks_are_not_answered_unless_an_admin_wants_it_and_then_only_so_often() -> None:
    async with on_discord(model(9)) as stage:
        robot = stage.guild.add_member(stage.env.create_user("robot", bot=True))
        elsewhere = stage.guild.create_text_channel("news")
        await stage.guild.create_webhook(elsewhere, "News").send(f"{stage.me} hello")
        await robot.send(stage.channel, f"{stage.me} hello")
        assert stage.replies() == stage.replies(elsewhere) == []

        await set_here(stage, "answer_bots", "on")
        await set_here(stage, "loop_limit", "2")
        for _ in range(4):
            await robot.send(stage.channel, f"{stage.me} hello")
        assert len(stage.replies()) == 2

        await stage.ann.send(stage.channel, "you two again")
        await robot.send(stage.channel, f"{stage.me} hello")
        assert len(stage.replies()) == 3


async def test_a_burst_of_one_persons_messages_gets_one_reply_to_all_of_them() -> None:
    generator = scripted(EVENING)
    async with on_discord(generator, burst=0.5) as stage:
        write = stage.env.backend.create_message
        write(stage.channel.id, stage.ann.id, f"{stage.me} hello")
        write(stage.channel.id, stage.bob.id, "who is that?")
        write(stage.channel.id, stage.ann.id, "// one moment")
        await stage.ann.send(stage.channel, "are you there?")

        assert said_to(generator) == ["hello\nare you there?"]
        assert len(stage.replies()) == 1


async def test_speakers_are_told_apart_by_their_display_names() -> None:
    generator = scripted(EVENING, EVENING, EVENING)
    async with on_discord(generator) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} I am cold")
        await stage.bob.send(stage.channel, f"{stage.me} me too")

        turns = [turn.text for turn in generator.journal[-1].prompt.turns if turn.role == "user"]
        assert turns == ["Ann: I am cold", "Bob: me too"]


async def test_a_thread_can_be_opened_for_every_conversation_and_needs_no_mention() -> None:
    async with on_discord(model()) as stage:
        await set_here(stage, "threads", "on")
        await stage.ann.send(stage.channel, f"{stage.me} tell me of the storm")
        [thread] = stage.channel.threads
        await stage.ann.send(thread, "go on")

        assert thread.name == "Maren"
        assert stage.replies() == []
        assert [message.content for message in stage.replies(thread)] == ["Reply 1.", "Reply 2."]


async def test_a_message_is_never_answered_twice() -> None:
    async with on_discord(model()) as stage:
        message = await stage.ann.send(stage.channel, f"{stage.me} hello")
        stage.client.dispatch("message", message)
        await stage.env.settle()

        assert len(stage.replies()) == 1


async def test_a_paused_channel_is_silent_until_it_is_woken() -> None:
    async with on_discord(model()) as stage:
        await stage.admin.slash(stage.channel, "talchum pause")
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        assert stage.replies() == []

        await stage.admin.slash(stage.channel, "talchum resume")
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        assert len(stage.replies()) == 1


def test_a_forum_post_lies_in_its_forum_and_a_thread_in_its_channel() -> None:
    place = Place(platform="discord", scopes=("discord:server:1", "discord:channel:2", "discord:thread:3"))

    assert (place.community, place.channel, place.conversation) == (
        "discord:server:1",
        "discord:channel:2",
        "discord:thread:3",
    )


async def test_settings_are_inherited_from_server_to_category_to_channel_to_thread() -> None:
    async with on_discord(model()) as stage:
        category = stage.guild.create_category("stage")
        inner = stage.guild.create_text_channel("inner", category=category)
        await stage.admin.slash(inner, "talchum settings", field="persona", value="scholar", where="category")
        await stage.ann.send(inner, f"{stage.me} hello")
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert stage.replies(inner)[0].author.name == "윤서헌 · AI"
        assert stage.replies()[0].author.name == "Maren · AI"


async def test_a_mature_persona_speaks_only_where_the_platform_lets_only_adults_in() -> None:
    async with on_discord(model()) as stage:
        grown = stage.guild.create_text_channel("grown")
        known = stage.client.get_channel(grown.id)
        assert isinstance(known, discord.TextChannel)
        known.nsfw = True  # simcord has no age-restricted channels
        for channel in (stage.channel, grown):
            await stage.ann.send(channel, f"{stage.me} Rake, hello")

        assert stage.replies() == []
        assert any("for adults" in card for card in stage.cards())
        assert [message.author.name for message in stage.replies(grown)] == ["Rake · AI"]

        await stage.admin.slash(grown, "talchum settings", field="profile", value="minors", where="server")
        await stage.ann.send(grown, f"{stage.me} Rake, hello")
        assert [message.author.name for message in stage.replies(grown)] == ["Rake · AI"]


def test_the_bot_asks_for_nothing_privileged_unless_it_is_told_to() -> None:
    from bots.discord_bot.client import intents_of

    privileged = {"members", "presences", "message_content"}
    assert not {name for name, on in intents_of(content=False) if on} & privileged
    assert {name for name, on in intents_of(content=True) if on} & privileged == {"message_content"}
    assert isinstance(intents_of(content=True), discord.Intents)


async def test_a_reply_that_discord_does_not_let_us_read_is_answered_with_what_to_do() -> None:
    async with on_discord(scripted(EVENING, EVENING), content=False) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        await stage.ann.send(stage.channel, "and you?", reply_to=stage.replies()[0])

        assert len(stage.replies()) == 1
        assert "Mention me" in stage.cards()[-1]


async def test_a_thread_does_not_give_the_notice_of_its_channel_again_and_cards_stand_in_it() -> None:
    async with on_discord(model()) as stage:
        await set_here(stage, "threads", "on")
        await stage.admin.slash(stage.channel, "talchum limits", field="person_messages", value="1", where="server")
        for _ in range(2):
            await stage.ann.send(stage.channel, f"{stage.me} tell me of the storm")
        first, second = sorted(stage.channel.threads, key=lambda thread: thread.id)

        assert stage.cards() == []
        assert "AI persona" in stage.cards(first)[0]
        assert not any("AI persona" in card for card in stage.cards(second))
        assert any("limit" in card.lower() or "messages" in card.lower() for card in stage.cards(second))


async def test_whoever_only_mentions_the_bot_is_greeted() -> None:
    async with on_discord(model(), content=False) as stage:
        await stage.ann.send(stage.channel, stage.me)

        await stage.ann.send(stage.channel, stage.me)

        assert "The lamp is lit." in stage.replies()[0].content
        assert len([card for card in stage.cards() if "is an AI persona" in card]) == 1
        assert stage.replies()[0].components == []


async def test_whoever_only_mentions_the_bot_where_nobody_may_speak_is_told_why() -> None:
    async with on_discord(model()) as stage:
        await stage.opened.house.scenes.places.change(f"discord:server:{stage.guild.id}", persona="rake")
        before = len(stage.cards())
        await stage.ann.send(stage.channel, stage.me)

        assert stage.replies() == []
        assert "for adults" in " ".join(stage.cards()[before:])


async def test_where_the_bot_is_put_out_of_a_server_its_replies_there_are_forgotten() -> None:
    async with on_discord(model()) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        await stage.ann.send_dm("hello")
        stage.client.dispatch("guild_remove", stage.client.get_guild(stage.guild.id))
        await stage.env.settle()

        replies = stage.opened.house.replies
        assert await replies.newest(stage.place.conversation) is None
        assert await replies.newest(f"discord:dm:{stage.ann.user.dm_channel.id}")


async def test_who_may_manage_messages_in_one_channel_only_is_no_moderator_of_the_server() -> None:
    async with on_discord(model()) as stage:
        grant = {stage.ann: discord.PermissionOverwrite(manage_messages=True)}
        theirs = stage.guild.create_text_channel("theirs", overwrites=grant)

        assert "moderators" in card_of(await stage.ann.slash(theirs, "review list"))
