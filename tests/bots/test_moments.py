"""A place in which personas are at an earlier moment of their story."""

from dataclasses import replace
from datetime import date

import pytest

from bots.cards import Tone
from bots.platform import Role
from personas.persona import Fact
from tests.support.ensemble import PEDLAR, Play
from tests.support.house import SCHOLAR, SERVER, Opened, caller, open_house
from tests.support.stage import PERSONA, reply_of, scripted

OPENED = Fact(id="opened", text="The light was lit.", since=date(1880, 1, 1))
ENGINE = Fact(id="engine", text="An engine turns the lamp.", since=date(1901, 1, 1), names=("engine",))
KEEPER = replace(PERSONA, moment=date(1905, 1, 1), facts=(OPENED, ENGINE))


async def told(opened: Opened) -> str:
    """Everything that the model is told before the newest turn."""
    scene = await opened.house.scenes.of(caller("Hello"))
    made = await opened.house.runtime.explain(caller("Hello").message, scene.cast, scene.conversation)
    return "\n".join(part.text for part in made.parts if part.origin != "turn:0")


async def set_to(opened: Opened, day: str) -> Tone:
    line = f"/talchum settings moment {day}"
    return (await opened.host.command(line, caller(line, role=Role.ADMIN))).tone


async def test_an_earlier_moment_of_a_place_is_that_of_the_persona_there() -> None:
    async with open_house(scripted(reply_of("Aye.")), personas=(KEEPER, SCHOLAR)) as opened:
        before = await told(opened)
        assert await set_to(opened, "1890-05-01") is not Tone.BAD
        after = await told(opened)
        brief = (await opened.house.scenes.of(caller("Hello"))).cast.brief

    assert "engine" in before
    assert "engine" not in after
    assert "1890" in after
    assert "The light was lit." in after
    assert brief.moment == date(1890, 5, 1)
    assert [beyond.names for beyond in brief.beyond] == [("engine",)]
    assert brief.secrets


async def test_a_later_moment_changes_nothing_and_who_lives_in_no_time_stays_there() -> None:
    async with open_house(scripted(reply_of("Aye.")), personas=(KEEPER, SCHOLAR)) as opened:
        await set_to(opened, "1999-01-01")
        assert (await opened.house.scenes.of(caller("Hello"))).cast.persona == KEEPER
        await set_to(opened, "1890-05-01")
        scholar = (await opened.house.scenes.of(caller("Hello", persona="scholar"))).cast
        assert scholar.persona == SCHOLAR


@pytest.mark.parametrize("day", ["spring", "1890-13-01", "1890"])
async def test_what_is_no_day_is_refused(day: str) -> None:
    async with open_house(scripted(reply_of("Aye.")), personas=(KEEPER, SCHOLAR)) as opened:
        assert await set_to(opened, day) is Tone.BAD
        assert (await opened.house.scenes.places.of(SERVER)).moment == ""


async def test_on_a_stage_nobody_answers_for_knowing_what_comes_later() -> None:
    async with open_house(scripted(reply_of("Aye.")), personas=(KEEPER, PEDLAR)) as opened:
        await opened.house.scenes.places.change(SERVER.conversation, scene=("pedlar", "keeper"))
        play, question = Play(opened), "What about the engine?"
        assert await play.listen(question) == "keeper"

        await set_to(opened, "1890-05-01")

        assert await play.listen(question) == "pedlar"
