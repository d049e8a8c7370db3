"""What somebody on Discord sees of a state that takes nothing, or cannot be asked: a sign. The log says which file."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager

import pytest

from bots.fakes.discord_server import PRIVILEGED, DiscordServer, Message
from bots.state import Entry
from bots.state.memory import MemoryState
from moderation.errors import StoreBusy, StoreFailed
from tests.bots.discord.test_wire import Wire, _at_once, serving
from tests.support.house import open_house
from tests.support.stage import NOW, reply_of, scripted

__all__ = ["_at_once"]

FULL = StoreFailed("stores.full", file="/data/state.db", detail="database or disk is full")
BUSY = "⏳"


class Failing(MemoryState):
    """A state that refuses what a test says."""

    def __init__(self) -> None:
        super().__init__(clock=lambda: NOW)
        self.writing: Exception | None = None
        self.reading: Exception | None = None

    async def many(self, kind: str, keys: Sequence[str]) -> dict[str, Entry]:
        if self.reading:
            raise self.reading
        return await super().many(kind, keys)

    async def put_new(self, entry: Entry) -> bool:
        if self.writing:
            raise self.writing
        return await super().put_new(entry)


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    """What the log has from us, of errors and worse."""
    return [
        (record.levelno, record.getMessage())
        for record in caplog.records
        if record.levelno >= logging.ERROR and record.name.startswith("bots.")
    ]


@asynccontextmanager
async def talking(state: Failing, *, content: bool = False) -> AsyncGenerator[Wire, None]:
    """The platform at work over that state; a persona says "Here."."""
    generator = scripted(reply_of("Here."))
    async with (
        DiscordServer(approved=PRIVILEGED) as server,
        open_house(generator, state=state) as opened,
        serving(server, generator, opened=opened, content=content) as wire,
    ):
        yield wire


async def signed(wire: Wire, message: Message) -> None:
    await wire.server.until(lambda: message.reactions == [BUSY])


@pytest.mark.parametrize("error", [FULL, StoreBusy("stores.busy")])
async def test_whoever_writes_while_nothing_can_be_kept_gets_a_sign_and_the_log_says_why(
    error: StoreFailed | StoreBusy, caplog: pytest.LogCaptureFixture
) -> None:
    state = Failing()
    async with talking(state) as wire:
        state.writing = error
        await signed(wire, wire.ask("a word of theirs"))
        state.writing = None
        wire.ask("again")
        await wire.until_said("Here.")

    assert told(caplog) == [(logging.CRITICAL, f"the state failed: error={error}")]
    assert "theirs" not in caplog.text


async def test_a_persona_that_is_called_by_its_wake_word_waits_with_a_sign_too() -> None:
    state = Failing()
    async with talking(state, content=True) as wire:
        server = wire.server
        await wire.opened.house.scenes.places.change(f"discord:server:{server.guild.id}", wake=("lamp",))
        state.writing = FULL
        others = server.say(server.channel, server.person, "Shall we go?")
        await signed(wire, server.say(server.channel, server.person, "lamp, are you there?"))

        assert others.reactions == []


async def test_where_nobody_knows_what_holds_there_only_whoever_calls_the_bot_gets_a_sign(
    caplog: pytest.LogCaptureFixture,
) -> None:
    state = Failing()
    async with talking(state) as wire:
        server = wire.server
        state.reading = FULL
        others = server.say(server.channel, server.person, "Shall we go?", reply_to=wire.ask("first"))
        await signed(wire, wire.ask("second"))

        assert others.reactions == []
    assert set(told(caplog)) == {(logging.CRITICAL, f"the state failed: error={FULL}")}


async def test_a_command_that_cannot_be_done_says_so_and_is_no_defect(caplog: pytest.LogCaptureFixture) -> None:
    state = Failing()
    async with talking(state) as wire:
        server = wire.server
        await server.until(lambda: server.world.commands)
        state.reading = FULL
        interaction = server.slash("help", {}, server.person, server.channel)
        await server.until(lambda: interaction.done)

    assert told(caplog) == [(logging.CRITICAL, f"the state failed: in=command error={FULL}")]
