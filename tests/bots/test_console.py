"""How the console reads lines, and what goes on meanwhile."""

import asyncio
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.cli.chat import _meanwhile
from bots.console_bot.lines import raw_lines
from bots.errors import Unknown


class Source(io.RawIOBase):
    """Gives its bytes in pieces of `size`, as a pipe does."""

    def __init__(self, content: bytes, size: int) -> None:
        self._content = io.BytesIO(content)
        self._size = size

    def read(self, size: int = -1, /) -> bytes:
        return self._content.read(min(size, self._size))


async def lines_of(stream: io.RawIOBase, longest: int) -> list[bytes]:
    return [line async for line in raw_lines(stream, longest=longest)]


@given(
    texts=st.lists(st.text(st.sampled_from("a가é🙂\r"), max_size=12)),
    last=st.text(max_size=3).filter(lambda text: "\n" not in text),
    size=st.integers(1, 9),
    longest=st.integers(4, 20),
)
def test_every_line_is_one_line_cut_between_characters(texts: list[str], last: str, size: int, longest: int) -> None:
    content = "".join(f"{text}\n" for text in texts) + last
    lines = asyncio.run(lines_of(Source(content.encode(), size), longest))

    assert len(lines) == len(texts) + bool(last)
    for line, text in zip(lines, [*texts, last], strict=False):
        kept = line.decode().removesuffix("\n")
        assert text.startswith(kept)
        assert kept == text or longest - 4 < len(kept.encode()) <= longest


async def test_an_error_on_either_side_of_warming_arrives_as_itself() -> None:
    async def fail() -> None:
        raise Unknown("settings.unknown_filter", name="x", known="y")

    with pytest.raises(Unknown):
        async with _meanwhile(asyncio.Event().wait()):
            await fail()
    with pytest.raises(Unknown):
        async with _meanwhile(fail()):
            await asyncio.sleep(0)
