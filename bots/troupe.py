"""The personas of one community alone: imported, written there, or taken away again, by its admins."""

import asyncio
import base64
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from bots.errors import Unknown, UsageError
from bots.hall import Hall
from bots.state import Entry, State
from moderation.words import DEFAULT_LANGUAGE, LANGUAGES
from personas.cards import FORMS as CARD_FORMS
from personas.cards import Card, document_of, name_of, read_card, screen, spoken_in, write_card
from personas.cast import Cast
from personas.errors import PersonaError
from personas.lint import lint
from personas.loading import read_persona
from personas.lore import Lorebook
from personas.lore.conversion import book_of, is_book
from personas.lore.screening import points_elsewhere, refuse_forbidden, unusable
from personas.naming import free, id_like
from personas.packs import Pack, is_pack, read_pack
from personas.persona import Persona, Tier
from personas.remarks import Remark
from personas.writing import to_toml

_log = logging.getLogger(__name__)

FORMS: Final = (*CARD_FORMS, "toml")
"""What a persona can be exported as: all but the last are character cards."""

_KIND: Final = "persona"
_FILE: Final = ".toml"
_MOST: Final = 50
"""Personas of one community."""
_ALL: Final = 100_000
_IMPORTED: Final = "imported"
"""The id of a persona that has none of its own yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A persona that may speak now."""

    persona: Persona
    remarks: tuple[Remark, ...]
    """What its author might improve."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A persona that could speak in a community, once somebody there approves."""

    persona: Persona
    document: str = field(repr=False)
    """The persona file it is made of."""
    card: bytes = field(repr=False)
    """The character card in which it came, or b""."""
    seen: tuple[str, ...]
    """Keys of words for what is special about that card."""
    unusable: tuple[str, ...]
    """Entries of its lore book that are never told, as RE2 does not know their patterns."""
    remarks: tuple[Remark, ...]
    """What its author might improve."""
    replaces: Persona | None
    """The one of the community's own in whose place it would speak."""


