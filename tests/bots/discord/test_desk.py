"""What was kept on Discord: asked after, reported, erased, decided."""

import json
from typing import Any

import discord

from moderation.cases import CaseState, Ruling
from moderation.records import Outcome
from moderation.stores import Query
from moderation.words import catalogue
from tests.bots.discord.commanding import greeted, model
from tests.support.discord_stage import Stage, button, card_of, on_discord
from tests.support.stage import reply_of

BAD = reply_of("Fine.", "BAD thing.", repair={"p_ok": 0.0, "ok": "ok", "bad": "BAD again."})


async def set_log(stage: Stage) -> Any:
    log = stage.guild.create_text_channel("log")
    await stage.admin.slash(stage.channel, "talchum settings", field="log_channel", value=log.mention, where="server")
    return log


async def test_why_tells_what_kind_of_rule_it_was_without_scores_and_only_to_those_concerned() -> None:
    async with on_discord(model(BAD)) as stage:
        await greeted(stage)
        mine = card_of(await stage.ann.slash(stage.channel, "why"))
        assert mine.startswith("**x1**")
        assert "1.0" not in mine
        assert "marks" not in mine
        assert "x1" in card_of(await stage.mod.slash(stage.channel, "why", number="x1"))

        told = card_of(await stage.bob.slash(stage.channel, "why", number="x1"))
        assert told == "**There is no case x1 of yours here.**"
        none = card_of(await stage.bob.slash(stage.channel, "why", number="x9"))
        assert none == told.replace("x1", "x9"), "whether there is one is nobody's business"


async def test_a_report_from_the_menu_the_button_and_the_command_reaches_the_moderators_once() -> None:
    async with on_discord(model()) as stage:
        log = await set_log(stage)
        await greeted(stage)
        reply = stage.replies()[0]
        shown = await stage.bob.context_menu(stage.channel, "Report this reply", reply)
        done = await stage.bob.submit_modal(shown, {"reason": "hateful", "comment": "It was rude."})
        assert "Reported, thank you" in card_of(done)
        assert done.ephemeral
        again = await stage.bob.submit_modal(
            await stage.bob.click(reply, custom_id=button(reply, "report")),
            {"reason": "hateful", "comment": "It was rude."},
        )
        assert "reported that already" in card_of(again)
        other = await stage.ann.submit_modal(
            await stage.ann.slash(stage.channel, "report"), {"reason": "wrong", "comment": ""}
        )
        assert "Reported" in card_of(other)

        [exchange] = {one.id for one in await stage.opened.store.list(Query())}
        kept = await stage.opened.store.get(exchange)
        assert [objection.findings[0].rule for objection in kept.objections] == ["report.hateful", "report.wrong"]
        assert kept.objections[0].text == "Reply 1."
        assert kept.opening.origin.server == f"discord:server:{stage.guild.id}"
        assert kept.closing is not None
        assert kept.closing.outcome is Outcome.FLAGGED
        assert "report.hateful" in stage.cards(log)[1].replace("\\", "")


async def test_what_is_no_reply_of_ours_cannot_be_reported() -> None:
    async with on_discord(model()) as stage:
        message = await stage.ann.send(stage.channel, "hello")
        result = await stage.bob.context_menu(stage.channel, "Report this reply", message)

        assert "not a reply of a persona" in card_of(result)


async def test_privacy_shows_exports_and_erases_what_is_kept_of_whoever_asks() -> None:
    async with on_discord(model(BAD, BAD)) as stage:
        await greeted(stage, "my secret words")
        await stage.bob.send(stage.channel, f"{stage.me} other words")
        assert "1" in card_of(await stage.ann.slash(stage.channel, "privacy show"))
        exported = await stage.ann.slash(stage.channel, "privacy export")
        answers = [exported.response, *exported.followups]
        [attachment] = [one for answer in answers if answer for one in answer.attachments]
        taken = json.loads(await attachment.read())
        assert [exchange["said"] for exchange in taken["exchanges"]] == ["my secret words"]
        assert exported.ephemeral
        asked = card_of(await stage.ann.slash(stage.channel, "privacy erase"))
        assert "cannot be undone" in asked
        assert len(await stage.opened.store.list(Query(text="secret"))) == 1
        await stage.ann.slash(stage.channel, "privacy erase", sure="yes")

        texts = [one.opening.said for one in await stage.opened.store.list(Query())]
        assert sorted(texts) == ["", "other words"]


async def test_consent_is_not_given_until_it_is() -> None:
    async with on_discord(model()) as stage:
        before = card_of(await stage.ann.slash(stage.channel, "privacy consent"))
        await stage.ann.slash(stage.channel, "privacy consent", what="memory", choice="yes")
        after = card_of(await stage.ann.slash(stage.channel, "privacy consent"))

        assert before != after
        assert before == card_of(await stage.bob.slash(stage.channel, "privacy consent"))


