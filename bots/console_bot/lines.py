"""Where a terminal's lines come from: a person's keyboard, or standard input that somebody piped."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import BinaryIO

from prompt_toolkit import PromptSession
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.patch_stdout import patch_stdout

_LONGEST = 1_000_000
"""Bytes in a piped line; what is longer is read in parts of this size, each a message that is then too long."""


async def typed(*, prompt: str, hint: Callable[[], None]) -> AsyncIterator[str]:
    """What a person types, until Ctrl-D. `hint` is called at Ctrl-C: there is nothing to cancel then."""
    session: PromptSession[str] = PromptSession(history=InMemoryHistory())
    while True:
        try:
            with patch_stdout(raw=True):
                yield await session.prompt_async(prompt)
        except KeyboardInterrupt:
            hint()
        except EOFError:
            return


async def piped(stream: BinaryIO, *, broken: Callable[[int], None]) -> AsyncIterator[str]:
    """The lines of `stream`, read outside the event loop. A line that is not UTF-8 is left out: `broken` gets its
    number, from 1, and the rest goes on."""
    number = 0
    while raw := await asyncio.to_thread(stream.readline, _LONGEST):
        number += 1
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
        except UnicodeDecodeError:
            broken(number)
