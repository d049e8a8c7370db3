"""Who moderates where: what the platform lets somebody do, and whom the community named besides."""

from dataclasses import replace

from bots.places import PlaceSettings
from bots.platform import Caller, Role


def ranked(caller: Caller, settings: PlaceSettings) -> Caller:
    """`caller` with the role that they have by what holds in their place (`moderators`, `seniors`); never a lower one
    than the platform vouches for. Ranking somebody twice changes nothing."""
    named = Role.MEMBER
    if caller.badges & set(settings.moderators):
        named = Role.MODERATOR
    if caller.badges & set(settings.seniors):
        named = Role.SENIOR
    return replace(caller, role=max(caller.role, named))
