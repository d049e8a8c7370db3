"""A persona with several greetings: whoever is greeted may leaf through them."""

from dataclasses import replace

from tests.bots.telegram.menu_stage import alert, on_telegram
from tests.bots.telegram.pressed import model
from tests.support.stage import PERSONA

TALKATIVE = replace(PERSONA, greetings=("Ahoy.", "Come in.", "Evening."))


async def test_greetings_are_leafed_through_before_anything_is_said() -> None:
    generator = model()
    async with on_telegram(generator, personas=(TALKATIVE,)) as stage:
        *_, greeting = await stage.say("/start")
        assert greeting.text.endswith("Ahoy.")
        assert [button["text"] for button in greeting.buttons] == ["◀", "▶"]
        await stage.press(greeting, "r1:forth")
        assert greeting.text.endswith("Come in.")
        await stage.press(greeting, "r1:back")
        assert "no other variant" in alert(await stage.press(greeting, "r1:back"))
        await stage.press(greeting, "r1:forth")

        await stage.reply()
        said = [turn.text for turn in generator.journal[-1].prompt.turns]
        assert "Come in." in said
        assert "Ahoy." not in said
        assert not greeting.buttons


async def test_the_only_greeting_has_no_buttons() -> None:
    async with on_telegram(model()) as stage:
        *_, greeting = await stage.say("/start")

        assert not greeting.buttons
