"""Order, room, and refusal by type."""

import asyncio
import time
from datetime import timedelta
from itertools import chain

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.inbox import Busy, Inbox, Load


async def test_one_conversation_is_answered_in_order_and_others_meanwhile() -> None:
    inbox = Inbox(running=2, waiting=10, waiting_each=8, monotonic=time.monotonic)
    order: list[str] = []

    async def work(conversation: str, name: str, pause: float) -> None:
        async with inbox.turn(conversation):
            order.append(f"{name} begins")
            await asyncio.sleep(pause)
            order.append(f"{name} ends")

    await asyncio.gather(work("a", "a1", 0.02), work("a", "a2", 0), work("b", "b1", 0))

    assert order.index("a1 ends") < order.index("a2 begins")
    assert order.index("b1 ends") < order.index("a1 ends")


async def test_what_is_under_way_waits_and_was_refused_is_known_at_any_time() -> None:
    now = [100.0]
    inbox = Inbox(running=1, waiting=1, waiting_each=8, monotonic=lambda: now[0])
    let = asyncio.Event()

    async def work() -> None:
        async with inbox.turn("a"):
            await let.wait()

    first = asyncio.create_task(work())
    await asyncio.sleep(0)
    second = asyncio.create_task(work())
    await asyncio.sleep(0)
    now[0] = 103.0
    with pytest.raises(Busy):
        async with inbox.turn("b"):
            raise AssertionError("there is no room")
    full = inbox.load
    second.cancel()
    await asyncio.wait({second})
    gone = inbox.load
    let.set()
    await first

    assert full == Load(running=1, waiting=1, oldest=timedelta(seconds=3), refused=1)
    assert gone == Load(running=1, waiting=0, oldest=timedelta(), refused=1)
    assert inbox.load == Load(running=0, waiting=0, oldest=timedelta(), refused=1)


async def test_more_than_may_wait_is_refused_at_once() -> None:
    inbox = Inbox(running=1, waiting=1, waiting_each=8, monotonic=time.monotonic)
    release = asyncio.Event()

    async def work() -> None:
        async with inbox.turn("a"):
            await release.wait()

    tasks = [asyncio.create_task(work()) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        async with inbox.turn("b"):
            pass
    release.set()
    await asyncio.gather(*tasks)

    async with inbox.turn("b"):
        pass


async def test_one_conversation_cannot_shut_out_the_others() -> None:
    inbox = Inbox(running=2, waiting=64, waiting_each=8, monotonic=time.monotonic)
    release = asyncio.Event()

    async def work() -> None:
        async with inbox.turn("crowded"):
            await release.wait()

    tasks = [asyncio.create_task(work()) for _ in range(72)]
    await asyncio.sleep(0)
    async with inbox.turn("quiet"):
        release.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)

    assert results[:9] == [None] * 9
    assert all(isinstance(result, Busy) for result in results[9:])


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=20),
    st.integers(1, 3),
    st.integers(0, 12),
    st.integers(0, 4),
)
@settings(max_examples=60)
def test_never_too_many_at_once_never_out_of_order_and_nothing_is_left_behind(
    jobs: list[tuple[str, bool]], running: int, waiting: int, waiting_each: int
) -> None:
    let_in: list[int] = []
    for number, (conversation, _) in enumerate(jobs):
        there = [jobs[other][0] for other in let_in]
        if len(there) < running + waiting and there.count(conversation) < 1 + waiting_each:
            let_in.append(number)

    async def run() -> None:
        inbox = Inbox(running=running, waiting=waiting, waiting_each=waiting_each, monotonic=time.monotonic)
        now: list[str] = []
        seen: dict[str, list[int]] = {}

        async def work(number: int, conversation: str, fails: bool) -> None:
            async with inbox.turn(conversation):
                assert len(now) < running
                assert conversation not in now
                now.append(conversation)
                await asyncio.sleep(0)
                seen.setdefault(conversation, []).append(number)
                now.remove(conversation)
                if fails:
                    raise RuntimeError

        async def all_at_once() -> list[BaseException | None]:
            tasks = [work(number, *job) for number, job in enumerate(jobs)]
            return await asyncio.gather(*tasks, return_exceptions=True)

        refused = [number for number, result in enumerate(await all_at_once()) if isinstance(result, Busy)]

        assert sorted(chain.from_iterable(seen.values())) == let_in
        assert sorted([*refused, *let_in]) == list(range(len(jobs)))
        assert all(numbers == sorted(numbers) for numbers in seen.values())
        assert not inbox._locks

        seen.clear()
        await all_at_once()
        assert sorted(chain.from_iterable(seen.values())) == let_in, "room was not given back"

    asyncio.run(run())
