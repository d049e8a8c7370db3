"""Appeals on Telegram: asked for in private, brought before the moderators, decided by somebody else, answered."""

import pytest

from bots.fakes.telegram_server import Message
from bots.telegram_bot.translate import place_in
from moderation.cases import CaseState, Rank, Reviewer, ReviewStep, Ruling
from moderation.words import LANGUAGES
from tests.bots.telegram.menu_stage import Stage, alert, on_telegram
from tests.bots.telegram.pressed import MAYBE, kept, model, said


def cards(stage: Stage) -> list[Message]:
    """The cards with buttons of the desk that stand in the group."""
    return [
        message
        for message in stage.server.answers(stage.group)
        if any(button.get("callback_data", "").startswith("d1:") for button in message.buttons)
    ]


async def decided(stage: Stage) -> None:
    """A case of Mina's, upheld by the moderator; cards come to the group itself."""
    await stage.opened.house.scenes.places.change(
        place_in(stage.group.id, private=False).server, log_channel=str(stage.group.id)
    )
    await stage.reply(chat=stage.group)
    await stage.press(cards(stage)[-1], "d1:uphold", by=stage.mod)


async def explained(stage: Stage) -> Message:
    return (await stage.say("/why", chat=stage.private))[-1]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_one_tap_under_the_explanation_asks_why_and_brings_it_before_somebody_else(language: str) -> None:
    async with on_telegram(model(MAYBE), language=language) as stage:
        await decided(stage)
        before = len(cards(stage))
        await stage.press(await explained(stage), "a1:ask")
        question = stage.server.answers(stage.private)[-1]
        assert said(language, "telegram.ask_appeal", id="x1") in question.text
        answers = await stage.say("I only quoted it.", chat=stage.private, reply_to=question)
        assert [one for one in answers if said(language, "appeals.made", id="x1") in one.text]
        assert question.deleted
        assert len(cards(stage)) == before + 1
        card = cards(stage)[-1]
        assert "I only quoted it." in card.text
        own = await stage.press(card, "d1:uphold", by=stage.mod)
        assert "your own decision" in alert(own)
        assert (await kept(stage)).case.state is CaseState.APPEALED
        await stage.press(card, "d1:uphold", by=stage.owner)

        assert (await kept(stage)).case.decided_by == f"telegram:user:{stage.owner.id}"
        told = [one.text for one in stage.server.answers(stage.private)]
        assert [text for text in told if said(language, "appeals.stands", id="x1") in text]
        why = (await explained(stage)).text
        assert "x1" in why
        assert not [one for one in stage.server.answers(stage.private)[-1].buttons if "a1:" in str(one)]


async def test_a_dash_is_an_appeal_without_words_and_a_command_is_one_too() -> None:
    async with on_telegram(model(MAYBE, MAYBE)) as stage:
        await stage.reply()
        await stage.press(await explained(stage), "a1:ask")
        await stage.say("-", chat=stage.private, reply_to=stage.server.answers(stage.private)[-1])
        first = await stage.opened.store.get("x1")
        assert first.objections[-1].findings[0].detail == ""
        assert first.case.appealed
        await stage.reply("hello again")
        [made] = await stage.say("/appeal x2 It was a joke.")

        assert said("en", "appeals.made_private", id="x2") in made.text
        assert (await stage.opened.store.get("x2")).objections[-1].findings[0].detail == "It was a joke."


async def test_words_without_a_number_are_about_the_last_case() -> None:
    async with on_telegram(model(MAYBE, MAYBE)) as stage:
        await stage.reply()
        await stage.reply("hello again")
        await stage.say("/appeal That was a joke.")

        assert (await stage.opened.store.get("x2")).objections[-1].findings[0].detail == "That was a joke."
        assert not (await stage.opened.store.get("x1")).case.appealed


async def test_nobody_else_can_press_make_or_answer_it() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        await decided(stage)
        card = cards(stage)[-1]
        forged = f"a1:ask:{stage.owner.id}:x1"
        for carried in (forged, f"a1:ask:{stage.mina.id}:x1"):
            card.keyboard = {"inline_keyboard": [[{"text": "x", "callback_data": carried}]]}
            told = await stage.press(card, carried, by=stage.owner)
            assert (alert(told) == said("en", "telegram.not_your_panel")) == (carried != forged)
        question = next(one for one in stage.server.answers(stage.group) if "Why do you disagree" in one.text)
        await stage.say("It is mine.", chat=stage.group, by=stage.owner, reply_to=question)
        alone = stage.server.world.private(stage.owner)
        await stage.say("/stop", by=stage.owner, chat=alone)
        [refused] = await stage.say("/appeal x1 it is mine", by=stage.owner, chat=alone)

        assert said("en", "commands.why_not_yours", id="x1") in refused.text
        assert not (await kept(stage)).case.appealed


async def test_whoever_never_wrote_to_the_bot_finds_it_under_the_explanation_and_the_moderator_knows() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        await stage.reply(chat=stage.group, by=stage.bo)
        await stage.say("/appeal", chat=stage.group, by=stage.bo)
        assert (await kept(stage)).case.appealed
        alone = stage.server.world.private(stage.mod)
        await stage.say("/stop", by=stage.mod, chat=alone)
        await stage.say("/review overturn x1 fine", chat=stage.group, by=stage.mod)

        assert said("en", "appeals.untold") in stage.server.answers(alone)[-1].text
        assert (await kept(stage)).case.ruling is Ruling.OVERTURNED


async def test_what_is_decided_in_a_terminal_is_found_under_the_explanation_in_their_language() -> None:
    async with on_telegram(model(MAYBE), language="ko") as stage:
        await stage.reply()
        await stage.say("/appeal")
        admin = Reviewer(name="root", rank=Rank.ADMIN, tool="terminal")
        desk = stage.opened.house.desk
        await desk.take("x1", ReviewStep.OVERTURN, by=admin)
        await desk.take("x1", ReviewStep.ANSWER, by=admin, note="농담이었네요.")
        why = (await explained(stage)).text

        assert "잘못된 판단" in why
        assert "농담이었네요." in why


async def test_what_is_decided_in_a_terminal_reaches_who_appealed_and_the_card_in_the_group() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        await decided(stage)
        await stage.say("/appeal x1 Look again.", chat=stage.private)
        tidings = stage.opened.house.tidings
        await tidings.sweep()
        who = Reviewer(name="joon", rank=Rank.SENIOR, tool="terminal")
        await stage.opened.house.desk.take("x1", ReviewStep.OVERTURN, by=who)
        for _ in range(2):
            await tidings.sweep()

        told = [one.text for one in stage.server.answers(stage.private)]
        assert sum(said("en", "appeals.agreed", id="x1") in text for text in told) == 1
        assert "joon (terminal): overturned" in cards(stage)[-1].text
