"""What the program holds when it is ready is not looked through again and again."""

import asyncio
import gc
import weakref
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from blockbuster import BlockBuster

from bots.cli.serve import run, settle
from bots.renewal import Wish


class Knot:
    """Refers to itself, so that only the collector finds it."""

    def __init__(self) -> None:
        self.own = self


@pytest.fixture(autouse=True)
def _thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_is_there_stays_out_of_later_collections() -> None:
    settle()

    assert gc.get_freeze_count() > 10_000
    assert len(gc.get_objects()) < 10_000


def test_what_settings_read_anew_took_the_place_of_is_let_go() -> None:
    knot = Knot()
    known = weakref.ref(knot)
    settle()
    del knot
    assert known() is not None
    settle()

    assert known() is None


def test_the_program_settles_before_it_waits_for_a_wish_to_read_settings_anew(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    _nothing_of_ours_blocks_the_event_loop: BlockBuster,  # noqa: PT019 - its value is used
) -> None:
    _nothing_of_ours_blocks_the_event_loop.deactivate()  # a command serves nobody else while it reads its files
    frozen: list[int] = []

    async def serving(_settings: object, _ready: object, _metrics: object, _troubles: object, wish: Wish) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(wish.asked(), 0.01)
        frozen.append(gc.get_freeze_count())

    monkeypatch.setenv("TALCHUM_DATA", str(tmp_path))
    monkeypatch.setattr("bots.app.serve", serving)
    run()

    assert frozen[0] > 10_000
