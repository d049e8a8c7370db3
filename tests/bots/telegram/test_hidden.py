"""Administrators who hide behind their group, and people who write as a channel: what they may, and as whom."""

from typing import Any

import pytest

from bots.fakes.telegram_server import Chat, Kind, Message, Status
from bots.telegram_bot.translate import place_in
from moderation.cases import CaseState, Ruling
from moderation.stores import Query
from tests.bots.telegram.menu_stage import Stage, alert, on_telegram
from tests.bots.telegram.pressed import MAYBE, kept, model, said
from tests.support.discord_stage import said_to
from tests.support.stage import reply_of
from tests.support.telegram_stage import on_telegram as talking


def hide(stage: Stage, user: Any, *rights: str, chat: Chat | None = None) -> None:
    """From now on `user` writes as the group; the bot learns of it as of any right, when it asks next."""
    here = chat or stage.group
    stage.server.membership.promote(here, user, rights or ("can_delete_messages",), by=stage.owner, anonymous=True)
    stage.client._roles.forget(here.id)


def cards(stage: Stage, chat: Chat) -> list[Message]:
    return [
        message
        for message in stage.server.answers(chat)
        if any(button.get("callback_data", "").startswith("d1:") for button in message.buttons)
    ]


async def flagged(stage: Stage) -> Message:
    """A case of the group; its card, in the group."""
    await stage.say(f"/settings log_channel {stage.group.id}", by=stage.owner, chat=stage.group)
    await stage.reply(chat=stage.group)
    return cards(stage, stage.group)[-1]


async def test_whoever_hides_answers_a_question_under_a_card_and_is_named_nowhere() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        hide(stage, stage.mod)
        await stage.press(card, "d1:overturn", by=stage.mod)
        question = stage.server.answers(stage.group)[-1]
        await stage.say("Looks fine.", chat=stage.group, by=stage.mod, reply_to=question)

        case = await kept(stage)
        assert (case.case.ruling, case.case.by_people[-1].note) == (Ruling.OVERTURNED, "Looks fine.")
        assert question.deleted
        everything = str([(one.text, one.entities) for one in stage.server.world.from_bot(stage.group)])
        assert str(stage.mod.id) not in everything
        assert "Mo" not in question.text
        assert "an administrator (telegram): overturned: Looks fine." in card.text


async def test_whoever_hides_words_a_reply_otherwise_and_it_does_not_count_as_the_personas_own() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply(chat=stage.group)
        hide(stage, stage.mod)
        await stage.press(reply, "r1:edit", by=stage.mod)
        question = stage.server.answers(stage.group)[-1]
        await stage.say("The lamp is out.", chat=stage.group, by=stage.mod, reply_to=question)

        assert "The lamp is out." in reply.text
        assert said("en", "telegram_core.worded") in reply.text


@pytest.mark.parametrize("as_channel", [True, False])
async def test_nobody_else_answers_a_question_to_somebody_who_hides(as_channel: bool) -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        channel = stage.server.world.add_chat(Kind.CHANNEL, "News", owner=stage.mina, bot=Status.LEFT)
        hide(stage, stage.mod)
        await stage.press(card, "d1:overturn", by=stage.mod)
        question = stage.server.answers(stage.group)[-1]
        how = {"channel": channel} if as_channel else {}
        await stage.say("Mine!", chat=stage.group, by=stage.mina, reply_to=question, **how)

        assert (await kept(stage)).case.state is CaseState.QUEUED
        told = [one.text for one in stage.server.answers()]
        assert [text for text in told if said("en", "telegram.prompt_not_yours") in text]


async def test_a_question_to_somebody_by_name_is_not_answered_from_behind_the_group() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        card = await flagged(stage)
        await stage.press(card, "d1:overturn", by=stage.mod)
        question = stage.server.answers(stage.group)[-1]
        hide(stage, stage.owner)
        await stage.say("Looks fine.", chat=stage.group, by=stage.owner, reply_to=question)

        assert (await kept(stage)).case.state is CaseState.QUEUED
        assert said("en", "telegram.prompt_hidden") in stage.server.answers()[-1].text


async def test_who_hides_in_the_moderators_chat_is_asked_in_private_about_another_group() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        desk = stage.server.world.add_chat(Kind.SUPERGROUP, "Desk", owner=stage.owner, bot=Status.MEMBER)
        stage.server.world.join(desk, stage.mod)
        await stage.opened.house.scenes.places.change(
            place_in(stage.group.id, private=False).server, log_channel=str(desk.id)
        )
        await stage.reply(chat=stage.group)
        hide(stage, stage.mod, chat=desk)
        [card] = cards(stage, desk)
        told = await stage.press(card, "d1:overturn", by=stage.mod)
        assert "private" in alert(told) or "private" in stage.server.answers()[-1].text
        alone = stage.server.world.private(stage.mod)
        await stage.say("/stop", by=stage.mod, chat=alone)
        await stage.press(card, "d1:overturn", by=stage.mod)
        await stage.say("Fine.", by=stage.mod, chat=alone, reply_to=stage.server.answers(alone)[-1])

        assert (await kept(stage)).case.ruling is Ruling.OVERTURNED
        assert str(stage.mod.id) not in str([(one.text, one.entities) for one in stage.server.world.from_bot(desk)])


