"""Mutes that came from a case end when it is overturned, also where the program dies in between."""

import logging
from dataclasses import dataclass

from bots.mutes import Mute, Mutes
from bots.softly import softly
from moderation.cases import GUARD, RULINGS, Case, Reviewer, ReviewStep, Ruling
from moderation.review import ReviewDesk

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmuting:
    """Lifts mutes, and says so in the trail of their cases first. Raises what the desk and the state raise."""

    desk: ReviewDesk
    mutes: Mutes

    async def lift(self, mute: Mute, *, by: Reviewer, server: str | None, note: str) -> None:
        """Let somebody speak again. `server` as with `ReviewDesk`; `note` says why, after what is lifted."""
        if mute.case:
            told = f"{mute.kind} {note}".rstrip()
            await self.desk.take(mute.case, ReviewStep.UNMUTE, by=by, note=told, server=server)
        await self.mutes.lift(mute)

    async def settle(self) -> int:
        """Lift what should have been lifted when its case was overturned, as whoever did so meant to; how many."""
        lifted = 0
        for mute in await self.mutes.here(None):
            if not mute.case:
                continue
            with softly(_log, "a mute was not lifted"):
                case = (await self.desk.show(mute.case)).case
                if not _overturned_since(case, mute):
                    continue
                if _told(case, mute):
                    await self.mutes.lift(mute)
                else:
                    await self.lift(mute, by=GUARD, server=None, note=ReviewStep.OVERTURN)
                lifted += 1
        return lifted


def _overturned_since(case: Case, mute: Mute) -> bool:
    decisions = [review.at for review in case.reviews if review.step in RULINGS]
    return case.ruling is Ruling.OVERTURNED and decisions[-1] >= mute.since


def _told(case: Case, mute: Mute) -> bool:
    """Whether the last word about a mute of that kind is that it was lifted."""
    steps = [each for each in case.reviews if each.step in (ReviewStep.MUTE, ReviewStep.UNMUTE)]
    about = [each.step for each in steps if each.note.partition(" ")[0] == mute.kind]
    return about[-1:] == [ReviewStep.UNMUTE]
