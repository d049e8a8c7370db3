"""How a reply grows on Discord, and how it is taken back."""

from typing import Any

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.pieces import units
from tests.support.discord_stage import buttons, on_discord, words
from tests.support.stage import PERSONA, reply_of, scripted


def writes(stage: Any) -> list[tuple[str, str]]:
    """What was written through webhooks, in order: method and words."""
    calls = [
        call for call in stage.env.http_requests if call.path.startswith("/webhooks/") and isinstance(call.json, dict)
    ]
    return [(call.method, words(call.json["content"])) for call in calls if call.json.get("content")]


async def test_only_cleared_sentences_ever_stand_there_and_the_whole_reply_at_the_end() -> None:
    generator = scripted(
        reply_of(
            "Good evening.", "Come in.", "BAD thing.", "Sit.", repair={"p_ok": 1.0, "ok": "Warm up.", "bad": "BAD"}
        )
    )
    async with on_discord(generator) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        written = writes(stage)

    assert written[0] == ("POST", "Good evening.")
    assert written[-1] == ("PATCH", "Good evening. Come in. Warm up. Sit.")
    assert not any("BAD" in text for _, text in written)


async def test_while_it_runs_a_reply_can_be_stopped_and_after_it_has_all_its_buttons() -> None:
    async with on_discord(scripted(reply_of("Good evening.", "Come in."))) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        posted = [
            call.json
            for call in stage.env.http_requests
            if call.path.startswith("/webhooks/") and call.method == "POST"
        ]
        first = [
            child["custom_id"].split(":")[2] for row in (posted[0] or {})["components"] for child in row["components"]
        ]

        assert first == ["stop"]
        assert buttons(stage.replies()[0]) == [
            "back",
            "again",
            "forth",
            "more",
            "edit",
            "good",
            "bad",
            "delete",
            "report",
        ]


async def test_only_the_last_message_of_a_persona_has_buttons() -> None:
    async with on_discord(scripted(reply_of("One."), reply_of("Two."))) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        await stage.ann.send(stage.channel, f"{stage.me} and?")

        assert [bool(buttons(reply)) for reply in stage.replies()] == [False, True]


async def test_what_the_last_check_takes_back_is_edited_out_and_told_to_the_moderators() -> None:
    async with on_discord(scripted(reply_of("First ping.", "Then pong."))) as stage:
        log = stage.guild.create_text_channel("log")
        await stage.admin.slash(
            stage.channel, "talchum settings", field="log_channel", value=str(log.id), where="server"
        )
        await stage.ann.send(stage.channel, f"{stage.me} hello")

        assert [words(text) for text in stage.said()] == [PERSONA.fallbacks[0]]
        [_, card] = stage.cards(log)
        assert "withdrawn" in card
        assert "pong" not in card


async def test_a_long_reply_goes_on_in_further_messages_and_none_is_too_long() -> None:
    sentences = [f"Sentence number {number} has a few more words in it than it needs." for number in range(120)]
    async with on_discord(scripted(reply_of(*sentences))) as stage:
        await stage.ann.send(stage.channel, f"{stage.me} tell me everything")
        said = [words(text) for text in stage.said()]

        assert len(said) > 3
        assert all(units(message.content) <= 2_000 for message in stage.replies())
        assert " ".join(" ".join(said).split()) == " ".join(sentences)
        assert all(text.rstrip().endswith(".") for text in said)
        assert [bool(buttons(reply)) for reply in stage.replies()] == [False] * (len(said) - 1) + [True]


@settings(max_examples=25)
@given(st.data())
def test_any_reply_in_any_chunks_arrives_whole_in_order_and_in_messages_that_fit(data: st.DataObject) -> None:
    import asyncio

    piece = st.text(st.sampled_from("ab c.\n가나다 👩‍👩‍👧~`*"), min_size=1, max_size=300)
    sentences = data.draw(st.lists(piece.map(lambda text: text.strip() or "x"), min_size=1, max_size=30))
    reply = reply_of(*(f"{text}." for text in sentences))

    async def play() -> tuple[list[str], str]:
        async with on_discord(scripted(reply)) as stage:
            await stage.ann.send(stage.channel, f"{stage.me} hello")
            conversation = stage.opened.house.scenes.hall.conversation(stage.place.conversation, "keeper")
            last = conversation.last
            return stage.said(), last[1] if last else ""

    said, whole = asyncio.run(play())

    assert all(units(text) <= 2_000 for text in said)
    shown = "".join("".join(words(text).split()) for text in said).replace("```", "")
    assert shown == "".join(whole.split()).replace("```", "")


async def test_a_reply_whose_message_somebody_deletes_ends_there() -> None:
    async with on_discord(
        scripted(reply_of(*[f"Sentence {number}." for number in range(50)]), reply_of("Yes."))
    ) as stage:
        stage.env.inject_error("PATCH", "/webhooks/*/*/messages/*", status=404, code=10008)
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        assert len([text for _, text in writes(stage)]) <= 3

        await stage.ann.send(stage.channel, f"{stage.me} still there?")
        assert words(stage.said()[-1]) == "Yes."


@pytest.mark.parametrize(("code", "name"), [(50013, "send\\_messages"), (50001, "50001")])
@pytest.mark.parametrize("words", [" hello", ""])
async def test_a_missing_permission_is_named_with_its_channel_to_those_who_can_give_it(
    code: int, name: str, words: str
) -> None:
    async with on_discord(scripted(reply_of("Hello."))) as stage:
        log = stage.guild.create_text_channel("log")
        await stage.admin.slash(
            stage.channel, "talchum settings", field="log_channel", value=str(log.id), where="server"
        )
        quiet = stage.without("send_messages", "manage_webhooks") if code == 50013 else stage.channel
        if code == 50001:
            stage.env.inject_error("POST", "/webhooks/*/*", status=403, code=50001)
        await stage.ann.send(quiet, f"{stage.me}{words}")

        [_, card] = stage.cards(log)
        assert name in card
        assert quiet.name in card


async def test_a_server_error_is_tried_again_by_nobody_twice() -> None:
    async with on_discord(scripted(reply_of("Hello."), reply_of("Again."))) as stage:
        stage.env.inject_error("POST", "/webhooks/*/*", status=500)
        await stage.ann.send(stage.channel, f"{stage.me} hello")
        assert stage.replies() == []
        assert "could not do that" in stage.cards()[-1]

        await stage.ann.send(stage.channel, f"{stage.me} hello?")
        assert len(stage.replies()) == 1


async def test_a_busy_channel_answers_with_a_sign() -> None:
    settings_ = "[limits]\nrunning = 1\nwaiting = 0\n"
    slow = reply_of("One.", "Two.", "Three.")
    async with on_discord(scripted(slow, slow), settings=settings_) as stage:
        write = stage.env.backend.create_message
        write(stage.channel.id, stage.ann.id, f"{stage.me} hello")
        message = await stage.bob.send(stage.channel, f"{stage.me} hello")
        found: discord.Message = next(one for one in stage.channel.history() if one.id == message.id)

        assert [str(reaction.emoji) for reaction in found.reactions] == ["⏳"]
        assert len(stage.replies()) == 1
