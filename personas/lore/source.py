"""Lore looked up for a reply: all books in force there, within one budget."""

import asyncio
import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from weakref import WeakKeyDictionary

from personas.conversation import Conversation
from personas.lore.book import Entry, Position
from personas.lore.engine import Compiled, Talk, fit, place
from personas.lore.timing import Started
from personas.messages import Aside
from personas.occasion import Occasion
from personas.prompting import Limits, estimate_tokens

_SHARE: Final = 4
"""Lore has this part of a prompt's tokens."""
_SIZES: Final = 20_000
"""Entries whose size is remembered."""
_PLACES: Final = (Position.BEFORE, Position.AFTER, Position.DEPTH)


class Shelf(Protocol):
    """Where books stand."""

    async def books(self, occasion: Occasion) -> Sequence[Compiled]:
        """The books in force there, the persona's own first; no two with one id. Raises nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """An entry that a turn calls for."""

    book: str
    """Id of its book."""
    entry: Entry
    told: bool
    """False: there was no room for it."""


Known = Mapping[str, Started]
"""`personas.lore.timing.Started`, by id of the book."""


class Lore:
    """Meets `personas.recall.Source`. What goes on from message to message is known for as long as the conversation
    is."""

    name = "lore"

    def __init__(self, shelf: Shelf, limits: Limits) -> None:
        self._shelf = shelf
        self._budget = limits.budget // _SHARE
        count = limits.count
        self._size = functools.lru_cache(maxsize=_SIZES)(
            lambda text, korean: count(text) if count else estimate_tokens(text, korean=korean)
        )
        self._started: WeakKeyDictionary[Conversation, Known] = WeakKeyDictionary()

    async def recall(self, occasion: Occasion) -> Sequence[Aside]:
        """See `personas.recall.Source`."""
        books = await self._shelf.books(occasion)
        if not books:
            return ()
        mentions, self._started[occasion.conversation] = await self._told(books, occasion)
        return asides([mention for mention in mentions if mention.told])

    async def tried(self, occasion: Occasion) -> tuple[Mention, ...]:
        """What the turn would call for, as it stands in prompts; nothing is noted."""
        books = await self._shelf.books(occasion)
        mentions, _ = await self._told(books, occasion)
        return mentions

    async def _told(self, books: Sequence[Compiled], occasion: Occasion) -> tuple[tuple[Mention, ...], Known]:
        korean = occasion.cast.persona.language == "ko"
        return await asyncio.to_thread(
            tell_all,
            books,
            talk_of(occasion),
            self._started.get(occasion.conversation, {}),
            budget=self._budget,
            size=lambda entry: self._size(entry.content, korean),
        )


def talk_of(occasion: Occasion) -> Talk:
    """What the books are asked."""
    conversation = occasion.conversation
    return Talk(
        texts=tuple(turn.text for turn in reversed(occasion.turns)),
        message=conversation.count - len(conversation.turns) + len(occasion.turns),
        replies=conversation.spoken,
        moment=occasion.cast.persona.moment,
        seed=f"{occasion.message.conversation} {occasion.cast.persona.id}",
    )


def tell_all(
    books: Sequence[Compiled], talk: Talk, started: Known, *, budget: int, size: Callable[[Entry], int]
) -> tuple[tuple[Mention, ...], dict[str, Started]]:
    """Pure: what all `books` tell, in the order of prompts, and what is known at the next message: also of books that
    are not among them now, and may be again."""
    found: list[tuple[int, Compiled, Entry]] = []
    dropped: list[Mention] = []
    begun: dict[str, dict[str, int]] = {}
    for rank, compiled in enumerate(books):
        told = compiled.tell(talk, started.get(compiled.book.id, {}), size)
        begun[compiled.book.id] = dict(told.started)
        found += [(rank, compiled, entry) for entry in told.entries if entry.position is not Position.NOWHERE]
        dropped += [Mention(book=compiled.book.id, entry=entry, told=False) for entry in told.dropped]
    found.sort(key=lambda item: (_PLACES.index(item[2].position), item[0], place(item[2])))
    kept = fit(found, budget, size=lambda item: size(item[2]), weight=lambda item: item[2].weight)
    names = {(rank, entry.id) for rank, _, entry in kept}
    mentions = []
    for rank, compiled, entry in found:
        told_now = (rank, entry.id) in names
        mentions.append(Mention(book=compiled.book.id, entry=entry, told=told_now))
        if not told_now and begun[compiled.book.id].get(entry.id) == talk.message:
            del begun[compiled.book.id][entry.id]
    return (*mentions, *dropped), {name: known for name, known in {**started, **begun}.items() if known}


def asides(mentions: Sequence[Mention]) -> tuple[Aside, ...]:
    """What a prompt may carry of `mentions`. Weights are in (0, 1), the heaviest entry's the highest."""
    heaviest = sorted(range(len(mentions)), key=lambda at: (mentions[at].entry.weight, -at))
    weights = {at: (number + 1) / (len(mentions) + 1) for number, at in enumerate(heaviest)}
    return tuple(
        Aside(
            text=mention.entry.content,
            origin=f"lore:{mention.book}/{mention.entry.id}",
            depth=mention.entry.depth if mention.entry.position is Position.DEPTH else None,
            weight=weights[at],
        )
        for at, mention in enumerate(mentions)
    )
