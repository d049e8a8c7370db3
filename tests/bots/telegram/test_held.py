"""Held and withheld replies on Telegram: decided on the card, shown where the words in their place stood."""

from bots.fakes.telegram_server import Message
from moderation.cases import CaseState, Rank, Reviewer, ReviewStep, Ruling
from tests.bots.telegram.menu_stage import Stage, on_telegram
from tests.bots.telegram.pressed import kept, model
from tests.support.stage import holding, reply_of

DRAFT = "One is fine. Two is BAD. Three comes after."
BAD = reply_of("One is fine. ", "Two is BAD. ", "Three comes after.")
OWNER = Reviewer(name="root", rank=Rank.ADMIN, tool="terminal")
REFUSED = "This reply will not be shown."


async def waiting(stage: Stage) -> tuple[Message, Message]:
    """A held reply in the group, and its card, in the group as its owner wants it."""
    await stage.say(f"/settings log_channel {stage.group.id}", by=stage.owner, chat=stage.group)
    await stage.reply(chat=stage.group)
    answers = stage.server.answers(stage.group)
    reply = next(message for message in answers if "A moderator looks" in message.text)
    card = next(
        message for message in reversed(answers) if any("d1:" in one["callback_data"] for one in message.buttons)
    )
    return reply, card


def verbs(card: Message) -> list[str]:
    return [one["callback_data"].split(":")[1] for one in card.buttons]


async def test_a_moderator_approves_a_held_reply_and_it_stands_where_its_words_stood() -> None:
    async with on_telegram(model(BAD), policy=holding()) as stage:
        reply, card = await waiting(stage)
        assert verbs(card) == ["claim", "approve", "edit", "reject", "escalate", "reveal", "note", "next"]
        await stage.press(card, "d1:approve", by=stage.bo)
        assert "BAD" not in reply.text
        await stage.press(card, "d1:approve", by=stage.mod)

        assert DRAFT in reply.text
        case = (await kept(stage)).case
        assert (case.state, case.ruling) == (CaseState.CLOSED, Ruling.OVERTURNED)
        assert ReviewStep.RESTORE in [review.step for review in case.reviews]
        assert "withdraw" in verbs(card)


async def test_a_moderator_rejects_a_held_reply_after_a_restart() -> None:
    async with on_telegram(model(BAD), policy=holding()) as stage:
        reply, card = await waiting(stage)
        stage.restart()
        await stage.press(card, "d1:reject", by=stage.mod)

        assert REFUSED in reply.text
        assert "A moderator looks" not in reply.text


async def test_a_moderator_words_a_held_reply_by_answering_a_question() -> None:
    async with on_telegram(model(BAD), policy=holding()) as stage:
        reply, card = await waiting(stage)
        asked = await stage.press(card, "d1:edit", by=stage.mod)
        question = stage.server.answers(stage.group)[-1]
        assert asked.answer is not None
        assert "BAD" not in question.text
        await stage.say("Another word.", by=stage.mod, chat=stage.group, reply_to=question)

        assert "Another word." in reply.text
        edited = next(review for review in (await kept(stage)).case.reviews if review.step is ReviewStep.EDIT)
        assert edited.actor == f"telegram:user:{stage.mod.id}"


async def test_somebody_alone_with_the_bot_waits_too_and_whoever_runs_it_decides() -> None:
    async with on_telegram(model(BAD), policy=holding()) as stage:
        await stage.reply()
        case = await kept(stage)
        assert (case.opening.origin.server, case.case.state) == ("", CaseState.QUEUED)
        (reply,) = (one for one in stage.server.answers(stage.private) if "A moderator looks" in one.text)
        await stage.opened.house.desk.take(case.id, ReviewStep.OVERTURN, by=OWNER)
        await stage.opened.house.aftermath.sweep()

        assert DRAFT in reply.text


async def test_a_held_reply_whose_message_was_deleted_comes_anew() -> None:
    async with on_telegram(model(BAD), policy=holding()) as stage:
        reply, card = await waiting(stage)
        stage.server.people.delete(reply)
        await stage.press(card, "d1:approve", by=stage.mod)

        assert [one.text for one in stage.server.answers(stage.group) if DRAFT in one.text and not one.deleted]
