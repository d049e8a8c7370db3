"""Held and withheld replies on Discord: decided on the card, shown where the words in their place stood."""

from dataclasses import replace
from typing import Any

from moderation.cases import CaseState, Rank, Reviewer, ReviewStep, Ruling
from moderation.records import Exchange
from tests.bots.discord.commanding import greeted, model
from tests.support.discord_stage import Stage, button, buttons, card_of, on_discord, words
from tests.support.stage import holding, reply_of

OWNER = Reviewer(name="root", rank=Rank.ADMIN, tool="terminal")
DRAFT = "One is fine. Two is BAD. Three comes after."
BAD = reply_of("One is fine. ", "Two is BAD. ", "Three comes after.")
HELD = "One is fine.\nA moderator looks at this reply first. It will appear here once that is done."


async def waiting(stage: Stage) -> Any:
    """The moderators' channel, with the card of a reply that was kept back."""
    log = stage.guild.create_text_channel("log")
    await stage.admin.slash(stage.channel, "talchum settings", field="log_channel", value=log.mention, where="server")
    await greeted(stage)
    return log


async def case(stage: Stage) -> Exchange:
    return await stage.opened.store.get("x1")


def read(stage: Stage) -> list[str]:
    return [words(message.content) for message in stage.replies()]


async def test_a_moderator_approves_a_held_reply_and_it_stands_where_its_words_stood() -> None:
    async with on_discord(model(BAD), policy=holding()) as stage:
        log = await waiting(stage)
        card = stage.desk(log)[-1]
        assert read(stage) == [HELD]
        assert buttons(card) == ["claim", "approve", "edit", "reject", "escalate", "reveal", "note", "next"]
        before = stage.replies()[0].id
        refused = card_of(await stage.bob.click(card, custom_id=button(card, "approve")))
        assert read(stage) == [HELD], refused
        done = card_of(await stage.mod.click(card, custom_id=button(card, "approve")))

        assert "It stands in its place now." in done
        assert read(stage) == [DRAFT]
        assert stage.replies()[0].id == before
        kept = await case(stage)
        assert (kept.case.state, kept.case.ruling) == (CaseState.CLOSED, Ruling.OVERTURNED)
        assert "withdraw" in buttons(stage.desk(log)[-1]), "what is shown now can be taken away"


async def test_a_moderator_rejects_a_held_reply_after_a_restart() -> None:
    async with on_discord(model(BAD), policy=holding()) as stage:
        log = await waiting(stage)
        card = stage.desk(log)[-1]
        await stage.restart()
        await stage.mod.click(card, custom_id=button(card, "reject"))

        assert read(stage) == ["One is fine.\nThis reply will not be shown."]
        assert (await case(stage)).case.ruling is Ruling.UPHELD


async def test_a_moderator_words_a_held_reply_in_a_form_that_has_it() -> None:
    async with on_discord(model(BAD), policy=holding()) as stage:
        log = await waiting(stage)
        card = stage.desk(log)[-1]
        form = await stage.mod.click(card, custom_id=button(card, "edit"))
        assert DRAFT in str(form.modal)
        await stage.mod.submit_modal(form, {"text": "Another word."})

        kept = await case(stage)
        assert "Another word." in read(stage)[0]
        edited = next(review for review in kept.case.reviews if review.step is ReviewStep.EDIT)
        assert edited.actor == f"discord:user:{stage.mod.id}"
        assert ReviewStep.REVEAL in [review.step for review in kept.case.reviews]


async def test_a_held_reply_whose_message_was_deleted_comes_anew() -> None:
    async with on_discord(model(BAD), policy=holding()) as stage:
        log = await waiting(stage)
        card = stage.desk(log)[-1]
        await stage.mod.delete(stage.replies()[0])
        assert read(stage) == []
        await stage.mod.click(card, custom_id=button(card, "approve"))

        assert read(stage) == [DRAFT]


async def test_what_was_decided_before_the_program_died_is_shown_after_it_starts_again() -> None:
    async with on_discord(model(BAD), policy=holding()) as stage:
        await waiting(stage)
        await stage.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=OWNER)
        await stage.restart()
        await stage.opened.house.aftermath.sweep()

        assert read(stage) == [DRAFT]
        assert (await case(stage)).case.state is CaseState.CLOSED


async def test_what_died_while_it_was_being_shown_is_whole_after_the_next_start() -> None:
    async with on_discord(model(BAD), policy=holding()) as stage:
        await waiting(stage)
        await stage.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=OWNER)
        replies = stage.opened.house.replies
        record = await replies.of_exchange("x1")
        assert record is not None
        await replies.keep(replace(record, running=True, outcome="flagged"))
        await stage.restart()
        await stage.opened.house.aftermath.sweep()
        await stage.opened.house.aftermath.sweep()

        assert read(stage) == [DRAFT]
        again = await replies.of_exchange("x1")
        assert again is not None
        assert not again.running


async def test_commands_decide_too_and_members_may_not() -> None:
    async with on_discord(model(BAD, BAD), policy=holding()) as stage:
        await waiting(stage)
        await stage.mod.slash(stage.channel, "review edit", number="x1", wording="Said otherwise.")
        assert "Said otherwise." in read(stage)[0]
        await stage.ann.send(stage.channel, f"{stage.me} again")
        await stage.mod.slash(stage.channel, "review reject", number="x2", note="no")

        assert read(stage)[1].endswith("This reply will not be shown.")


async def test_overturning_restores_what_was_withheld_and_a_later_decision_elsewhere_is_followed() -> None:
    bad = reply_of("Fine.", "BAD thing.", repair={"p_ok": 0.0, "ok": "ok", "bad": "BAD again."})
    async with on_discord(model(bad)) as stage:
        log = await waiting(stage)
        card = stage.desk(log)[-1]
        assert read(stage) == ["Fine."]
        assert "edit" in buttons(card)
        form = await stage.mod.click(card, custom_id=button(card, "overturn"))
        await stage.mod.submit_modal(form, {"note": ""})

        assert "BAD again." in read(stage)[0]
        kept = await case(stage)
        assert kept.case.state is CaseState.CLOSED
        assert ReviewStep.RESTORE in [review.step for review in kept.case.reviews]
