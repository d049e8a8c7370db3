"""Lorebooks where they hold: those of the personas themselves, and those that communities attached to a place or to a
persona. Kept in the state as they came."""

import asyncio
import base64
import logging
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

from bots.errors import Unknown, UsageError
from bots.parts import encoder_of
from bots.softly import softly
from bots.state import Entry, State
from bots.troupe import Troupe
from moderation.guard import Guard
from moderation.words import Explained
from personas.cast import Cast
from personas.knowledge.source import Knowledge
from personas.lore import Lorebook
from personas.lore.engine import Compiled
from personas.lore.judging import admitted
from personas.lore.loading import read_lorebook
from personas.lore.source import Lore
from personas.occasion import Occasion
from personas.prompting import Limits

_log = logging.getLogger(__name__)

_SHELF: Final = "lore shelf"
"""Kind of the entry that says which books a community has."""
_BOOK: Final = "lore"
"""Kind of the entries that hold them."""
MOST: Final = 20
"""Books of one community."""
_READY: Final = 64
"""Books that are kept ready."""


def unknown_book(name: str, known: Iterable[str]) -> Unknown:
    """That there is no book of that name, and which there are."""
    there = ", ".join(known)
    return Unknown("lore.unknown", id=name, known=there) if there else Unknown("lore.none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """A book that a community has, and where it holds."""

    id: str
    """Unique in the community."""
    scope: str
    """Key of the place it holds in, or ""."""
    persona: str
    """Id of the persona whose it is, wherever that speaks in the community, or ""."""
    version: str
    file: str
    """What it came as."""
    name: str
    """For people."""
    entries: int
    """How many it has."""

    @classmethod
    def of(cls, book: Lorebook, *, scope: str = "", persona: str = "", file: str) -> Self:
        """`book`, to hold in a place or wherever a persona speaks."""
        return cls(
            id=book.id, scope=scope, persona=persona, version=book.version, file=file, name=book.name,
            entries=len(book.entries),
        )  # fmt: skip

    def holds(self, scopes: Sequence[str], persona: str) -> bool:
        """Whether it is in force where the places are `scopes`, for that persona."""
        return self.persona == persona if self.persona else self.scope in scopes


class Attachments:
    """The books that communities attached. Used from one event loop; what another process attaches holds from the next
    message on. Every method that is awaited raises StoreBusy and StoreFailed."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._ready: OrderedDict[tuple[str, str, str], Compiled] = OrderedDict()
        """By community, id and version."""
        self._changing = asyncio.Lock()

    async def attached(self, community: str) -> tuple[Attached, ...]:
        """What a community attached, by id. Raises StoreBusy, StoreFailed."""
        entry = await self._state.get(_SHELF, community) if community else None
        listed: Any = entry.value["books"] if entry else []
        return tuple(Attached(**each) for each in listed)

    async def book(self, community: str, attached: Attached) -> Compiled:
        """One of them, ready. Raises StoreBusy, StoreFailed, Unknown where it was detached meanwhile."""
        key = (community, attached.id, attached.version)
        compiled = self._ready.get(key)
        if compiled is None:
            entry = await self._state.get(_BOOK, _key(community, attached.id))
            if entry is None:
                raise unknown_book(attached.id, [])
            data = base64.b64decode(str(entry.value["data"]))
            compiled = await asyncio.to_thread(_compiled, data, attached)
        _remember(self._ready, key, compiled)
        return compiled

    async def attach(self, community: str, attached: Attached, data: bytes) -> bool:
        """Have a book hold, in place of the one of that id; whether there was one. Raises UsageError where there are
        too many, StoreBusy, StoreFailed."""
        async with self._changing:
            there = await self.attached(community)
            rest = tuple(each for each in there if each.id != attached.id)
            if len(rest) >= MOST:
                raise UsageError("lore.full", most=MOST)
            value = {"data": base64.b64encode(data).decode()}
            await self._state.put(Entry(kind=_BOOK, key=_key(community, attached.id), value=value, group=community))
            await self._list(community, (*rest, attached))
            return len(rest) < len(there)

    async def detach(self, community: str, name: str) -> Attached:
        """Have a book hold no more. Raises Unknown, StoreBusy, StoreFailed."""
        async with self._changing:
            there = await self.attached(community)
            gone = next((each for each in there if each.id == name), None)
            if gone is None:
                raise unknown_book(name, [each.id for each in there])
            await self._list(community, tuple(each for each in there if each is not gone))
            await self._state.drop(_BOOK, _key(community, name))
            return gone

    async def move(self, old: str, new: str) -> None:
        """A community has another key now, and its books follow. Does nothing the second time."""
        if old == new:
            return
        async with self._changing:
            moved = [replace(each, scope=new if each.scope == old else each.scope) for each in await self.attached(old)]
            for each in moved:
                entry = await self._state.get(_BOOK, _key(old, each.id))
                if entry and await self._state.put_new(replace(entry, key=_key(new, each.id), group=new)):
                    await self._state.drop(_BOOK, entry.key)
            if moved and not await self.attached(new):
                await self._list(new, tuple(moved))
            await self._state.drop(_SHELF, old)

    async def _list(self, community: str, attached: tuple[Attached, ...]) -> None:
        books = [asdict(each) for each in sorted(attached, key=lambda each: each.id)]
        if books:
            await self._state.put(Entry(kind=_SHELF, key=community, value={"books": books}))
        else:
            await self._state.drop(_SHELF, community)


class Lorebooks:
    """Meets `personas.lore.source.Shelf`. Used from one event loop."""

    def __init__(
        self, attachments: Attachments, troupe: Troupe, guard: Guard, *, own: Mapping[str, Lorebook], limits: Limits
    ) -> None:
        """`own` are the books that lie beside persona files, by persona: whoever runs the program answers for them.
        `limits` are those of prompts."""
        self.lore = Lore(self, limits)
        """What looks them up for a reply by their keys."""
        self.knowledge = Knowledge(encoder_of(guard), self)
        """What looks up, by what it means, what they and personas know."""
        self.attachments = attachments
        self._troupe = troupe
        self._guard = guard
        self._own = {persona: Compiled.of(book) for persona, book in own.items()}
        self._cards: OrderedDict[tuple[str, str], tuple[Cast, asyncio.Task[Compiled | None]]] = OrderedDict()
        """By community and persona; the cast is a new one whenever the persona is brought in anew."""

    async def books(self, occasion: Occasion) -> Sequence[Compiled]:
        """See `personas.lore.source.Shelf`: the persona's own, then what was attached to it, then to the places, the
        narrowest first."""
        return [compiled for _, compiled in await self.in_force(occasion.cast, occasion.conversation.scopes)]

    async def in_force(self, cast: Cast, scopes: Sequence[str]) -> list[tuple[Attached | None, Compiled]]:
        """The books in force in a place, and how they came to be; None: the persona's own. What cannot be read is left
        out, and logged."""
        persona, community = cast.persona.id, scopes[0] if scopes else ""
        found: list[tuple[Attached | None, Compiled]] = []
        attached: tuple[Attached, ...] = ()
        with softly(_log, f"a lorebook of {persona} was not read"):
            found += [(None, book) for book in await self.own(cast, community)]
        with softly(_log, f"a lorebook of {persona} was not read"):
            attached = await self.attachments.attached(community)
        holding = [each for each in attached if each.holds(scopes, persona)]
        for each in sorted(holding, key=lambda each: (not each.persona, -_depth(each.scope, scopes), each.id)):
            with softly(_log, f"a lorebook of {persona} was not read"):
                found.append((each, await self.attachments.book(community, each)))
        first = {compiled.book.id: compiled for _, compiled in reversed(found)}
        return [(each, compiled) for each, compiled in found if first[compiled.book.id] is compiled]

    async def own(self, cast: Cast, community: str) -> list[Compiled]:
        """The persona's own books: beside its file, and in its card, once that is judged. Raises StoreBusy,
        StoreFailed, PersonaError."""
        beside = self._own.get(cast.persona.id)
        key = (community, cast.persona.id)
        known = self._cards.get(key)
        # A cast in another manner, or at another moment, shares its terms with the one it was made of.
        if known is None or known[0].terms is not cast.terms:
            known = (cast, asyncio.create_task(self._carded(cast, community), name="judging a lorebook"))
        _remember(self._cards, key, known)
        try:
            # A reply that cannot wait for it does without; the next one has it.
            carded = await asyncio.shield(known[1])
        except Explained:
            self._cards.pop(key, None)
            raise
        return [compiled for compiled in (beside, carded) if compiled is not None]

    async def _carded(self, cast: Cast, community: str) -> Compiled | None:
        book = await self._troupe.lore(cast, server=community)
        if book is None:
            return None
        passed = await admitted(book, self._guard)
        if len(passed.entries) < len(book.entries):
            kept_out = len(book.entries) - len(passed.entries)
            _log.warning("entries of a lorebook are not told: persona=%s entries=%d", cast.persona.id, kept_out)
        return await asyncio.to_thread(Compiled.of, passed)


def _compiled(data: bytes, attached: Attached) -> Compiled:
    book = read_lorebook(data, file=attached.file, name=attached.id)
    return Compiled.of(replace(book, id=attached.id))


def _remember(known: OrderedDict[Any, Any], key: object, value: object) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > _READY:
        known.popitem(last=False)


def _depth(scope: str, scopes: Sequence[str]) -> int:
    return scopes.index(scope) if scope in scopes else -1


def _key(community: str, name: str) -> str:
    return f"{community} {name}"
