"""How much is sent: what Telegram takes is never exceeded, however long calls are on their way."""

import asyncio
import heapq
import random
from collections.abc import Callable, Coroutine
from functools import partial
from itertools import count
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import NetworkError, TelegramError

from bots.fakes.telegram_server.flood import Flood
from bots.fakes.telegram_server.flood import Limits as Taken
from bots.fakes.telegram_server.world import Chat, Kind
from bots.telegram_bot.pacing import Limits, Pacing, Window, briefly
from bots.telegram_bot.transport import Crowded
from bots.telegram_bot.wire import Flooded

Call = Callable[[], Coroutine[Any, Any, object]]

TINY = 1e-6
CALLS = st.lists(st.tuples(st.floats(0, 2), st.floats(0, 3), st.floats(0, 1)), max_size=40)


class Time:
    """Passes when everybody sleeps, and a little wherever somebody looks at it."""

    def __init__(self) -> None:
        self.now = 0.0
        self._asleep: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def __call__(self) -> float:
        self.now += TINY
        return self.now

    async def sleep(self, seconds: float) -> None:
        waking = asyncio.get_running_loop().create_future()
        heapq.heappush(self._asleep, (self.now + seconds, next(self._numbers), waking))
        await waking

    async def until(self, over: Callable[[], bool]) -> None:
        """Let it pass until something is so."""
        while True:
            for _ in range(10):
                await asyncio.sleep(0)
            if over():
                return
            at, _, waking = heapq.heappop(self._asleep)
            self.now = max(self.now, at)
            if not waking.done():
                waking.set_result(None)

    async def done(self, *tasks: "asyncio.Task[object]") -> None:
        await self.until(lambda: all(task.done() for task in tasks))


def unreached() -> TelegramError:
    error = NetworkError("nobody is there")
    error.__cause__ = Crowded()
    return error


def made(pacing: Pacing, call: Call, endpoint: str, chat: int) -> "asyncio.Task[object]":
    return asyncio.create_task(pacing.process_request(call, (), {}, endpoint, {"chat_id": chat}, None))


@given(CALLS)
def test_a_window_takes_no_more_than_it_may_wherever_on_their_way_the_calls_arrive(
    calls: list[tuple[float, float, float]],
) -> None:
    window, now = Window(3, 1.0), 0.0
    arrived, ends = list[float](), list[float]()

    def pass_until(at: float) -> float:
        while ends and ends[0] <= at:
            window.end(heapq.heappop(ends))
        return at

    for pause, lasts, share in calls:
        now = pass_until(now + pause)
        while (at := window.free_at(now)) > now:
            now = pass_until(at)
        window.begin()
        heapq.heappush(ends, now + lasts)
        arrived.append(now + lasts * share)

    times = sorted(arrived)
    assert all(late - early >= 1.0 - TINY for early, late in zip(times, times[3:], strict=False))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000), st.sampled_from([0.01, 0.2, 1.5]))
async def test_telegram_refuses_nothing_however_unevenly_calls_arrive(seed: int, slowest: float) -> None:
    chance, time, early = random.Random(seed), Time(), list[int]()
    chats = {number: Chat(id=number, kind=Kind.PRIVATE) for number in range(1, 30)}
    chats[-100] = Chat(id=-100, kind=Kind.SUPERGROUP)
    flood = Flood(limits=Taken(), clock=lambda: time.now)
    pacing = Pacing(Limits(), monotonic=time, sleep=time.sleep)

    def call(endpoint: str, chat: int) -> Call:
        async def on_its_way() -> bool:
            await time.sleep(chance.uniform(0, slowest))
            early.append(flood.early(endpoint, chats[chat]))
            flood.count(endpoint, chats[chat])
            await time.sleep(chance.uniform(0, slowest))
            return True

        return on_its_way

    asked = list[asyncio.Task[object]]()
    for _ in range(150):
        endpoint = chance.choice(("sendMessage", "editMessageReplyMarkup", "sendMessageDraft", "sendChatAction"))
        chat = chance.choice(tuple(chats))
        asked.append(made(pacing, call(endpoint, chat), endpoint, chat))
    await time.done(*asked)

    assert set(early) == {0}
    assert all(task.exception() is None or isinstance(task.exception(), Flooded) for task in asked)


