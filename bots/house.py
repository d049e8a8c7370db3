"""What the host works with, in one value."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bots.aftermath import Aftermath
from bots.commands import Commands
from bots.ensemble import Ensemble
from bots.inbox import Inbox
from bots.loops import Loops
from bots.lore_commands import LoreCommands
from bots.memories import Memories
from bots.meter import Meter
from bots.mutes import Mutes
from bots.notices import Notices
from bots.own_words import OwnWords
from bots.replies import Replies
from bots.retention import Retention
from bots.sampling import Sampling
from bots.scene import Scenes
from bots.state import State
from bots.tending import Tending
from bots.tidings import Tidings
from bots.troupe import Troupe
from moderation.review import ReviewDesk
from personas.runtime import PersonaRuntime


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the host works with."""

    runtime: PersonaRuntime
    scenes: Scenes
    troupe: Troupe
    lore: LoreCommands
    ensemble: Ensemble
    inbox: Inbox
    commands: Commands
    meter: Meter
    notices: Notices | None
    """None: nobody needs to be told that an AI speaks."""
    loops: Loops
    desk: ReviewDesk
    tending: Tending
    tidings: Tidings
    mutes: Mutes
    words: OwnWords
    memories: Memories
    sampling: Sampling
    replies: Replies
    aftermath: Aftermath
    state: State
    retention: Retention
    now: Callable[[], datetime]
    chance: Callable[[], float]
    """A number in [0, 1)."""
