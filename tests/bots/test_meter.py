"""What is counted for whom, and when it is enough."""

import asyncio
import dataclasses
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.cards import Tone
from bots.meter import Gauge, Level, Meter, Prices, Standing, What, Whose, limit_card, report_rows
from bots.places import Place, PlaceSettings
from bots.state import Entry
from bots.state.memory import MemoryState
from moderation.words import LANGUAGES
from personas.messages import Usage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PRICES = Prices(per_million_in=0.15, per_million_cached=0.075, per_million_out=0.6, currency="USD")
PLACE = Place(platform="d", scopes=("d:server:1", "d:category:2", "d:channel:3"))
THREAD = Place(platform="d", scopes=(*PLACE.scopes, "d:thread:4"))
NEXT_DOOR = Place(platform="d", scopes=("d:server:1", "d:channel:5"))
ABROAD = Place(platform="d", scopes=("d:server:6", "d:channel:7"))
DIRECT = Place(platform="d", scopes=("d:dm:8",), private=True)
NO_LIMITS = PlaceSettings()


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
def meter(state: MemoryState, clock: Clock) -> Meter:
    return Meter(state, PRICES, clock)


def limits(**limits_: Any) -> PlaceSettings:
    return PlaceSettings(**limits_)


async def figures(meter: Meter, place: Place, person: str = "p") -> dict[str, int]:
    """Everything but what is 0."""
    report = await meter.report(place, person, NO_LIMITS)
    return {f"{gauge.whose} {gauge.what}": gauge.used for gauge in report.gauges if gauge.used}


def said(standing: Standing) -> tuple[Level, list[str]]:
    return standing.level, [f"{gauge.whose} {gauge.what} {gauge.used}/{gauge.limit}" for gauge in standing.gauges]


# --- counting --------------------------------------------------------------------------------------------------------


async def test_a_message_counts_for_its_person_its_channel_and_its_server(meter: Meter) -> None:
    for place, person in ((PLACE, "p"), (PLACE, "q"), (NEXT_DOOR, "p"), (ABROAD, "p")):
        assert said(await meter.enter(place, person, NO_LIMITS)) == (Level.OK, [])

    assert await figures(meter, PLACE) == {"person messages": 2, "channel messages": 2, "server messages": 3}
    assert await figures(meter, NEXT_DOOR) == {"person messages": 2, "channel messages": 1, "server messages": 3}


async def test_threads_share_the_figures_of_their_channel(meter: Meter) -> None:
    await meter.enter(THREAD, "p", NO_LIMITS)
    await meter.enter(dataclasses.replace(THREAD, scopes=(*PLACE.scopes, "d:thread:5")), "p", NO_LIMITS)

    assert (await figures(meter, PLACE))["channel messages"] == 2
    full = await meter.enter(THREAD, "q", limits(channel_messages=2))
    assert said(full) == (Level.FULL, ["channel messages 2/2"])


async def test_no_server_learns_what_somebody_has_in_another_or_in_private(meter: Meter) -> None:
    for place in (PLACE, PLACE, ABROAD, DIRECT, DIRECT, DIRECT):
        await meter.enter(place, "p", NO_LIMITS)

    assert await figures(meter, PLACE) == {"person messages": 2, "channel messages": 2, "server messages": 2}
    assert await figures(meter, ABROAD) == {"person messages": 1, "channel messages": 1, "server messages": 1}
    assert await figures(meter, DIRECT) == {"person messages": 3}
    assert await figures(meter, ABROAD, "q") == {"channel messages": 1, "server messages": 1}


async def test_keys_of_places_and_persons_cannot_be_mistaken_for_others(meter: Meter) -> None:
    names = ["a", 'a", "b', "a/b", "b", ""]
    places = [Place(platform="d", scopes=(name, "c")) for name in names]
    people = [*names[:-1], "-"]  # "" is nobody
    for number, (place, person) in enumerate(itertools.product(places, people), 1):
        for _ in range(number):
            await meter.enter(place, person, NO_LIMITS)

    counted = [
        (await figures(meter, place, person))["person messages"] for place, person in itertools.product(places, people)
    ]
    assert counted == list(range(1, 26))


