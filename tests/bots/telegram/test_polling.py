"""Updates that Telegram is asked for: one long question after the other, whatever is under way meanwhile."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot, Message

from bots.errands import Errand, Errands
from bots.fakes.telegram_server import Chat, Garbage, TelegramServer
from bots.state import Entry
from bots.state.memory import MemoryState
from bots.telegram_bot import platform
from bots.telegram_bot.brought import Brought
from bots.telegram_bot.client import TelegramClient
from bots.telegram_bot.listening import Listener
from bots.telegram_bot.receiving import poll
from bots.telegram_bot.wire import readable
from moderation.errors import StoreFailed
from tests.support.discord_stage import said_to
from tests.support.stage import NOW, reply_of, scripted
from tests.support.telegram_stage import Gate, gated, on_telegram

FIRST, SECOND = reply_of("First."), reply_of("Second.")
MANY, ROOM = 100, "[limits]\nrunning = 101\n"


class Pauses(list[float]):
    """The pauses between two questions, which take no time."""

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)
        await asyncio.sleep(0)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    asked_for = Pauses()

    async def polling(client: TelegramClient, _: object) -> None:
        await poll(client, asked_for.sleep)

    monkeypatch.setattr(platform, "poll", polling)
    return asked_for


def people(server: TelegramServer, count: int) -> Sequence[Chat]:
    """Private chats, each of another person."""
    return [server.world.private(server.world.add_user(f"Guest {number}")) for number in range(count)]


async def held(gate: Gate, replies: int) -> None:
    """Until so many replies are under way."""
    async with asyncio.timeout(20):
        while gate.waiting < replies:
            await asyncio.sleep(0.005)


async def test_replies_under_way_do_not_keep_the_next_message_waiting(pauses: Pauses) -> None:
    gate = Gate(0)
    async with on_telegram(gated(gate, *[FIRST] * MANY, SECOND), settings=ROOM) as stage:
        server = stage.server
        for chat in people(server, MANY):
            server.say(chat, server.world.users[chat.id], "Hello")
        await held(gate, MANY)
        gate.close(1_000)
        server.say(server.private, server.person, "And I?")
        await stage.until_says(server.private, "Second.")
        questions = server.requests("getUpdates")
        gate.open.set()

    assert pauses == []
    assert {question.parameters["timeout"] for question in questions} == {30}
    assert len(questions) <= MANY + 2, "nothing came twice"


async def test_what_comes_together_is_begun_together(pauses: Pauses) -> None:
    gate = Gate(0)
    async with TelegramServer() as server:
        chats = people(server, MANY)
        for chat in chats:
            server.say(chat, server.world.users[chat.id], "Hello")
        async with on_telegram(gated(gate, *[FIRST] * MANY), server=server, settings=ROOM) as stage:
            await held(gate, MANY)
            gate.open.set()
            for chat in chats:
                await stage.until_says(chat, "First.")

    assert pauses == []


class Narrow(MemoryState):
    """A state that keeps so many messages, and then none until a test says so."""

    def __init__(self, room: int) -> None:
        super().__init__(clock=lambda: NOW)
        self.room = room
        self.refused = asyncio.Event()

    async def put(self, entry: Entry) -> None:
        if entry.group == "telegram brought":
            self.room -= 1
            if self.room < 0:
                self.refused.set()
                raise StoreFailed("stores.full", file="/data/state.db")
        await super().put(entry)


async def test_what_cannot_be_kept_and_all_that_came_after_it_comes_again(
    pauses: Pauses, caplog: pytest.LogCaptureFixture
) -> None:
    state = Narrow(1)
    generator = scripted(FIRST, SECOND, reply_of("Third."))
    async with TelegramServer() as server:
        chats = people(server, 3)
        for chat, text in zip(chats, ("One", "Two", "Three"), strict=True):
            server.say(chat, server.world.users[chat.id], text)
        async with on_telegram(generator, server=server, state=state) as stage:
            await stage.until_says(chats[0], "First.")
            await state.refused.wait()
            assert stage.telegram.connected
            await server.until(lambda: len(server.updates.pending) == 2)
            assert said_to(generator) == ["One"]
            state.room = 2
            await stage.until_says(chats[1], "Second.")
            await stage.until_says(chats[2], "Third.")
            await server.until(lambda: not server.updates.pending)

        assert said_to(generator) == ["One", "Two", "Three"]
    assert pauses[:2] == [1.0, 2.0]
    assert "the state failed: error=/data/state.db: the disk is full." in caplog.text


async def test_what_could_not_be_kept_before_the_end_is_answered_after_it(pauses: Pauses) -> None:
    state, second = Narrow(0), scripted(FIRST)
    async with TelegramServer() as server:
        server.say(server.private, server.person, "Hello")
        async with on_telegram(scripted(SECOND), server=server, state=state):
            await state.refused.wait()
        state.room = 1
        async with on_telegram(second, server=server, state=state) as stage:
            await stage.until_says(server.private, "First.")

        assert said_to(second) == ["Hello"]
    assert pauses


class Slow(MemoryState):
    """A state that is still keeping a message when the program ends."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: NOW)
        self.busy = asyncio.Event()
        self.slow = True

    async def put(self, entry: Entry) -> None:
        if entry.group == "telegram brought" and self.slow:
            self.busy.set()
            await asyncio.Event().wait()
        await super().put(entry)


