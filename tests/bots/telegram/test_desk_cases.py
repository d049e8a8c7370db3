"""Cases on Telegram: who may do what with them, who has them, and how their cards read."""

from collections.abc import Iterable

import pytest

from bots.fakes.telegram_server import Message, Status, User
from bots.telegram_bot.translate import place_in
from moderation.cases import CaseState, Ruling
from moderation.stores import Query
from tests.bots.telegram.menu_stage import Stage, alert, on_telegram
from tests.bots.telegram.pressed import MAYBE, kept, model, said
from tests.bots.telegram.test_desk import flagged

WAITING = "claim uphold overturn escalate reveal note withdraw next"


def verbs(card: Message) -> str:
    return " ".join(button["callback_data"].split(":")[1] for button in card.buttons)


def appoint(stage: Stage, name: str, rights: Iterable[str]) -> User:
    """An administrator of the group with a private chat."""
    user = stage.server.world.add_user(name)
    stage.server.world.join(stage.group, user, Status.ADMINISTRATOR, set(rights))
    stage.client._roles.forget(stage.group.id)
    return user


async def test_a_claim_is_shown_on_the_card_with_who_has_it_and_its_buttons_follow() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        assert verbs(card) == WAITING
        query = await stage.press(card, "d1:claim", by=stage.mod)
        assert not alert(query) or "x1" in alert(query)
        assert verbs(card) == "uphold overturn escalate release renew reveal note withdraw next"
        assert "(Mo, " in card.text
        case = (await kept(stage)).case
        assert case.until is not None
        assert f"{case.until:%H:%M}" in card.text
        await stage.press(card, "d1:uphold", by=stage.mod)

        assert verbs(card) == "reopen answer note reveal withdraw next"
        await stage.press(card, "d1:answer", by=stage.mod)
        question = stage.server.answers(stage.group)[-1]
        await stage.say("Not here, please.", chat=stage.group, by=stage.mod, reply_to=question)
        assert "Not here, please." in (await stage.say("/why"))[-1].text


async def test_of_two_moderators_who_want_a_case_one_has_it_and_the_other_is_told_who() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        kim = appoint(stage, "Kim", {"can_delete_messages"})
        before = card.buttons[0]["callback_data"]
        await stage.press(card, "d1:claim", by=stage.mod)
        now = card.keyboard
        card.keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": before}]]}
        late = await stage.press(card, before, by=kim)

        assert "Mo is looking at x1" in alert(late)
        assert str(stage.mod.id) not in alert(late)
        assert [step.step.value for step in (await kept(stage)).case.by_people] == ["claim"]
        assert card.keyboard == now, "the card shows again how it stands"


async def test_a_button_for_what_stood_there_before_does_nothing() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        before = next(one["callback_data"] for one in card.buttons if one["callback_data"].startswith("d1:claim"))
        await stage.press(card, "d1:uphold", by=stage.mod)
        await stage.press(card, "d1:reopen", by=stage.owner)
        card.keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": before}]]}
        await stage.press(card, before, by=stage.mod)

        case = (await kept(stage)).case
        assert (case.state, case.holder) == (CaseState.QUEUED, "")
        assert verbs(card) == WAITING


async def test_a_bulk_is_done_as_it_was_shown_and_taken_back_by_its_number() -> None:
    async with on_telegram(model(MAYBE, MAYBE)) as stage:
        await stage.reply(chat=stage.group)
        for who in (stage.owner, stage.mod):
            await stage.say("/stop", by=who, chat=stage.server.world.private(who))

        async def rulings() -> list[Ruling | None]:
            return [kept.case.ruling for kept in reversed(await stage.opened.store.list(Query()))]

        async def typed(line: str, *, by: User = stage.owner) -> str:
            return " ".join(one.text for one in await stage.say(f"/review {line}", chat=stage.group, by=by))

        assert "1: x1" in await typed("bulk uphold")
        await stage.reply(chat=stage.group)
        done = await typed("bulk uphold yes")
        number = done.split("/review undo ")[1].split()[0]
        assert await rulings() == [Ruling.UPHELD, None], "nobody was shown the second one"
        await typed(f"undo {number}", by=stage.mod)
        assert await rulings() == [Ruling.UPHELD, None], "that is for seniors"
        assert said("en", "desk.undo_done", count=1) in await typed(f"undo {number}")
        assert said("en", "desk.undo_unknown", given=number) in await typed(f"undo {number}")

        assert await rulings() == [None, None]


async def test_whoever_takes_the_blur_away_sees_texts_at_once_and_in_private_alone() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        await stage.reply(chat=stage.group)
        alone = stage.server.world.private(stage.mod)
        await stage.say("/stop", by=stage.mod, chat=alone)

        async def shown() -> str:
            await stage.say("/review show x1", chat=stage.group, by=stage.mod)
            return stage.server.answers(alone)[-1].text

        assert "MAYBE" not in await shown()
        await stage.say("/review blur off", chat=stage.group, by=stage.mod)
        assert stage.server.answers(alone)[-1].text.endswith(said("en", "desk.blur_off"))
        assert "MAYBE so." in await shown()
        await stage.say("/review blur on", chat=stage.group, by=stage.mod)

        assert "MAYBE" not in await shown()
        in_the_group = [one.text for one in stage.server.answers(stage.group) if "MAYBE" in one.text]
        assert len(in_the_group) == 1, "the reply itself"
        assert [step.step.value for step in (await kept(stage)).case.by_people] == ["reveal"], "what is seen is noted"


