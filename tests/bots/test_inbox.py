"""Order, room, and refusal by type."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bots.inbox import Busy, Inbox


async def test_one_conversation_is_answered_in_order_and_others_meanwhile() -> None:
    inbox = Inbox(running=2, waiting=10)
    order: list[str] = []

    async def work(conversation: str, name: str, pause: float) -> None:
        async with inbox.turn(conversation):
            order.append(f"{name} begins")
            await asyncio.sleep(pause)
            order.append(f"{name} ends")

    await asyncio.gather(work("a", "a1", 0.02), work("a", "a2", 0), work("b", "b1", 0))

    assert order.index("a1 ends") < order.index("a2 begins")
    assert order.index("b1 ends") < order.index("a1 ends")


async def test_more_than_may_wait_is_refused_at_once() -> None:
    inbox = Inbox(running=1, waiting=1)
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

    assert inbox.inside == 0
    async with inbox.turn("b"):
        assert inbox.inside == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=20), st.integers(1, 3))
@settings(max_examples=60)
def test_never_too_many_at_once_never_out_of_order_and_nothing_is_left_behind(
    jobs: list[tuple[str, bool]], running: int
) -> None:
    async def run() -> None:
        inbox = Inbox(running=running, waiting=100)
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

        tasks = [work(number, *job) for number, job in enumerate(jobs)]
        await asyncio.gather(*tasks, return_exceptions=True)

        assert sum(map(len, seen.values())) == len(jobs)
        assert all(numbers == sorted(numbers) for numbers in seen.values())
        assert inbox.inside == 0
        assert not inbox._locks

    asyncio.run(run())
