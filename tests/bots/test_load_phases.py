"""A very long run under load that is ended early."""

import asyncio
import os
import signal

from bots.load.phases import interrupt


async def test_the_first_interrupt_is_told_and_the_second_is_one_as_ever() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupt() as came:
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(came.wait(), 5)
        assert signal.getsignal(signal.SIGINT) == before


async def test_afterwards_an_interrupt_is_one_as_ever() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interrupt() as came:
        assert signal.getsignal(signal.SIGINT) != before

    assert signal.getsignal(signal.SIGINT) == before
    assert not came.is_set()
