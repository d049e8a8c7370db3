"""What a persona is to forget is forgotten, also while something is still being made of it."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

from moderation.models.encoder import Vectors
from moderation.records import Candidate, Verdict
from personas.memory import Kind, Memory, Whose
from tests.support.encoders import BagEncoder
from tests.support.remembering import DM, START, Mind, minded
from tests.support.stage import reply_of, scripted

NOTHING = json.dumps({"notes": []})


@asynccontextmanager
async def thinking(mind: Mind, text: str, message: str = "7") -> AsyncGenerator[None, None]:
    """While this is open, the guard thinks about what is to be kept of something that ann says."""
    begun, may = asyncio.Event(), asyncio.Event()
    judge = mind.guard.judge

    async def slowly(candidate: Candidate) -> Verdict:
        begun.set()
        await may.wait()
        return await judge(candidate)

    mind.guard.judge = slowly  # type: ignore[method-assign]
    occasion = mind.occasion(text, by="ann", scope=DM, message=message)
    await mind.remembering.recall(occasion)
    occasion.conversation.answered(occasion.part.turn, "I see.", occasion.part.key)
    await mind.remembering.witnessed(occasion, "I see.")
    await begun.wait()
    try:
        yield
    finally:
        may.set()
        await mind.remembering.settled()


class Pensive(BagEncoder):
    """Takes its time when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.may = threading.Event(), threading.Event()
        self.may.set()

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.begun.set()
        self.may.wait(10)
        return super().encode(texts)


@asynccontextmanager
async def weighing(mind: Mind, encoder: Pensive, text: str) -> AsyncGenerator[None, None]:
    """While this is open, what ann says has been put beside what is known, and is not kept yet."""
    encoder.begun.clear()
    encoder.may.clear()
    await mind.remembering.witnessed(mind.occasion(text, by="ann", scope=DM), "I see.")
    await asyncio.to_thread(encoder.begun.wait, 10)
    try:
        yield
    finally:
        encoder.may.set()
        await mind.remembering.settled()


def whose(mind: Mind) -> Whose:
    return Whose(person="ann", scope=DM, persona=mind.cast.persona.id)


async def test_what_is_dropped_while_more_is_noted_of_it_does_not_come_back() -> None:
    encoder = Pensive()
    async with minded("ann", encoder=encoder) as mind:
        await mind.says("I live in Busan")
        [home] = await mind.kept()

        async with weighing(mind, encoder, "I live in Busan. I love moss."):
            await mind.keeper.drop([home])

        assert await mind.texts() == ["I love moss"]


async def test_a_wording_of_ones_own_is_not_undone_by_what_was_under_way() -> None:
    encoder = Pensive()
    async with minded("ann", encoder=encoder) as mind:
        await mind.says("I live in Busan")
        [home] = await mind.kept()
        own = Memory(id=home.id, whose=home.whose, kind=home.kind, text="I live by the sea", at=home.at, asked=True)

        async with weighing(mind, encoder, "I live in Busan."):
            await mind.keeper.keep([own])

        assert await mind.texts() == ["I live by the sea"]


async def test_who_has_all_forgotten_is_not_remembered_for_what_waits_or_is_under_way() -> None:
    async with minded("ann", "ben") as mind:
        async with thinking(mind, "I live in Busan"):
            waiting = mind.occasion("I love moss", by="ann", scope=DM)
            await mind.remembering.witnessed(waiting, "Yes.")
            others = mind.occasion("I love owls", by="ben", scope=DM)
            await mind.remembering.witnessed(others, "Yes.")
            mind.remembering.forget("ann")

        assert await mind.texts() == []
        assert await mind.texts(by="ben") == ["I love owls"]


async def test_nothing_is_taken_from_a_message_that_is_taken_away_meanwhile() -> None:
    async with minded("ann") as mind:
        async with thinking(mind, "I live in Busan", message="7"):
            await mind.remembering.witnessed(mind.occasion("I love moss", by="ann", scope=DM, message="8"), "Yes.")
            await mind.remembering.witnessed(mind.occasion("I love owls", by="ann", scope=DM, message="9"), "Yes.")
            for message in ("7", "8"):
                mind.remembering.unsay(whose(mind), message)

        assert await mind.texts() == ["I love owls"]


async def test_what_a_model_has_not_put_into_an_account_before_a_new_beginning_gets_into_none() -> None:
    generator = scripted(*[reply_of(NOTHING)] * 30)
    async with minded("ann", generator=generator, window=2) as mind:
        for _ in range(2):
            await mind.says("We buried the brass compass behind the boathouse.")
        mind.remembering.begin_anew(whose(mind))
        mind.talk(DM).window.said.clear()
        for _ in range(6):
            await mind.says("We repainted that creaky rowing boat.")

        [account] = [memory for memory in await mind.kept() if memory.kind is Kind.SUMMARY]
        assert "rowing boat" in account.text
        assert "compass" not in account.text
        assert account.at >= START
