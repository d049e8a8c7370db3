"""When people are told that they talk with an AI, and how."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from bots.notices import Kind, Notices, notice_card
from bots.places import Place
from bots.state import Entry
from bots.state.memory import MemoryState
from moderation.words import LANGUAGES

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)
CHANNEL = Place(platform="d", scopes=("d:server:1", "d:channel:2"))
THREAD = Place(platform="d", scopes=(*CHANNEL.scopes, "d:thread:3"))
DIRECT = Place(platform="d", scopes=("d:dm:4",), private=True)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Slow(MemoryState):
    """Lets others in between a question and what is made of the answer."""

    async def get(self, kind: str, key: str) -> Entry | None:
        found = await super().get(kind, key)
        await asyncio.sleep(0)
        return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def state(clock: Clock) -> MemoryState:
    return Slow(clock=clock)


@pytest.fixture
def notices(state: MemoryState, clock: Clock) -> Notices:
    return Notices(state, clock)


async def test_the_first_contact_in_every_channel_and_in_private_begins_with_a_notice(notices: Notices) -> None:
    for place in (CHANNEL, DIRECT):
        assert [await notices.due(place, "p") for _ in range(3)] == ["first", "", ""]


async def test_the_threads_of_a_channel_do_not_say_it_again(notices: Notices) -> None:
    assert await notices.due(THREAD, "p") == "first"
    assert await notices.due(CHANNEL, "p") == ""
    assert await notices.due(THREAD, "p") == ""


async def test_elsewhere_than_in_private_one_notice_is_for_all(notices: Notices) -> None:
    assert [await notices.due(CHANNEL, person) for person in "pqp"] == ["first", "", ""]
    assert [await notices.due(DIRECT, person) for person in "pqp"] == ["first", "first", ""]


@pytest.mark.parametrize("place", [CHANNEL, DIRECT], ids=["channel", "private"])
async def test_it_comes_again_when_somebody_talks_three_hours_after_the_last_one(
    notices: Notices, clock: Clock, place: Place
) -> None:
    told = {}
    for hours in (0, 1, 2, 3, 5, 6.5, 7, 9, 9.5, 40):
        clock.now = NOON + hours * HOUR
        told[hours] = await notices.due(place, "p")

    assert told == {
        0: "first", 1: "", 2: "", 3: "again", 5: "", 6.5: "again", 7: "", 9: "", 9.5: "again", 40: "again",
    }  # fmt: skip


async def test_just_before_it_is_due_it_is_not(notices: Notices, clock: Clock) -> None:
    await notices.due(CHANNEL, "p")
    clock.now = NOON + 3 * HOUR - MOMENT
    assert await notices.due(CHANNEL, "p") == ""
    clock.now += MOMENT
    assert await notices.due(CHANNEL, "p") == "again"


async def test_how_often_is_a_parameter(state: MemoryState, clock: Clock) -> None:
    notices = Notices(state, clock, HOUR / 2, every_minors=HOUR / 4)
    told = []
    for quarter in range(5):
        clock.now = NOON + quarter * HOUR / 4
        told.append((await notices.due(CHANNEL, "p"), await notices.due(DIRECT, "p", profile="minors")))

    assert told == [("first", "first"), ("", "minors"), ("again", "minors"), ("", "minors"), ("again", "minors")]


async def test_minors_are_reminded_every_hour_and_of_a_break(notices: Notices, clock: Clock) -> None:
    told = []
    for half in range(6):
        clock.now = NOON + half * HOUR / 2
        told.append(await notices.due(DIRECT, "p", profile="minors"))

    assert told == ["first", "", "minors", "", "minors", ""]


async def test_who_is_careful_from_now_on_does_not_wait_for_the_longer_time(notices: Notices, clock: Clock) -> None:
    await notices.due(CHANNEL, "p")
    clock.now += 2 * HOUR

    assert await notices.due(CHANNEL, "p", profile="minors") == "minors"


async def test_of_messages_at_once_one_gets_the_notice(notices: Notices, clock: Clock) -> None:
    for expected in ("first", "again"):
        told = await asyncio.gather(*(notices.due(CHANNEL, f"p{number}") for number in range(10)))
        assert sorted(told) == [""] * 9 + [expected]
        clock.now += 3 * HOUR


async def test_after_a_restart_nobody_is_met_for_the_first_time_again(
    notices: Notices, state: MemoryState, clock: Clock
) -> None:
    await notices.due(CHANNEL, "p")

    again = Notices(state, clock)

    assert await again.due(CHANNEL, "p") == ""
    clock.now += 3 * HOUR
    assert await again.due(CHANNEL, "p") == "again"


async def test_after_half_a_year_of_silence_everything_is_said_again(
    notices: Notices, state: MemoryState, clock: Clock
) -> None:
    told = []
    for _ in range(3):
        clock.now += timedelta(days=100)
        told.append(await notices.due(CHANNEL, "p"))
    assert told == ["first", "again", "again"], "there was no such silence yet"

    clock.now += timedelta(days=180)

    assert await state.prune() == 2
    assert await notices.due(CHANNEL, "p") == "first"


async def test_who_is_erased_is_a_stranger_again(notices: Notices, state: MemoryState) -> None:
    for place in (DIRECT, CHANNEL):
        await notices.due(place, "p")
    await notices.due(DIRECT, "q")

    assert await state.erase("p") == 2

    assert await notices.due(DIRECT, "p") == "first"
    assert await notices.due(DIRECT, "q") == await notices.due(CHANNEL, "p") == ""


async def test_keys_of_places_and_persons_cannot_be_mistaken_for_others(notices: Notices) -> None:
    names = ["a", 'a", "b', "a b", "b", "", "minors"]
    for place in (dataclasses.replace(DIRECT, scopes=(name,)) for name in names):
        for person in names:
            assert await notices.due(place, person) == "first"
    for name in names:
        assert await notices.due(dataclasses.replace(CHANNEL, scopes=(name,)), "p") == "first"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_says_plainly_what_speaks(language: str) -> None:
    machine, human = {"en": ("AI", "not a human being"), "ko": ("AI", "사람이 아니라")}[language]
    kinds: tuple[Kind, ...] = ("first", "again", "minors")
    cards = {kind: notice_card(kind, "Dr. {x} & 윤서헌", language) for kind in kinds}

    for card in cards.values():
        assert "Dr. {x} & 윤서헌" in card.title
        assert machine in card.title
        assert human in card.title
    assert "/privacy" in cards["first"].hint
    assert "/report" in cards["first"].hint
    assert cards["again"].hint == ""
    assert cards["minors"].title == cards["again"].title != cards["first"].title
    assert {"en": "break", "ko": "쉬"}[language] in cards["minors"].hint


@pytest.mark.parametrize("profile", ["", "minors"])
async def test_a_notice_counts_where_the_place_has_another_key(notices: Notices, clock: Clock, profile: str) -> None:
    old, new = (Place(platform="t", scopes=(f"t:server:{number}",)) for number in ("-1", "-100"))
    await notices.due(old, "p", profile=profile)
    for _ in range(2):
        await notices.move(old, new)

    assert await notices.due(new, "p", profile=profile) == ""
    clock.now += 4 * HOUR
    assert await notices.due(new, "p", profile=profile) == ("minors" if profile else "again")
    assert await notices.due(old, "p", profile=profile) == "first"
