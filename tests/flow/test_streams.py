"""Scripted streams with every fault: nothing uncleared on the screen, nothing flagged lost."""

from pathlib import Path

from moderation.records import Outcome
from tests.support.streams import KINDS, on_disk


async def test_whatever_goes_wrong_nothing_uncleared_is_shown_and_nothing_flagged_is_lost(tmp_path: Path) -> None:
    """`make bench` runs ten thousand of these."""
    tally = await on_disk(600, seed=20, folder=tmp_path)

    assert set(KINDS) < set(tally.faults)
    seen = set(tally.outcomes)
    assert {Outcome.CLEAN, Outcome.FLAGGED, Outcome.REPAIRED, Outcome.WITHHELD, Outcome.WITHDRAWN} <= seen
    assert {Outcome.FAILED, Outcome.DISCLOSED, Outcome.SUSPENDED, Outcome.DECLINED} <= seen
    assert (tally.uncleared, tally.lost) == (0, 0)
