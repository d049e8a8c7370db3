"""`/stop` while a reply is being made, or before: what was cleared stays, nothing more comes, others are answered."""

import asyncio
from typing import Any

import pytest

from bots.fakes.telegram_server import Chat, Message
from bots.performing import Performer
from moderation.records import Outcome
from tests.personas.replying import REPAIR
from tests.support.discord_stage import said_to
from tests.support.stage import reply_of, scripted
from tests.support.telegram_stage import Gate, Stage, gated, on_telegram

NAME = "Maren · AI\n"
LONG = reply_of("Good evening.", "Come in.", "Warm up.")
NEXT = reply_of("Next.")
SHOWN = len("Good evening. Come i")
"""Characters after which the first sentence is cleared, and the second is not."""

BURST = 30.0
"""Seconds of silence that end a burst."""


def spoken(stage: Stage, chat: Chat) -> list[Message]:
    """The persona's messages that stand in a chat."""
    return [message for message in stage.server.answers(chat) if message.text.startswith(NAME)]


async def idle(stage: Stage) -> None:
    """All that came was acted on."""
    await stage.server.until(lambda: not stage.server.updates.pending)


async def waiting(stage: Stage, conversation: str, count: int) -> None:
    """So many replies are under way in a conversation."""
    while True:
        records = await stage.opened.house.replies.unfinished("telegram")
        if len([record for record in records if record.conversation == conversation]) == count:
            return
        await asyncio.sleep(0.005)


async def cleared(stage: Stage, text: str = "") -> None:
    """Something of a reply was judged and may be shown; in a group nobody sees it before the reply is over."""
    client = stage.telegram._client
    assert client is not None
    while not any(said and text in said for said in _read(client.performer)):
        await asyncio.sleep(0.005)


def _read(performer: Performer) -> list[str]:
    return [getattr(getattr(showing, "_writer", showing), "_text", "") for showing in performer._running.values()]


def slow(gate: Gate) -> Any:
    return gated(gate, LONG, NEXT)


async def test_what_was_shown_of_a_reply_that_is_stopped_stays_with_its_buttons_and_nothing_more_comes() -> None:
    gate = Gate(SHOWN)
    async with on_telegram(slow(gate)) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: server.private.drafts)
        server.say(server.private, server.person, "/stop")
        await server.until(lambda: spoken(stage, server.private))
        gate.open.set()
        record = await stage.ended(server.private)
        await idle(stage)

        (message,) = spoken(stage, server.private)
        assert message.text == f"{NAME}Good evening."
        assert len(message.buttons) == 9
        assert len(message.versions) == 1
        assert server.draft(server.private) is None
        assert record.outcome == ""
        assert not [text for text in stage.texts(server.private) if "Nothing is being written" in text]
        server.say(server.private, server.person, "And?")
        assert (await stage.until_says(server.private, "Next.")).text == f"{NAME}Next."


async def test_what_was_stopped_goes_on_where_it_ended() -> None:
    gate = Gate(SHOWN)
    async with on_telegram(gated(gate, LONG, reply_of("Sit down."))) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: server.private.drafts)
        server.say(server.private, server.person, "/stop")
        (message,) = await server.until(lambda: spoken(stage, server.private))
        gate.open.set()
        await stage.ended(server.private)
        server.press(message, "➡", server.person)
        await server.until(lambda: "Sit down." in message.text)

        assert message.text == f"{NAME}Good evening.\nSit down."


async def test_in_a_group_what_was_cleared_is_posted_when_the_reply_is_stopped() -> None:
    gate = Gate(SHOWN)
    async with on_telegram(slow(gate)) as stage:
        server = stage.server
        server.say(server.group, server.person, "Hello", mention_bot=True)
        await cleared(stage)
        server.say(server.group, server.person, "/stop")
        await server.until(lambda: spoken(stage, server.group))
        gate.open.set()

        assert [message.text for message in spoken(stage, server.group)] == [f"{NAME}Good evening."]


@pytest.mark.parametrize("group", [False, True])
async def test_what_may_not_stand_together_is_not_posted_where_the_reply_ends_before_its_last_check(
    group: bool,
) -> None:
    gate = Gate(len("First ping. Then pong. Sit dow"))
    async with on_telegram(gated(gate, reply_of("First ping.", "Then pong.", "Sit down, the kettle is on."))) as stage:
        server = stage.server
        chat = server.group if group else server.private
        server.say(chat, server.person, "Hello", mention_bot=group)
        await cleared(stage, "Then pong.")
        server.say(chat, server.person, "/stop")
        (message,) = await server.until(lambda: spoken(stage, chat))

        assert [version.text for version in message.versions] == [f"{NAME}The wind took my words."]
        assert server.draft(chat) is None
        assert message.buttons
        closing = (await stage.opened.store.get("x1")).closing
        assert closing is not None
        assert closing.outcome is Outcome.WITHDRAWN


