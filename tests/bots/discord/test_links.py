"""Links in what personas say: nobody is led elsewhere than a link says."""

from dataclasses import replace
from typing import Any

import pytest

from bots.discord_bot.outlet import LIMIT
from tests.bots.discord.commanding import model
from tests.support.discord_stage import button, on_discord
from tests.support.stage import PERSONA, reply_of, scripted

HIDDEN = "Log in again: [discord.com/login](https://evil.example/login)"
SHOWN = "Log in again: [discord.com/login]\u200b(https://evil.example/login)"


async def test_a_link_that_a_persona_says_shows_where_it_leads() -> None:
    async with on_discord(scripted(reply_of(HIDDEN))) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert stage.said()[-1].endswith(SHOWN)


async def test_so_does_one_in_a_greeting_and_under_the_bots_own_name() -> None:
    async with on_discord(model(), personas=(replace(PERSONA, greetings=(HIDDEN,)),)) as stage:
        channel = stage.without("manage_webhooks")
        await stage.ann.send(stage.channel, stage.me)
        await stage.ann.send(channel, stage.me)

        assert stage.said() == [SHOWN]
        assert stage.said(channel)[-1].endswith(SHOWN)


async def test_so_does_one_that_somebody_words_also_where_it_is_worded_again() -> None:
    async with on_discord(model()) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        for asked in ("Reply 1.", HIDDEN):
            shown = await _press(stage, "edit")
            assert shown.modal["components"][0]["component"]["value"] == asked
            await stage.ann.submit_modal(shown, {"text": HIDDEN})

            assert stage.said()[-1].endswith(SHOWN)


async def test_what_stands_there_is_read_after_a_restart_as_it_was_said() -> None:
    async with on_discord(scripted(reply_of(HIDDEN))) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        await stage.restart()
        shown = await _press(stage, "edit")

        assert shown.modal["components"][0]["component"]["value"] == HIDDEN


@pytest.mark.parametrize("spare", [0, 1, 2])
async def test_a_message_that_is_full_has_room_for_it(spare: int) -> None:
    link = " [a](https://a.example)"
    full = "x" * (LIMIT - len(link) - spare) + link
    async with on_discord(model(), personas=(replace(PERSONA, greetings=(full,)),)) as stage:
        await stage.ann.send(stage.channel, stage.me)

        said = stage.said()
        assert len(said) == (1 if spare else 2)
        assert "[a]\u200b(https://a.example)" in said[-1]


async def _press(stage: Any, verb: str) -> Any:
    reply = stage.replies()[-1]
    return await stage.ann.click(reply, custom_id=button(reply, verb))
