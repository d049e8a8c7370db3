"""When people are told that they talk with an AI, and how."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.cadence import LAWS, REMEMBERED, Cadence, strictest
from bots.notices import Kind, Notices, notice_card
from bots.places import Place
from bots.state import Entry
from bots.state.memory import MemoryState
from moderation.words import LANGUAGES

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)
USUAL = strictest(())
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
        assert [await notices.due(place, "p", USUAL) for _ in range(3)] == ["first", "", ""]


async def test_the_threads_of_a_channel_do_not_say_it_again(notices: Notices) -> None:
    assert await notices.due(THREAD, "p", USUAL) == "first"
    assert await notices.due(CHANNEL, "p", USUAL) == ""
    assert await notices.due(THREAD, "p", USUAL) == ""


async def test_elsewhere_than_in_private_one_notice_is_for_all(notices: Notices) -> None:
    assert [await notices.due(CHANNEL, person, USUAL) for person in "pqp"] == ["first", "", ""]
    assert [await notices.due(DIRECT, person, USUAL) for person in "pqp"] == ["first", "first", ""]


@pytest.mark.parametrize("place", [CHANNEL, DIRECT], ids=["channel", "private"])
async def test_it_comes_again_when_somebody_talks_three_hours_after_the_last_one(
    notices: Notices, clock: Clock, place: Place
) -> None:
    told = {}
    for hours in (0, 1, 2, 3, 5, 6.5, 7, 9, 9.5, 40):
        clock.now = NOON + hours * HOUR
        told[hours] = await notices.due(place, "p", USUAL)

    assert told == {
        0: "first", 1: "", 2: "", 3: "again", 5: "", 6.5: "again", 7: "", 9: "", 9.5: "again", 40: "again",
    }  # fmt: skip


async def test_just_before_it_is_due_it_is_not(notices: Notices, clock: Clock) -> None:
    await notices.due(CHANNEL, "p", USUAL)
    clock.now = NOON + 3 * HOUR - MOMENT
    assert await notices.due(CHANNEL, "p", USUAL) == ""
    clock.now += MOMENT
    assert await notices.due(CHANNEL, "p", USUAL) == "again"


async def test_how_often_is_a_parameter(notices: Notices, clock: Clock) -> None:
    often = Cadence(every=HOUR / 2, minors=HOUR / 4, breaks=True)
    told = []
    for quarter in range(5):
        clock.now = NOON + quarter * HOUR / 4
        minors = await notices.due(DIRECT, "p", often, profile="minors")
        told.append((await notices.due(CHANNEL, "p", often), minors))

    assert told == [("first", "first"), ("", "minors"), ("again", "minors"), ("", "minors"), ("again", "minors")]


async def test_minors_are_reminded_every_hour_and_of_a_break(notices: Notices, clock: Clock) -> None:
    told = []
    for half in range(6):
        clock.now = NOON + half * HOUR / 2
        told.append(await notices.due(DIRECT, "p", USUAL, profile="minors"))

    assert told == ["first", "", "minors", "", "minors", ""]


async def test_who_is_careful_from_now_on_does_not_wait_for_the_longer_time(notices: Notices, clock: Clock) -> None:
    await notices.due(CHANNEL, "p", USUAL)
    clock.now += 2 * HOUR

    assert await notices.due(CHANNEL, "p", USUAL, profile="minors") == "minors"


async def test_of_messages_at_once_one_gets_the_notice(notices: Notices, clock: Clock) -> None:
    for expected in ("first", "again"):
        told = await asyncio.gather(*(notices.due(CHANNEL, f"p{number}", USUAL) for number in range(10)))
        assert sorted(told) == [""] * 9 + [expected]
        clock.now += 3 * HOUR


async def test_after_a_restart_nobody_is_met_for_the_first_time_again(
    notices: Notices, state: MemoryState, clock: Clock
) -> None:
    await notices.due(CHANNEL, "p", USUAL)

    again = Notices(state, clock)

    assert await again.due(CHANNEL, "p", USUAL) == ""
    clock.now += 3 * HOUR
    assert await again.due(CHANNEL, "p", USUAL) == "again"


async def test_after_half_a_year_of_silence_everything_is_said_again(
    notices: Notices, state: MemoryState, clock: Clock
) -> None:
    told = []
    for _ in range(3):
        clock.now += timedelta(days=100)
        told.append(await notices.due(CHANNEL, "p", USUAL))
    assert told == ["first", "again", "again"], "there was no such silence yet"

    clock.now += timedelta(days=180)

    assert await state.prune() == 2
    assert await notices.due(CHANNEL, "p", USUAL) == "first"


async def test_who_is_erased_is_a_stranger_again(notices: Notices, state: MemoryState) -> None:
    for place in (DIRECT, CHANNEL):
        await notices.due(place, "p", USUAL)
    await notices.due(DIRECT, "q", USUAL)

    assert await state.erase("p") == 2

    assert await notices.due(DIRECT, "p", USUAL) == "first"
    assert await notices.due(DIRECT, "q", USUAL) == await notices.due(CHANNEL, "p", USUAL) == ""


async def test_keys_of_places_and_persons_cannot_be_mistaken_for_others(notices: Notices) -> None:
    names = ["a", 'a", "b', "a b", "b", "", "minors"]
    for place in (dataclasses.replace(DIRECT, scopes=(name,)) for name in names):
        for person in names:
            assert await notices.due(place, person, USUAL) == "first"
    for name in names:
        assert await notices.due(dataclasses.replace(CHANNEL, scopes=(name,)), "p", USUAL) == "first"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_notice_says_plainly_what_speaks(language: str) -> None:
    machine, human = {"en": ("AI", "not a human being"), "ko": ("AI", "사람이 아니라")}[language]
    kinds: tuple[Kind, ...] = ("first", "again", "minors")
    cards = {kind: notice_card(kind, "Dr. {x} & 윤서헌", language, USUAL) for kind in kinds}

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
    await notices.due(old, "p", USUAL, profile=profile)
    for _ in range(2):
        await notices.move(old, new)

    assert await notices.due(new, "p", USUAL, profile=profile) == ""
    clock.now += 4 * HOUR
    assert await notices.due(new, "p", USUAL, profile=profile) == ("minors" if profile else "again")
    assert await notices.due(old, "p", USUAL, profile=profile) == "first"


# --- laws ------------------------------------------------------------------------------------------------------------

NAMES = sorted(LAWS)


def test_laws_are_known_by_name() -> None:
    assert {"default", "new_york", "california", "washington", "korea", "eu"} == set(LAWS)


@pytest.mark.parametrize(
    ("names", "everybody", "minors"),
    [
        (["new_york"], 3 * HOUR, 3 * HOUR),
        (["california"], REMEMBERED, 3 * HOUR),
        (["washington"], 3 * HOUR, HOUR),
        (["eu"], REMEMBERED, REMEMBERED),
        (["korea"], REMEMBERED, REMEMBERED),
        (["california", "washington"], 3 * HOUR, HOUR),
        (["eu", "california"], REMEMBERED, 3 * HOUR),
        ([], 3 * HOUR, HOUR),
        (["gone with a newer version"], 3 * HOUR, HOUR),
    ],
)
async def test_a_law_says_how_often(
    names: list[str], everybody: timedelta, minors: timedelta, notices: Notices, clock: Clock
) -> None:
    cadence = strictest(names)
    for profile, lasts in (("", everybody), ("minors", minors)):
        place = dataclasses.replace(DIRECT, scopes=(profile or "all",))
        clock.now = NOON
        assert await notices.due(place, "p", cadence, profile=profile) == "first"
        clock.now += lasts - MOMENT
        assert await notices.due(place, "p", cadence, profile=profile) == ""
        clock.now += MOMENT
        assert await notices.due(place, "p", cadence, profile=profile) != ""


@given(st.lists(st.sampled_from(NAMES), min_size=1), st.lists(st.sampled_from(NAMES), min_size=1), st.booleans())
def test_of_several_laws_the_strictest_holds(some: list[str], others: list[str], careful: bool) -> None:
    one, other, both = strictest(some), strictest(others), strictest([*some, *others])

    assert both.lasts(careful=careful) == min(one.lasts(careful=careful), other.lasts(careful=careful))
    for what in ("breaks", "each", "mark"):
        assert getattr(both, what) == (getattr(one, what) or getattr(other, what))
    assert {id(words) for words in both.wordings} == {id(words) for words in (*one.wordings, *other.wordings)}
    assert one | one == one
    assert one | other == dataclasses.replace(other | one, wordings=both.wordings, firsts=both.firsts)


async def test_a_break_is_suggested_to_minors_alone_and_where_a_law_asks_for_it(notices: Notices, clock: Clock) -> None:
    cadences = {name: strictest([name]) for name in ("california", "washington")}
    for name, cadence in cadences.items():
        await notices.due(dataclasses.replace(DIRECT, scopes=(name,)), "p", cadence, profile="minors")
    clock.now += 3 * HOUR

    told = {
        name: await notices.due(dataclasses.replace(DIRECT, scopes=(name,)), "p", cadence, profile="minors")
        for name, cadence in cadences.items()
    }

    assert told == {"california": "minors", "washington": "again"}


@pytest.mark.parametrize("law", ["korea", "eu"])
async def test_where_everybody_must_be_told_a_channel_does_not_do_for_all(
    law: str, notices: Notices, state: MemoryState, clock: Clock
) -> None:
    cadence = strictest([law])
    other = dataclasses.replace(CHANNEL, scopes=("d:server:1", "d:channel:9"))

    assert [await notices.due(CHANNEL, person, cadence) for person in "pqpq"] == ["first", "first", "", ""]
    assert await notices.due(other, "p", cadence) == "first", "nobody was told in that channel"
    assert await notices.due(other, "q", cadence) == "", "told in this community, and somebody was in this channel"
    assert await notices.due(other, "", cadence) == "", "of whom nobody knows who they are"
    clock.now += REMEMBERED
    assert await notices.due(CHANNEL, "q", cadence) == "first"
    await state.erase("q")
    assert await notices.due(CHANNEL, "q", cadence) == "first"


async def test_of_messages_at_once_of_somebody_new_one_gets_the_notice(notices: Notices) -> None:
    cadence = strictest(["eu"])
    await notices.due(CHANNEL, "p", cadence)

    told = await asyncio.gather(*(notices.due(CHANNEL, "q", cadence) for _ in range(5)))

    assert sorted(told) == ["", "", "", "", "first"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["first", "again"])
def test_where_a_law_has_words_they_come_first_at_first_and_again(kind: Kind, language: str) -> None:
    card = notice_card(kind, "Maren", language, strictest(["california", "new_york"]))

    assert card.title.startswith(
        "THE AI COMPANION IS A COMPUTER PROGRAM AND NOT A HUMAN BEING. IT IS UNABLE TO FEEL HUMAN EMOTION."
    )
    assert "Maren" in card.rows[0].text
    minors = {"en": "not be suitable for some minors", "ko": "일부 미성년자에게는"}[language]
    assert any(minors in row.text for row in card.rows) == (kind == "first")


@pytest.mark.parametrize(("language", "words"), [("en", "generative AI"), ("ko", "생성형 인공지능")])
def test_in_korea_people_are_told_before_use_that_it_is_generative_ai(language: str, words: str) -> None:
    card = notice_card("first", "Maren", language, strictest(["korea"]))

    assert words in card.rows[0].text
    assert notice_card("again", "Maren", language, strictest(["korea"])).rows == ()


@pytest.mark.parametrize("law", ["new_york", "california"])
async def test_a_notice_of_any_law_counts_where_the_place_has_another_key(
    law: str, notices: Notices, clock: Clock
) -> None:
    old, new = (Place(platform="t", scopes=(f"t:server:{number}",)) for number in ("-1", "-100"))
    await notices.due(old, "p", strictest([law]))
    await notices.move(old, new)

    assert await notices.due(new, "p", strictest([law])) == ""
