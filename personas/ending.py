"""Waiting for a task to tidy up."""

import asyncio
from typing import Any


async def end_of(task: "asyncio.Future[Any]") -> None:
    """Wait until `task`, which was cancelled, has ended, even where the caller is cancelled once more meanwhile.

    A second cancellation is passed on, but not before the end: nothing is left running behind the caller's back.
    """
    again = False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            again = True
    if again:
        raise asyncio.CancelledError