async def test_tokens_and_money_are_counted_with_what_was_cached_and_what_came_too_late(meter: Meter) -> None:
    usage = Usage(tokens_in=1_000, tokens_cached=400, tokens_out=200, tokens_overshoot=50, calls=2)
    money = 600 * 0.15 + 400 * 0.075 + 200 * 0.6

    await meter.spend(PLACE, "p", usage)
    await meter.spend(PLACE, "q", usage)
    await meter.spend(DIRECT, "p", usage)
    await meter.spend(PLACE, "p", Usage())

    assert await figures(meter, PLACE) == {
        "person tokens": 1_200,
        "person money": money,
        "channel tokens": 2_400,
        "channel money": 2 * money,
        "server tokens": 2_400,
        "server money": 2 * money,
    }
    assert await figures(meter, DIRECT) == {"person tokens": 1_200, "person money": money}


@pytest.mark.parametrize(
    ("prices", "usage", "cost"),
    [
        (Prices(), Usage(tokens_in=10**9, tokens_out=10**9), 0),
        (Prices(per_million_in=0.1), Usage(tokens_in=1), 1),
        (Prices(per_million_in=0.1), Usage(tokens_in=30), 3),
        (Prices(per_million_out=0.07), Usage(tokens_out=100), 7),
        (Prices(per_million_in=2.5), Usage(tokens_in=1_000_000), 2_500_000),
        (Prices(per_million_in=1, per_million_cached=0.5), Usage(tokens_in=5, tokens_cached=9), 5),
    ],
)
def test_a_cost_is_exact_and_rounded_up(prices: Prices, usage: Usage, cost: int) -> None:
    assert prices.of(usage) == cost


TOKENS = st.integers(0, 10**6)
USAGES = st.builds(
    lambda fresh, cached, out: Usage(tokens_in=fresh + cached, tokens_cached=cached, tokens_out=out),
    TOKENS, TOKENS, TOKENS,
)  # fmt: skip


@given(first=USAGES, second=USAGES)
def test_what_is_added_up_costs_what_its_parts_cost_but_for_rounding(first: Usage, second: Usage) -> None:
    assert 0 <= PRICES.of(first) + PRICES.of(second) - PRICES.of(first + second) <= 1


async def test_a_day_begins_at_midnight_utc_wherever_the_clock_is(
    meter: Meter, state: MemoryState, clock: Clock
) -> None:
    clock.now = datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    await meter.enter(PLACE, "p", NO_LIMITS)
    assert await figures(meter, PLACE)

    clock.now += timedelta(microseconds=1)

    assert await figures(meter, PLACE) == {}
    assert said(await meter.enter(PLACE, "p", limits(person_messages=10))) == (Level.OK, [])
    assert await state.prune() == 3, "what was counted yesterday is not kept"


async def test_who_has_everything_erased_does_not_begin_the_day_anew(meter: Meter, state: MemoryState) -> None:
    for place, person in ((PLACE, "p"), (DIRECT, "p"), (PLACE, "q")):
        await meter.enter(place, person, limits(person_messages=1))
        await meter.spend(place, person, Usage(tokens_in=10, tokens_out=10))
    assert len(await state.counts_of("p")) == 6

    assert await state.erase("p") == 2, "the warnings they were given"

    assert (await figures(meter, PLACE))["person messages"] == 1
    assert (await figures(meter, PLACE))["server messages"] == 2
    assert (await figures(meter, PLACE, "q"))["person messages"] == 1


# --- enough ----------------------------------------------------------------------------------------------------------


async def test_the_message_after_the_last_one_is_refused_and_not_counted(meter: Meter) -> None:
    settings = limits(person_messages=2)
    levels = [(await meter.enter(PLACE, "p", settings)).level for _ in range(4)]

    assert levels == [Level.OK, Level.WARN, Level.FULL, Level.FULL]
    assert await figures(meter, PLACE) == {"person messages": 2, "channel messages": 2, "server messages": 2}
    assert (await meter.enter(PLACE, "q", settings)).level is Level.OK
    assert (await meter.enter(DIRECT, "p", settings)).level is Level.OK


