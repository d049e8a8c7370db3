"""How personas appear on Discord: under their own name, in every way it can be had."""

from dataclasses import replace
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.discord_bot.identity import Webhooks, display_name
from bots.platform import Mask
from tests.support.discord_stage import on_discord, words
from tests.support.stage import PERSONA, reply_of, scripted

PAINTED = replace(PERSONA, extra={"picture": "https://example.com/maren.png"})


def model(count: int = 6) -> Any:
    return scripted(*[reply_of(f"Reply {number}.") for number in range(1, count + 1)])


async def test_all_personas_of_a_channel_share_one_webhook_of_the_application() -> None:
    async with on_discord(model()) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        await stage.ann.send(stage.channel, f"{stage.me} 윤서헌, 안녕하시오?")
        replies = stage.replies()

        assert [reply.author.name for reply in replies] == ["Maren · AI", "윤서헌 · AI"]
        assert len({reply.webhook_id for reply in replies}) == 1
        assert len(stage.env.backend.webhooks) == 1


async def test_the_webhook_is_found_again_after_a_restart() -> None:
    async with on_discord(model()) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        await stage.restart()
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert len(stage.replies()) == 2
        assert len(stage.env.backend.webhooks) == 1


async def test_a_persona_speaks_with_its_picture() -> None:
    async with on_discord(model(), personas=(PAINTED,)) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        [sent] = [
            call.json
            for call in stage.env.http_requests
            if call.path.startswith("/webhooks/") and call.method == "POST"
        ]

        assert (sent or {})["avatar_url"] == "https://example.com/maren.png"


async def test_the_mark_can_be_taken_out_of_the_name_by_an_admin() -> None:
    async with on_discord(model()) as stage:
        await stage.admin.slash(stage.channel, "talchum settings", field="mark", value="off", where="server")
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert stage.replies()[0].author.name == "Maren"


async def test_a_webhook_says_whom_it_answers_with_a_link_and_pings_nobody() -> None:
    async with on_discord(model()) as stage:
        message = await stage.ann.send(stage.channel, f"{stage.me} hello")
        reply = stage.replies()[0]
        link = f"https://discord.com/channels/{stage.guild.id}/{stage.channel.id}/{message.id}"

        assert reply.content == f"-# ↪ {stage.ann.mention} · {link}\nReply 1."
        sent = [call.json for call in stage.env.http_requests if call.method in {"POST", "PATCH"} and call.json]
        mentions = [body["allowed_mentions"] for body in sent if isinstance(body, dict) and "allowed_mentions" in body]
        assert mentions
        assert all(mention == {"parse": []} for mention in mentions)


async def test_where_webhooks_are_not_allowed_the_bot_speaks_under_the_personas_name() -> None:
    async with on_discord(model()) as stage:
        quiet = stage.without("manage_webhooks")
        message = await stage.ann.send(quiet, f"{stage.me} hello")
        [reply] = stage.replies(quiet)

        assert reply.author == stage.client.user
        assert reply.content == "**Maren · AI**\nReply 1."
        assert reply.reference is not None
        assert reply.reference.message_id == message.id


@pytest.mark.parametrize("code", [30007, 30058])
async def test_at_the_limit_of_webhooks_the_bot_speaks_itself(code: int) -> None:
    async with on_discord(model()) as stage:
        stage.env.inject_error("POST", "/channels/*/webhooks", status=400, code=code)
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert [reply.content for reply in stage.replies()] == ["**Maren · AI**\nReply 1."]


async def test_a_webhook_that_somebody_deletes_is_made_anew_without_losing_a_reply() -> None:
    async with on_discord(model()) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        backend = stage.env.backend
        [(hook, webhook)] = backend.webhooks.items()
        del backend.webhooks[hook], backend.webhook_tokens[webhook.token]
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert words(stage.said()[-1]) == "Reply 2."
        assert [message.author.name for message in stage.messages()][-1] == "Maren · AI"


async def test_somebody_elses_webhook_is_never_used() -> None:
    async with on_discord(model()) as stage:
        foreign = stage.guild.create_webhook(stage.channel, "Talchum")
        stage.env.backend.webhooks[foreign.id].creator_id = stage.bob.id
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert stage.messages()[-1].webhook_id not in {None, foreign.id}


@given(st.text(min_size=1, max_size=120), st.booleans(), st.sampled_from(["en", "ko"]))
def test_every_name_is_one_that_discord_takes(name: str, mark: bool, language: str) -> None:
    shown = display_name(Mask(name=name), language, mark=mark)

    assert 1 <= len(shown) <= 80
    assert "discord" not in shown.lower()
    assert "clyde" not in shown.lower()
    assert shown.endswith(" · AI") == mark or name.strip().endswith("· AI")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Discord Dan", "Dan · AI"),
        ("Clyde", "Persona · AI"),
        ("disDISCORDcord", "Persona · AI"),
        ("Maren", "Maren · AI"),
    ],
)
def test_a_name_discord_refuses_is_changed_openly_without_look_alike_letters(name: str, shown: str) -> None:
    assert display_name(Mask(name=name), "en", mark=True) == shown


async def test_a_conversation_in_private_has_no_webhook() -> None:
    assert await Webhooks(1).of(object()) is None
    assert await Webhooks(1).of(discord.Object(1)) is None