class Troupe:
    """Over one hall and one state. Used from one event loop."""

    def __init__(self, hall: Hall, state: State, cast: Callable[[Persona], Awaitable[Cast]]) -> None:
        """`cast` makes a persona ready to speak; it raises PersonaError where the guard refuses a line of it."""
        self.hall = hall
        self._state = state
        self._cast = cast

    async def restore(self) -> None:
        """Bring back everybody who was there before. Who does not pass the guard any more stays away, and is logged."""
        await self.gather(self.hall, self._cast)

    async def gather(self, hall: Hall, cast: Callable[[Persona], Awaitable[Cast]]) -> None:
        """Let everybody who is kept into `hall`, made ready by `cast`, as `restore` does. Raises StoreBusy,
        StoreFailed."""
        for entry in await self._state.list(_KIND, limit=_ALL):
            try:
                document = str(entry.value["document"])
                persona = await asyncio.to_thread(read_persona, document.encode(), file=entry.key)
                hall.add(await cast(persona), entry.group)
            except PersonaError as error:
                _log.warning("a persona stays away: key=%s error=%s", entry.key, error.key)

    def adopt(self, hall: Hall, cast: Callable[[Persona], Awaitable[Cast]]) -> None:
        """Let those of `hall` speak, and make ready by `cast` whoever comes."""
        self.hall.adopt(hall)
        self._cast = cast

    async def examine(self, data: bytes, *, file: str, server: str, name: str = "") -> Candidate:
        """What a character card or a persona file would bring into a community; nothing of it is kept. `name` is the id
        it is to have; "": one like its name.

        The id of one of the community's own personas stands for that one, which it would replace. Raises PersonaError
        for what is wrong with the file, UsageError where there are too many.
        """
        everybody = {cast.persona.id for cast in self.hall.casts()}
        read = await asyncio.to_thread(read_file, data, file, name=name, taken=everybody)
        checked = read.persona
        replaced = self.own(checked.id, server)
        if replaced is None:
            self._require_room(server)
        await self._cast(checked)
        remarks = tuple(await asyncio.to_thread(lint, checked))
        return Candidate(
            persona=checked,
            document=read.document,
            card=read.card,
            seen=read.seen,
            unusable=read.unusable,
            remarks=remarks,
            replaces=replaced,
        )

    def own(self, name: str, server: str) -> Persona | None:
        """One of a community's own personas, or None."""
        everybody = self.hall.casts()
        found = (cast.persona for cast in self.hall.casts(server) if cast not in everybody)
        return next((persona for persona in found if persona.id == name), None)

    async def admit(self, document: str, card: bytes, *, server: str) -> Persona:
        """Let the persona in a persona file speak in a community, in place of its own of that id; `card` is the file in
        which it came, or b"". Raises PersonaError where the guard does not let it any more, UsageError where there are
        too many."""
        persona = await asyncio.to_thread(read_persona, document.encode(), file="persona")
        if self.own(persona.id, server) is None:
            self._require_room(server)
        await self._keep(persona, document, card, server)
        return persona

    async def create(self, name: str, description: str, *, language: str, picture: str, server: str) -> Arrival:
        """Let a new persona of a few lines speak in a community. Raises PersonaError for what is wrong with it,
        UsageError where there are too many."""
        persona = Persona(
            id=_IMPORTED,
            version="",
            tier=Tier.DEMOGRAPHIC,
            name=name,
            language=language,
            tagline="",
            description=description,
            extra={"picture": picture} if picture else {},
        )
        self._require_room(server)
        taken = {cast.persona.id for cast in self.hall.casts(server)}
        document = to_toml(replace(persona, id=free(id_like(name), taken)))
        checked = await asyncio.to_thread(read_persona, document.encode(), file=name)
        await self._keep(checked, document, b"", server)
        return Arrival(persona=checked, remarks=tuple(await asyncio.to_thread(lint, checked)))

    async def remove(self, name: str, *, server: str) -> None:
        """Let one of a community's own personas speak no more. Raises Unknown where it is not its own."""
        if not self.hall.remove(name, server):
            own = [cast.persona.id for cast in self.hall.casts(server) if cast not in self.hall.casts()]
            raise Unknown("troupe.not_own", name=name, known=", ".join(own) or "-")
        await self._state.drop(_KIND, _key(server, name))

    async def move(self, old: str, new: str) -> None:
        """A community has another key now, and its personas follow. Does nothing the second time."""
        for entry in reversed(await self._state.list(_KIND, group=old, limit=_MOST)):
            there = replace(entry, key=_key(new, entry.key.removeprefix(_key(old, ""))), group=new)
            if await self._state.put_new(there):
                await self._state.drop(_KIND, entry.key)
        self.hall.move(old, new)

    async def export(self, name: str, *, server: str, form: str) -> tuple[str, bytes]:
        """A persona as a file: its name, and what is in it. `form` is one of `FORMS`. Raises Unknown, UsageError."""
        persona = self.hall.cast(name, server).persona
        if form not in FORMS:
            raise UsageError("troupe.form", given=form, known=", ".join(FORMS))
        if form == "toml":
            base = self.hall.cast(persona.extra["base"], server).persona if "base" in persona.extra else None
            return f"{name}.toml", to_toml(persona, base=base).encode()
        card = await self._card(name, server)
        written = await asyncio.to_thread(write_card, persona, card=card, form=form)
        return f"{name}.{form}", written

    async def picture(self, name: str, *, server: str) -> bytes:
        """The picture of the card in which one of a community's own personas came; b"" for none. Raises PersonaError,
        StoreBusy, StoreFailed."""
        card = await self._card(name, server)
        return card.picture if card else b""

    async def lore(self, cast: Cast, *, server: str) -> Lorebook | None:
        """The lorebook in the card in which one of a community's own personas came. Raises PersonaError, StoreBusy,
        StoreFailed."""
        name = cast.persona.id
        book = await self.book(name, server=server)
        return await asyncio.to_thread(book_of, book, id=name, file=name) if is_book(book) else None

    async def book(self, name: str, *, server: str) -> Mapping[str, object]:
        """The same as it stands in the card; {} for none. Raises as `lore`."""
        card = await self._card(name, server)
        return card.book if card else {}

    async def stamp(self, name: str, *, server: str) -> str:
        """A digest of one of a community's own personas with its card; "" where there is none."""
        entry = await self._state.get(_KIND, _key(server, name))
        if entry is None:
            return ""
        whole = f"{entry.value['document']}\0{entry.value['card']}"
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    async def _card(self, name: str, server: str) -> Card | None:
        """The card in which a persona came, if it came in one."""
        entry = await self._state.get(_KIND, _key(server, name))
        data = base64.b64decode(str(entry.value["card"])) if entry else b""
        return await asyncio.to_thread(read_card, data, file=name) if data else None

    def _require_room(self, server: str) -> None:
        """Raises UsageError where a community can have no more personas of its own."""
        if len(self.hall.casts(server)) - len(self.hall.casts()) >= _MOST:
            raise UsageError("troupe.full", most=_MOST)

    async def _keep(self, persona: Persona, document: str, card: bytes, server: str) -> None:
        """Clear the lines of a persona, keep it, let it in."""
        made = self._cast
        cast = await made(persona)
        value = {"document": document, "card": base64.b64encode(card).decode()}
        await self._state.put(Entry(kind=_KIND, key=_key(server, persona.id), value=value, group=server))
        while made is not self._cast:  # another policy was adopted meanwhile, and was not asked
            made = self._cast
            cast = await made(persona)
        self.hall.add(cast, server)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What is in a file."""

    persona: Persona
    document: str = field(repr=False)
    """The persona file it is."""
    seen: tuple[str, ...] = ()
    """See `Candidate.seen`."""
    unusable: tuple[str, ...] = ()
    """See `Candidate.unusable`."""
    book: Mapping[str, object] = field(default_factory=dict, repr=False)
    """The lore book in the card, as it stood."""
    card: bytes = field(default=b"", repr=False)
    """The card that goes with it: what came, or one that holds the picture of a pack; b"" for none."""


def read_file(data: bytes, file: str, *, name: str = "", taken: Collection[str] = ()) -> Read:
    """The persona in a character card, a persona file or a pack of one. It has the id `name`, or one like its name, and
    none of those `taken`. Blocks for up to two hundred milliseconds.

    Raises PersonaError for what is wrong with it.
    """
    if is_pack(data):
        return _read_pack(read_pack(data, file=file), file, name, taken)
    if not is_persona_file(file):
        return replace(_read_card(read_card(data, file=file), name, taken), card=data)
    persona = read_persona(data, file=file)
    wanted = free(name or persona.id, taken)
    if wanted == persona.id:
        return Read(persona=persona, document=data.decode("utf-8-sig"))
    document = to_toml(replace(persona, id=wanted))
    return Read(persona=read_persona(document.encode(), file=file), document=document)


def _read_card(card: Card, name: str, taken: Collection[str]) -> Read:
    language = spoken_in(card)
    document = document_of(
        card,
        id=free(name or id_like(name_of(card)), taken),
        language=language if language in LANGUAGES else DEFAULT_LANGUAGE,
    )
    read = Read(persona=read_persona(document.encode(), file=card.file), document=document, seen=screen(card))
    return _with_book(read, card.book, card.file) if card.book else read


def _read_pack(packed: Pack, file: str, name: str, taken: Collection[str]) -> Read:
    """The persona of a pack; picture and lorebook go into a card that is kept with it."""
    read = read_file(packed.document, f"{file}{_FILE}", name=name, taken=taken)
    if packed.lore:
        read = _with_book(read, packed.lore, file)
    if not packed.lore and not packed.picture:
        return read
    data: dict[str, object] = {"name": read.persona.name, "description": read.persona.description}
    data |= {"character_book": packed.lore} if packed.lore else {}
    framed = {"spec": "chara_card_v3", "spec_version": "3.0", "data": data}
    card = read_card(json.dumps(framed).encode(), file=file)
    return replace(read, card=write_card(read.persona, card=card, picture=packed.picture or None))


def _with_book(read: Read, book: Mapping[str, object], file: str) -> Read:
    """`read` with its lore book. Raises PersonaError for what no persona may be told."""
    refuse_forbidden(book, file=file)
    seen = tuple(dict.fromkeys((*read.seen, "cards.has_remote"))) if points_elsewhere(book) else read.seen
    return replace(read, seen=seen, unusable=unusable(book, file=file), book=book)


def is_persona_file(file: str) -> bool:
    """Whether a file is called like a persona file."""
    return file.lower().endswith(_FILE)


async def own_personas(state: State) -> dict[str, tuple[str, ...]]:
    """The ids of the personas of each community alone. Raises StoreBusy, StoreFailed."""
    own: dict[str, tuple[str, ...]] = {}
    for entry in await state.list(_KIND, limit=_ALL):
        own[entry.group] = (*own.get(entry.group, ()), entry.key.removeprefix(_key(entry.group, "")))
    return own


def _key(server: str, name: str) -> str:
    return f"{server} {name}"
