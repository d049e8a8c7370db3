"""Cards for the moderators of a community, in the channel where they want them: one a case, kept as the case stands."""

import asyncio
import hashlib
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from bots.cards import Card, Row, Tone
from bots.dialects import Dialect
from bots.errors import Missing
from bots.places import Place
from bots.platform import Caller, Role, Router
from bots.streaming import Gone

_log = logging.getLogger(__name__)

_LASTS: Final = timedelta(days=60)
"""How long it is known where the card of a case stands."""
_DIGITS: Final = 16


@dataclass(slots=True)
class _Turn:
    """Those who write the card of one case, one after the other."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    waiting: int = 0


class DeskCards:
    """Posts cards and has them read as their cases stand. Used from one event loop."""

    def __init__(self, dialect: Dialect, router: Router, *, language: str) -> None:
        """`language` is the one of our own words where a place has none."""
        self._dialect = dialect
        self._router = router
        self._language = language
        self._failures: tuple[type[BaseException], ...] = (*dialect.broken, Gone, Missing)
        self._turns: dict[str, _Turn] = {}

    async def note(self, caller: Caller, exchange: str, *, home: str = "", anew: bool = False) -> None:
        """Have the moderators of the community of `caller`, or of the one with the key `home`, see a case: by the card
        that it has already, or by a new one; `anew`: by a new one in any case, as it wants somebody's eyes again."""
        place = Place(platform=self._dialect.name, scopes=(home,)) if home else caller.place
        settings = await self._router.settings(place)
        if not settings.log_channel or not place.server:
            return
        card = await self._card(caller, place, exchange, settings.language or self._language)
        if card is None:
            return
        async with self._turn(card.case):
            if anew or not await self._rewritten(card, place):
                await self._posted(card, place)

    async def refresh(self, caller: Caller, exchange: str, *, but: str = "") -> None:
        """Let the card of a case of the community of `caller` read as it stands now, where it has one; not the one in
        the message `but`, which was done."""
        settings = await self._router.settings(caller.place)
        card = await self._card(caller, caller.place, exchange, settings.language or self._language)
        if card is None:
            return
        async with self._turn(card.case):
            await self._rewritten(card, caller.place, but=but)

    async def brought(self, caller: Caller, pending: str) -> bool:
        """Have the moderators of the community of `caller` see a persona that waits to be let in; False: that cannot
        be."""
        settings = await self._router.settings(caller.place)
        language = settings.language or self._language
        moderator = replace(caller, role=max(caller.role, Role.MODERATOR), language=language)
        card = await self._router.command(f"/persona pending {pending}", moderator)
        return bool(card.pending) and await self._posted(card, caller.place)

    async def renew(self, caller: Caller, case: str) -> bool:
        """Let the card of a case of the community of `caller` read as it stands now, whoever took a step with it. False
        where that cannot be done now, and may be later; where it has none, nothing is to be done."""
        settings = await self._router.settings(caller.place)
        card = await self._card(caller, caller.place, case, settings.language or self._language)
        if card is None:
            return True
        if card.case in self._turns:  # somebody writes it, who may have to wait for long
            return False
        async with self._turn(card.case):
            try:
                await self._written(card, caller.place)
            except (Gone, Missing):
                return True
            except self._dialect.broken as error:
                _log.warning("a card for the moderators stays as it was: error=%s", type(error).__name__)
                return False
        return True

    async def post(self, place: Place, card: Card) -> bool:
        """A card in the moderators' channel, where there is one. Where that cannot be, it is logged, and False is given
        back: the case waits all the same."""
        return await self._posted(card, place)

    async def _card(self, caller: Caller, place: Place, exchange: str, language: str) -> Card | None:
        """The card of a case as moderators see it, with where its reply stands."""
        moderator = replace(caller, place=place, role=Role.MODERATOR, language=language)
        card = await self._router.command(f"/review brief {exchange}", moderator)
        if card.tone is Tone.BAD:
            return None
        record = await self._router.replies.of_exchange(exchange)
        link = self._dialect.link(record) if record and record.shown else ""
        return replace(card, rows=(*card.rows, Row(label="", text=link))) if link else card

    async def _rewritten(self, card: Card, place: Place, *, but: str = "") -> bool:
        """Let the card that a case has read like `card`; False: there is none any more."""
        try:
            return await self._written(card, place, but=but)
        except self._failures as error:
            _log.warning("a card for the moderators stays as it was: error=%s", type(error).__name__)
            return False

    async def _written(self, card: Card, place: Place, *, but: str = "") -> bool:
        """The same. One that reads so already is left as it is. Raises what the dialect does."""
        settings = await self._router.settings(place)
        channel, message, read = [*(await self._router.recall(self._name(card))).split(" "), "", "", ""][:3]
        if not message or channel != settings.log_channel:
            return False
        if message == but or read == _read(card):
            return True
        language = settings.language or self._language
        stands = await self._dialect.repost(channel, message, card, place, language=language)
        if stands:
            await self._noted(card, channel, message)
        return stands

    async def _noted(self, card: Card, channel: str, message: str) -> None:
        await self._router.remember(self._name(card), f"{channel} {message} {_read(card)}", lasts=_LASTS)

    async def _posted(self, card: Card, place: Place) -> bool:
        settings = await self._router.settings(place)
        if not settings.log_channel or not place.server:
            return True
        try:
            message = await self._dialect.post(
                settings.log_channel, card, place, language=settings.language or self._language
            )
        except self._failures as error:
            _log.warning("no card for the moderators: error=%s", type(error).__name__)
            return False
        if card.case:
            await self._noted(card, settings.log_channel, message)
        return True

    def _name(self, card: Card) -> str:
        return f"card {self._dialect.name} {card.case}"

    @asynccontextmanager
    async def _turn(self, case: str) -> AsyncIterator[None]:
        """Two reports at once make one card."""
        turn = self._turns.setdefault(case, _Turn())
        turn.waiting += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[case]


def _read(card: Card) -> str:
    """What tells how a card reads from how it read otherwise."""
    return hashlib.sha256(repr(card).encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
