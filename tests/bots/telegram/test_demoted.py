"""Administrators who are none any more: what they may ends at once, and nobody else costs a question for that."""

import pytest

from bots.fakes.telegram_server import Refused
from bots.telegram_bot.translate import place_in
from tests.bots.telegram.commanding import text
from tests.bots.telegram.menu_stage import Stage, alert, on_telegram
from tests.bots.telegram.pressed import model, said
from tests.bots.telegram.test_reviewing import desked


def asked(stage: Stage) -> int:
    """How often Telegram was asked who looks after a group."""
    return len(stage.server.requests("getChatAdministrators"))


@pytest.mark.parametrize("line", ["/talchum pause server", "/talchum seniors {mod}", "/settings chance 0.5"])
async def test_somebody_who_set_something_a_moment_ago_sets_nothing_any_more(line: str) -> None:
    async with on_telegram(model()) as stage:
        stage.server.membership.promote(stage.group, stage.mod, ("can_change_info",), by=stage.owner)
        assert "✅" in text(await stage.say("/settings chance 0.25", chat=stage.group, by=stage.mod))
        stage.server.membership.demote(stage.group, stage.mod, by=stage.owner)
        told = await stage.say(line.format(mod=stage.mod.id), chat=stage.group, by=stage.mod)

        assert "those who manage the server" in text(told)
        settings = await stage.opened.host.settings(place_in(stage.group.id, private=False))
        assert (settings.paused, settings.seniors, settings.chance) == (False, (), 0.25)


async def test_nor_do_they_press_what_is_other_peoples_or_open_what_only_moderators_see() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply(chat=stage.group, by=stage.bo)
        await stage.press(reply, "r1:again", by=stage.mod)
        assert reply.text.endswith("Reply 2.")
        stage.server.membership.demote(stage.group, stage.mod, by=stage.owner)
        query = await stage.press(reply, "r1:delete", by=stage.mod)

        assert alert(query) == said("en", "showing.not_yours")
        assert not reply.deleted
        assert "That is for" in text(await stage.say("/lore", chat=stage.group, by=stage.mod))


async def test_what_somebody_may_in_a_group_ends_in_the_chat_of_its_moderators_too() -> None:
    async with desked("Tea") as (stage, desk, [group]):
        assert "x1" in text(await stage.say("/review", chat=desk, by=stage.mod))
        stage.server.membership.demote(group, stage.mod, by=stage.owner)

        assert "x1" not in text(await stage.say("/review", chat=desk, by=stage.mod))


async def test_for_members_nobody_is_asked_anew() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply(chat=stage.group, by=stage.bo)
        before = asked(stage)
        await stage.press(reply, "r1:again", by=stage.bo)
        await stage.say("/good", chat=stage.group, by=stage.bo)
        await stage.say("/talchum pause server", chat=stage.group, by=stage.bo)
        await stage.reply(chat=stage.group, by=stage.mod)

        assert asked(stage) == before


async def test_where_telegram_does_not_say_who_may_what_nobody_may_more_than_others() -> None:
    async with on_telegram(model()) as stage:
        await stage.say("/settings chance 0.5", chat=stage.group, by=stage.owner)
        stage.server.faults.plan("getChatAdministrators", *[Refused(code=403, description="Forbidden: no")] * 9)
        told = await stage.say("/talchum pause server", chat=stage.group, by=stage.owner)

        assert "those who manage the server" in text(told)
        stage.server.faults.clear()
        assert "✅" in text(await stage.say("/talchum pause server", chat=stage.group, by=stage.owner))
