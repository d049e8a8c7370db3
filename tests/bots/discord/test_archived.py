"""Threads that archived themselves meanwhile: what is decided of a reply there is carried out all the same."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

import pytest

from bots.fakes.discord_server import Channel, DiscordServer, Permission, Refused
from moderation.cases import CaseState, Rank, Reviewer, ReviewStep
from tests.bots.discord.test_wire import HOOKED, Wire, _at_once, serving
from tests.support.discord_stage import words
from tests.support.house import open_house
from tests.support.stage import holding, reply_of, scripted

__all__ = ["_at_once"]

OWNER = Reviewer(name="root", rank=Rank.ADMIN, tool="terminal")
HELD = "One is fine.\nA moderator looks at this reply first. It will appear here once that is done."
SHOWN = "One is fine. Two is BAD. Three comes after."
REFUSED = "One is fine.\nThis reply will not be shown."


@asynccontextmanager
async def held(server: DiscordServer, *, webhooks: bool = True) -> AsyncGenerator[tuple[Wire, Channel]]:
    """A reply that moderators are to look at first, in a thread of its own."""
    model = scripted(reply_of("One is fine. ", "Two is BAD. ", "Three comes after."))
    async with (
        open_house(model, policy=holding()) as opened,
        serving(server, model, opened=opened, webhooks=webhooks) as wire,
    ):
        await opened.house.scenes.places.change(f"discord:server:{server.guild.id}", threads=True)
        wire.ask()
        [said] = await server.until(lambda: [one for one in server.answers() if _read(one.content) == HELD])
        await wire.until_settled()
        yield wire, said.channel


async def _swept(wire: Wire, done: Callable[[], bool]) -> None:
    """Decisions are carried out now and then: while the platform is not ready they wait."""
    while not done():
        await asyncio.sleep(0.01)
        await wire.opened.house.aftermath.sweep()


def _read(content: str) -> str:
    return words(content).removeprefix("**Maren · AI**\n")


def _standing(server: DiscordServer, thread: Channel) -> list[str]:
    return [_read(one.content) for one in server.answers(thread) if one.content]


@pytest.mark.parametrize("webhooks", [True, False])
@pytest.mark.parametrize(("step", "stands"), [(ReviewStep.OVERTURN, SHOWN), (ReviewStep.UPHOLD, REFUSED)])
async def test_what_is_decided_is_shown_in_an_archived_thread(step: ReviewStep, stands: str, webhooks: bool) -> None:
    async with DiscordServer() as server, held(server, webhooks=webhooks) as (wire, thread):
        server.service.archive(thread)
        await wire.opened.house.desk.take("x1", step, by=OWNER)
        await _swept(wire, lambda: _standing(server, thread) != [HELD])

        assert _standing(server, thread) == [stands]
        assert (await wire.opened.store.get("x1")).case.state is CaseState.CLOSED


@pytest.mark.parametrize("code", [50083, 160005])
async def test_what_a_locked_thread_takes_is_named_and_done_once_it_is_allowed(
    code: int, caplog: pytest.LogCaptureFixture
) -> None:
    async with DiscordServer() as server, held(server) as (wire, thread):
        server.service.archive(thread, locked=True)
        await wire.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=OWNER)
        server.plan("PATCH", HOOKED, Refused(status=400, code=code))
        await _swept(wire, lambda: "What is missing there: manage_threads" in caplog.text)
        assert _standing(server, thread) == [HELD]

        more = Permission.MANAGE_WEBHOOKS | Permission.MANAGE_THREADS
        server.service.allow(server.channel, server.world.bot, more=more)
        await _swept(wire, lambda: _standing(server, thread) == [SHOWN])


async def test_a_reply_is_taken_back_from_an_archived_thread_where_discord_wants_it_open_for_that() -> None:
    async with DiscordServer() as server, held(server) as (wire, thread):
        server.service.archive(thread)
        server.plan("DELETE", HOOKED, Refused(status=400, code=50083))
        record = await wire.opened.host.replies.of_exchange("x1")
        assert record is not None

        assert await wire.platform.take_back(record)
        assert _standing(server, thread) == []
