"""The card of a case on Discord reads as the case stands, wherever a step was taken with it."""

from typing import Any

from moderation.cases import Rank, ReviewStep
from tests.bots.discord.commanding import greeted, model
from tests.bots.discord.test_desk_cases import BAD, set_log
from tests.support.discord_stage import Stage, buttons, on_discord, text_of
from tests.support.exchanges import by


def edits(stage: Stage, log: Any) -> int:
    """How often cards in the moderators' channel were written anew."""
    path = f"/channels/{log.id}/messages/"
    return sum(call.method == "PATCH" and call.path.startswith(path) for call in stage.env.http_requests)


async def test_what_is_decided_in_a_terminal_is_read_on_the_card_and_written_once() -> None:
    async with on_discord(model(BAD)) as stage:
        log = await set_log(stage)
        await greeted(stage)
        tidings, desk = stage.opened.house.tidings, stage.opened.house.desk
        await tidings.sweep()
        assert edits(stage, log) == 0

        await desk.take("x1", ReviewStep.UPHOLD, by=by("joon", rank=Rank.SENIOR))
        await tidings.sweep()

        [card] = stage.desk(log)
        assert "joon (terminal): upheld" in text_of(card)
        assert " ".join(buttons(card)) == "reopen answer note reveal withdraw next"
        assert edits(stage, log) == 1
        await tidings.sweep()
        await desk.take("x1", ReviewStep.NOTE, by=by("joon"), note="hm")
        await tidings.sweep()
        assert edits(stage, log) == 2
        assert "hm" in text_of(stage.desk(log)[0])


async def test_a_card_that_reads_as_its_case_stands_is_left_as_it_is() -> None:
    async with on_discord(model(BAD)) as stage:
        log = await set_log(stage)
        await greeted(stage)
        await stage.opened.house.tidings.sweep()

        await stage.mod.slash(stage.channel, "review claim", number="x1")
        before = edits(stage, log)
        await stage.opened.house.tidings.sweep()

        assert before == 1, "whoever takes a step on Discord writes it themselves"
        assert edits(stage, log) == before


async def test_what_was_decided_while_nothing_ran_is_read_on_the_card_after_a_restart() -> None:
    async with on_discord(model(BAD)) as stage:
        log = await set_log(stage)
        await greeted(stage)
        await stage.opened.house.tidings.sweep()
        await stage.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=by("joon"))
        await stage.restart()
        await stage.opened.house.tidings.sweep()

        assert "joon (terminal)" in text_of(stage.desk(log)[0])


async def test_a_card_that_is_gone_or_elsewhere_is_nobodys_to_write() -> None:
    async with on_discord(model(BAD)) as stage:
        log = await set_log(stage)
        await greeted(stage)
        tidings, desk = stage.opened.house.tidings, stage.opened.house.desk
        await tidings.sweep()
        [card] = stage.desk(log)
        await stage.mod.delete(card)
        await desk.take("x1", ReviewStep.CLAIM, by=by("joon"))
        await tidings.sweep()
        tries = edits(stage, log)
        await tidings.sweep()

        assert (tries, edits(stage, log)) == (1, 1)
