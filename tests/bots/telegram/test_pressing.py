"""Every button on Telegram, and every question that is answered by a reply: for whom, how long, after a restart too."""

import inspect
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Chat as TelegramChat
from telegram import Message as TelegramMessage
from telegram import MessageEntity, User

from bots.fakes.telegram_server import Kind, Refused, Status
from bots.pressing import Asker
from bots.telegram_bot.pressing import TelegramAsker
from bots.telegram_bot.prompts import Prompt, link, prompt_of, read, sign
from moderation.cases import Ruling
from moderation.words import LANGUAGES
from tests.bots.telegram.menu_stage import alert, on_telegram
from tests.bots.telegram.pressed import MAYBE, kept, model, said
from tests.bots.telegram.test_cards import TAGS
from tests.support.stage import reply_of

BAD = reply_of("Fine.", "BAD thing.", repair={"p_ok": 0.0, "ok": "ok", "bad": "BAD again."})


ME = "talchum_bot"


prompts = st.builds(
    Prompt,
    verb=st.sampled_from(["edit", "report", "note", "overturn", "withdraw"]),
    owner=st.integers(0, 10**12),
    about=st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    chat=st.integers(-(10**13), 0),
    card=st.sampled_from(["", "-10042:7"]),
)


@given(prompt=prompts)
def test_what_a_question_is_about_is_found_again(prompt: Prompt) -> None:
    assert read(link(prompt, ME), ME) == prompt
    assert TAGS.fullmatch(sign(prompt, ME).split("✏")[0])


@given(address=st.text(max_size=80) | st.just(f"https://t.me/{ME}?ask=edit&by=x&of=&chat=0&card="))
def test_another_address_is_no_question(address: str) -> None:
    assert read(address, ME) is None


def test_a_question_of_somebody_else_is_none_of_ours() -> None:
    entity = MessageEntity("text_link", 0, 1, url=link(Prompt(verb="edit", owner=1, about="x"), ME))

    def asked(by: str, *entities: MessageEntity) -> TelegramMessage:
        author, chat = User(9, "B", is_bot=True, username=by), TelegramChat(1, "private")
        return TelegramMessage(1, datetime.now(UTC), chat, from_user=author, text="✏ how?", entities=entities)

    assert prompt_of(asked(ME, entity), ME)
    assert prompt_of(asked("other_bot", entity), ME) is None
    assert prompt_of(asked(ME), ME) is None
    assert prompt_of(None, ME) is None


def test_the_asker_has_everything_that_is_asked_of_one() -> None:
    for name, method in inspect.getmembers(Asker, inspect.isfunction):
        if not name.startswith("_"):
            theirs = inspect.signature(method).parameters
            assert list(inspect.signature(getattr(TelegramAsker, name)).parameters) == list(theirs), name


async def test_regenerating_leafing_and_continuing_change_the_reply_where_it_stands() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        for verb, reads in [
            ("again", "Reply 2."),
            ("back", "Reply 1."),
            ("forth", "Reply 2."),
            ("more", "Reply 2.\nReply 3."),
        ]:
            query = await stage.press(reply, f"r1:{verb}")
            assert reply.text.endswith(reads)
            assert query.answer is not None
            assert reply.buttons

        assert len(stage.server.requests("answerCallbackQuery")) == 4


@pytest.mark.parametrize("language", LANGUAGES)
async def test_what_cannot_be_done_is_said_as_an_alert_in_the_language_of_whoever_pressed(language: str) -> None:
    async with on_telegram(model(), language=language) as stage:
        reply = await stage.reply()
        query = await stage.press(reply, "r1:back")

        assert alert(query) == said(language, "showing.no_variant")
        assert query.answer["show_alert"] is True


async def test_nobody_else_can_change_a_reply_in_a_group() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply(chat=stage.group)
        for verb in ("back", "again", "forth", "more", "edit", "delete"):
            query = await stage.press(reply, f"r1:{verb}", by=stage.bo)
            assert alert(query) == said("en", "showing.not_yours")
        await stage.press(reply, "r1:again", by=stage.mod)

        assert reply.text.endswith("Reply 2.")


async def test_the_buttons_of_an_old_reply_go_when_they_are_pressed() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        stage.clock.later = timedelta(hours=2)
        query = await stage.press(reply, "r1:again")

        assert alert(query) == said("en", "showing.too_old")
        assert reply.buttons == []
        assert reply.text.endswith("Reply 1.")


async def test_a_reply_is_deleted() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        await stage.press(reply, "r1:delete")

        assert reply.deleted


async def test_buttons_work_after_a_restart() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply(chat=stage.group)
        stage.restart()
        await stage.press(reply, "r1:again")

        assert reply.text.endswith("Reply 2.")


async def test_what_a_reply_reads_is_known_after_a_restart_by_the_press_itself() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        stage.restart()
        before = len(stage.server.requests("editMessageReplyMarkup"))
        await stage.press(reply, "r1:edit")
        question = stage.server.answers(stage.private)[-1]

        assert "Reply 1." in question.text
        assert len(stage.server.requests("editMessageReplyMarkup")) == before
        await stage.say("Quite otherwise.", reply_to=question)
        stage.restart()
        await stage.press(reply, "r1:edit")
        assert "Quite otherwise." in stage.server.answers(stage.private)[-1].text
        stage.restart()
        await stage.say("/report other", reply_to=reply)
        assert len(stage.server.requests("editMessageReplyMarkup")) == before


async def test_of_a_reply_in_several_messages_the_others_are_read_by_their_buttons_after_a_restart() -> None:
    words = " ".join(f"word{number}" for number in range(900))
    async with on_telegram(model(reply_of(words), reply_of("Other."))) as stage:
        *_, last = await stage.say("hello")
        stage.restart()
        before = len(stage.server.requests("editMessageReplyMarkup"))
        await stage.press(last, "r1:report")
        asked = {one.parameters["message_id"] for one in stage.server.requests("editMessageReplyMarkup")[before:]}

        assert asked
        assert last.id not in asked


