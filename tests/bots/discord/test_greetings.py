"""A persona with several greetings: whoever is greeted may leaf through them."""

from dataclasses import replace
from typing import Any

from moderation.words import catalogue
from tests.bots.discord.commanding import model
from tests.support.discord_stage import Stage, button, buttons, card_of, on_discord, words
from tests.support.stage import PERSONA

TALKATIVE = replace(PERSONA, greetings=("Ahoy.", "Come in.", "Evening."))


async def press(stage: Stage, verb: str, *, by: Any = None) -> Any:
    reply = stage.replies()[-1]
    return await (by or stage.ann).click(reply, custom_id=button(reply, verb))


def said(key: str) -> str:
    return catalogue("bots").say(key, "en")


def stands(stage: Stage) -> list[str]:
    return [words(message.content) for message in stage.replies()]


async def test_greetings_are_leafed_through_before_anything_is_said() -> None:
    generator = model()
    async with on_discord(generator, personas=(TALKATIVE,)) as stage:
        await stage.ann.send(stage.channel, stage.me)
        assert stands(stage) == ["Ahoy."]
        assert buttons(stage.replies()[-1]) == ["back", "forth"]
        await press(stage, "forth")
        await press(stage, "forth")
        assert stands(stage) == ["Evening."]
        assert "no other variant" in card_of(await press(stage, "forth"))
        await press(stage, "back")
        assert stands(stage) == ["Come in."]
        assert buttons(stage.replies()[-1]) == ["back", "forth"]
        assert said("showing.not_yours") in card_of(await press(stage, "back", by=stage.bob))
        assert stands(stage) == ["Come in."]

        await stage.ann.send(stage.channel, f"{stage.me} hello")
        heard = [turn.text for turn in generator.journal[-1].prompt.turns]
        assert "Come in." in heard
        assert "Ahoy." not in heard
        assert buttons(stage.replies()[0]) == []


async def test_a_greeting_is_leafed_through_after_a_restart() -> None:
    async with on_discord(model(), personas=(TALKATIVE,)) as stage:
        await stage.ann.send(stage.channel, stage.me)
        await stage.restart()
        await press(stage, "forth")

        assert stands(stage) == ["Come in."]


async def test_the_only_greeting_has_no_buttons() -> None:
    async with on_discord(model()) as stage:
        await stage.ann.send(stage.channel, stage.me)

        assert buttons(stage.replies()[-1]) == []