@pytest.mark.parametrize("group", [False, True])
async def test_the_reply_before_is_brought_back_where_its_new_try_is_stopped_while_it_is_said_anew(group: bool) -> None:
    gate = Gate(len("Good one. First ping. Then pong. "))
    again = reply_of("First ping.", "Then pong.", repair=REPAIR)
    async with on_telegram(gated(gate, reply_of("Good one."), again)) as stage:
        server = stage.server
        chat = server.group if group else server.private
        server.say(chat, server.person, "Hello", mention_bot=group)
        await stage.until_says(chat, "Good one.")
        (message,) = await server.until(lambda: [one for one in spoken(stage, chat) if one.buttons])
        await idle(stage)
        server.press(message, "🔄", server.person)
        await gate.reached.wait()
        server.say(chat, server.person, "/stop")
        await server.until(lambda: message.text == f"{NAME}(taken back)" and message.buttons)
        record = await stage.opened.house.replies.newest(f"telegram:{'server' if group else 'dm'}:{chat.id}")
        assert record is not None
        async with asyncio.timeout(20):
            while not (await stage.opened.house.replies.variants(record)).texts:
                await asyncio.sleep(0.005)
        server.press(message, "◀", server.person)
        await server.until(lambda: message.text == f"{NAME}Good one.")


async def test_a_reply_of_which_nothing_was_there_yet_is_stopped_too_and_stands_nowhere() -> None:
    gate = Gate(0)
    async with on_telegram(slow(gate)) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await gate.reached.wait()
        server.say(server.private, server.person, "/stop")
        await idle(stage)
        gate.open.set()
        server.say(server.private, server.person, "And?")
        await stage.until_says(server.private, "Next.")

        assert len(spoken(stage, server.private)) == 1


async def test_in_a_group_somebody_stops_their_own_reply_although_others_wait_behind_it() -> None:
    gate = Gate(SHOWN)
    generator = slow(gate)
    async with on_telegram(generator) as stage:
        server = stage.server
        server.say(server.group, server.person, "Hello", mention_bot=True)
        await server.until(lambda: server.requests("sendChatAction"))
        server.say(server.group, server.owner, "Me too", mention_bot=True)
        conversation = f"telegram:server:{server.group.id}"
        await waiting(stage, conversation, 2)
        await cleared(stage)
        server.say(server.group, server.person, "/stop")
        await stage.until_says(server.group, "Good evening.")
        gate.open.set()
        await stage.until_says(server.group, "Next.")

        assert [message.text for message in spoken(stage, server.group)] == [f"{NAME}Good evening.", f"{NAME}Next."]
        assert len(said_to(generator)) == 2


async def test_nobody_stops_what_is_being_said_to_somebody_else_but_moderators() -> None:
    gate = Gate(SHOWN)
    async with on_telegram(slow(gate)) as stage:
        server = stage.server
        stranger = server.world.add_user("Bo")
        server.world.join(server.group, stranger)
        server.say(server.group, server.person, "Hello", mention_bot=True)
        await server.until(lambda: server.requests("sendChatAction"))
        server.say(server.group, stranger, "/stop")
        await stage.until_says(server.group, "answered")
        assert not spoken(stage, server.group)
        await cleared(stage)
        server.say(server.group, server.owner, "/stop")
        await stage.until_says(server.group, "Good evening.")
        gate.open.set()


async def test_a_reply_that_is_being_said_another_way_is_stopped_and_can_be_said_anew() -> None:
    gate = Gate(10_000)
    async with on_telegram(gated(gate, reply_of("First."), LONG, NEXT)) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        (message,) = await server.until(lambda: [one for one in spoken(stage, server.private) if one.buttons])
        await stage.ended(server.private)
        gate.close(SHOWN)
        server.press(message, "🔄", server.person)
        await gate.reached.wait()
        server.say(server.private, server.person, "/stop")
        await idle(stage)
        await stage.ended(server.private)
        gate.open.set()

        assert message.text in {f"{NAME}First.", f"{NAME}Good evening."}
        assert len(message.buttons) == 9
        server.press(message, "🔄", server.person)
        await server.until(lambda: message.text == f"{NAME}Next.")


async def test_stop_that_nothing_answers_to_says_so() -> None:
    async with on_telegram(scripted(NEXT)) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "Next.")
        await stage.ended(server.private)
        server.say(server.private, server.person, "/stop")

        await stage.until_says(server.private, "Nothing is being written")


class Silences:
    """The clock of a burst: it stands still until the test lets it go on."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.over = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        if seconds < BURST:
            await asyncio.sleep(0)
        else:
            self.begun.set()
            await self.over.wait()


async def test_what_waits_in_its_burst_is_stopped_too_and_what_is_said_next_is_answered_alone() -> None:
    silences = Silences()
    generator = scripted(NEXT)
    async with on_telegram(generator, burst=BURST, sleep=silences.sleep) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await silences.begun.wait()
        silences.begun.clear()
        server.say(server.private, server.person, "/stop")
        await idle(stage)
        server.say(server.private, server.person, "And?")
        await silences.begun.wait()
        silences.over.set()
        await stage.until_says(server.private, "Next.")

        assert said_to(generator) == ["And?"]
        assert not [text for text in stage.texts(server.private) if "Nothing is being written" in text]


async def test_nobody_drops_what_somebody_else_said_who_is_not_answered_yet() -> None:
    silences = Silences()
    generator = scripted(NEXT)
    async with on_telegram(generator, burst=BURST, sleep=silences.sleep) as stage:
        server = stage.server
        server.say(server.group, server.person, "Hello", mention_bot=True)
        await silences.begun.wait()
        server.say(server.group, server.owner, "/stop")
        await stage.until_says(server.group, "쓰고 있는 답이 없어요")
        silences.over.set()
        await stage.until_says(server.group, "Next.")
