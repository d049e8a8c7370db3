"""What the log has of somebody who is alone with the bot: nothing that tells who it is."""

import asyncio
import logging

import pytest

from bots.fakes.telegram_server import Refused
from tests.support.stage import reply_of, scripted
from tests.support.telegram_stage import on_telegram


async def test_whoever_blocks_the_bot_is_not_in_the_log_and_a_group_that_puts_it_out_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "bots")
    async with on_telegram(scripted(reply_of("One."))) as stage:
        server = stage.server
        server.say(server.private, server.person, "hello")
        await stage.ended(server.private)
        server.membership.block(server.person)
        server.membership.leave(server.group, server.world.bot, by=server.owner)
        async with asyncio.timeout(10):
            while f"shut out: chat={server.group.id}" not in caplog.text:
                await asyncio.sleep(0.005)

        assert "shut out: chat=private" in caplog.text
        assert str(server.person.id) not in caplog.text


async def test_what_fails_in_private_is_logged_without_the_person(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "bots")
    async with on_telegram(scripted(reply_of("One."))) as stage:
        server = stage.server
        why = "Bad Request: not enough rights to send text messages to the chat"
        server.faults.plan("sendMessage", Refused(code=400, description=why), chat=server.private.id)
        server.say(server.private, server.person, "hello")
        async with asyncio.timeout(10):
            while "a permission is missing: telegram_core.no_rights" not in caplog.text:
                await asyncio.sleep(0.005)

        assert str(server.person.id) not in caplog.text