async def test_what_was_being_kept_when_the_program_ended_is_not_forgotten() -> None:
    state, second = Slow(), scripted(FIRST)
    async with TelegramServer() as server:
        async with on_telegram(scripted(SECOND), server=server, state=state):
            server.say(server.private, server.person, "Hello")
            await state.busy.wait()
        assert len(server.updates.pending) == 1
        state.slow = False
        async with on_telegram(second, server=server, state=state) as stage:
            await stage.until_says(server.private, "First.")

        assert said_to(second) == ["Hello"]


async def test_what_was_kept_and_comes_again_as_telegram_was_not_told_is_heard_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard, hear = list[str | None](), Listener.heard

    async def hearing(listener: Listener, message: Message) -> None:
        heard.append(message.text)
        await hear(listener, message)

    monkeypatch.setattr(Listener, "heard", hearing)
    state, generator = MemoryState(clock=lambda: NOW), scripted(FIRST, SECOND)
    errands = Errands(state, now=lambda: NOW)
    async with TelegramServer() as server:
        server.say(server.private, server.person, "Hello")
        (update,) = server.updates.pending
        await errands.add(
            "telegram", "brought", Errand(key=str(update.id), value=update.wire), lasts=timedelta(hours=1)
        )
        async with on_telegram(generator, server=server, state=state, burst=0.05) as stage:
            await stage.until_says(server.private, "First.")
            server.say(server.private, server.person, "And?")
            await stage.until_says(server.private, "Second.")

        assert said_to(generator) == heard == ["Hello", "And?"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"ok":true}',
        b'{"ok":false,"description":"down"}',
        b'{"ok":true,"result":null}',
        b'{"ok":true,"result":true}',
        b"[]",
    ],
)
async def test_what_is_no_answer_of_telegrams_is_asked_for_again(body: bytes, pauses: Pauses) -> None:
    async with TelegramServer() as server:
        server.plan("getUpdates", Garbage(after=False, body=body))
        server.say(server.private, server.person, "Hello")
        async with on_telegram(scripted(FIRST), server=server) as stage:
            await stage.until_says(server.private, "First.")

    assert pauses == [1.0]


USER = {"id": 5, "is_bot": False, "first_name": "Mina", "username": "mina", "language_code": "ko"}
OURS = {"id": 9, "is_bot": True, "first_name": "Talchum", "username": "talchum_bot"}
GROUP = {"id": -1001, "type": "supergroup", "title": "Harbour", "is_forum": True}
TOPIC = {"message_thread_id": 7, "is_topic_message": True}
FILE = {"file_id": "a", "file_unique_id": "b"}
BOLD = {"type": "bold", "offset": 0, "length": 2}


def said(**what: Any) -> dict[str, Any]:
    return {"message_id": 4, "date": 1_700_000_001, "chat": GROUP, "from": USER, **what}


@pytest.mark.parametrize("kind", ["message", "edited_message"])
@pytest.mark.parametrize(
    "what",
    [
        {"text": "🌊 @talchum_bot", "entities": [BOLD, {"type": "mention", "offset": 3, "length": 12}], **TOPIC},
        {"text": "Mina!", "entities": [{"type": "text_mention", "offset": 0, "length": 4, "user": USER}]},
        {"text": "Why?", "reply_to_message": said(text="So.", entities=[BOLD], **{"from": OURS}), **TOPIC},
        {
            "photo": [{**FILE, "width": 1, "height": 2}],
            "caption": "Us",
            "caption_entities": [BOLD],
            "media_group_id": "7",
        },
        {"text": "So.", "forward_origin": {"type": "user", "date": 1_600_000_000, "sender_user": USER}},
        {"text": "So.", "forward_origin": {"type": "hidden_user", "date": 1_600_000_000, "sender_user_name": "Bo"}},
        {"text": "So.", "forward_origin": {"type": "channel", "date": 1_600_000_000, "chat": GROUP, "message_id": 8}},
        {"text": "So.", "quote": {"text": "So", "position": 3, "is_manual": True, "entities": [BOLD]}},
        {"text": "So.", "sender_chat": GROUP, "is_automatic_forward": True},
        {"text": "So.", "edit_date": 1_700_000_009, "newer_than_the_library": {"a": [1]}},
        {"voice": {**FILE, "duration": 0}},
        {"document": {**FILE, "file_name": "lore.md", "mime_type": "text/markdown"}, "caption": "/lore add"},
    ],
    ids="+".join,
)
async def test_what_is_kept_reads_as_what_came(what: dict[str, Any], kind: str) -> None:
    errands = Errands(MemoryState(clock=lambda: NOW), now=lambda: NOW)
    given = {"update_id": 3, kind: said(**what)}
    update = readable(given)
    assert update is not None
    await Brought(errands).keep(update)
    (left,) = await Brought(errands).left(Bot("1:a"))
    (kept,) = await errands.open("telegram", "brought")

    assert within(given, kept.value)
    assert left.to_dict() == update.to_dict()


def within(part: object, whole: object) -> bool:
    """Whether all of it is there; there may be more."""
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and within(part[key], whole[key]) for key in part)
    if isinstance(part, list):
        return isinstance(whole, list) and len(part) == len(whole) and all(map(within, part, whole))
    return part == whole
