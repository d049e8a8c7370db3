"""What somebody deletes after the program started again is forgotten, wherever it was said and answered."""

import asyncio
from typing import Any

import pytest

from bots.fakes.discord_server import Channel, DiscordServer, Message
from bots.platform import Caller
from tests.bots.discord.test_wire import Wire, _at_once, serving
from tests.support.stage import reply_of, scripted

__all__ = ["_at_once"]


def _noting(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of messages that were forgotten with all that is remembered of them."""
    forgotten: list[str] = []
    unsay = wire.opened.host.unsay

    async def noted(caller: Caller) -> None:
        await unsay(caller)
        forgotten.append(caller.message.id)

    monkeypatch.setattr(wire.opened.host, "unsay", noted)
    return forgotten


async def _answered(wire: Wire, there: Channel, **more: Any) -> Message:
    """Something that was said there and answered by a persona."""
    said = wire.server.say(there, wire.server.person, "I live in Busan.", **more)
    await wire.server.until(lambda: [one for one in wire.server.answers() if "Ah." in one.content])
    await wire.until_settled()
    return said


async def _deleted_after_a_restart(wire: Wire, said: Message, monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten = _noting(wire, monkeypatch)
    await wire.stop()
    async with serving(wire.server, scripted(reply_of("Never.")), opened=wire.opened):
        wire.server.people.delete(said)
        while not forgotten:
            await asyncio.sleep(0.01)

    assert forgotten == [str(said.id)]


async def test_in_private(monkeypatch: pytest.MonkeyPatch) -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("Ah."))) as wire:
        said = await _answered(wire, server.world.dm(server.person))
        await _deleted_after_a_restart(wire, said, monkeypatch)


async def test_a_question_that_opened_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("Ah."))) as wire:
        await wire.opened.house.scenes.places.change(f"discord:server:{server.guild.id}", threads=True)
        said = await _answered(wire, server.channel, mention_bot=True)
        await _deleted_after_a_restart(wire, said, monkeypatch)


@pytest.mark.parametrize("archived", [False, True])
async def test_in_a_thread(monkeypatch: pytest.MonkeyPatch, archived: bool) -> None:
    async with DiscordServer() as server, serving(server, scripted(reply_of("Ah."))) as wire:
        thread = server.service.add_thread(server.channel, "harbour", server.person)
        said = await _answered(wire, thread, mention_bot=True)
        server.service.archive(thread, archived=archived)
        await _deleted_after_a_restart(wire, said, monkeypatch)
