"""`/lore`: which lorebooks hold where somebody is, what they say, and what a text would call for."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bots.cards import Card, Row, Tone
from bots.errors import NotAllowed, UsageError
from bots.lore_cards import book_card, described, entry_card, mention_row, where
from bots.lorebooks import Attached, Lorebooks, unknown_book
from bots.place_commands import scope_of
from bots.platform import Caller, Role
from bots.scene import Scene, Scenes
from moderation.guard import Guard
from moderation.words import catalogue
from personas.lore import Lorebook
from personas.lore.judging import objections
from personas.lore.loading import read_lorebook, require_content
from personas.messages import Cue
from personas.occasion import Occasion

SCOPES: Final = ("server", "category", "channel", "here")
"""Places a book can be attached to; besides, a persona."""
PERSONA: Final = "persona"
MOST_ENTRIES: Final = 5_000
"""Of a book that is attached."""
_OBJECTIONS: Final = 5
_NOT_IN_IDS: Final = re.compile(r"[^\w.-]+")

Handler = Callable[[list[str], Caller, Scene], Awaitable[Card]]


class LoreCommands:
    """Commands over the lorebooks of all communities."""

    def __init__(self, scenes: Scenes, books: Lorebooks, guard: Guard) -> None:
        """`guard` judges what is attached."""
        self._scenes = scenes
        self._books = books
        self._guard = guard
        self._known: Mapping[str, tuple[Role, Handler]] = {
            "list": (Role.MODERATOR, self._list),
            "show": (Role.MODERATOR, self._show),
            "test": (Role.MODERATOR, self._test),
            "add": (Role.ADMIN, self._add),
            "remove": (Role.ADMIN, self._remove),
        }

    async def run(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """list | show ID [ENTRY] | test TEXT | add [server|category|channel|here|persona [ID]] (with a file) |
        remove ID. Raises BotError, PersonaError, ModerationError."""
        verb, *rest = words or ["list"]
        if verb not in self._known:
            raise _usage(scene)
        role, handler = self._known[verb]
        if caller.role < role:
            said = catalogue("bots").say(f"commands.role_{role.name.lower()}", scene.language)
            raise NotAllowed("commands.not_allowed", role=said)
        return await handler(rest, caller, scene)

    def adopt(self, books: Lorebooks) -> None:
        """Be over `books` from now on."""
        self._books = books

    async def move(self, old: str, new: str) -> None:
        """A community has another key now."""
        await self._books.attachments.move(old, new)

    async def _list(self, _words: list[str], caller: Caller, scene: Scene) -> Card:
        """Those in force, then those that hold elsewhere in the community."""
        held = await self._books.in_force(scene.cast, caller.place.scopes)
        here = {attached.id for attached, _ in held if attached}
        language = scene.language
        rows = [Row(label=f"▸ {one.book.id}", text=described(each or one.book, language)) for each, one in held]
        elsewhere = await self._books.attachments.attached(caller.place.community)
        rows += [Row(label=f"  {each.id}", text=described(each, language)) for each in elsewhere if each.id not in here]
        title = _say("title" if rows else "none", scene)
        return Card(title=title, rows=tuple(rows), hint=_say("usage", scene))

    async def _show(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if not 1 <= len(words) <= 2:
            raise _usage(scene)
        book = await self._find(words[0], caller, scene)
        if len(words) == 2:
            return entry_card(book, words[1], scene.language)
        return book_card(book, scene.language)

    async def _test(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """What a message would call for, were it said here now."""
        text = " ".join(words)
        if not text:
            raise _usage(scene)
        occasion = Occasion.of(Cue.ANSWER, replace(caller.message, text=text), scene.cast, scene.conversation)
        mentions = await self._books.lore.tried(occasion)
        known = [one for one in await self._books.knowledge.recall(occasion) if one.origin.startswith("document:")]
        rows = (
            *(mention_row(mention, scene.language) for mention in mentions),
            *(Row(label=one.origin.partition(":")[2], text=one.text) for one in known),
        )
        return Card(title=_say("test_title" if rows else "test_none", scene), rows=rows)

    async def _add(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        scope, persona = self._where(words, caller, scene)
        if not caller.file:
            raise UsageError("lore.no_file")
        book = await examined(caller.file, caller.file_name, self._guard)
        if book.id in {compiled.book.id for compiled in await self._books.own(scene.cast, caller.place.community)}:
            raise UsageError("lore.taken", id=book.id)
        attached = Attached.of(book, scope=scope, persona=persona, file=caller.file_name)
        replaced = await self._books.attachments.attach(caller.place.community, attached, caller.file)
        title = _say("replaced" if replaced else "added", scene, id=book.id, count=len(book.entries))
        rows = [Row(label=_say("where", scene), text=where(attached, scene.language))]
        if not book.licence:
            rows.append(Row(label="!", text=_say("no_licence", scene)))
        return Card(title=title, rows=tuple(rows), hint=_say("added_hint", scene), tone=Tone.GOOD)

    async def _remove(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if len(words) != 1:
            raise _usage(scene)
        gone = await self._books.attachments.detach(caller.place.community, words[0])
        return Card(title=_say("removed", scene, id=gone.id), tone=Tone.GOOD)

    def _where(self, words: Sequence[str], caller: Caller, scene: Scene) -> tuple[str, str]:
        """The key of the scope or the id of the persona that a book is to be attached to; the other is ""."""
        name, *rest = words or ["server"]
        if name == PERSONA and len(rest) <= 1:
            cast = self._scenes.hall.cast(rest[0], caller.place.community) if rest else scene.cast
            return "", cast.persona.id
        if name not in SCOPES or rest:
            raise _usage(scene)
        return (caller.place.community if name == "server" else scope_of(name, caller.place)), ""

    async def _find(self, name: str, caller: Caller, scene: Scene) -> Lorebook:
        """A book that is in force here, or attached anywhere in the community. Raises Unknown."""
        community = caller.place.community
        held = {one.book.id: one.book for _, one in await self._books.in_force(scene.cast, caller.place.scopes)}
        if name in held:
            return held[name]
        attached = {each.id: each for each in await self._books.attachments.attached(community)}
        if name not in attached:
            raise unknown_book(name, dict.fromkeys((*held, *attached)))
        return (await self._books.attachments.book(community, attached[name])).book


async def examined(data: bytes, file: str, guard: Guard) -> Lorebook:
    """The book in a file that is to be attached. Raises PersonaError for what is wrong with it, UsageError where it has
    too many entries, or ones that the guard objects to."""
    book = await asyncio.to_thread(_read, data, file)
    if len(book.entries) > MOST_ENTRIES:
        raise UsageError("lore.too_many", count=len(book.entries), most=MOST_ENTRIES)
    against = await objections(book, guard, enough=_OBJECTIONS)
    if against:
        refused = "; ".join(f"{name} ({', '.join(rules) or '-'})" for name, rules in against.items())
        raise UsageError("lore.refused", entries=refused)
    return book


def _read(data: bytes, file: str) -> Lorebook:
    stem = _NOT_IN_IDS.sub("-", file.rpartition("/")[2].rpartition(".")[0]).strip("-.")[:40]
    book = read_lorebook(data, file=file, name=stem or "lore")
    require_content(book, file=file)
    return book


def _usage(scene: Scene) -> UsageError:
    return UsageError("commands.usage", usage=_say("usage", scene))


def _say(key: str, scene: Scene, **fields: object) -> str:
    return catalogue("bots").say(f"lore.{key}", scene.language, **fields)
