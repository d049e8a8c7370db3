"""What somebody passes on: neither their word nor their command."""

from bots.fakes.telegram_server import Message
from bots.telegram_bot.translate import place_in
from tests.bots.importing import card
from tests.bots.telegram.commanding import model, text
from tests.bots.telegram.menu_stage import Stage, on_telegram
from tests.bots.telegram.test_remembering import WORDS, settled
from tests.support.discord_stage import said_to
from tests.support.stage import PERSONA

DECLINED = PERSONA.wordless[0]


async def said(stage: Stage, words: str) -> Message:
    """What Bo said in the group."""
    await stage.say(words, by=stage.bo, chat=stage.group)
    return [one for one in stage.server.world.messages.values() if one.sender is stage.bo][-1]


async def test_nothing_of_it_is_remembered_as_the_forwarders_or_told_to_a_model() -> None:
    generator = model()
    async with on_telegram(generator, settings=WORDS) as stage:
        await stage.say("/memory on")
        await stage.say("I like tea.")
        told = await stage.forward(await said(stage, "I live in Busan."), by=stage.mina, chat=stage.private)
        await settled(stage)

        assert DECLINED in text(told)
        assert said_to(generator) == ["I like tea."]
        assert "Busan" not in text(await stage.say("/memory show"))


async def test_it_is_no_command_whatever_whoever_forwards_it_may() -> None:
    async with on_telegram(model()) as stage:
        pause = await said(stage, "/talchum pause server")
        assert not await stage.forward(pause, by=stage.owner, chat=stage.group)
        assert not (await stage.opened.host.settings(place_in(stage.group.id, private=False))).paused
        erase = await said(stage, "/privacy erase yes")
        assert DECLINED in text(await stage.forward(erase, by=stage.mina, chat=stage.private))


async def test_in_a_group_it_calls_nobody() -> None:
    generator = model()
    async with on_telegram(generator) as stage:
        hello = await said(stage, f"@{stage.bot.username} hello")
        await stage.say("/talchum settings mode every", by=stage.owner, chat=stage.group)

        assert not await stage.forward(hello, by=stage.mina, chat=stage.group)
        assert len(said_to(generator)) == 1


async def test_a_file_that_is_passed_on_is_brought_in_by_whoever_answers_it() -> None:
    async with on_telegram(model()) as stage:
        await stage.say(f"/settings log_channel {stage.group.id}", by=stage.owner, chat=stage.group)
        await stage.send("ames.json", card(), "/persona import", by=stage.bo, chat=stage.group)
        file = next(one for one in stage.server.world.messages.values() if one.sender is stage.bo)

        assert not await stage.forward(file, by=stage.owner, chat=stage.group)
        passed = next(one for one in stage.server.world.messages.values() if one.origin)
        assert "Ames" in text(await stage.say("/persona import", by=stage.owner, chat=stage.group, reply_to=passed))
