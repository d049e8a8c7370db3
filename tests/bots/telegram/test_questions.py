"""Questions and panels that nobody answers: when they go, and what then remains of them."""

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import datetime, timedelta
from typing import Any

from bots.fakes.telegram_server import Broken, Kind, Message, Status, TelegramServer
from bots.state.memory import MemoryState
from bots.telegram_bot.prompts import LIVES
from moderation.words import catalogue
from tests.support.stage import NOW, reply_of, scripted
from tests.support.telegram_stage import Stage, on_telegram

REPLIES = tuple(reply_of(f"Reply {number}.") for number in range(1, 5))


class Hours:
    """A clock of the test, and a sleep of which whatever lasts longer than some seconds ends when the clock moves."""

    def __init__(self) -> None:
        self._now = NOW
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    def sleep(self, seconds: float) -> Coroutine[Any, Any, None]:
        # Until when is known from the call on: the clock may move before whoever sleeps gets to run.
        return self._asleep(seconds, self._now + timedelta(seconds=seconds))

    async def _asleep(self, seconds: float, until: datetime) -> None:
        if seconds < 30:
            await asyncio.sleep(min(seconds, 0.05))
            return
        while self._now < until:
            await self._moved.wait()

    def later(self, by: timedelta) -> None:
        self._now += by
        self._moved.set()
        self._moved = asyncio.Event()


async def asked(stage: Stage) -> Message:
    """A question how a reply should read."""
    server = stage.server
    server.say(server.private, server.person, "Hello")
    (reply,) = await server.until(lambda: [one for one in server.answers(server.private) if one.buttons])
    await stage.ended(server.private)
    server.press(reply, "✏", server.person)
    return await stage.until_says(server.private, "How should it read?")


async def opened(stage: Stage, command: str, title: str) -> Message:
    stage.server.say(stage.server.private, stage.server.person, command)
    return await stage.until_says(stage.server.private, title)


async def noted(stage: Stage, count: int) -> Sequence[object]:
    """What is to go, once it is so many."""
    while True:
        found = await stage.opened.house.replies.errands.open("telegram", "question")
        if len(found) == count:
            return found
        await asyncio.sleep(0.005)


async def test_a_question_that_nobody_answered_goes_when_its_time_is_over() -> None:
    hours = Hours()
    async with on_telegram(scripted(*REPLIES), now=hours.now, sleep=hours.sleep) as stage:
        question = await asked(stage)
        await noted(stage, 1)
        hours.later(LIVES - timedelta(minutes=1))
        await asyncio.sleep(0.05)
        assert not question.deleted
        hours.later(timedelta(minutes=2))
        await stage.server.until(lambda: question.deleted)
        await noted(stage, 0)


async def test_of_a_panel_the_buttons_go_and_what_it_says_stays() -> None:
    hours = Hours()
    async with on_telegram(scripted(*REPLIES), now=hours.now, sleep=hours.sleep) as stage:
        panel = await opened(stage, "/privacy", "What is kept of you")
        before = panel.text
        assert panel.buttons
        await noted(stage, 1)
        hours.later(LIVES + timedelta(minutes=1))
        await stage.server.until(lambda: not panel.buttons)

        assert panel.text == before
        assert not panel.deleted


async def test_a_panel_that_is_used_lives_on_and_one_that_is_closed_is_forgotten() -> None:
    hours = Hours()
    async with on_telegram(scripted(*REPLIES), now=hours.now, sleep=hours.sleep) as stage:
        server = stage.server
        panel = await opened(stage, "/persona", "Maren")
        await noted(stage, 1)
        hours.later(LIVES - timedelta(minutes=1))
        server.press(panel, "윤서헌", server.person)
        await server.until(lambda: len(panel.versions) == 2)
        hours.later(timedelta(minutes=30))
        await asyncio.sleep(0.05)
        assert panel.buttons
        privacy = await opened(stage, "/privacy", "What is kept of you")
        await noted(stage, 2)
        close = next(one["text"] for one in privacy.buttons if one["text"].startswith("✖"))
        server.press(privacy, close, server.person)
        await server.until(lambda: privacy.deleted)
        await noted(stage, 1)


async def test_a_question_goes_after_a_restart_too() -> None:
    hours = Hours()
    state = MemoryState(clock=hours.now)
    async with TelegramServer() as server:
        around = {"server": server, "state": state, "now": hours.now, "sleep": hours.sleep}
        async with on_telegram(scripted(*REPLIES), **around) as stage:  # type: ignore[arg-type]
            question = await asked(stage)
            await noted(stage, 1)
        hours.later(timedelta(hours=5))
        async with on_telegram(scripted(*REPLIES), **around):  # type: ignore[arg-type]
            await server.until(lambda: question.deleted)


async def test_what_telegram_does_not_do_is_tried_again() -> None:
    hours = Hours()
    async with on_telegram(scripted(*REPLIES), now=hours.now, sleep=hours.sleep) as stage:
        question = await asked(stage)
        await noted(stage, 1)
        stage.server.plan("deleteMessage", Broken())
        hours.later(LIVES)
        await stage.server.until(lambda: stage.server.requests("deleteMessage"))
        await asyncio.sleep(0.05)
        assert not question.deleted
        hours.later(timedelta(minutes=2))
        await stage.server.until(lambda: question.deleted)


async def test_an_answer_that_comes_too_late_gets_a_polite_word_and_changes_nothing() -> None:
    hours = Hours()
    async with on_telegram(scripted(*REPLIES), now=hours.now, sleep=hours.sleep) as stage:
        server = stage.server
        question = await asked(stage)
        await noted(stage, 1)
        question.sent = NOW - timedelta(hours=2)
        server.say(server.private, server.person, "Quite otherwise.", reply_to=question)
        await stage.until_says(server.private, catalogue("bots").say("telegram.prompt_old"))

        assert not [text for text in stage.texts(server.private) if "Quite otherwise." in text]
        await server.until(lambda: question.deleted)
        await noted(stage, 0)


async def test_where_the_bot_is_put_out_nothing_is_left_to_be_taken_away() -> None:
    async with on_telegram(scripted(*REPLIES)) as stage:
        server = stage.server
        await opened(stage, "/privacy", "What is kept of you")
        server.say(server.group, server.owner, "/settings")
        await stage.until_says(server.group, catalogue("bots").say("commands.settings_title", "ko"))
        await noted(stage, 2)
        server.membership.leave(server.group, server.world.bot, by=server.owner, banned=True)
        [left] = await noted(stage, 1)

        assert str(server.private.id) in str(left)


async def test_what_stands_in_a_group_that_became_a_supergroup_is_out_of_reach_and_forgotten() -> None:
    async with on_telegram(scripted(*REPLIES)) as stage:
        server = stage.server
        group = server.world.add_chat(Kind.GROUP, "Small", owner=server.owner, bot=Status.MEMBER)
        server.say(group, server.owner, "/settings")
        await stage.until_says(group, catalogue("bots").say("commands.settings_title", "ko"))
        await noted(stage, 1)
        server.membership.upgrade(group)
        await noted(stage, 0)
