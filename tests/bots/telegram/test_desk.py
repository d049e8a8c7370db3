"""Reports and cases on Telegram: what is pressed under them, and by whom."""

import pytest
import telegram

from bots.fakes.telegram_server import Message, Refused, User
from moderation.cases import CaseState, Ruling
from moderation.reasons import REASONS
from moderation.stores import Query
from moderation.words import LANGUAGES
from tests.bots.telegram.menu_stage import Stage, alert, on_telegram
from tests.bots.telegram.pressed import MAYBE, kept, model, said
from tests.support.stage import reply_of

TOO_OLD = Refused(code=400, description="Bad Request: message can't be deleted for everyone")


def korean(text: str) -> bool:
    return any("가" <= char <= "힣" for char in text)


async def flagged(stage: Stage) -> Message:
    """A case of the group, its reply still standing there; the card of it, in the group as its owner wants it."""
    await stage.say(f"/settings log_channel {stage.group.id}", by=stage.owner, chat=stage.group)
    await stage.reply(chat=stage.group)
    return next(
        message
        for message in reversed(stage.server.answers(stage.group))
        if any(button.get("callback_data", "").startswith("d1:") for button in message.buttons)
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reason", REASONS)
async def test_a_reply_is_reported_by_two_presses(reason: str, language: str) -> None:
    async with on_telegram(model(), language=language) as stage:
        reply = await stage.reply()
        await stage.press(reply, "r1:report")
        panel = stage.server.answers(stage.private)[-1]
        assert [button["text"] for button in panel.buttons][: len(REASONS)] == [
            said(language, f"telegram.reason_{one}") for one in REASONS
        ]
        query = await stage.press(panel, f"w1:{reason}")

        case = await kept(stage)
        assert case.id in alert(query)
        assert korean(alert(query)) == (language == "ko")
        assert [finding.rule for finding in case.objections[0].findings] == [f"report.{reason}"]
        assert panel.deleted


async def test_a_report_in_own_words_is_asked_for() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        await stage.press(reply, "r1:report")
        await stage.press(stage.server.answers(stage.private)[-1], "w1:words")
        question = stage.server.answers(stage.private)[-1]
        await stage.say("It says so.", reply_to=question)

        [finding] = (await kept(stage)).objections[0].findings
        assert finding.detail == "It says so."
        assert question.deleted


async def test_a_reply_in_a_group_is_reported_in_private_to_the_moderators_of_the_group() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply(chat=stage.group)
        await stage.press(reply, "r1:report")
        panel = stage.server.answers(stage.private)[-1]
        await stage.press(panel, "w1:sexual")

        case = await kept(stage)
        assert case.opening.origin.server == f"telegram:server:{stage.group.id}"
        assert not any(said("en", "telegram.report_title") in one.text for one in stage.server.answers(stage.group))


async def test_everybody_may_report_and_the_panel_is_theirs_alone() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply(chat=stage.group)
        await stage.press(reply, "r1:report", by=stage.bo)
        panel = stage.server.answers(stage.group)[-1]
        stranger = await stage.press(panel, "w1:sexual", by=stage.mina)
        assert alert(stranger) == said("en", "telegram.not_your_panel")
        await stage.press(panel, "w1:sexual", by=stage.bo)

        assert (await kept(stage)).objections[0].by == f"telegram:user:{stage.bo.id}"


@pytest.mark.parametrize(("verb", "ruling"), [("uphold", Ruling.UPHELD), ("overturn", Ruling.OVERTURNED)])
async def test_a_case_is_decided_and_its_card_says_so_and_keeps_its_buttons(verb: str, ruling: Ruling) -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        await stage.press(card, f"d1:{verb}", by=stage.mod)
        if verb != "uphold":
            question = stage.server.answers(stage.group)[-1]
            await stage.say("-", chat=stage.group, by=stage.mod, reply_to=question)
            assert question.deleted

        assert (await kept(stage)).case.ruling is ruling
        assert said("en", f"commands.state_{ruling}") in card.text
        assert len(card.buttons) == 6


async def test_a_note_stands_beside_the_case_and_names_nobody_by_number() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        await stage.press(card, "d1:note", by=stage.mod)
        question = stage.server.answers(stage.group)[-1]
        await stage.say("Looks fine.", chat=stage.group, by=stage.mod, reply_to=question)

        assert (await kept(stage)).case.by_people[-1].note == "Looks fine."
        assert "Mo (telegram): noted: Looks fine." in card.text
        assert str(stage.mod.id) not in card.text


async def test_a_withdrawn_reply_goes() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        [reply] = [message for message in stage.server.answers(stage.group) if "MAYBE" in message.text]
        await stage.press(card, "d1:withdraw", by=stage.mod)
        await stage.say("Not here.", chat=stage.group, by=stage.mod, reply_to=stage.server.answers(stage.group)[-1])

        assert reply.deleted


async def test_a_reply_whose_draft_was_decided_is_reported_looked_at_and_taken_away() -> None:
    mended = reply_of("BAD so.", repair={"p_ok": 1.0, "ok": "Better.", "bad": "BAD."})
    async with on_telegram(model(mended)) as stage:
        card = await flagged(stage)
        await stage.press(card, "d1:uphold", by=stage.mod)
        [reply] = [message for message in stage.server.answers(stage.group) if "Better." in message.text]

        async def reports(who: User) -> str:
            told = await stage.say("/report hateful", chat=stage.group, by=who, reply_to=reply)
            return " ".join(one.text for one in told)

        assert said("en", "commands.report_done", id="x2") in await reports(stage.mina)
        new = next(one for one in reversed(stage.server.answers(stage.group)) if "d1:" in str(one.buttons))
        assert "x2" in new.text
        await stage.press(new, "d1:uphold", by=stage.mod)
        assert said("en", "commands.report_decided", id="x2") in await reports(stage.owner)
        assert said("en", "commands.report_twice") in await reports(stage.owner)
        await stage.press(new, "d1:withdraw", by=stage.mod)
        await stage.say("No.", chat=stage.group, by=stage.mod, reply_to=stage.server.answers(stage.group)[-1])

        assert reply.deleted
        first, second = reversed(await stage.opened.store.list(Query()))
        assert (first.case.ruling, second.case.ruling) == (Ruling.UPHELD, Ruling.UPHELD)
        assert [len(each.objections) for each in (first, second)] == [1, 2]


async def test_what_was_kept_is_revealed_to_the_moderator_alone_or_to_nobody() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        query = await stage.press(card, "d1:reveal", by=stage.mod)
        told = [one.text for one in stage.server.answers() if "private chat" in one.text]
        assert told or "private chat" in alert(query)
        alone = stage.server.world.private(stage.mod)
        await stage.say("/stop", by=stage.mod, chat=alone)
        await stage.press(card, "d1:reveal", by=stage.mod)

        assert "MAYBE so." in stage.server.answers(alone)[-1].text
        shown = [one.text for one in stage.server.answers(stage.group) if "x1" in one.text]
        assert shown
        assert not any("MAYBE" in text for text in shown)


@pytest.mark.parametrize("verb", ["reveal", "uphold", "overturn", "withdraw", "note", "next"])
async def test_members_cannot_press_the_desk(verb: str) -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        query = await stage.press(card, f"d1:{verb}", by=stage.mina)

        assert alert(query) in {
            said("en", "showing.moderators_only"),
            said("en", "commands.not_allowed", role=said("en", "commands.role_moderator")),
        }
        assert (await kept(stage)).case.state is CaseState.QUEUED
        assert not (await kept(stage)).case.by_people


async def test_the_next_case_is_a_press_away() -> None:
    async with on_telegram(model(MAYBE, MAYBE)) as stage:
        card = await flagged(stage)
        await stage.reply(chat=stage.group)
        alone = stage.server.world.private(stage.mod)
        await stage.say("/stop", by=stage.mod, chat=alone)
        await stage.press(card, "d1:next", by=stage.mod)

        assert "x2" in stage.server.answers(alone)[-1].text


async def test_a_desk_in_private_acts_on_the_case_of_its_group_with_the_rights_held_there() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        alone = stage.server.world.private(stage.mod)
        await stage.say("/stop", by=stage.mod, chat=alone)
        await stage.reply(chat=stage.group)
        await stage.say("/review next", chat=stage.group, by=stage.mod)
        card = stage.server.answers(alone)[-1]
        await stage.press(card, "d1:overturn", by=stage.mod)
        question = stage.server.answers(alone)[-1]
        await stage.say("It is fine.", chat=alone, by=stage.mod, reply_to=question)
        assert (await kept(stage)).case.ruling is Ruling.OVERTURNED
        assert "It is fine." in card.text
        stage.server.membership.demote(stage.group, stage.mod, by=stage.owner)
        stage.client._roles.forget(stage.group.id)
        await stage.press(card, "d1:reopen", by=stage.mod)

        assert (await kept(stage)).case.ruling is Ruling.OVERTURNED


async def test_what_a_press_names_opens_nothing_that_stands_in_another_chat() -> None:
    async with on_telegram(model()) as stage:
        theirs = await stage.reply(chat=stage.group)
        reply = await stage.reply()
        data = next(one["callback_data"] for one in reply.buttons if one["callback_data"].startswith("r1:delete"))
        for forged in (data, data.replace("delete", "report"), data.replace("delete", "edit")):
            theirs.keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": forged}]]}
            told = alert(await stage.press(theirs, forged, by=stage.owner))
            assert told == said("en", "telegram.stale"), forged
        report = f"w1:harmful:{stage.owner.id}:{stage.private.id}:{reply.id}"
        theirs.keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": report}]]}
        told = alert(await stage.press(theirs, report, by=stage.owner))

        assert told == said("en", "showing.not_a_reply")
        assert not reply.deleted
        assert await stage.opened.store.list(Query()) == ()


async def test_a_press_that_comes_twice_is_acted_on_once() -> None:
    async with on_telegram(model()) as stage:
        await stage.press(await stage.reply(), "r1:again")
        [answer] = stage.server.requests("answerCallbackQuery")
        query = {"id": answer.parameters["callback_query_id"], "chat_instance": "1", "data": "r1:again:x"}
        person = {"id": stage.mina.id, "is_bot": False, "first_name": "Mina"}
        update = telegram.Update.de_json({"update_id": 10**6, "callback_query": {**query, "from": person}}, stage.bot)
        task = await stage.client.bring(update)
        assert task is not None
        await task

        assert stage.server.requests("answerCallbackQuery") == [answer]


async def test_every_press_is_answered_once() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        for verb in ("again", "back", "back", "edit", "report"):
            await stage.press(reply, f"r1:{verb}")
        for panel in ("/persona", "/privacy", "/forget", "/language"):
            [message] = await stage.say(panel)
            await stage.press(message, message.buttons[0]["callback_data"])

        queries = [request.parameters["callback_query_id"] for request in stage.server.requests("answerCallbackQuery")]
        assert len(queries) == 9
        assert len(set(queries)) == 9


async def test_a_reply_too_old_to_be_deleted_reads_that_it_was_taken_back_and_is_forgotten() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        [reply] = [message for message in stage.server.answers(stage.group) if "MAYBE" in message.text]
        stage.server.plan("deleteMessage", TOO_OLD)
        await stage.press(card, "d1:withdraw", by=stage.mod)
        question = stage.server.answers(stage.group)[-1]
        await stage.say("Not here.", chat=stage.group, by=stage.mod, reply_to=question)

        assert reply.text == "Maren · AI\n(taken back)"
        assert reply.buttons == []
        told = [one.text for one in stage.server.answers(stage.group)]
        assert [text for text in told if said("en", "commands.taken_down", id="x1") in text]
        assert await stage.opened.house.replies.newest(f"telegram:server:{stage.group.id}") is None


async def test_a_question_too_old_to_be_deleted_does_not_keep_its_answer_from_counting() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        await stage.press(card, "d1:overturn", by=stage.mod)
        question = stage.server.answers(stage.group)[-1]
        stage.server.plan("deleteMessage", TOO_OLD)
        await stage.say("-", chat=stage.group, by=stage.mod, reply_to=question)

        assert (await kept(stage)).case.ruling is Ruling.OVERTURNED
        assert not question.deleted


async def test_a_panel_too_old_to_be_deleted_loses_its_buttons() -> None:
    async with on_telegram(model()) as stage:
        [panel] = await stage.say("/privacy")
        stage.server.plan("deleteMessage", TOO_OLD)
        await stage.press(panel, "e1:close")

        assert not panel.deleted
        assert panel.buttons == []


async def test_a_reply_that_can_neither_be_deleted_nor_changed_is_not_said_to_be_gone() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        stage.server.plan("deleteMessage", TOO_OLD)
        stage.server.plan("editMessageText", Refused(code=400, description="Bad Request: message can't be edited"))
        await stage.press(card, "d1:withdraw", by=stage.mod)
        question = stage.server.answers(stage.group)[-1]
        await stage.say("Not here.", chat=stage.group, by=stage.mod, reply_to=question)

        told = [one.text for one in stage.server.answers(stage.group)]
        assert [text for text in told if said("en", "commands.withdraw_not_there", id="x1") in text]
