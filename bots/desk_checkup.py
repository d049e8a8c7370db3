"""Whether somebody looks after what waits at the review desk. For `talchum doctor`."""

from bots.config import Settings
from bots.doctor import Finding, doubtful, good
from bots.parts import open_state, open_store, utc_now
from bots.places import Places
from moderation.errors import ModerationError
from moderation.figures import overdue
from moderation.review import ReviewDesk

_ABOUT = "doctor.about_desk"


async def look_at_desk(settings: Settings) -> tuple[Finding, ...]:
    """What is overdue, and whether anybody hears of it; nothing where a database cannot be opened, which is told of
    elsewhere."""
    try:
        async with open_store(settings) as store, open_state(settings) as state:
            waiting = await ReviewDesk(store, clock=utc_now, rules=settings.review.rules).waiting()
            heard = await _heard(settings, Places(state, settings.places))
    except ModerationError:
        return ()
    count, oldest = overdue(waiting)
    if oldest is not None:
        return (doubtful(_ABOUT, "doctor.desk_overdue", count=count, oldest=f"{oldest:%Y-%m-%d}"),)
    if settings.review.nudge and not heard:
        return (doubtful(_ABOUT, "doctor.desk_unheard"),)
    lease, total = settings.review.lease_minutes, sum(each.count for each in waiting)
    return (good(_ABOUT, "doctor.desk_good", count=total, minutes=f"{lease:g}"),)


async def _heard(settings: Settings, places: Places) -> bool:
    """Whether moderators have a channel anywhere; so too where nothing is served that could have one."""
    platforms = [name for name in ("discord", "telegram") if getattr(settings, name)]
    found = [await places.where(name, lambda own: bool(own.log_channel)) for name in platforms]
    return not platforms or bool(settings.places.log_channel) or any(found)
