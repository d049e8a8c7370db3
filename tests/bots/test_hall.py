"""Who speaks where."""

import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bots.errors import Unknown
from bots.hall import Hall
from moderation.guard import Guard
from personas.cast import Cast, fixed_words, prepare
from tests.support.stage import PERSONA, Asks, Marks, rules


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
    assert hall_of(casts).default.persona.id == "keeper"
    assert hall_of(casts, language="ko").default.persona.id == "scholar"
    assert hall_of(casts, default="scholar").default.persona.id == "scholar"
    with pytest.raises(Unknown, match="nobody"):
        hall_of(casts, default="nobody")
    with pytest.raises(Unknown):
        hall_of([])


async def test_the_conversation_silent_longest_is_forgotten_first(casts: list[Cast]) -> None:
    hall = hall_of(casts, sessions=2)
    first, second = hall.conversation("a", "keeper"), hall.conversation("b", "keeper")
    hall.conversation("a", "keeper")
    hall.conversation("c", "keeper")

    assert hall.conversation("a", "keeper") is first
    assert hall.conversation("b", "keeper") is not second


async def test_two_personas_in_one_place_do_not_share_a_conversation(casts: list[Cast]) -> None:
    hall = hall_of(casts)
    keeper = hall.conversation("a", "keeper")
    hall.reset("a", "scholar")

    assert hall.conversation("a", "scholar") is not keeper
    assert hall.conversation("a", "keeper") is keeper
    hall.reset("a", "keeper")
    assert hall.conversation("a", "keeper") is not keeper


async def test_a_communitys_own_persona_speaks_nowhere_else(casts: list[Cast]) -> None:
    hall = hall_of(casts[:1])
    hall.add(casts[1], "one")

    assert hall.cast("scholar", "one") is casts[1]
    assert casts[1] not in hall.casts("two")
    with pytest.raises(Unknown):
        hall.cast("scholar", "two")
    assert not hall.remove("keeper", "one")
    assert not hall.remove("keeper", "")
    assert hall.remove("scholar", "one")
    assert hall.casts("one") == (casts[0],)
