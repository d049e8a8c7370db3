"""A group that becomes a supergroup: what is known of it by its number follows."""

import asyncio
from dataclasses import replace

from bots.cadence import strictest
from bots.fakes.telegram_server import Chat, Kind, Message, Status
from bots.telegram_bot.translate import place_in
from moderation.cases import Ruling
from moderation.stores import Query
from tests.bots.telegram.menu_stage import Stage, on_telegram
from tests.bots.telegram.pressed import MAYBE, kept, model


def group(stage: Stage, title: str) -> Chat:
    """A small group of the owner's, with the moderator and Mina."""
    chat = stage.server.world.add_chat(Kind.GROUP, title, owner=stage.owner, bot=Status.MEMBER)
    rights = ("can_delete_messages", "can_change_info")
    stage.server.world.join(chat, stage.mod, Status.ADMINISTRATOR, rights)
    stage.server.world.join(chat, stage.mina)
    return chat


async def upgraded(stage: Stage, chat: Chat) -> Chat:
    """The supergroup it is now, once the bot knows."""
    large = stage.server.membership.upgrade(chat)
    async with asyncio.timeout(20):
        while not await stage.opened.host.recall(f"telegram moved {chat.id}"):
            await asyncio.sleep(0.005)
    stage._expected += 2
    async with asyncio.timeout(20):
        while stage._handled < stage._expected:
            await asyncio.sleep(0.005)
    return large


def cards(stage: Stage, chat: Chat) -> list[Message]:
    """The cases that stand in a chat, oldest first."""
    return [
        message
        for message in stage.server.answers(chat)
        if any(button.get("callback_data", "").startswith("d1:") for button in message.buttons)
    ]


async def test_what_was_counted_and_told_there_follows() -> None:
    async with on_telegram(model()) as stage:
        small = group(stage, "Small")
        await stage.reply(chat=small)
        large = await upgraded(stage, small)
        place = place_in(large.id, private=False)
        person = f"telegram:user:{stage.mina.id}"
        settings = await stage.opened.host.settings(place)
        report = await stage.opened.house.meter.report(place, person, settings)

        assert [gauge.used for gauge in report.gauges if gauge.what == "messages"] == [1, 1, 1]
        assert stage.opened.house.notices is not None
        assert await stage.opened.house.notices.due(place, person, strictest(())) == ""


async def test_cases_of_the_group_are_cases_of_the_supergroup_and_their_old_cards_still_work() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        small, desk = group(stage, "Small"), group(stage, "Desk")
        await stage.say(f"/talchum settings server log_channel {desk.id}", by=stage.mod, chat=small)
        await stage.reply(chat=small)
        large = await upgraded(stage, small)
        await stage.press(cards(stage, desk)[-1], "d1:uphold", by=stage.mod)

        assert (await kept(stage)).case.ruling is Ruling.UPHELD
        [case] = await stage.opened.store.list(Query(server=f"telegram:server:{large.id}"))
        assert case.case.ruling is Ruling.UPHELD


async def test_cards_follow_the_moderators_chat_that_becomes_a_supergroup() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        small, desk = group(stage, "Small"), group(stage, "Desk")
        await stage.say(f"/talchum settings server log_channel {desk.id}", by=stage.mod, chat=small)
        large = await upgraded(stage, desk)
        await stage.reply(chat=small)
        await stage.server.until(lambda: cards(stage, large))

        settings = await stage.opened.host.settings(place_in(small.id, private=False))
        assert settings.log_channel == str(large.id)


async def test_cards_find_the_chat_that_the_settings_file_names_by_its_old_number() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        small, desk = group(stage, "Small"), group(stage, "Desk")
        places = stage.opened.house.scenes.places
        places._defaults = replace(places._defaults, log_channel=str(desk.id))
        large = await upgraded(stage, desk)
        await stage.reply(chat=small)

        await stage.server.until(lambda: cards(stage, large))
