"""Settings read anew while the program serves (SIGHUP): whole or not at all.

Everything new is made beside what is in force, and takes its place in one step of the event loop. A reply under way
ends with what it began with; conversations go on.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final

from bots.casting import Casting
from bots.config import Settings
from bots.errors import SettingsError
from bots.fitting import check_policy
from bots.hall import Hall
from bots.house import House
from bots.lorebooks import Lorebooks
from bots.metrics import Metrics
from bots.models import limits_of
from bots.named_files import Digests, changed, digests_of
from bots.parts import policy_file
from moderation.policy import Policy
from moderation.words import Explained
from personas.cast import Cast
from personas.loading import load_library
from personas.lore.loading import load_lore
from personas.prompting import Limits
from personas.stagehands import Stagehands

_log = logging.getLogger(__name__)

RENEWABLE: Final = frozenset({"reply", "personas", "policy", "places"})
"""The sections of the settings that may change at run time."""
_THREADS: Final = ("workers", "encodings")
"""What the guard's threads and its encoder are made for when it starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """How it went."""

    at: datetime
    """Aware, in UTC."""
    refusal: str
    """Why nothing was changed, in the language of the settings; "": all was."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """How somebody asks for it."""

    read: Callable[[], Settings]
    """Reads the settings anew. Blocks. Raises SettingsError."""
    asked: Callable[[], Awaitable[object]]
    """Comes back when it is wished for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Makers:
    """How the parts are made that settings decide on."""

    hall: Callable[[Settings, Sequence[Cast]], Hall]
    """Raises Unknown, SettingsError."""
    hands: Callable[[Settings, Limits, Lorebooks], Stagehands]
    """What every reply works with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """Everything new."""

    settings: Settings
    policy: Policy
    hall: Hall
    before: dict[tuple[str, str], Cast]
    """The personas of communities when theirs were read."""
    casting: Casting
    books: Lorebooks
    hands: Stagehands


class Renewal:
    """Of one house. Used from one event loop."""

    def __init__(
        self, settings: Settings, files: Digests, house: House, books: Lorebooks, makers: Makers, metrics: Metrics,
        *, now: Callable[[], datetime],
    ) -> None:  # fmt: skip
        """`settings` are in force, and what `files` were before they were read."""
        self._settings = settings
        self._files = files
        self._house = house
        self._books = books
        self._makers = makers
        self._metrics = metrics
        self._now = now
        self.last: Renewed | None = None
        """How it went last; None: nobody asked."""

    async def run(self, wish: Wish) -> None:
        """Read everything anew whenever that is wished for, until cancelled."""
        while True:
            await wish.asked()
            await self.renew(wish.read)

    async def renew(self, read: Callable[[], Settings]) -> Renewed:
        """Have in force what `read` gives (it blocks, and raises SettingsError). Raises nothing for what is wrong."""
        making = asyncio.create_task(self._make(read), name="reading settings anew")
        try:
            await asyncio.wait([making])
        finally:
            making.cancel()
        error, refusal = making.exception(), ""
        if error is None and making.result().before != self._house.troupe.hall.own():
            return await self.renew(read)  # a community's own persona came or went meanwhile
        if error is None:
            self._swap(making.result())
            _log.info("settings were read anew: policy=%s", self._house.runtime.policy)
        else:
            refusal = type(error).__name__
            if isinstance(error, Explained):
                refusal = error.explain(self._settings.language)
            # What is wrong is wrong with files of whoever runs this: no message of anybody is in it.
            _log.critical("settings were not read anew, nothing was changed: %s", refusal)
        self.last = Renewed(at=self._now(), refusal=refusal)
        return self.last

    async def _make(self, read: Callable[[], Settings]) -> _Ready:
        """Everything new. Raises RefuseToStart, PolicyError, PersonaError, StoreBusy, StoreFailed."""
        settings = await asyncio.to_thread(read)
        self._require_same(settings, await asyncio.to_thread(digests_of, settings))
        guard = self._house.runtime.guard
        policy = await asyncio.to_thread(lambda: Policy.load(policy_file(settings)))
        check_policy(settings, policy)
        for name in _THREADS:
            if getattr(policy.limits, name) != getattr(guard.policy.limits, name):
                raise SettingsError("settings.needs_restart", names=f"policy: {name}")
        personas = await asyncio.to_thread(load_library, settings.personas.folders)
        written = await asyncio.to_thread(load_lore, settings.personas.folders, personas)
        limits = await asyncio.to_thread(limits_of, settings)
        casting = await Casting.of(guard.under(policy), limits)
        casts = [await casting.cast(persona) for persona in personas.values()]
        troupe, attachments = self._house.troupe, self._books.attachments
        before, hall = troupe.hall.own(), self._makers.hall(settings, casts)
        await troupe.gather(hall, casting.cast)
        # Whoever comes after this is judged by the guard of the house, which has the new policy by then.
        books = Lorebooks(attachments, troupe, guard, own=written, limits=limits)
        hands = self._makers.hands(settings, limits, books)
        return _Ready(
            settings=settings, policy=policy, hall=hall, before=before, casting=casting, books=books, hands=hands
        )

    def _require_same(self, settings: Settings, files: Digests) -> None:
        """Raises SettingsError where something changed that cannot at run time."""
        names = [field.name for field in fields(Settings) if field.name not in RENEWABLE]
        other = [name for name in names if getattr(settings, name) != getattr(self._settings, name)]
        if other := other or changed(self._files, files):
            raise SettingsError("settings.needs_restart", names=", ".join(other))

    def _swap(self, ready: _Ready) -> None:
        """In one step: nothing here waits, or fails."""
        house, policy = self._house, ready.policy
        house.runtime.guard.adopt(policy)
        house.runtime.adopt(ready.hands)
        house.troupe.adopt(ready.hall, ready.casting.cast)
        house.lore.adopt(ready.books)
        house.scenes.places.adopt(ready.settings.places)
        house.desk.policy = policy.hash
        self._metrics.knowing(frozenset(policy.rules()))
        self._settings = ready.settings
