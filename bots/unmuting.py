"""Mutes that came from a case end when it is overturned, also where the program dies in between, and hold again where
that is taken back."""

import logging
from dataclasses import dataclass

from bots.cards import moment
from bots.mutes import Mute, Mutes, Silent
from bots.softly import softly
from moderation.cases import GUARD, RULINGS, Case, Review, Reviewer, ReviewStep, Ruling
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

    async def put_back(self, mute: Mute, *, by: Reviewer, server: str | None) -> bool:
        """Have a mute hold again that ended as its case was overturned; whether it does. Not where it would be over, or
        where moderators muted or unmuted them otherwise since."""
        mutes, kind = self.mutes, mute.kind
        holds = await mutes.of(
            mute.server,
            person=mute.who if kind is Silent.PERSON else "",
            persona=mute.who if kind is Silent.PERSONA else "",
        )
        last = _last_word((await self.desk.show(mute.case, server=server)).case, mute)
        if holds or mute.until <= mutes.now or last is None or last.note != _overturned_note(mute):
            return False
        await self.desk.take(mute.case, ReviewStep.MUTE, by=by, note=mute_note(mute), server=server)
        return await mutes.put_new(mute)

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
    last = _last_word(case, mute)
    return last is not None and last.step is ReviewStep.UNMUTE


def _last_word(case: Case, mute: Mute) -> Review | None:
    """The last step about a mute of that kind."""
    steps = [each for each in case.reviews if each.step in (ReviewStep.MUTE, ReviewStep.UNMUTE)]
    return next((each for each in reversed(steps) if each.note.partition(" ")[0] == mute.kind), None)


def _overturned_note(mute: Mute) -> str:
    return f"{mute.kind} {ReviewStep.OVERTURN}"


def mute_note(mute: Mute) -> str:
    """What the trail says of a mute."""
    return f"{mute.kind} {moment(mute.until)} {mute.reason}".rstrip()
