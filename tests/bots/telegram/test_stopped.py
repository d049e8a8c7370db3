"""A chat that Telegram says to wait for keeps nothing waiting that is done elsewhere."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta

from bots.cards import Card
from bots.fakes.telegram_server import Chat, Delay, Fault, Message, TelegramServer, TooMany
from bots.places import Place
from bots.telegram_bot.translate import place_in
from moderation.cases import CaseState, Rank, Reviewer, ReviewStep
from moderation.stores import Query
from tests.bots.telegram.menu_stage import mentions
from tests.support.house import open_house
from tests.support.stage import holding, reply_of, scripted
from tests.support.telegram_stage import Stage, on_telegram, platform, serving

BAD = reply_of("One is fine. ", "Two is BAD. ", "Three comes after.")
DRAFT = "One is fine. Two is BAD. Three comes after."
HELD = "A moderator looks"
OWNER = Reviewer(name="root", rank=Rank.ADMIN, tool="terminal")
LONG = TooMany(retry_after=timedelta(minutes=10))


@asynccontextmanager
async def overturned() -> AsyncGenerator[tuple[Stage, list[Chat]]]:
    """Two people whose replies were held, and are to be shown after all."""
    async with TelegramServer() as server, open_house(scripted(BAD, BAD), policy=holding()) as opened:
        telegram = platform(server)
        opened.host.register(telegram)
        other = server.world.add_user("Bo")
        other.started = True
        chats = [server.private, server.world.private(other)]
        async with serving(telegram, opened.host):
            stage = Stage(server, opened, telegram)
            for chat in chats:
                server.say(chat, server.world.users[chat.id], "Hello")
                await stage.until_says(chat, HELD)
                await stage.ended(chat)
            for kept in await opened.store.list(Query()):
                await opened.house.desk.take(kept.case.id, ReviewStep.OVERTURN, by=OWNER)
            yield stage, chats


async def test_a_decision_that_cannot_be_carried_out_now_keeps_no_other_waiting() -> None:
    async with overturned() as (stage, chats), asyncio.timeout(5):
        stage.server.plan("editMessageText", LONG)
        for _ in range(2):
            await stage.opened.house.aftermath.sweep()
        waits = [chat for chat in chats if DRAFT not in "".join(stage.texts(chat))]
        decided = await stage.opened.store.list(Query(states=frozenset({CaseState.DECIDED})))

        assert len(waits) == 1
        assert HELD in "".join(stage.texts(waits[0]))
        assert [kept.opening.origin.person for kept in decided] == [f"telegram:user:{waits[0].id}"]


async def test_what_moderators_want_in_such_a_chat_is_put_off_at_once() -> None:
    async with on_telegram(scripted(reply_of("First."))) as stage, asyncio.timeout(5):
        server, telegram = stage.server, stage.telegram
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "First.")
        record = await stage.ended(server.private)
        server.plan("deleteMessage", LONG)

        assert not await telegram.take_back(record)
        assert await stage.opened.house.replies.get(record.id) == record
        assert not await telegram.tell(record.person, Card(title="Decided."), "en")


@asynccontextmanager
async def moderated(*faults: Fault) -> AsyncGenerator[Stage]:
    """A group whose moderators get their cards there; a reply in it is held. The faults hit what is sent for that."""
    async with TelegramServer() as server, open_house(scripted(BAD), policy=holding()) as opened:
        telegram = platform(server)
        opened.host.register(telegram)
        await opened.house.scenes.places.change(place_of(server).server, log_channel=str(server.group.id))
        with mentions(server):
            async with serving(telegram, opened.host), asyncio.timeout(5):
                await server.until(lambda: server.requests("getUpdates"))
                await opened.house.tidings.sweep()
                server.plan("sendMessage", *faults)
                server.say(server.group, server.owner, "Hello", mention_bot=True)
                await server.until(lambda: [one for one in server.answers(server.group) if HELD in one.text])
                yield Stage(server, opened, telegram)


def place_of(server: TelegramServer) -> Place:
    return place_in(server.group.id, private=False)


def cards(server: TelegramServer) -> list[Message]:
    return [one for one in server.answers(server.group) if "d1:" in str(one.buttons)]


async def uphold(stage: Stage) -> None:
    (kept,) = await stage.opened.store.list(Query())
    await stage.opened.house.desk.take(kept.case.id, ReviewStep.UPHOLD, by=OWNER)


async def test_moderators_of_such_a_chat_are_told_later() -> None:
    async with moderated() as stage:
        server = stage.server
        await server.until(lambda: cards(server))
        await uphold(stage)
        server.plan("editMessageText", LONG)
        while not server.requests("editMessageText"):  # the card may still be on its way
            await stage.opened.house.tidings.sweep()
            await asyncio.sleep(0.005)
        await stage.opened.house.tidings.sweep()

        assert len(server.requests("editMessageText")) == 1
        assert not await stage.telegram.tell_moderators(place_of(server), Card(title="They wait."))


async def test_a_card_that_could_not_be_posted_yet_keeps_no_news_waiting() -> None:
    through = Delay(by=timedelta())
    async with moderated(through, through, LONG) as stage:
        await stage.server.until(lambda: len(stage.server.requests("sendMessage")) == 3)
        await uphold(stage)
        await stage.opened.house.tidings.sweep()

        assert not cards(stage.server)


async def test_a_message_to_such_a_chat_is_heard_and_given_up_and_holds_up_nobody() -> None:
    async with on_telegram(scripted(*[reply_of("First.")] * 3)) as stage:
        server = stage.server
        server.plan("sendMessage", TooMany(retry_after=timedelta(hours=1)), chat=server.private)
        for text in ("Hello", "And now?"):
            server.say(server.private, server.person, text)
            await server.until(lambda: not server.updates.pending)
            async with asyncio.timeout(5):
                while stage.telegram.busy:
                    await asyncio.sleep(0.005)

        assert len(server.requests("sendMessage")) == 1
        server.say(server.group, server.owner, "Hello", mention_bot=True)
        await stage.until_says(server.group, "First.")
