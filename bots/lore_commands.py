"""`/lore`: which lorebooks hold where somebody is, what they say, and what a text would call for."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bots.cards import Card, Row, Tone
from bots.errors import NotAllowed, Unknown, UsageError
from bots.lorebooks import Attached, Lorebooks
from bots.place_commands import scope_of
from bots.places import kind_of
from bots.platform import Caller, Role
from bots.scene import Scene, Scenes
from moderation.guard import Guard
from moderation.words import catalogue
from personas.lore import Entry, Key, Lorebook
from personas.lore.judging import objections
from personas.lore.loading import read_lorebook
from personas.lore.source import Mention
from personas.messages import Cue
from personas.occasion import Occasion

SCOPES: Final = ("server", "category", "channel", "here")
"""Places a book can be attached to; besides, a persona."""
PERSONA: Final = "persona"
MOST_ENTRIES: Final = 5_000
"""Of a book that is attached."""
_SHOWN: Final = 25
"""Entries that are listed."""
_EXCERPT: Final = 160
"""Code points of an entry in a list."""
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

    async def move(self, old: str, new: str) -> None:
        """A community has another key now."""
        await self._books.move(old, new)

    async def _list(self, _words: list[str], caller: Caller, scene: Scene) -> Card:
        """Those in force, then those that hold elsewhere in the community."""
        held = await self._books.in_force(scene.cast, caller.place.scopes)
        here = {attached.id for attached, _ in held if attached}
        rows = [Row(label=f"▸ {one.book.id}", text=_described(one.book, attached, scene)) for attached, one in held]
        for attached in await self._books.attached(caller.place.community):
            if attached.id not in here:
                book = (await self._books.book(caller.place.community, attached)).book
                rows.append(Row(label=f"  {attached.id}", text=_described(book, attached, scene)))
        title = _say("title" if rows else "none", scene)
        return Card(title=title, rows=tuple(rows), hint=_say("usage", scene))

    async def _show(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if not 1 <= len(words) <= 2:
            raise _usage(scene)
        book = await self._find(words[0], caller, scene)
        if len(words) == 2:
            return _entry_card(book, words[1], scene)
        rows = tuple(Row(label=_label(entry), text=_excerpt(entry)) for entry in book.entries[:_SHOWN])
        more = len(book.entries) - _SHOWN
        hint = _say("more", scene, count=more, id=book.id) if more > 0 else _say("show_hint", scene, id=book.id)
        facts = [Row(label=_say("book", scene), text=_described(book, None, scene, whose=False))]
        facts += [Row(label=_say("source", scene), text=text) for text in [_provenance(book)] if text]
        return Card(title=book.name or book.id, rows=(*facts, *rows), hint=hint)

    async def _test(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """What a message would call for, were it said here now."""
        text = " ".join(words)
        if not text:
            raise _usage(scene)
        occasion = Occasion.of(Cue.ANSWER, replace(caller.message, text=text), scene.cast, scene.conversation)
        mentions = await self._books.lore.tried(occasion)
        rows = tuple(_mention_row(mention, scene) for mention in mentions)
        return Card(title=_say("test_title" if rows else "test_none", scene), rows=rows)

    async def _add(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        scope, persona = self._where(words, caller, scene)
        if not caller.file:
            raise UsageError("lore.no_file")
        book = await asyncio.to_thread(_read, caller.file, caller.file_name)
        if len(book.entries) > MOST_ENTRIES:
            raise UsageError("lore.too_many", count=len(book.entries), most=MOST_ENTRIES)
        if book.id in {compiled.book.id for compiled in await self._books.own(scene.cast, caller.place.community)}:
            raise UsageError("lore.taken", id=book.id)
        against = await objections(book, self._guard, enough=_OBJECTIONS)
        if against:
            refused = "; ".join(f"{name} ({', '.join(rules) or '-'})" for name, rules in against.items())
            raise UsageError("lore.refused", entries=refused)
        attached = Attached(
            id=book.id, scope=scope, persona=persona, version=book.version, file=caller.file_name or "lore.json"
        )
        replaced = await self._books.attach(caller.place.community, attached, caller.file)
        title = _say("replaced" if replaced else "added", scene, id=book.id, count=len(book.entries))
        rows = [Row(label=_say("where", scene), text=_where(attached, scene))]
        if not book.licence:
            rows.append(Row(label="!", text=_say("no_licence", scene)))
        return Card(title=title, rows=tuple(rows), hint=_say("added_hint", scene), tone=Tone.GOOD)

    async def _remove(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if len(words) != 1:
            raise _usage(scene)
        gone = await self._books.detach(caller.place.community, words[0])
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
        attached = {each.id: each for each in await self._books.attached(community)}
        if name not in attached:
            raise Unknown("lore.unknown", id=name, known=", ".join(dict.fromkeys((*held, *attached))) or "-")
        return (await self._books.book(community, attached[name])).book


def _read(data: bytes, file: str) -> Lorebook:
    stem = _NOT_IN_IDS.sub("-", file.rpartition("/")[2].rpartition(".")[0]).strip("-.")[:40]
    return read_lorebook(data, file=file, name=stem or "lore")


def _entry_card(book: Lorebook, name: str, scene: Scene) -> Card:
    """One entry as it is: what it says, and everything about it that is not as it is by default."""
    entry = next((entry for entry in book.entries if entry.id == name), None)
    if entry is None:
        known = ", ".join(one.id for one in book.entries[:_SHOWN]) or "-"
        raise Unknown("lore.unknown_entry", id=name, book=book.id, known=known)
    rows = [Row(label=_say("content", scene), text=entry.content or "-")]
    rows += [Row(label=_say("keys", scene), text=_keys(entry.keys))] if entry.keys else []
    rows += [Row(label=condition.logic, text=_keys(condition.keys)) for condition in entry.conditions]
    plain = Entry(id="", content="")
    special = [part for part in _SETTINGS if getattr(entry, part) != getattr(plain, part)]
    rows += [Row(label=part, text=_value(getattr(entry, part))) for part in special]
    return Card(title=f"{book.id}/{_label(entry)}", rows=tuple(rows))


_SETTINGS: Final = [
    "comment",
    "enabled",
    "constant",
    "case_sensitive",
    "whole_words",
    "scan_depth",
    "order",
    "priority",
    "position",
    "depth",
    "probability",
    "sticky",
    "cooldown",
    "delay",
    "after_replies",
    "every_replies",
    "groups",
    "group_weight",
    "group_first",
    "exclude_recursion",
    "prevent_recursion",
    "delay_until_recursion",
    "since",
    "witness",
]


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value).lower()


def _mention_row(mention: Mention, scene: Scene) -> Row:
    text = _excerpt(mention.entry)
    return Row(
        label=f"{mention.book}/{mention.entry.id}", text=text if mention.told else _say("no_room", scene, text=text)
    )


def _described(book: Lorebook, attached: Attached | None, scene: Scene, *, whose: bool = True) -> str:
    """Name, size and where it holds."""
    parts = [book.name, _say("entries", scene, count=len(book.entries))]
    if whose:
        parts.append(_where(attached, scene) if attached else _say("own", scene))
    return " · ".join(part for part in parts if part)


def _where(attached: Attached, scene: Scene) -> str:
    if attached.persona:
        return _say("of_persona", scene, id=attached.persona)
    kind = catalogue("bots").say(f"commands.scope_{kind_of(attached.scope) or 'default'}", scene.language)
    return f"{kind} ({attached.scope})"


def _provenance(book: Lorebook) -> str:
    return " · ".join(part for part in (book.source, book.licence) if part)


def _label(entry: Entry) -> str:
    return f"{entry.id} {entry.name}".strip() if entry.enabled else f"({entry.id} {entry.name})".replace(" )", ")")


def _excerpt(entry: Entry) -> str:
    keys = "∗" if entry.constant else _keys(entry.keys)
    content = " ".join(entry.content.split())
    return f"{keys} → {content[:_EXCERPT]}{'…' if len(content) > _EXCERPT else ''}"


def _keys(keys: Sequence[Key]) -> str:
    return ", ".join(f"/{key.text}/" if key.regex else key.text for key in keys)


def _usage(scene: Scene) -> UsageError:
    return UsageError("commands.usage", usage=_say("usage", scene))


def _say(key: str, scene: Scene, **fields: object) -> str:
    return catalogue("bots").say(f"lore.{key}", scene.language, **fields)
