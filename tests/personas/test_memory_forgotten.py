"""What a persona is to forget is forgotten, also while something is still being made of it."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from moderation.models.encoder import Vectors
from moderation.records import Candidate, Verdict
from personas.memory import Kind, Memory, Whose
from personas.memory.noticing import Rules
from personas.memory.unlearning import Gone, Unlearned
from tests.support.encoders import BagEncoder
from tests.support.remembering import CHANNEL, DM, START, Mind, minded
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


MOCHI = json.dumps(
    {"notes": [{"kind": "fact", "quote": "my cat is called Mochi", "text": "has a cat called Mochi", "slot": "pet:cat",
                "value": "Mochi", "ends": False}]}
)  # fmt: skip
BOATS = ("We repainted that creaky rowing boat.", "The mast is leaning badly again.", "Tomorrow the harbour opens.")


async def accounts(mind: Mind) -> str:
    return "\n".join(memory.text for memory in await mind.kept() if memory.kind is Kind.SUMMARY)


async def test_what_is_forgotten_does_not_come_back_in_the_account_of_the_talk_that_said_it() -> None:
    account = json.dumps({"account": "{{user}} told {{char}} about a cat called Mochi, and they talked of boats."})
    generator = scripted(reply_of(MOCHI), *[reply_of(NOTHING)] * 3, reply_of(account), *[reply_of(NOTHING)] * 9)
    async with minded("ann", generator=generator, window=2) as mind:
        await mind.says("By the way, my cat is called Mochi")
        [cat] = await mind.kept()
        mind.remembering.unlearn(cat)
        await mind.keeper.drop([cat])
        for line in BOATS:
            await mind.says(line)

        assert "rowing boat" in await accounts(mind)
        assert "Mochi" not in await accounts(mind)


async def test_nor_does_it_come_back_in_what_the_persona_said() -> None:
    for forgotten in (True, False):
        async with minded("ann", window=2) as mind:
            await mind.says("By the way, my cat is called Mochi", reply="Mochi, what a splendid name for a ship's cat!")
            if forgotten:
                [cat] = await mind.kept()
                mind.remembering.unlearn(cat)
                await mind.keeper.drop([cat])
            for line in BOATS:
                await mind.says(line)

            assert ("splendid name" in await accounts(mind)) is not forgotten


async def test_an_account_that_is_under_way_is_not_kept_where_it_says_what_is_forgotten_meanwhile() -> None:
    async with minded("ann", window=2) as mind:
        await mind.says("By the way, my cat is called Mochi", reply="Mochi, what a splendid name for a ship's cat!")
        [cat] = await mind.kept()

        async with thinking(mind, BOATS[0]):
            mind.remembering.unlearn(cat)
            await mind.keeper.drop([cat])

        assert await accounts(mind) == ""


async def test_what_one_person_had_forgotten_is_in_the_accounts_of_another() -> None:
    async with minded("ann", "ben", window=2) as mind:
        await mind.says("My cat is called Mochi")
        [cat] = await mind.kept()
        mind.remembering.unlearn(cat)
        for line in ("Mochi the pirate sank three galleons.", *BOATS):
            await mind.says(line, by="ben", scope=CHANNEL)
            await mind.says(line)

        [others] = [memory.text for memory in await mind.kept(by="ben", scope=CHANNEL) if memory.kind is Kind.SUMMARY]
        assert "pirate" in others
        assert "pirate" not in await accounts(mind)


def memory_of(said: str) -> Memory:
    [note, *_] = Rules.load().notice(said)
    whose = Whose(person="ann", scope=DM, persona="keeper")
    return Memory(id="m", whose=whose, kind=note.kind, text=note.text, slot=note.slot, value=note.value, at=START)


@pytest.mark.parametrize(
    ("said", "again", "other"),
    [
        ("I love moss", "{{user}} loves moss.", "They met on the mossy rocks."),
        ("I live in York", "They talked. York, {{user}} said, was home.", "The New Yorkers came."),
        ("I love horror movies", "A horror-movie was on.", "They were in horror of the movies' end, a bit."),
        ("Remember that I'm allergic to peanuts", "{{user}} is allergic to peanuts.", "They ate peanuts aboard."),
        ("Yesterday I finished my first marathon.", "{{user}} had finished a first marathon.", "{{user}} ran first."),
        ("나는 서울에 살아", "{{user}}는 서울에 산다고 했다.", "둘은 부산에 살기로 했다."),
        ("난 술을 좋아해", "{{user}}는 술을 좋아한다고 했다.", "{{user}}는 수영을 좋아한다고 했다."),
        ("우리 집 고양이 이름은 모찌야", "모찌 이야기를 했다.", "둘은 고양이를 보았다."),
        ("나 땅콩 알레르기 있어, 기억해 줘", "{{user}}는 땅콩 알레르기가 있다.", "{{user}}는 알레르기 약을 샀다."),
        ("어제 처음으로 한라산에 올라갔어", "{{user}}는 처음으로 한라산에 올랐다.", "둘은 산 이야기를 했다."),
    ],
)
def test_what_was_forgotten_is_found_in_other_words_and_not_in_what_says_something_else(
    said: str, again: str, other: str
) -> None:
    gone = Gone.of(memory_of(said))

    assert gone.is_in(f"They met at noon. {again}")
    assert not gone.is_in(f"They met at noon. {other}")
    assert not gone.is_in("")


def test_only_so_much_is_held_of_so_many_and_nothing_of_whoever_is_gone() -> None:
    unlearned, memory = Unlearned(), memory_of("I live in York")
    for number in range(2_000):
        unlearned.add(replace(memory, whose=replace(memory.whose, person=f"p{number}")))
        unlearned.add(memory)
    unlearned.add(replace(memory, kind=Kind.SUMMARY, whose=replace(memory.whose, scope=CHANNEL)))
    kept = [len(unlearned.of(replace(memory.whose, person=f"p{number}"))) for number in range(2_000)]

    assert (sum(kept), kept[-1], kept[0]) == (999, 1, 0)
    assert 0 < len(unlearned.of(memory.whose)) < 100
    assert unlearned.of(replace(memory.whose, scope=CHANNEL)) == ()
    unlearned.forget("p1999")
    assert unlearned.of(replace(memory.whose, person="p1999")) == ()
    assert unlearned.of(memory.whose)