async def test_calls_that_wait_are_made_in_the_order_in_which_they_came() -> None:
    time, order = Time(), list[int]()
    limits = Limits(everywhere=(1, 1.0), chat=(1, 1.0))
    pacing = Pacing(limits, monotonic=time, sleep=time.sleep)

    async def call(number: int) -> None:
        order.append(number)

    asked = [made(pacing, partial(call, number), "sendMessage", 1 + number // 2) for number in range(8)]
    await time.done(*asked)

    assert sorted(order) == list(range(8))
    assert [number for number in order if number % 2 == 0] == [0, 2, 4, 6]
    assert all(order.index(number) < order.index(number + 1) for number in range(0, 8, 2))
    assert time.now == pytest.approx(7.0, abs=0.1)


@pytest.mark.parametrize("lasts", [0.0, 0.1, 1.5])
@pytest.mark.parametrize("again", [Flooded(5), unreached()], ids=["refused", "not sent"])
async def test_one_that_is_made_again_goes_before_what_came_later(again: TelegramError, lasts: float) -> None:
    time, order, failures = Time(), list[int](), [again]
    pacing = Pacing(Limits(chat=(1, 1.0)), monotonic=time, sleep=time.sleep)

    async def call(number: int) -> None:
        await time.sleep(lasts)
        if number == 0 and failures:
            raise failures.pop()
        order.append(number)

    asked = [made(pacing, partial(call, number), "sendMessage", 1) for number in range(4)]
    elsewhere = made(pacing, partial(call, 4), "sendMessage", 2)
    await time.done(elsewhere)
    assert order == [4]
    await time.done(*asked)

    assert order == [4, 0, 1, 2, 3]


async def test_one_that_is_given_up_while_it_waits_keeps_no_other_waiting() -> None:
    time, order, failures = Time(), list[int](), [Flooded(5)]
    pacing = Pacing(Limits(chat=(1, 1.0)), monotonic=time, sleep=time.sleep)

    async def call(number: int) -> None:
        if number == 0 and failures:
            raise failures.pop()
        order.append(number)

    asked = [made(pacing, partial(call, number), "sendMessage", 1) for number in range(4)]
    await time.until(lambda: not failures)
    asked[0].cancel()
    asked[2].cancel()
    await time.done(*asked)

    assert order == [1, 3]


async def test_no_call_waits_for_a_chat_that_is_stopped_for_longer_than_it_may_wait() -> None:
    time, tried = Time(), list[int]()
    pacing = Pacing(Limits(chat=(1, 1.0)), monotonic=time, sleep=time.sleep)

    async def call(number: int) -> None:
        tried.append(number)
        if number == 0:
            raise Flooded(3_600)

    before = [made(pacing, partial(call, number), "sendMessage", 1) for number in range(3)]
    await time.done(*before)
    later = made(pacing, partial(call, 3), "sendMessage", 1)
    elsewhere = made(pacing, partial(call, 4), "sendMessage", 2)
    await time.done(later, elsewhere)

    assert {type(task.exception()) for task in (*before, later)} == {Flooded}
    assert tried == [0, 4]
    assert time.now < 2


@pytest.mark.parametrize(("seconds", "waits"), [(20, True), (600, False)])
async def test_what_is_wanted_briefly_waits_for_half_a_minute_at_most(seconds: float, *, waits: bool) -> None:
    time, order, failures = Time(), list[int](), [Flooded(seconds)]
    pacing = Pacing(Limits(chat=(1, 1.0)), monotonic=time, sleep=time.sleep)

    async def call(number: int) -> None:
        await time.sleep(0.1)
        if number == 0 and failures:
            raise failures.pop()
        order.append(number)

    asked = made(pacing, partial(call, 0), "sendMessage", 1)
    with briefly():
        in_line = made(pacing, partial(call, 1), "editMessageText", 1)
    await time.until(lambda: not failures)
    with briefly():
        after = made(pacing, partial(call, 2), "editMessageText", 1)
    await time.until(lambda: waits or (in_line.done() and after.done()))
    assert time.now < 2
    await time.done(asked, in_line, after)

    assert order == ([0, 1, 2] if waits else [0])


async def test_signs_leave_room_for_what_is_worth_more() -> None:
    time, sent = Time(), list[str]()
    pacing = Pacing(Limits(everywhere=(8, 1.0)), monotonic=time, sleep=time.sleep)

    async def call() -> None:
        sent.append("")

    signs = [made(pacing, call, "sendMessageDraft", number) for number in range(1, 9)]
    await time.done(*signs)
    assert len(sent) == 6
    assert {type(sign.exception()) for sign in signs} == {type(None), Flooded}

    await time.done(*(made(pacing, call, "sendMessage", number) for number in range(1, 3)))
    assert len(sent) == 8
    assert time.now < 0.1
