"""What replies under way hold back from limits, and the cheaper model near them."""

import asyncio
import pickle
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.cards import Card
from bots.inbox import Busy
from bots.meter import Level, Meter, Prices, What, Whose
from bots.places import Place, PlaceSettings
from bots.reserves import Reserves
from bots.state.memory import MemoryState
from personas.messages import Event, Passage, Usage
from tests.support.house import SERVER, caller, open_house
from tests.support.stage import NOW, reply_of, scripted

PLACE = Place(platform="d", scopes=("d:server:1", "d:channel:3"))
NEXT_DOOR = Place(platform="d", scopes=("d:server:1", "d:channel:5"))
OTHER = Place(platform="test", scopes=("test:server:1", "test:channel:7"))
LIKELY = Usage(tokens_in=90, tokens_out=10)


def limits(**limits_: Any) -> PlaceSettings:
    return PlaceSettings(**limits_)


def open_meter() -> Meter:
    return Meter(MemoryState(clock=lambda: NOW), Prices(), lambda: NOW, likely=LIKELY)


async def used(meter: Meter) -> int:
    report = await meter.report(PLACE, "p", PlaceSettings())
    return next(gauge.used for gauge in report.gauges if (gauge.whose, gauge.what) == (Whose.SERVER, What.TOKENS))


async def texts(events: AsyncGenerator[Event | Card, None]) -> str:
    async with aclosing(events):
        return " ".join([event.text.strip() async for event in events if isinstance(event, Passage)])


def takes(tokens: int) -> Usage:
    return Usage(tokens_in=tokens, calls=1)


async def test_replies_at_once_fit_beside_each_other_or_wait() -> None:
    meter, budget = open_meter(), limits(server_tokens=250)
    entered = [await meter.enter(PLACE, "p", budget, holder=str(number)) for number in range(3)]

    assert [standing.waiting for standing in entered] == [False, False, True]
    assert entered[2].level is Level.FULL
    await meter.spend(PLACE, "p", takes(40), holder="0")
    meter.release("0")
    assert not (await meter.enter(PLACE, "p", budget, holder="2")).waiting


async def test_whoever_is_alone_is_let_in_below_a_limit_however_low_it_is() -> None:
    meter = open_meter()
    assert (await meter.enter(PLACE, "p", limits(server_tokens=5), holder="0")).level is Level.OK
    meter.release("0")
    assert await meter.join(PLACE, "p", limits(server_tokens=5), holder="0")
    assert not await meter.join(NEXT_DOOR, "p", limits(server_tokens=5), holder="1")


async def test_who_is_not_let_in_holds_nothing_back() -> None:
    meter = open_meter()
    await meter.enter(PLACE, "p", limits(person_messages=1), holder="0")
    meter.release("0")
    assert (await meter.enter(PLACE, "p", limits(person_messages=1), holder="1")).level is Level.FULL
    assert (await meter.enter(PLACE, "q", limits(server_tokens=99), holder="2")).level is Level.OK


async def test_near_a_limit_of_tokens_or_money_the_standing_says_so_each_time() -> None:
    meter = open_meter()
    await meter.spend(PLACE, "p", takes(80))
    near = [(await meter.enter(PLACE, "p", limits(person_tokens=100))).near for _ in range(2)]
    assert near == [True, True]
    assert not (await meter.enter(PLACE, "p", limits(person_messages=4))).near


@given(
    steps=st.lists(st.tuples(st.integers(0, 4), st.sampled_from([0, 100])), max_size=30),
    limit=st.integers(1, 600),
)
def test_replies_that_take_no_more_than_held_back_exceed_a_limit_by_less_than_one(
    steps: list[tuple[int, int]], limit: int
) -> None:
    async def run() -> int:
        meter = open_meter()
        under_way: set[str] = set()
        for number, tokens in steps:
            holder = str(number)
            if holder not in under_way:
                standing = await meter.enter(PLACE, "p", limits(server_tokens=limit), holder=holder)
                under_way |= {holder} if standing.level is not Level.FULL else set()
            else:
                await meter.spend(PLACE, "p", takes(tokens), holder=holder)
                meter.release(holder)
                under_way.remove(holder)
        return await used(meter)

    assert asyncio.run(run()) < limit + 100


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["hold", "spend", "release"]), st.integers(0, 500))))
def test_what_is_held_back_is_given_back_and_never_negative(steps: list[tuple[str, str, int]]) -> None:
    reserves = Reserves({"tokens": 100})
    for holder, step, amount in steps:
        if step == "hold":
            reserves.hold(holder, {"counter": "tokens"})
        elif step == "spend":
            reserves.spend(holder, {"tokens": amount})
        else:
            reserves.release(holder)
        assert reserves.held("counter", but=holder) <= reserves.held("counter")
        assert 0 <= reserves.likely["tokens"] <= max(100, sum(amount for _, _, amount in steps))
    for holder in "abc":
        reserves.release(holder)
    assert reserves.held("counter") == 0


def test_what_a_reply_is_likely_to_take_follows_what_the_last_ones_took() -> None:
    reserves = Reserves({"tokens": 1_000})
    for _ in range(60):
        reserves.hold("a", {"counter": "tokens"})
        reserves.spend("a", {"tokens": 40})
        reserves.spend("a", {"tokens": 10})
        reserves.release("a")
    assert reserves.likely["tokens"] in {50, 51}


# --- in the house ----------------------------------------------------------------------------------------------------


async def test_from_the_warning_on_the_cheaper_model_answers() -> None:
    dear, cheap = scripted(reply_of("The dear one speaks.")), scripted(reply_of("The cheap one speaks."))
    async with open_house(dear, cheaper=cheap, settings="[places]\nperson_tokens = 100000\n") as opened:
        before = await texts(opened.host.reply(caller("Hello?", message="m1")))
        await opened.house.meter.spend(SERVER, "ann", takes(85_000))
        after = await texts(opened.host.reply(caller("Hello?", message="m2")))

    assert (before, after) == ("The dear one speaks.", "The cheap one speaks.")


async def test_a_reply_that_would_not_fit_beside_another_is_busy_until_that_one_ends() -> None:
    async with open_house(
        scripted(reply_of("I speak.", "At length.")), settings="[places]\nserver_tokens = 3000\n"
    ) as opened:
        async with aclosing(opened.host.reply(caller("Hello?"))) as first:
            await anext(first)
            with pytest.raises(Busy):
                await texts(opened.host.reply(caller("Hello?", place=OTHER, person="bob")))
        assert await texts(opened.host.reply(caller("Hello?", place=OTHER, person="bob")))


def test_what_was_learnt_takes_no_more_room_however_many_replies_it_came_of() -> None:
    reserves = Reserves({"tokens": 100})
    sizes = set()
    for number in range(2_000):
        reserves.hold("a", {"d:server:1": "tokens"})
        reserves.spend("a", {"tokens": 101 + number % 7})
        reserves.release("a")
        sizes.add(len(pickle.dumps(reserves)))

    assert max(sizes) - min(sizes) < 100
    assert 101 <= reserves.likely["tokens"] <= 108
