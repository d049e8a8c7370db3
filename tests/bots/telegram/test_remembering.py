"""Memory on Telegram: what was said alone with the bot stays there, and answers in a group go to the private chat."""

import asyncio
from datetime import timedelta

from tests.bots.telegram.commanding import model, text
from tests.bots.telegram.menu_stage import Stage, on_telegram

WORDS = "[memory]\nencoder = false\n"


async def settled(stage: Stage) -> None:
    """Take from replies what waits."""
    task = asyncio.create_task(stage.opened.host.recollect())
    await stage.opened.host.recollected(timedelta(seconds=5))
    task.cancel()
    await asyncio.wait([task])


async def test_what_is_said_in_private_is_remembered_there_and_not_shown_in_a_group() -> None:
    async with on_telegram(model(), settings=WORDS) as stage:
        await stage.say("/talchum settings memory server", chat=stage.group, by=stage.owner)
        assert "Memory is on for you" in text(await stage.say("/memory on"))
        await stage.say("I live in Busan.")
        await settled(stage)

        assert "I live in Busan" in text(await stage.say("/memory show"))
        answers = await stage.say("/memory show", chat=stage.group)
        assert "Busan" not in text(answers)
        assert [one.chat for one in answers if "remembers nothing" in one.text] == [stage.private]
        assert "Busan" not in text(await stage.say("/memory show", chat=stage.group, by=stage.bo))
        assert "Forgotten: 1" in text(await stage.say("/memory off"))
        assert "Busan" not in text(await stage.say("/memory show"))