async def test_how_people_are_kept_safe_is_told_to_whoever_asks() -> None:
    async with on_discord(model()) as stage:
        told = await stage.ann.slash(stage.channel, "safety")

        assert "988" in card_of(told)
        assert told.ephemeral


async def flagged(stage: Stage) -> str:
    await greeted(stage)
    [exchange] = await stage.opened.store.list(Query())
    return exchange.id


async def test_moderators_review_by_commands_with_texts_masked_until_revealed() -> None:
    async with on_discord(model(BAD)) as stage:
        exchange = await flagged(stage)
        assert exchange in card_of(await stage.mod.slash(stage.channel, "review list"))
        following = await stage.mod.slash(stage.channel, "review next")
        assert exchange in card_of(following)
        shown = await stage.mod.slash(stage.channel, "review show", number=exchange)
        assert shown.ephemeral
        assert "BAD" not in card_of(shown)
        assert "•" in card_of(shown)
        [answer] = [one for one in (shown.response, *shown.followups) if one]
        revealed = await stage.mod.click(answer.message, custom_id=button(answer.message, "reveal"))
        assert "BAD thing." in card_of(revealed)
        assert [answer.ephemeral for answer in revealed.followups] == [True]
        await stage.mod.slash(stage.channel, "review note", number=exchange, note="Looks right to me.")
        assert "upheld" in card_of(await stage.mod.slash(stage.channel, "review uphold", number=exchange))
        assert "overturned" in card_of(
            await stage.mod.slash(stage.channel, "review overturn", number=exchange, note="No.")
        )
        assert "overturned" in card_of(await stage.mod.slash(stage.channel, "review stats"))

        steps = [review.step.value for review in (await stage.opened.store.get(exchange)).case.by_people]
        assert steps == ["reveal", "note", "claim", "uphold", "reopen", "claim", "overturn"]


async def test_moderators_see_only_their_own_servers_cases() -> None:
    async with on_discord(model(BAD)) as stage:
        exchange = await flagged(stage)
        guild = stage.env.create_guild("Other")
        mods = guild.create_role("Mods", permissions=discord.Permissions(manage_messages=True))
        stranger = guild.add_member(stage.env.create_user("eve"), roles=[mods])
        there = guild.create_text_channel("there")

        assert exchange not in card_of(await stranger.slash(there, "review list"))
        for verb in ("show", "uphold", "overturn", "withdraw"):
            answer = card_of(await stranger.slash(there, f"review {verb}", number=exchange))
            assert catalogue("moderation").say("stores.unknown", "en", id=exchange) in answer, verb
        assert (await stage.opened.store.get(exchange)).case.state is CaseState.QUEUED


async def test_the_card_in_the_moderators_channel_goes_on_working_after_a_restart() -> None:
    async with on_discord(model(BAD)) as stage:
        log = await set_log(stage)
        exchange = await flagged(stage)
        [card] = stage.desk(log)
        await stage.restart()
        assert "That is for" in card_of(await stage.bob.click(card, custom_id=button(card, "uphold")))
        await stage.mod.click(card, custom_id=button(card, "uphold"))
        assert (await stage.opened.store.get(exchange)).case.ruling is Ruling.UPHELD
        [card] = stage.desk(log)
        await stage.mod.click(card, custom_id=button(card, "reopen"))
        [card] = stage.desk(log)
        form = await stage.mod.click(card, custom_id=button(card, "overturn"))
        await stage.mod.submit_modal(form, {"note": "It was a quotation."})

        kept = await stage.opened.store.get(exchange)
        assert kept.case.ruling is Ruling.OVERTURNED
        assert kept.case.by_people[-1].note == "It was a quotation."
        assert kept.case.by_people[-1].actor == f"discord:user:{stage.mod.id}"


async def test_a_withdrawn_reply_is_taken_away_wherever_it_stands() -> None:
    async with on_discord(model(reply_of("MAYBE this."))) as stage:
        log = await set_log(stage)
        await flagged(stage)
        [card] = stage.desk(log)
        form = await stage.mod.click(card, custom_id=button(card, "withdraw"))
        await stage.mod.submit_modal(form, {"note": "Not here."})

        assert stage.replies() == []
        again = card_of(await stage.mod.slash(stage.channel, "review withdraw", number="x1"))
        assert "stands nowhere any more" in again


async def test_a_channel_for_moderators_is_tried_when_it_is_set() -> None:
    async with on_discord(model()) as stage:
        log = await set_log(stage)
        assert "come here from now on" in stage.cards(log)[0]

        quiet = stage.without("send_messages")
        result = await stage.admin.slash(
            stage.channel, "talchum settings", field="log_channel", value=quiet.mention, where="server"
        )
        told = [str(answer.components) for answer in (result.response, *result.followups) if answer]
        assert any("could not write there" in text for text in told)
        again = await stage.admin.slash(
            stage.channel, "talchum settings", field="log_channel", value="-", where="server"
        )
        assert "could not write" not in str([answer.components for answer in again.followups])
