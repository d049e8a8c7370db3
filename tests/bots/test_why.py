"""What a person is told who asks why."""

import pytest

from bots.platform import Role
from moderation.stores import Query
from moderation.words import LANGUAGES, catalogue
from tests.bots.aftermath_stage import BAD, Stage, on_wall
from tests.support.house import Opened, caller, open_house
from tests.support.stage import reply_of, rules, scripted


async def said(opened: Opened, text: str) -> str:
    """The id of what was kept of it."""
    async for _ in opened.host.reply(caller(text)):
        pass
    [kept] = await opened.store.list(Query(limit=1))
    return kept.id


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_restriction_has_its_statement_of_reasons_in_the_language_of_the_person(language: str) -> None:
    async with open_house(scripted(reply_of("BAD it is."), reply_of("Fine."))) as opened:
        case = await said(opened, "hello")
        told = await opened.host.command(f"/why {case}", caller(language=language))

    say = catalogue("moderation").say
    rows = {row.label: row.text for row in told.rows}
    assert rows[say("statements.what", language)] == say("statements.restriction_unshown", language)
    assert rows[say("statements.decided", language)] == say("statements.decided_fully", language)
    assert case in rows[""], "how to appeal"
    assert "marks" not in str(told)
    assert "1.0" not in str(told)


async def test_what_was_only_flagged_has_none() -> None:
    async with open_house(scripted(reply_of("MAYBE it is."))) as opened:
        told = await opened.host.command(f"/why {await said(opened, 'hello')}", caller())

    assert [row.label for row in told.rows] == [""]


async def test_once_a_person_decided_the_person_concerned_is_told() -> None:
    async with open_house(scripted(reply_of("BAD it is."), reply_of("Fine."))) as opened:
        case = await said(opened, "hello")
        await opened.host.command(f"/review overturn {case}", caller(person="mod", role=Role.MODERATOR))
        told = await opened.host.command(f"/why {case}", caller())

    rows = {row.label: row.text for row in told.rows}
    assert rows["decided by"] == "the program, and a person since"
    assert "wrong" in rows["overruled"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_reply_that_could_not_be_taken_down_is_not_told_as_taken_down(language: str) -> None:
    async with on_wall(BAD, policy=rules) as stage:
        await stage.ask()
        stands = dict(stage.wall.stands)
        stage.wall.stands.clear()

        assert "not taken down" in await stage.decide("/review withdraw x1")

        assert await removed(stage, language) is False
        stage.wall.stands |= stands
        assert "taken down wherever it stood" in await stage.decide("/review withdraw x1")
        assert await removed(stage, language) is True
        trail = str(await stage.opened.host.command("/review show x1", caller(person="mina", role=Role.MODERATOR)))
        assert "guard (guard): not taken down" in trail


async def removed(stage: Stage, language: str) -> bool:
    told = await stage.opened.host.command("/why x1", caller(language=language))
    return catalogue("moderation").say("statements.restriction_removed", language) in str(told)
