"""Where a terminal's lines come from: a person's keyboard, or standard input that somebody piped."""

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import aclosing, suppress
from io import RawIOBase

from bots.errors import RefuseToStart
from moderation.file_faults import reason_of

_LONGEST = 1_000_000
"""Bytes that are kept of a piped line: more than the longest message may have, which is then too long and says so."""
_CHUNK = 65_536
_AHEAD = 8


async def typed(*, prompt: str, hint: Callable[[], None]) -> AsyncIterator[str]:
    """What a person types, until Ctrl-D. `hint` is called at Ctrl-C: there is nothing to cancel then."""
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import InMemoryHistory
    from prompt_toolkit.patch_stdout import patch_stdout

    session: PromptSession[str] = PromptSession(history=InMemoryHistory())
    while True:
        try:
            with patch_stdout(raw=True):
                yield await session.prompt_async(prompt)
        except KeyboardInterrupt:
            hint()
        except EOFError:
            return


async def piped(stream: RawIOBase, *, broken: Callable[[int], None]) -> AsyncIterator[str]:
    """The lines of `stream`, as `raw_lines` reads them. A line that is not UTF-8 is left out: `broken` gets its number,
    from 1, and the rest goes on. Raises RefuseToStart where `stream` cannot be read."""
    number = 0
    async with aclosing(raw_lines(stream, longest=_LONGEST)) as lines:
        async for raw in lines:
            number += 1
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                broken(number)


async def raw_lines(stream: RawIOBase, *, longest: int) -> AsyncGenerator[bytes, None]:
    """The lines of `stream` with their ends, at most `longest` bytes of each: the rest of a line is discarded.

    A daemon thread reads, so that the program can end while nobody writes: a thread of the loop's own executor would
    be waited for. At most `_AHEAD` lines are read before they are asked for. Raises RefuseToStart where `stream`
    cannot be read.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | OSError | None] = asyncio.Queue()
    room = threading.Semaphore(_AHEAD)
    over = threading.Event()

    def read() -> None:
        # RuntimeError: the loop is closed, nobody listens any more.
        with suppress(RuntimeError):
            for item in _items(stream, longest):
                room.acquire()
                if over.is_set():
                    return
                loop.call_soon_threadsafe(queue.put_nowait, item)

    threading.Thread(target=read, name="standard input", daemon=True).start()
    try:
        while (item := await queue.get()) is not None:
            if isinstance(item, OSError):
                raise RefuseToStart("console.unreadable", reason=reason_of(item))
            room.release()
            yield item
    finally:
        over.set()
        room.release()


def _items(stream: RawIOBase, longest: int) -> Iterator[bytes | OSError | None]:
    """The lines, then None; an error takes its place."""
    try:
        yield from _cut_lines(stream, longest)
    except OSError as error:
        yield error
    else:
        yield None


def _cut_lines(stream: RawIOBase, longest: int) -> Iterator[bytes]:
    """At most `longest` bytes of each line, cut between characters, and never more than a chunk beyond them kept."""
    line = bytearray()
    while chunk := stream.read(_CHUNK):
        *ended, begun = chunk.split(b"\n")
        for part in ended:
            line += part
            yield _cut(line, longest) + b"\n"
            line.clear()
        line += begun
        del line[longest + 1 :]
    if line:
        yield _cut(line, longest)


def _cut(line: bytearray, longest: int) -> bytes:
    end = min(longest, len(line))
    if end < len(line):
        # A UTF-8 character has up to three bytes after its first: the one that does not fit is left out whole.
        for _ in range(3):
            end -= line[end] & 0xC0 == 0x80
    return bytes(line[:end])
