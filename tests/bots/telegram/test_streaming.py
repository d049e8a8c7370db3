"""How a reply comes to stand on Telegram, whatever happens on the way."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.fakes.telegram_server import Broken, Fault, Garbage, Limits, Refused, Reset, TelegramServer, TooMany
from bots.pieces import units
from bots.telegram_bot.pacing import Limits as Paced
from tests.support.stage import PERSONA, reply_of, scripted
from tests.support.telegram_stage import Gate, gated, on_telegram

NAME = "Maren · AI\n"
FIRST = reply_of("First.")
"""A first exchange brings a notice along; the next one is a reply and nothing else."""


async def test_somebody_alone_with_the_bot_sees_cleared_sentences_as_they_come_and_then_one_message() -> None:
    gate = Gate(len("Good evening. Come i"))
    reply = reply_of("Good evening.", "Come in.", "BAD thing.", repair={"p_ok": 1.0, "ok": "Warm up.", "bad": "BAD"})
    async with on_telegram(gated(gate, reply)) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: server.private.drafts)
        assert not [text for text in stage.texts(server.private) if "Good" in text]
        gate.open.set()
        message = await stage.until_says(server.private, "Good evening.")

        assert message.text == f"{NAME}Good evening. Come in. Warm up."
        assert len(message.versions) == 1
        drafts = server.private.drafts
        assert drafts[0].text.startswith(f"{NAME}Good evening.")
        assert len({draft.id for draft in drafts}) == 1
        assert not any("BAD" in draft.text for draft in drafts)
        assert server.draft(server.private) is None


async def test_every_reply_has_a_draft_of_its_own() -> None:
    async with on_telegram(scripted(reply_of("One."), reply_of("Two."))) as stage:
        server = stage.server
        for text in ("One.", "Two."):
            server.say(server.private, server.person, "Hello")
            await stage.until_says(server.private, text)

        ids = {draft.id for draft in server.private.drafts}
        assert len(ids) == len({draft.text for draft in server.private.drafts})
        assert 0 not in ids


async def test_in_a_group_there_is_one_sign_of_typing_and_then_the_message_that_is_never_edited() -> None:
    gate = Gate(len("Good evening. Come i"))
    async with on_telegram(gated(gate, reply_of("Good evening.", "Come in."))) as stage:
        server = stage.server
        server.say(server.group, server.person, "Hello", mention_bot=True)
        await server.until(lambda: server.requests("sendChatAction"))
        gate.open.set()
        message = await stage.until_says(server.group, "Good evening.")

        assert message.text == f"{NAME}Good evening. Come in."
        assert len(server.requests("sendChatAction")) == 1
        assert not server.requests("editMessageText", "sendMessageDraft")


async def test_words_that_were_taken_back_were_never_in_a_message() -> None:
    gate = Gate(len("The ping is here. And th"))
    async with on_telegram(gated(gate, reply_of("The ping is here.", "And the pong."))) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await server.until(lambda: server.private.drafts)
        gate.open.set()
        message = await stage.until_says(server.private, "wind took")

        assert "ping" not in message.text
        assert len(message.versions) == 1


@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(alphabet="가나다 .\n😀abc", min_size=200, max_size=3_000), min_size=1, max_size=4))
def test_any_reply_arrives_whole(sentences: list[str]) -> None:
    texts = [f"{text.strip()} end." for text in sentences]

    async def play() -> tuple[list[str], str]:
        async with on_telegram(scripted(reply_of(*texts))) as stage:
            server = stage.server
            server.say(server.private, server.person, "Hello")
            await server.until(lambda: [one for one in server.answers(server.private) if one.buttons])
            return [one for one in stage.texts(server.private) if one.startswith(NAME)], "".join(texts)

    messages, wanted = asyncio.run(play())
    assert all(units(message) <= 4_096 for message in messages)
    said = "".join(message.removeprefix(NAME) for message in messages)
    assert "".join(said.split()) == "".join(wanted.split())


async def test_only_the_last_message_of_a_long_reply_has_buttons() -> None:
    long = " ".join(["The sea is calm tonight."] * 400)
    async with on_telegram(scripted(reply_of(long))) as stage:
        server = stage.server
        server.say(server.group, server.person, "Hello", mention_bot=True)
        await server.until(lambda: [one for one in server.answers(server.group) if one.buttons])
        messages = [one for one in server.answers(server.group) if one.text.startswith(NAME)]

        assert len(messages) == 3
        assert [bool(one.buttons) for one in messages] == [False, False, True]
        assert [one.reply_to is not None for one in messages] == [True, False, False]


async def test_what_looks_like_markup_is_shown_as_it_is_and_what_somebody_does_in_italics() -> None:
    async with on_telegram(scripted(reply_of("*waves* <b>&amp; **Hi** 2*3*4 `x<y`."))) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        message = await stage.until_says(server.private, "waves")

        assert message.text == f"{NAME}waves <b>&amp; Hi 2*3*4 x<y."
        assert [entity["type"] for entity in message.entities] == ["bold", "italic", "bold", "code"]


async def test_what_telegram_does_not_read_as_html_is_sent_as_it_is() -> None:
    async with on_telegram(scripted(FIRST, reply_of("*Good* evening."))) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "First.")
        refused = Refused(code=400, description="Bad Request: can't parse entities: unsupported start tag")
        server.plan("sendMessage", refused)
        server.say(server.private, server.person, "And?")
        message = await stage.until_says(server.private, "evening.")

        assert message.text == f"{NAME}*Good* evening."
        assert not message.entities


@pytest.mark.parametrize(
    "fault",
    [Reset(after=True), Broken(after=True), Garbage(after=True)],
    ids=["reset", "html 502", "garbage"],
)
async def test_a_send_whose_answer_was_lost_is_not_made_again_and_a_line_says_so(fault: Fault) -> None:
    async with on_telegram(scripted(FIRST, reply_of("Good evening."))) as stage:
        server = stage.server
        server.say(server.group, server.person, "Hello", mention_bot=True)
        await stage.until_says(server.group, "First.")
        server.plan("sendMessage", fault)
        server.say(server.group, server.person, "And?", mention_bot=True)
        line = await stage.until_says(server.group, "The line broke")

        assert [text for text in stage.texts(server.group) if "Good evening." in text] == [f"{NAME}Good evening."]
        assert line.buttons


async def test_a_send_that_was_lost_on_the_way_is_not_lost_silently() -> None:
    async with on_telegram(scripted(FIRST, reply_of("Good evening."), reply_of("Good evening."))) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "First.")
        server.plan("sendMessage", Reset())
        server.say(server.private, server.person, "And?")
        line = await stage.until_says(server.private, "The line broke")
        server.press(line, "🔄", server.person)
        await server.until(lambda: "Good evening." in line.text)

        assert line.buttons


async def test_an_edit_whose_answer_was_lost_is_made_again() -> None:
    async with on_telegram(scripted(FIRST, reply_of("Another."))) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        message = await stage.until_says(server.private, "First.")
        server.plan("editMessageText", Reset(after=True))
        server.press(message, "🔄", server.person)
        await server.until(lambda: len(server.requests("editMessageText")) == 2)

        assert message.text == f"{NAME}Another."
        assert len(message.buttons) == 9


async def test_telegrams_pauses_are_obeyed_and_other_chats_do_not_wait() -> None:
    waits: list[float] = []
    held = Gate(0)

    async def sleep(seconds: float) -> None:
        if 30 < seconds < 40:
            waits.append(seconds)
            await held.open.wait()
        else:
            await asyncio.sleep(seconds)

    async with on_telegram(scripted(FIRST, reply_of("Good evening."), reply_of("Here.")), sleep=sleep) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "First.")
        server.plan("sendMessage", TooMany(retry_after=timedelta(seconds=37)), chat=server.private)
        server.say(server.private, server.person, "And?")
        await server.until(lambda: [one for one in server.requests("sendMessage") if one.status == 429])
        server.say(server.group, server.owner, "Hello", mention_bot=True)
        await stage.until_says(server.group, "Here.")

        assert not [text for text in stage.texts(server.private) if "Good evening" in text]
        assert waits
        assert 36.0 < waits[0] < 38.0


async def test_the_limits_of_telegram_are_kept_beforehand() -> None:
    async with TelegramServer(flood=Limits()) as server:
        replies = [reply_of(f"Number {number}.") for number in range(4)]
        async with on_telegram(scripted(*replies), server=server, limits=Paced()) as stage:
            for number in range(4):
                server.say(server.private, server.person, "Hello")
                await stage.until_says(server.private, f"Number {number}.")

        assert not server.journal.flooded


async def test_a_persona_without_a_mark_has_only_its_name_above() -> None:
    async with on_telegram(scripted(FIRST), settings="[places]\nmark = false\n") as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        message = await stage.until_says(server.private, "First.")

        assert message.text == f"{PERSONA.name}\nFirst."


async def test_a_reply_that_telegram_refuses_is_told_and_the_next_one_is_shown() -> None:
    async with on_telegram(scripted(FIRST, reply_of("Second."), reply_of("Third."))) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "First.")
        server.plan("sendMessage", Refused(code=400, description="Bad Request: SOMETHING_NEW"))
        server.say(server.private, server.person, "And now?")
        await stage.until_says(server.private, "could not do that")
        server.say(server.private, server.person, "Well?")
        await stage.until_says(server.private, "Third.")
        assert not [text for text in stage.texts(server.private) if "Second." in text]