async def test_moderators_make_a_case_of_the_last_reply_and_members_make_none() -> None:
    async with on_telegram(model()) as stage:
        server = place_in(stage.group.id, private=False).server
        await stage.opened.house.scenes.places.change(server, log_channel=str(stage.group.id))
        alone = stage.server.world.private(stage.mod)
        await stage.say("/stop", by=stage.mod, chat=alone)
        await stage.reply(chat=stage.group)
        await stage.say("/review new wrong odd", chat=stage.group, by=stage.mina)
        assert await stage.opened.store.list(Query()) == ()
        made = await stage.say("/review new wrong odd for her", chat=stage.group, by=stage.mod)

        assert [one for one in made if "x1" in one.text and one.chat is alone]
        exchange = await kept(stage)
        assert (exchange.closing.shown, exchange.opening.persona) == ("Reply 1.", "keeper")
        [found] = [found for each in exchange.objections for found in each.findings]
        assert (found.category, found.detail) == ("wrong", f"{said('en', 'desk.by_moderator')} odd for her")
        [card] = [one for one in stage.server.answers(stage.group) if "d1:" in str(one.buttons)]
        assert "odd for her" in card.text


async def test_a_case_made_of_the_last_reply_has_the_words_it_answers_and_no_others() -> None:
    async with on_telegram(model()) as stage:
        await stage.say("My cat died.", chat=stage.group, mention_bot=True)
        await stage.say("윤서헌, how are you?", chat=stage.group, by=stage.bo, mention_bot=True)
        await stage.say("/review new", chat=stage.group, by=stage.mod)

        opening = (await kept(stage)).opening
        assert (opening.persona, opening.said) == ("scholar", "윤서헌, how are you?")
        assert opening.origin.person == f"telegram:user:{stage.bo.id}"


async def test_a_case_made_of_a_reply_to_somebody_who_was_erased_has_no_words_and_nobody() -> None:
    async with on_telegram(model()) as stage:
        await stage.say("My cat died.", chat=stage.group, mention_bot=True)
        await stage.press((await stage.say("/forget"))[-1], "e1:sure")
        await stage.say("/review new", chat=stage.group, by=stage.mod)

        exchange = await kept(stage)
        assert (exchange.opening.said, exchange.opening.origin.person) == ("", "")
        assert exchange.closing is not None
        assert exchange.closing.shown == "Reply 1."


RANKS = {
    "member": ((), set()),
    "pins": (("can_pin_messages",), set()),
    "moderator": (("can_delete_messages",), {"claim", "note", "escalate"}),
    "named moderator": (("can_pin_messages",), {"claim", "note", "escalate"}),
    "named senior": (("can_pin_messages",), {"claim", "note", "escalate", "senior"}),
    "promotes": (("can_promote_members",), {"claim", "note", "escalate", "senior"}),
    "admin": (("can_change_info",), {"claim", "note", "escalate", "senior", "settings"}),
}


@pytest.mark.parametrize("rank", RANKS)
async def test_everybody_may_do_what_their_rank_may_and_sees_no_button_for_more(rank: str) -> None:
    rights, expected = RANKS[rank]
    async with on_telegram(model(MAYBE)) as stage:
        await stage.reply(chat=stage.group)
        who = appoint(stage, "Kim Lee", rights) if rights else stage.mina
        alone = stage.server.world.private(who)
        await stage.say("/stop", by=who, chat=alone)
        if rank.startswith("named"):
            await stage.say(f"/talchum {rank.split()[1]}s Kim Lee", chat=stage.group, by=stage.owner)

        async def shown() -> str:
            await stage.say("/review show x1", chat=stage.group, by=who)
            return verbs(stage.server.answers(alone)[-1])

        async def typed(line: str) -> bool:
            answers = await stage.say(line, chat=stage.group, by=who)
            return any("x1" in one.text and not one.text.startswith("⚠") for one in answers)

        may = {"claim"} if await shown() == WAITING else set()
        assert may == expected & {"claim"}
        may = {verb for verb in ("claim", "note", "escalate") if await typed(f"/review {verb} x1 Hm.")}
        if "escalate" not in may:
            await stage.say("/review escalate x1", chat=stage.group, by=stage.mod)
        if "claim" in await shown():
            may.add("senior")
        assert await typed("/review uphold x1") == ("senior" in may)
        if not any(one.text.startswith("⚠") for one in await stage.say("/talchum pause", chat=stage.group, by=who)):
            may.add("settings")

        assert may == expected


async def test_only_administrators_of_the_group_can_be_named_and_only_as_long_as_they_are() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        [refused] = await stage.say("/talchum moderators Mina", chat=stage.group, by=stage.owner)
        assert said("en", "commands.expect_people", given="Mina") in refused.text
        kim = appoint(stage, "Kim", {"can_pin_messages"})
        [done] = await stage.say(f"/talchum moderators {kim.id}", chat=stage.group, by=stage.owner)
        assert not done.text.startswith("⚠")
        await stage.press(card, "d1:claim", by=kim)
        assert (await kept(stage)).case.holder == f"telegram:user:{kim.id}"
        stage.server.membership.demote(stage.group, kim, by=stage.owner)
        # What Telegram said a minute ago is not believed at the desk.
        await stage.press(card, "d1:uphold", by=kim)

        assert (await kept(stage)).case.ruling is None


async def test_reports_of_several_members_are_one_card_that_is_written_anew() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        [reply] = [message for message in stage.server.answers(stage.group) if "MAYBE" in message.text]
        await stage.press(card, "d1:uphold", by=stage.mod)
        for who in (stage.mina, stage.owner):
            await stage.say("/report hateful so rude", chat=stage.group, by=who, reply_to=reply)

        assert card.text.count("hateful · so rude") == 2
        desk = [one for one in stage.server.answers(stage.group) if "d1:" in str(one.buttons)]
        assert desk == [card]
        [exchange] = await stage.opened.store.list(Query())
        assert exchange.case.ruling is Ruling.UPHELD