@pytest.mark.parametrize("whose", list(Whose))
@pytest.mark.parametrize("what", list(What))
async def test_every_limit_ends_the_day_of_those_it_is_for(meter: Meter, whose: Whose, what: What) -> None:
    settings = limits(**{f"{whose}_{what}": 10})
    elsewhere = {Whose.PERSON: (PLACE, "q"), Whose.CHANNEL: (NEXT_DOOR, "p"), Whose.SERVER: (ABROAD, "p")}[whose]
    used = {What.MESSAGES: 10, What.TOKENS: 20, What.MONEY: 12}[what]
    for _ in range(10 if what is What.MESSAGES else 1):
        assert (await meter.enter(PLACE, "p", settings)).level is not Level.FULL
    await meter.spend(PLACE, "p", Usage(tokens_out=20))

    full = await meter.enter(PLACE, "p", settings)

    assert said(full) == (Level.FULL, [f"{whose} {what} {used}/10"])
    assert full.currency == "USD"
    assert (await meter.enter(*elsewhere, settings)).level is Level.OK


async def test_in_private_only_the_limits_of_a_person_hold(meter: Meter) -> None:
    settings = limits(channel_messages=1, server_messages=1, person_messages=3)
    levels = [(await meter.enter(DIRECT, "p", settings)).level for _ in range(4)]

    assert levels == [Level.OK, Level.OK, Level.WARN, Level.FULL]


async def test_tokens_that_are_left_are_enough_for_one_more_message(meter: Meter) -> None:
    settings = limits(person_tokens=10)
    await meter.spend(PLACE, "p", Usage(tokens_in=9))
    assert (await meter.enter(PLACE, "p", settings)).level is Level.WARN

    await meter.spend(PLACE, "p", Usage(tokens_in=1))
    assert (await meter.enter(PLACE, "p", settings)).level is Level.FULL


async def test_all_limits_that_are_reached_are_named(meter: Meter) -> None:
    await meter.enter(PLACE, "p", NO_LIMITS)
    await meter.spend(PLACE, "p", Usage(tokens_in=100))

    full = await meter.enter(PLACE, "p", limits(person_messages=1, channel_messages=2, server_tokens=100))

    assert said(full) == (Level.FULL, ["person messages 1/1", "server tokens 100/100"])


async def test_a_warning_comes_from_four_fifths_on_once_for_each_limit(meter: Meter) -> None:
    settings = limits(person_messages=5, channel_messages=10)
    standings = [said(await meter.enter(PLACE, person, settings)) for person in "ppppp"]
    standings += [said(await meter.enter(PLACE, person, settings)) for person in "qqqqr"]

    assert standings == [
        (Level.OK, []),
        (Level.OK, []),
        (Level.OK, []),
        (Level.WARN, ["person messages 4/5"]),
        (Level.OK, []),
        (Level.OK, []),
        (Level.OK, []),
        (Level.WARN, ["channel messages 8/10"]),
        (Level.WARN, ["person messages 4/5"]),
        (Level.OK, []),
    ]


async def test_there_is_another_warning_the_next_day_and_for_another_limit(meter: Meter, clock: Clock) -> None:
    settings = limits(person_messages=2)
    assert [(await meter.enter(PLACE, "p", settings)).level for _ in range(2)] == [Level.OK, Level.WARN]
    raised = limits(person_messages=4)
    assert [(await meter.enter(PLACE, "p", raised)).level for _ in range(2)] == [Level.OK, Level.WARN]

    clock.now += timedelta(days=1)

    assert [(await meter.enter(PLACE, "p", settings)).level for _ in range(2)] == [Level.OK, Level.WARN]


async def test_messages_at_once_do_not_get_past_a_limit_and_get_one_warning(meter: Meter) -> None:
    settings = limits(channel_messages=10)
    standings = await asyncio.gather(*(meter.enter(PLACE, f"p{number}", settings) for number in range(30)))

    levels = [standing.level for standing in standings]
    assert levels.count(Level.FULL) == 20
    assert levels.count(Level.WARN) == 1
    assert (await figures(meter, PLACE))["channel messages"] == 10


EVENTS = st.lists(
    st.tuples(st.sampled_from([PLACE, NEXT_DOOR, ABROAD, DIRECT]), st.sampled_from("pq"), st.integers(0, 30)),
    max_size=30,
)
LIMITS = st.fixed_dictionaries(
    {f"{whose}_{what}": st.sampled_from([0, 0, 3, 40]) for whose in Whose for what in (What.MESSAGES, What.TOKENS)}
)


