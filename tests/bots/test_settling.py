"""What the program holds when it is ready is not looked through again and again."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bots.cli.serve import settle


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