async def test_those_who_hide_are_not_one_person() -> None:
    async with on_telegram(model(), settings="[places]\nperson_messages = 1\n") as stage:
        for user in (stage.mod, stage.owner):
            hide(stage, user)
        for user in (stage.mod, stage.owner):
            await stage.reply(chat=stage.group, text="hello", by=user)

        replies = [one.text for one in stage.server.answers(stage.group) if "Reply" in one.text]
        assert len(replies) == 2, "a limit of one person's is nobody's"
        record = await stage.opened.house.replies.newest(place_in(stage.group.id, private=False).conversation)
        assert record is not None
        assert record.person == ""
        for entry in ("privacy export", "privacy erase yes", "export", "privacy consent memory yes"):
            await stage.say(f"/{entry}", chat=stage.group, by=stage.mod)
            assert "your own name" in stage.server.answers(stage.group)[-1].text or "t.me" in (
                stage.server.answers(stage.group)[-1].text
            )
        assert await stage.opened.state.of_person(f"telegram:user:{stage.group.id}") == ()
        assert await stage.opened.state.lines("consent") == ()


@pytest.mark.parametrize("line", ["/forget", "/privacy erase"])
@pytest.mark.parametrize("as_channel", [True, False])
async def test_nobody_is_offered_to_erase_what_is_kept_of_somebody_who_hides(line: str, as_channel: bool) -> None:
    async with on_telegram(model()) as stage:
        channel = stage.server.world.add_chat(Kind.CHANNEL, "News", owner=stage.mod, bot=Status.LEFT)
        hide(stage, stage.mod)
        how = {"channel": channel} if as_channel else {}
        [told] = await stage.say(line, chat=stage.group, by=stage.mod, **how)

        assert said("en", "commands.privacy_whose") in told.text
        assert not told.buttons, "anybody there might press them"


async def test_what_two_who_hide_write_at_once_is_not_one_message() -> None:
    generator = model()
    async with talking(generator, burst=0.2) as stage:
        server = stage.server
        other = server.world.add_user("Mo")
        server.world.join(server.group, other)
        for user in (server.owner, other):
            server.membership.promote(server.group, user, {"can_delete_messages"}, by=server.owner, anonymous=True)
            server.say(server.group, user, f"I am {user.name}", mention_bot=True)
        await server.until(lambda: len([one for one in stage.texts(server.group) if "Reply" in one]) == 2)

        assert sorted(line.rpartition(": ")[2] for line in said_to(generator)) == ["I am Haneul", "I am Mo"]


async def test_who_hides_and_may_do_little_may_not_do_what_others_who_are_seen_may() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        await flagged(stage)
        hide(stage, stage.mod, "can_pin_messages")
        [told] = await stage.say("/settings mark off", chat=stage.group, by=stage.mod)
        assert said("en", "commands.role_admin") in told.text
        await stage.reply(chat=stage.group, by=stage.mod)
        [told] = await stage.say("/retry", chat=stage.group, by=stage.mod)

        assert told.text.endswith(said("en", "showing.not_yours"))


async def test_who_writes_as_a_channel_is_no_administrator_even_of_that_channel() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        await flagged(stage)
        channel = stage.server.world.add_chat(Kind.CHANNEL, "News", owner=stage.owner, bot=Status.ADMINISTRATOR)
        before = len(cards(stage, stage.group))
        for line in ("/review", "/settings mark off", "/talchum pause"):
            await stage.say(line, chat=stage.group, by=stage.owner, channel=channel)

        assert len(cards(stage, stage.group)) == before
        settings = await stage.opened.host.settings(place_in(stage.group.id, private=False))
        assert settings.mark
        assert not settings.paused


async def test_what_is_reported_by_somebody_who_hides_names_nobody() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply(chat=stage.group)
        hide(stage, stage.mod)
        await stage.press(reply, "r1:report", by=stage.mod)
        panel = stage.server.answers(stage.group)[-1]
        await stage.press(panel, "w1:harmful", by=stage.mod)

        [case] = await stage.opened.store.list(Query())
        assert [objection.by for objection in case.objections] == [""]


@pytest.mark.parametrize("presser", ["mod", "owner"])
async def test_words_of_somebody_who_hides_stay_nobodys_whoever_has_them_answered_another_way(presser: str) -> None:
    async with on_telegram(model(reply_of("One."), MAYBE), settings="[places]\nperson_messages = 1\n") as stage:
        await stage.say(f"/settings log_channel {stage.group.id}", by=stage.owner, chat=stage.group)
        hide(stage, stage.mod)
        reply = await stage.reply("A secret", chat=stage.group, by=stage.mod)
        who = getattr(stage, presser)
        await stage.press(reply, "r1:again", by=who)

        case = await kept(stage)
        assert (case.opening.said, case.opening.origin.person) == ("A secret", "")
        [card] = cards(stage, stage.group)
        assert "text_mention" not in str(card.entities)
        key = f"telegram:user:{who.id}"
        assert await stage.opened.state.counts_of(key) == {}, "nor does it count for whoever pressed"


async def test_a_panel_of_somebody_who_hides_is_nobody_elses_to_press() -> None:
    async with on_telegram(model()) as stage:
        hide(stage, stage.mod)
        hide(stage, stage.owner, "can_change_info", "can_delete_messages")
        [panel] = await stage.say("/language", chat=stage.group, by=stage.mod)
        stranger = await stage.press(panel, "l1:use", by=stage.mina)
        assert alert(stranger) == said("en", "telegram.not_your_panel")
        own = await stage.press(panel, "l1:use", by=stage.mod)
        assert alert(own) != said("en", "telegram.not_your_panel")
