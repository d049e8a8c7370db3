"""What is looked up for a reply, and who is told of it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from personas.messages import Aside, Cue, Message
from personas.occasion import Occasion
from personas.recall import gather
from tests.personas.replying import REPAIR
from tests.support.stage import Set, on_stage, reply_of, scripted


@dataclass
class Shelf:
    """Says the same to everything, after a while; keeps what it was asked and told."""

    text: str = "The gulls nest in May."
    wait: float = 0.0
    name: str = "shelf"
    asked: list[str] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)

    async def recall(self, occasion: Occasion) -> Sequence[Aside]:
        self.asked.append(occasion.part.said)
        await asyncio.sleep(self.wait)
        return [Aside(text=self.text, origin="shelf:1")]

    async def witnessed(self, occasion: Occasion, reply: str) -> None:
        self.told.append((occasion.part.said, reply))


def occasion(stage: Set, text: str = "Hello?") -> Occasion:
    message: Message = stage.message(text)
    return Occasion.of(Cue.ANSWER, message, stage.cast, stage.conversation)


async def test_what_is_looked_up_stands_in_every_prompt_of_the_reply_and_is_looked_up_once() -> None:
    shelf = Shelf()
    generator = scripted(reply_of("Ah.", "BAD thing.", repair=REPAIR))
    async with on_stage(generator, sources=(shelf,)) as stage:
        await stage.say("When do gulls nest?")

    assert shelf.asked == ["When do gulls nest?"]
    assert len(generator.journal) == 2
    assert all("The gulls nest in May." in str(call.prompt) for call in generator.journal)


async def test_nothing_is_looked_up_for_what_is_not_answered() -> None:
    shelf = Shelf()
    async with on_stage(scripted(reply_of("Yes.")), sources=(shelf,)) as stage:
        await stage.say("SEVERE thing")

    assert shelf.asked == []


async def test_a_source_that_takes_too_long_has_nothing_to_say_and_the_others_have(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with on_stage(scripted(reply_of("Yes."))) as stage:
        sources = (Shelf("quick"), Shelf("slow", wait=30, name="attic"), Shelf("last"))
        found = await gather(sources, occasion(stage), patience=timedelta(seconds=0.05))

    assert [aside.text for aside in found] == ["quick", "last"]
    assert "attic" in caplog.text


async def test_a_source_that_fails_has_nothing_to_say_and_the_reply_comes(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Shelf):
        async def recall(self, occasion: Occasion) -> Sequence[Aside]:
            raise UnicodeEncodeError("utf-8", occasion.part.said, 0, 1, "half a character")

    generator = scripted(reply_of("In May."))
    async with on_stage(generator, sources=(Shelf("first"), Broken(name="attic"), Shelf("last"))) as stage:
        assert (await stage.say("When do gulls nest?")).text == "In May."

    assert all(text in str(generator.journal[0].prompt) for text in ("first", "last"))
    assert "attic error=UnicodeEncodeError" in caplog.text
    assert "gulls" not in caplog.text


async def test_a_witness_is_told_of_what_stands_and_of_nothing_else() -> None:
    shelf = Shelf()
    async with on_stage(scripted(reply_of("Good.", "MAYBE so."), reply_of("SEVERE")), witnesses=(shelf,)) as stage:
        await stage.say("one")
        await stage.say("two")

    assert shelf.told == [("one", "Good. MAYBE so.")]
