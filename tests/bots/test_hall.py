"""Who speaks where."""

import itertools
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bots.commands import Commands
from bots.errors import Unknown
from bots.hall import Hall
from moderation.guard import Guard
from moderation.review import ReviewDesk
from moderation.stores.memory import MemoryStore
from moderation.words import LANGUAGES
from personas.cast import Cast, fixed_words, prepare
from personas.messages import Message
from tests.support.stage import NOW, PERSONA, Asks, Marks, rules


@pytest.fixture
async def casts() -> AsyncIterator[list[Cast]]:
    guard = Guard((Marks(), Asks()), rules(), monotonic=time.monotonic)
    words = await fixed_words(guard)
    korean = replace(PERSONA, id="scholar", name="윤서헌", language="ko")
    yield [await prepare(persona, guard, words, canary="c") for persona in (PERSONA, korean)]
    guard.close()


def hall_of(casts: list[Cast], *, default: str = "", language: str = "en", sessions: int = 10) -> Hall:
    return Hall(casts, default=default, language=language, window=10, sessions=sessions)


async def test_the_first_persona_of_the_language_speaks_unless_another_is_named(casts: list[Cast]) -> None:
    assert hall_of(casts).session("c").cast.persona.id == "keeper"
    assert hall_of(casts, language="ko").session("c").cast.persona.id == "scholar"
    assert hall_of(casts, default="scholar").session("c").cast.persona.id == "scholar"
    with pytest.raises(Unknown, match="nobody"):
        hall_of(casts, default="nobody")
    with pytest.raises(Unknown):
        hall_of([])


async def test_the_conversation_silent_longest_is_forgotten_first(casts: list[Cast]) -> None:
    hall = hall_of(casts, sessions=2)
    first, second = hall.session("a"), hall.session("b")
    hall.session("a")
    hall.session("c")

    assert hall.session("a") is first
    assert hall.session("b") is not second


def message(text: str) -> Message:
    return Message(platform="test", conversation="c", person="p", name="", text=text, at=NOW)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_command_answers_with_a_card_in_the_language_of_the_settings(
    casts: list[Cast], language: str
) -> None:
    ids = itertools.count()
    desk = ReviewDesk(MemoryStore(ids=lambda: f"x{next(ids)}"), clock=lambda: NOW)
    commands = Commands(hall_of(casts), desk, language=language, spoken=frozenset({"en"}))
    lines = ["/", "/help", "/persona", "/persona show", "/persona use scholar", "/persona show keeper", "/persona use"]
    lines += ["/why", "/why nothing", "/review", "/review stats", "/review show nothing", "/review list nonsense"]
    lines += [
        "/review search x y",
        "/review uphold",
        "/review note x0",
        "/reset",
        "/nonsense",
        "/persona 'unclosed",
        "/quit",
    ]
    cards = {line: await commands.run(line, message(line)) for line in lines}

    korean = {line: any("가" <= char <= "힣" for char in str(card)) for line, card in cards.items()}
    assert language == "en" or all(korean.values()), korean
    assert all(card.title for card in cards.values())
    assert cards["/quit"].leave
    assert cards["/persona use scholar"].met


async def test_a_persona_whose_language_the_model_does_not_know_is_announced_with_a_warning(casts: list[Cast]) -> None:
    desk = ReviewDesk(MemoryStore(ids=lambda: "x"), clock=lambda: NOW)
    knows = Commands(hall_of(casts), desk, language="en", spoken=frozenset({"en"}))
    unknown = Commands(hall_of(casts), desk, language="en", spoken=frozenset())

    warning = knows.warning(casts[1].persona)
    assert warning is not None
    assert "Korean" in warning.title
    assert knows.warning(casts[0].persona) is None
    assert unknown.warning(casts[1].persona) is None
