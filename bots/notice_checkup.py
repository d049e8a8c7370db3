"""Which notices are given, for `talchum doctor`: by which laws, how often, and where more hold than elsewhere."""

from datetime import timedelta

from bots.cadence import REMEMBERED, strictest
from bots.config import Settings
from bots.doctor import Finding, Several, Told, good
from bots.parts import open_state
from bots.places import Places
from moderation.errors import ModerationError


async def look_at_notices(settings: Settings) -> Finding:
    """What holds everywhere, and in how many places more does."""
    laws = settings.places.notices
    cadence = strictest(laws)
    duties = [
        *(["doctor.notices_break"] if cadence.breaks else []),
        *(["doctor.notices_each"] if cadence.each else []),
        *(["doctor.notices_mark"] if cadence.mark else []),
        *(["doctor.notices_wording"] if cadence.wordings else []),
    ]
    return good(
        "doctor.about_notices",
        "doctor.notices_good",
        laws=", ".join(laws) or "default",
        every=_told(cadence.lasts(careful=False)),
        minors=_told(cadence.lasts(careful=True)),
        duties=Several(*duties) if duties else Told("doctor.notices_nothing"),
        places=await _with_more(settings),
    )


def _told(time: timedelta) -> Told:
    if time == REMEMBERED:
        return Told("doctor.notices_once")
    return Told("doctor.notices_every", minutes=time // timedelta(minutes=1))


async def _with_more(settings: Settings) -> int:
    """In how many places more holds; a state that cannot be opened is told of elsewhere."""
    try:
        async with open_state(settings) as state:
            places = Places(state, settings.places)
            found = [
                await places.where(platform, lambda own: own.notices != settings.places.notices)
                for platform in ("discord", "telegram")
            ]
    except ModerationError:
        return 0
    return sum(map(len, found))
