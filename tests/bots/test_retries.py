"""Another try at a reply that comes to nothing, on every platform that has buttons: what stands there, what the persona
remembers of it, and what can be brought back."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from moderation.cases import Rank, Reviewer, ReviewStep
from tests.bots.telegram import menu_stage
from tests.bots.telegram.menu_stage import alert
from tests.support import discord_stage
from tests.support.discord_stage import button, card_of, words
from tests.support.house import Opened
from tests.support.stage import holding, reply_of, scripted

GOOD, WITHHELD, THIRD = reply_of("Good one."), reply_of("Please STOP."), reply_of("A third.")
BOTH = reply_of("Clean beginning.", "Please STOP.")
INSTEAD = "The wind took my words."
OWNER = Reviewer(name="root", rank=Rank.ADMIN, tool="terminal")


@dataclass
class Talk:
    """Somebody who was answered, and the reply."""

    opened: Opened
    conversation: str
    press: Callable[[str], Awaitable[str]]
    """Presses a button under it; what they alone are told."""
    stands: Callable[[], str]

    @property
    def window(self) -> list[str]:
        """What the persona remembers."""
        turns = self.opened.house.scenes.hall.conversation(self.conversation, "keeper").turns
        return [turn.text for turn in turns]


Talking = Callable[..., AbstractAsyncContextManager[Talk]]


@asynccontextmanager
async def on_discord(*replies: Any, **how: Any) -> AsyncGenerator[Talk]:
    async with discord_stage.on_discord(scripted(*replies), **how) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        async def press(verb: str) -> str:
            reply = stage.replies()[-1]
            return card_of(await stage.ann.click(reply, custom_id=button(reply, verb)))

        yield Talk(stage.opened, stage.place.conversation, press, lambda: words(stage.replies()[-1].content))


@asynccontextmanager
async def on_telegram(*replies: Any, **how: Any) -> AsyncGenerator[Talk]:
    async with menu_stage.on_telegram(scripted(*replies), **how) as stage:
        reply = await stage.reply()

        async def press(verb: str) -> str:
            return alert(await stage.press(reply, f"r1:{verb}"))

        conversation = f"telegram:dm:{stage.private.id}"
        yield Talk(stage.opened, conversation, press, lambda: reply.text.partition("\n")[2])


@pytest.fixture(params=[on_discord, on_telegram], ids=["discord", "telegram"])
def talking(request: pytest.FixtureRequest) -> Talking:
    made: Talking = request.param
    return made


async def test_what_is_said_after_a_try_in_vain_takes_the_place_of_the_reply_before_in_memory_too(
    talking: Talking,
) -> None:
    async with talking(GOOD, WITHHELD, WITHHELD, THIRD) as talk:
        for _ in range(2):
            await talk.press("again")
            assert talk.stands() == INSTEAD
            assert talk.window == ["hello", "Good one."]
        await talk.press("again")

        assert talk.stands() == "A third."
        assert talk.window == ["hello", "A third."]


@pytest.mark.parametrize("verb", ["", "more"], ids=["a reply", "a continuation"])
async def test_what_ended_in_words_in_its_place_is_said_anew_and_its_beginning_is_not_remembered(
    talking: Talking, verb: str
) -> None:
    async with talking(*[GOOD, WITHHELD] if verb else [BOTH], THIRD) as talk:
        if verb:
            await talk.press(verb)
        assert len(talk.window) == 2
        await talk.press("again")

        assert talk.stands() == "A third."
        assert talk.window == ["hello", "A third."]


async def test_the_reply_before_a_try_in_vain_is_brought_back_and_is_a_reply_like_any(talking: Talking) -> None:
    async with talking(GOOD, WITHHELD, THIRD) as talk:
        await talk.press("again")
        await talk.press("back")
        assert talk.stands() == "Good one."
        assert "no other variant" in await talk.press("forth")
        await talk.press("more")

        assert talk.stands() == "Good one.\nA third."
        assert talk.window == ["hello", "Good one.\nA third."]


async def test_words_in_place_of_a_reply_are_none_of_its_variants(talking: Talking) -> None:
    async with talking(GOOD, WITHHELD, THIRD) as talk:
        await talk.press("again")
        await talk.press("again")
        await talk.press("back")
        assert talk.stands() == "Good one."
        await talk.press("forth")

        assert talk.stands() == "A third."
        assert "no other variant" in await talk.press("forth")


async def test_where_nothing_was_said_before_nothing_is_brought_back(talking: Talking) -> None:
    async with talking(WITHHELD, WITHHELD) as talk:
        await talk.press("again")

        assert "no other variant" in await talk.press("back")
        assert talk.stands() == INSTEAD


async def test_what_moderators_look_at_is_not_leafed_away_from(talking: Talking) -> None:
    async with talking(GOOD, reply_of("Two is BAD."), policy=holding()) as talk:
        await talk.press("again")
        assert "moderator looks" in talk.stands()

        assert "nothing to change" in await talk.press("back")


async def test_what_moderators_decide_about_a_try_in_vain_does_not_replace_what_was_brought_back(
    talking: Talking,
) -> None:
    async with talking(GOOD, WITHHELD) as talk:
        await talk.press("again")
        await talk.press("back")
        await talk.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=OWNER)
        await talk.opened.house.aftermath.sweep()

        assert talk.stands() == "Good one."
        assert talk.window == ["hello", "Good one."]
