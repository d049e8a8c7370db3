"""What was counted in a place, when the place has another key."""

from datetime import UTC, datetime

import pytest

from bots.meter import Level, Meter, Prices, Standing, Whose
from bots.places import Place, PlaceSettings
from bots.state.memory import MemoryState
from personas.messages import Usage

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OLD, NEW = (Place(platform="t", scopes=(f"t:server:{number}",)) for number in ("-1", "-100"))


@pytest.fixture
def meter() -> Meter:
    return Meter(MemoryState(clock=lambda: NOON), Prices(), lambda: NOON)


async def figures(meter: Meter, place: Place) -> dict[str, int]:
    """Everything but what is 0."""
    report = await meter.report(place, "p", PlaceSettings())
    return {f"{gauge.whose} {gauge.what}": gauge.used for gauge in report.gauges if gauge.used}


def said(standing: Standing) -> tuple[Level, list[str]]:
    return standing.level, [f"{gauge.whose} {gauge.what} {gauge.used}/{gauge.limit}" for gauge in standing.gauges]


async def test_what_was_counted_and_who_was_warned_there_follow_to_the_new_key(meter: Meter) -> None:
    other = Place(platform="t", scopes=("t:server:-10",))
    settings = PlaceSettings(person_messages=5)
    for place in (OLD, OLD, OLD, OLD, other):
        await meter.enter(place, "p", settings)
    await meter.spend(OLD, "p", Usage(tokens_in=7))
    await meter.enter(NEW, "p", PlaceSettings())
    for _ in range(2):
        await meter.move(OLD, NEW)

    assert await figures(meter, OLD) == {}
    assert await figures(meter, other) == dict.fromkeys(("person messages", "channel messages", "server messages"), 1)
    found = await figures(meter, NEW)
    assert [found[f"{whose} messages"] for whose in Whose] == [5, 5, 5]
    assert [found[f"{whose} tokens"] for whose in Whose] == [7, 7, 7]
    assert said(await meter.enter(NEW, "p", settings)) == (Level.FULL, ["person messages 5/5"])


async def test_nobody_is_warned_a_second_time(meter: Meter) -> None:
    settings = PlaceSettings(person_messages=10)
    levels = [(await meter.enter(OLD, "p", settings)).level for _ in range(8)]
    await meter.move(OLD, NEW)
    levels.append((await meter.enter(NEW, "p", settings)).level)

    assert levels[-2:] == [Level.WARN, Level.OK]


async def test_of_somebody_who_cannot_be_told_from_others_nothing_is_counted_as_of_a_person(meter: Meter) -> None:
    settings = PlaceSettings(person_messages=1, server_messages=3)
    levels = [(await meter.enter(OLD, "", settings)).level for _ in range(4)]

    assert levels[0] is Level.OK
    assert levels[-1] is Level.FULL
    report = await meter.report(OLD, "", settings)
    assert Whose.PERSON not in {gauge.whose for gauge in report.gauges}
