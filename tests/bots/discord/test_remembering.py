"""Memory on Discord: allowed by a server's admins and by whoever is remembered, and shown to nobody else."""

import asyncio
from datetime import timedelta

from tests.bots.discord.commanding import greeted, model
from tests.support.discord_stage import Stage, card_of, on_discord

WORDS = "[memory]\nencoder = false\n"


async def settled(stage: Stage) -> None:
    """Take from replies what waits."""
    task = asyncio.create_task(stage.opened.host.recollect())
    await stage.opened.host.recollected(timedelta(seconds=5))
    task.cancel()
    await asyncio.wait([task])


async def test_what_somebody_says_is_remembered_shown_to_them_alone_changed_and_forgotten() -> None:
    async with on_discord(model(), settings=WORDS) as stage:
        await stage.admin.slash(stage.channel, "talchum settings", field="memory", value="channel", where="server")
        allowed = await stage.ann.slash(stage.channel, "memory on")
        assert allowed.ephemeral
        assert "Memory is on for you" in card_of(allowed)
        await greeted(stage, "I live in Busan.")
        await settled(stage)

        shown = await stage.ann.slash(stage.channel, "memory show")
        assert shown.ephemeral
        assert "I live in Busan" in card_of(shown)
        assert "Busan" not in card_of(await stage.bob.slash(stage.channel, "memory show"))
        [memory] = await stage.opened.house.memories.of(f"discord:user:{stage.ann.id}")
        await stage.ann.slash(stage.channel, "memory edit", number=memory.id, words="I live in Bergen")
        assert "I live in Bergen" in card_of(await stage.ann.slash(stage.channel, "memory show"))
        await stage.bob.slash(stage.channel, "memory forget", number=memory.id)
        assert "Bergen" in card_of(await stage.ann.slash(stage.channel, "memory show"))
        await stage.ann.slash(stage.channel, "memory forget", number=memory.id)
        assert "Bergen" not in card_of(await stage.ann.slash(stage.channel, "memory show"))
        assert "Off" in card_of(await stage.bob.slash(stage.channel, "memory now"))
        assert "Memory is off for you" in card_of(await stage.ann.slash(stage.channel, "memory off"))


async def test_without_its_admins_nobody_is_remembered_in_a_server() -> None:
    async with on_discord(model(), settings=WORDS) as stage:
        assert "not here" in card_of(await stage.ann.slash(stage.channel, "memory on"))
        await greeted(stage, "I live in Busan.")
        await settled(stage)

        assert "Busan" not in card_of(await stage.ann.slash(stage.channel, "memory show"))
