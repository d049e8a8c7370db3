"""What people change of what they said, wherever its answer is just then."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast

import pytest

from bots.amending import Amending, Asking, Part, Talk
from bots.bursts import Bursts
from bots.cards import Card
from bots.performing import Performer
from bots.places import Place, PlaceSettings
from bots.platform import Caller, Router
from bots.records import Record
from bots.replies import Replies
from bots.state.memory import MemoryState
from personas.messages import Cue, Message
from tests.support.exchanges import numbered
from tests.support.stage import NOW

HERE = Place(platform="t", scopes=("t:dm:1",), private=True)


@dataclass
class House:
    """As much of a router as is asked, and a performer that answers when it may, or until it is stopped."""

    replies: Replies
    said: list[str] = field(default_factory=list)
    forgotten: list[str] = field(default_factory=list)
    unsaid: list[str] = field(default_factory=list)
    """Ids of messages."""
    may: asyncio.Event = field(default_factory=asyncio.Event)
    running: dict[str, asyncio.Event] = field(default_factory=dict)

    async def settings(self, place: Place) -> PlaceSettings:
        return PlaceSettings()

    async def unsay(self, caller: Caller) -> None:
        self.forgotten.append(caller.message.reply)
        self.unsaid.append(caller.message.id)

    async def place(self, record: Record) -> Place:
        return HERE

    async def answer(self, caller: Caller, channel: str, tell: Any, *, persona: str, quoted: object) -> None:
        record = await self.replies.begin(
            platform="t", conversation=HERE.conversation, server="", persona=persona, person="p",
            message=caller.message.id, channel=channel,
        )  # fmt: skip
        await asyncio.sleep(0)  # until then nobody could stop it
        await self._show(record, caller)

    async def again(self, record: Record, caller: Caller, tell: Any, *, cue: Cue) -> None:
        assert cue is Cue.AMEND
        await self._show(record, caller)

    async def _show(self, record: Record, caller: Caller) -> None:
        self.said.append(caller.message.text)
        self.running[record.id] = stopped = asyncio.Event()
        waits = [asyncio.ensure_future(event.wait()) for event in (stopped, self.may)]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        del self.running[record.id]

    def stop(self, record: Record) -> bool:
        if record.id in self.running:
            self.running[record.id].set()
        return record.id in self.running

    def under_way(self, record: Record) -> bool:
        return record.id in self.running

    async def halt(self, record: Record) -> Record | None:
        return await self.replies.get(record.id)

    async def take_back(self, record: Record) -> bool:
        await self.replies.forget(record)
        return True

    @contextmanager
    def held(self, record: Record) -> Iterator[None]:
        yield


@pytest.fixture
def house() -> House:
    return House(Replies(MemoryState(clock=lambda: NOW), now=lambda: NOW, ids=numbered("r")))


@pytest.fixture
def amending(house: House) -> Amending[None]:
    moment = timedelta(milliseconds=1)
    bursts: Bursts[Part[None]] = Bursts(asyncio.sleep, moment, moment)
    return Amending(cast("Router", house), cast("Performer", house), bursts, now=lambda: NOW)


def part(message: str, text: str) -> Part[None]:
    return Part(id=message, message=None, text=text, persona="keeper")


async def nobody(_: Card) -> None:
    raise AssertionError("nothing to tell")


def answering(amending: Amending[None], *parts: Part[None]) -> tuple[Talk, asyncio.Task[None]]:
    """A burst that is over, while it is answered."""
    talk = amending.begin(parts)
    message = Message(
        platform="t", conversation=HERE.conversation, person="p", name="Ann", text="", at=NOW, id=parts[-1].id,
        persona="keeper",
    )  # fmt: skip
    asking = Asking(caller=Caller(message=message, place=HERE), channel="1", tell=nobody, quoted=None)
    return talk, asyncio.create_task(amending.answer(talk, asking))


async def settle() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_what_changes_on_the_way_into_a_burst_comes_into_it_as_it_reads_then(amending: Amending[None]) -> None:
    with amending.coming("m1"), amending.coming("m2"):
        await amending.amended("m1", "hello")
        await amending.retracted("m2", HERE.conversation)
        assert await amending.gather("k", part("m2", "brb")) is None
        parts = await amending.gather("k", part("m1", "helo"))

    assert parts == [part("m1", "hello")]


@pytest.mark.parametrize(("first", "changes"), [("helo", ("hell", "hello")), ("hello", ("hullo", "hello"))])
async def test_several_changes_at_once_are_answered_once_also_where_they_end_where_they_began(
    amending: Amending[None], house: House, first: str, changes: tuple[str, ...]
) -> None:
    _, task = answering(amending, part("m1", first))
    await settle()
    changing = [asyncio.create_task(amending.amended("m1", text)) for text in changes]
    await settle()
    house.may.set()
    await asyncio.gather(task, *changing)

    assert house.said == [first, "hello"]


async def test_a_change_before_anybody_could_stop_the_reply_is_answered_after_it(
    amending: Amending[None], house: House
) -> None:
    _, task = answering(amending, part("m1", "helo"))
    await asyncio.sleep(0)
    house.may.set()
    await asyncio.gather(task, amending.amended("m1", "hello"))

    assert house.said == ["helo", "hello"]


async def test_a_change_and_back_again_changes_nothing(amending: Amending[None], house: House) -> None:
    house.may.set()
    _, task = answering(amending, part("m1", "hello"))
    await task
    await amending.amended("m1", "hello")
    await amending.amended("m9", "whatever")

    assert house.said == ["hello"]


async def test_what_changes_without_a_word_lets_the_reply_go_on(amending: Amending[None], house: House) -> None:
    _, task = answering(amending, part("m1", "hello"), part("sticker", ""))
    await settle()
    await amending.retracted("sticker", HERE.conversation)
    await settle()
    assert [stopped.is_set() for stopped in house.running.values()] == [False]
    house.may.set()
    await task

    assert house.said == ["hello"]


async def test_a_reply_that_came_to_nothing_is_asked_for_again_where_nothing_came_after_it(
    amending: Amending[None], house: House
) -> None:
    house.may.set()
    for message in ("m1", "m2"):
        _, task = answering(amending, part(message, "hello"))
        await task
        record = await house.replies.to(HERE.conversation, message)
        assert record is not None
        await house.replies.forget(record)
    await amending.amended("m1", "hello?")
    await amending.amended("m2", "hello!")

    assert house.said == ["hello", "hello", "hello!"]


async def test_what_is_gone_from_what_was_answered_is_forgotten_once_and_never_answered_again(
    amending: Amending[None], house: House
) -> None:
    house.may.set()
    _, task = answering(amending, part("m1", "one"), part("m2", "two"))
    await task
    await amending.retracted("m1", HERE.conversation)
    assert house.forgotten == ["r1"]
    record = await house.replies.get("r1")
    assert record is not None
    assert record.message == ""
    await amending.amended("m2", "two!")

    assert house.said == ["one\ntwo"]


async def test_what_was_said_too_long_ago_to_be_known_is_forgotten_by_its_record(
    amending: Amending[None], house: House
) -> None:
    record = await house.replies.begin(
        platform="t", conversation=HERE.conversation, server="", persona="keeper", person="p", message="m0", channel="1"
    )
    await house.replies.keep(record)
    await amending.retracted("m0", HERE.conversation)
    await amending.retracted("m7", HERE.conversation)

    assert (house.forgotten, house.unsaid) == ([record.id], ["m0"])
