"""How a persona appears on Telegram: the line above its words, and its picture where it begins to speak."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bots.fakes.telegram_server import Delay, Fault, Message, Refused, Reset, TelegramServer
from bots.fakes.telegram_server.people import PIXEL
from bots.state.memory import MemoryState
from personas.cards import write_card
from personas.cards.png import plain
from tests.support.house import SCHOLAR
from tests.support.stage import NOW, PERSONA, reply_of, scripted
from tests.support.telegram_stage import Stage, on_telegram

ONCE = reply_of("Good evening.", "Come in.")
ADDRESS = "https://talchum.example/scholar.png"
PAINTED = replace(SCHOLAR, extra={"picture": ADDRESS})
GREETING = "윤서헌 · AI\n어서 오시오."


def drafts(stage: Stage) -> list[str]:
    return [draft.text for draft in stage.server.private.drafts]


async def test_without_a_name_line_the_sign_of_an_ai_stays_above_the_words_and_in_the_draft() -> None:
    async with on_telegram(scripted(ONCE), name_line=False) as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        reply = await stage.until_says(server.private, "Come in.")

        assert reply.text == "AI\nGood evening. Come in."
        assert reply.entities[0] == {"type": "bold", "offset": 0, "length": 2}
        assert drafts(stage)
        assert all(text.startswith("AI\n") for text in drafts(stage))
        assert "Maren is an AI persona" in stage.texts(server.private)[0]


async def test_where_neither_name_nor_sign_is_wanted_the_notice_still_says_what_speaks() -> None:
    async with on_telegram(scripted(ONCE), name_line=False, settings="[places]\nmark = false\n") as stage:
        server = stage.server
        server.say(server.private, server.person, "Hello")
        reply = await stage.until_says(server.private, "Come in.")

        assert (reply.text, reply.entities) == ("Good evening. Come in.", ())
        assert not any("Maren" in text for text in drafts(stage))
        assert "Maren is an AI persona: a computer program" in stage.texts(server.private)[0]


@pytest.mark.parametrize(("before", "after"), [(True, False), (False, True)])
async def test_words_that_were_shown_under_another_line_are_read_without_it(before: bool, after: bool) -> None:
    state = MemoryState(clock=lambda: NOW)
    async with TelegramServer() as server:
        async with on_telegram(scripted(ONCE), server=server, state=state, name_line=before) as stage:
            server.say(server.group, server.person, "Hello", mention_bot=True)
            reply = await stage.until_says(server.group, "Come in.")
        again = scripted(reply_of("And the tea is hot."))
        async with on_telegram(again, server=server, state=state, name_line=after) as stage:
            server.press(reply, "➡", server.person)
            await stage.until_says(server.group, "tea is hot")

        heard = [turn.text for turn in again.journal[0].prompt.turns if turn.role == "assistant"]
        assert heard[-1].endswith("Good evening. Come in.")
        assert not heard[-1].startswith(("AI", "Maren"))
        assert reply.text == f"{'Maren · AI' if after else 'AI'}\nGood evening. Come in.\nAnd the tea is hot."


@asynccontextmanager
async def switching(
    *, painted: Any = PAINTED, data: bytes | None = PIXEL, **around: Any
) -> AsyncGenerator[Stage, None]:
    """Somebody may choose the scholar, whose picture is at its address."""
    async with on_telegram(scripted(ONCE), personas=[PERSONA, painted], **around) as stage:
        if data is not None:
            stage.server.world.web[ADDRESS] = data
        yield stage


async def switched(stage: Stage) -> Message:
    """The greeting after `/persona use`."""
    stage.server.say(stage.server.private, stage.server.person, "/persona use scholar")
    message = await stage.until_says(stage.server.private, "어서 오시오.")
    await stage.ended(stage.server.private)
    return message


async def test_whoever_begins_to_speak_greets_under_their_picture() -> None:
    async with switching() as stage:
        message = await switched(stage)

        assert message.text == GREETING
        assert stage.server.people.file_of(message).data == PIXEL
        assert message.entities[0] == {"type": "bold", "offset": 0, "length": len("윤서헌 · AI")}
        assert message.buttons == []
        assert sum("어서 오시오." in text for text in stage.texts(stage.server.private)) == 1


async def test_the_panel_that_switches_shows_the_picture_too() -> None:
    async with switching() as stage:
        server = stage.server
        server.say(server.private, server.person, "/persona")
        panel = await server.until(lambda: [one for one in server.answers(server.private) if one.buttons])
        server.press(panel[0], "윤서헌", server.person)
        message = await stage.until_says(server.private, GREETING)

        assert "photo" in message.media


async def test_a_greeting_that_is_too_long_for_a_caption_follows_its_picture() -> None:
    long = replace(PAINTED, greetings=("어서 오시오. " + "차 한 잔 드시오. " * 110,))
    async with switching(painted=long) as stage:
        message = await switched(stage)
        picture = stage.server.answers(stage.server.private)[-2]

        assert not message.media
        assert ("photo" in picture.media, picture.text) == (True, "윤서헌 · AI")


@pytest.mark.parametrize(("units", "under"), [(1024, True), (1025, False)])
async def test_a_caption_is_as_long_as_telegram_takes_it_and_no_longer(units: int, under: bool) -> None:
    greeting = "어서 오시오. 🏮".ljust(units - len("윤서헌 · AI\n") - 1, "차")  # a lamp is two units
    async with switching(painted=replace(PAINTED, greetings=(greeting,))) as stage:
        message = await switched(stage)
        before = stage.server.answers(stage.server.private)[-2]

        assert ("photo" in message.media, "photo" in before.media) == (under, not under)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "Bad Request: failed to get HTTP URL content"),
        (PIXEL + bytes(5 << 20), "Bad Request: failed to get HTTP URL content"),
        (b"<html>", "Bad Request: wrong type of the web page content"),
    ],
)
async def test_a_picture_that_telegram_does_not_take_loses_no_greeting(data: bytes | None, why: str) -> None:
    async with switching(data=data) as stage:
        message = await switched(stage)
        (request,) = stage.server.requests("sendPhoto")

        assert (message.text, message.media) == (GREETING, {})
        assert request.description == why


@pytest.mark.parametrize(
    "fault",
    [
        Refused(code=400, description="Bad Request: wrong file identifier/HTTP URL specified"),
        Refused(code=500, description="Internal Server Error"),
        Reset(),
        Reset(after=True),
        Delay(by=timedelta(seconds=0.4), after=True),
    ],
    ids=["bad address", "server error", "reset", "answer lost", "slow"],
)
async def test_whatever_happens_to_the_picture_the_greeting_comes(fault: Fault) -> None:
    async with switching() as stage:
        stage.server.plan("sendPhoto", fault)
        message = await switched(stage)

        assert message.text == GREETING


async def test_in_a_group_that_takes_no_photos_of_members_the_greeting_comes_without() -> None:
    async with switching() as stage:
        server = stage.server
        server.group.pictures = False
        server.say(server.group, server.owner, "/persona use scholar")
        message = await stage.until_says(server.group, GREETING)

        assert message.media == {}
        assert server.requests("sendPhoto")[0].description == (
            "Bad Request: not enough rights to send photos to the chat"
        )


@pytest.mark.parametrize("picture", ["/etc/hostname", "file:///etc/hostname", "AgACAgIAAxkBAAI", ""])
async def test_what_is_no_address_is_no_picture_and_no_file_of_ours_goes_out(picture: str) -> None:
    async with switching(painted=replace(SCHOLAR, extra={"picture": picture})) as stage:
        message = await switched(stage)

        assert (message.text, message.media) == (GREETING, {})
        assert stage.server.requests("sendPhoto") == []


async def test_a_greeting_with_a_picture_is_taken_back_with_it_and_says_so_where_it_cannot_be() -> None:
    async with switching() as stage:
        server = stage.server
        message = await switched(stage)
        record = await stage.ended(server.private)
        server.plan(
            "deleteMessage", Refused(code=400, description="Bad Request: message can't be deleted for everyone")
        )
        assert await stage.telegram.take_back(record)

        assert message.text.startswith("윤서헌 · AI\n")
        assert "어서 오시오." not in message.text
        assert "photo" in message.media


async def test_only_who_begins_to_speak_shows_their_picture() -> None:
    async with switching(settings='[places]\npersona = "scholar"\n') as stage:
        server = stage.server
        server.say(server.private, server.person, "/start")
        await stage.until_says(server.private, "어서 오시오.")
        server.say(server.private, server.person, "Hello")
        await stage.until_says(server.private, "Come in.")

        assert server.requests("sendPhoto") == []


async def let_in(stage: Stage, card: bytes) -> None:
    """Marla, who came in a card, may speak in the group."""
    troupe, place = stage.opened.troupe, f"telegram:server:{stage.server.group.id}"
    found = await troupe.examine(card, file="marla.png", server=place)
    await troupe.admit(found.document, found.card, server=place)


async def test_a_persona_that_came_in_a_card_greets_under_the_picture_of_the_card() -> None:
    portrait = plain(30, 60, 90)
    card = write_card(replace(PERSONA, id="marla", name="Marla", source="x", licence="x"), picture=portrait)
    async with switching() as stage:
        server = stage.server
        await let_in(stage, card)
        server.say(server.group, server.owner, "/persona use marla")
        message = await stage.until_says(server.group, "Marla · AI\nThe lamp is lit.")

        assert server.people.file_of(message).data == portrait
        assert server.requests("sendPhoto")[0].files


async def test_a_card_that_cannot_be_read_any_more_loses_no_greeting() -> None:
    card = write_card(replace(PERSONA, id="marla", name="Marla", source="x", licence="x"))
    async with switching() as stage:
        server = stage.server
        place = f"telegram:server:{server.group.id}"
        await let_in(stage, card)
        (entry,) = await stage.opened.state.list("persona", group=place)
        await stage.opened.state.put(replace(entry, value={**entry.value, "card": "iVBORw0KGgo="}))
        server.say(server.group, server.owner, "/persona use marla")
        message = await stage.until_says(server.group, "Marla · AI\nThe lamp is lit.")

        assert message.media == {}