async def test_a_press_that_telegram_waits_for_no_more_is_done_all_the_same() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        stage.server.plan(
            "answerCallbackQuery",
            Refused(
                code=400,
                description="Bad Request: query is too old and response timeout expired or query ID is invalid",
            ),
        )
        await stage.press(reply, "r1:again")

        assert reply.text.endswith("Reply 2.")


@pytest.mark.parametrize(
    "data", ["r9:back:x", "nonsense", "s1:set:ME:person_money=0", "p1:use:ME:nobody", "w1:because:ME:1:2", "e1:all:ME:"]
)
async def test_a_button_that_there_is_no_more_is_answered_politely(data: str) -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        assert reply.keyboard is not None
        own = data.replace("ME", str(stage.mina.id))
        reply.keyboard["inline_keyboard"][0][0]["callback_data"] = own

        assert alert(await stage.press(reply, own, by=stage.mina)) == said("en", "telegram.stale")


async def test_in_a_topic_questions_and_answers_stay_there() -> None:
    async with on_telegram(model()) as stage:
        stage.server.membership.open_forum(stage.group)
        topic = stage.server.membership.add_topic(stage.group, "Boats", by=stage.owner)
        stage._expected += 1  # the message about the new topic, which says nothing
        reply = await stage.reply(chat=stage.group, topic=topic)
        assert reply.topic is topic
        await stage.press(reply, "r1:edit")
        question = stage.server.answers(stage.group)[-1]
        assert question.topic is topic
        await stage.say("Quite otherwise.", chat=stage.group, topic=topic, reply_to=question)

        assert "Quite otherwise." in reply.text


async def test_a_card_in_the_chat_of_the_moderators_acts_on_the_case_of_the_group() -> None:
    async with on_telegram(model(MAYBE)) as stage:
        world = stage.server.world
        desk = world.add_chat(Kind.SUPERGROUP, "Desk", owner=stage.owner, bot=Status.MEMBER)
        world.join(desk, stage.mod)
        [panel] = await stage.say("/settings", by=stage.owner, chat=desk)
        assert str(desk.id) in panel.text
        await stage.say(f"/settings log_channel {desk.id}", by=stage.owner, chat=stage.group)
        await stage.reply(chat=stage.group)
        hello, card = [one for one in stage.server.answers(desk) if one is not panel]
        assert said("en", "showing.log_here") in hello.text
        await stage.press(card, "d1:uphold", by=stage.mod)

        assert (await kept(stage)).case.ruling is Ruling.UPHELD
        assert said("en", "commands.state_upheld") in card.text


@pytest.mark.parametrize("language", LANGUAGES)
async def test_an_edit_is_asked_for_and_put_in_place_and_the_question_goes(language: str) -> None:
    async with on_telegram(model(), language=language) as stage:
        reply = await stage.reply()
        await stage.press(reply, "r1:edit")
        question = stage.server.answers(stage.private)[-1]
        assert said(language, "telegram.ask_edit") in question.text
        assert "Reply 1." in question.text
        assert question.reply_keyboard is not None
        assert question.reply_keyboard["force_reply"]
        await stage.say("Quite otherwise.", reply_to=question)

        assert "Quite otherwise." in reply.text
        assert reply.buttons
        assert question.deleted


async def test_an_answer_is_recognised_after_a_restart() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        await stage.press(reply, "r1:edit")
        question = stage.server.answers(stage.private)[-1]
        stage.restart()
        await stage.say("Quite otherwise.", reply_to=question)

        assert "Quite otherwise." in reply.text


async def test_an_old_question_is_answered_no_more() -> None:
    generator = model()
    async with on_telegram(generator) as stage:
        reply = await stage.reply()
        await stage.press(reply, "r1:edit")
        question = stage.server.answers(stage.private)[-1]
        stage.clock.later = timedelta(hours=2)
        [told] = await stage.say("Quite otherwise.", reply_to=question)

        assert said("en", "telegram.prompt_old") in told.text
        assert question.deleted
        assert reply.text.endswith("Reply 1.")
        assert len(generator.journal) == 1


async def test_an_answer_without_words_is_asked_for_again() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        await stage.press(reply, "r1:edit")
        question = stage.server.answers(stage.private)[-1]
        stage.overhear(stage.server.people.sticker(stage.private, stage.mina, reply_to=question))
        await stage.say("/stop")

        assert not question.deleted
        assert any(said("en", "telegram.prompt_empty") in one.text for one in stage.server.answers())


async def test_a_command_in_answer_to_a_question_is_a_command() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply()
        await stage.press(reply, "r1:edit")
        question = stage.server.answers(stage.private)[-1]
        await stage.say("/stop", reply_to=question)

        assert reply.text.endswith("Reply 1.")


async def test_only_whoever_was_asked_can_answer() -> None:
    async with on_telegram(model()) as stage:
        reply = await stage.reply(chat=stage.group)
        await stage.press(reply, "r1:edit")
        question = stage.server.answers(stage.group)[-1]
        assert question.reply_keyboard is not None
        assert question.reply_keyboard["selective"]
        assert [one["user"]["id"] for one in question.entities if one["type"] == "text_mention"] == [stage.mina.id]
        [told] = await stage.say("Mine now.", chat=stage.group, by=stage.bo, reply_to=question)
        assert said("en", "telegram.prompt_not_yours") in told.text
        assert not question.deleted
        await stage.say("Quite otherwise.", chat=stage.group, reply_to=question)

        assert "Quite otherwise." in reply.text