@given(events=EVENTS, limit=LIMITS)
def test_figures_are_the_sums_of_what_was_let_in_and_no_limit_of_messages_is_passed(
    events: list[tuple[Place, str, int]], limit: dict[str, int]
) -> None:
    settings = limits(**limit)

    async def live() -> None:
        clock = Clock()
        meter = Meter(MemoryState(clock=clock), PRICES, clock)
        entered: list[tuple[Place, str, int]] = []
        for place, person, tokens in events:
            before = await meter.report(place, person, settings)
            standing = await meter.enter(place, person, settings)
            assert (standing.level is Level.FULL) == (before.level is Level.FULL)
            if standing.level is not Level.FULL:
                entered.append((place, person, tokens))
                await meter.spend(place, person, Usage(tokens_in=tokens))
        for place, person in itertools.product([PLACE, NEXT_DOOR, ABROAD, DIRECT], "pq"):
            assert await figures(meter, place, person) == sums(entered, place, person)
            for gauge in (await meter.report(place, person, settings)).gauges:
                assert gauge.what is not What.MESSAGES or not gauge.limit or gauge.used <= gauge.limit

    asyncio.run(live())


def sums(entered: list[tuple[Place, str, int]], place: Place, person: str) -> dict[str, int]:
    home = place.server or place.conversation
    own = {
        "person": [each for each in entered if (each[0].server or each[0].conversation, each[1]) == (home, person)],
        "channel": [each for each in entered if not place.private and each[0].channel == place.channel],
        "server": [each for each in entered if not place.private and each[0].server == place.server],
    }
    found = {}
    for whose, those in own.items():
        found[f"{whose} messages"] = len(those)
        found[f"{whose} tokens"] = sum(tokens for _, _, tokens in those)
        found[f"{whose} money"] = sum(PRICES.of(Usage(tokens_in=tokens)) for _, _, tokens in those)
    return {name: figure for name, figure in found.items() if figure}


# --- what people are told --------------------------------------------------------------------------------------------


async def test_a_report_tells_every_figure_and_how_near_its_limit_is(meter: Meter) -> None:
    for _ in range(4):
        await meter.enter(PLACE, "p", NO_LIMITS)
    await meter.spend(PLACE, "p", Usage(tokens_in=50))

    report = await meter.report(PLACE, "p", limits(person_messages=5, server_tokens=200))

    assert said(report) == (
        Level.WARN,
        [
            "person messages 4/5", "person tokens 50/0", "person money 8/0",
            "channel messages 4/0", "channel tokens 50/0", "channel money 8/0",
            "server messages 4/0", "server tokens 50/200", "server money 8/0",
        ],
    )  # fmt: skip
    assert (await meter.report(PLACE, "p", limits(person_messages=4))).level is Level.FULL
    assert said(await meter.report(DIRECT, "p", NO_LIMITS)) == (Level.OK, ["person messages 0/0", "person tokens 0/0"])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("level", [Level.WARN, Level.FULL])
def test_a_card_names_figures_and_limits_in_each_language(language: str, level: Level) -> None:
    gauges = tuple(
        Gauge(whose=whose, what=what, used=1_234_567, limit=limit)
        for whose, what, limit in zip(Whose, What, (1_500_000, 0, 1_234_567), strict=True)
    )
    card = limit_card(Standing(level=level, gauges=gauges, currency="USD"), language)
    rows = report_rows(Standing(level=Level.OK, gauges=gauges, currency=""), language)

    assert (card.tone is Tone.BAD) == (level is Level.FULL)
    assert card.title
    assert card.hint
    assert "1,234,567" in card.rows[0].text
    assert "1,500,000" in card.rows[0].text
    assert "82" in card.rows[0].text
    assert "1.2346 USD" in card.rows[2].text
    assert "  " not in rows[2].text, "there may be no name of a currency"
    assert len({row.label for row in card.rows}) == 3
    korean = [any("가" <= char <= "힣" for char in text) for text in (card.title, card.hint, *(r.label for r in rows))]
    assert all(korean) if language == "ko" else not any(korean)


def test_every_figure_has_a_name(meter: Meter) -> None:
    def labels(language: str) -> list[Any]:
        gauges = tuple(Gauge(whose=whose, what=what, used=1, limit=0) for whose in Whose for what in What)
        return [row.label for row in report_rows(Standing(level=Level.OK, gauges=gauges, currency=""), language)]

    for language in LANGUAGES:
        assert len(set(labels(language))) == 9
