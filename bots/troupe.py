"""The personas of one community alone: imported, written there, or taken away again, by its admins."""

import asyncio
import base64
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bots.errors import Unknown, UsageError
from bots.hall import Hall
from bots.state import Entry, State
from moderation.language import language_of
from moderation.words import DEFAULT_LANGUAGE, LANGUAGES
from personas.cards import Card, persona_of, read_card, screen, write_card
from personas.cast import Cast
from personas.errors import PersonaError
from personas.lint import lint
from personas.loading import read_persona
from personas.persona import Persona, Tier
from personas.remarks import Remark
from personas.writing import to_toml

_log = logging.getLogger(__name__)

FORMS: Final = ("png", "json", "toml")
"""What a persona can be exported as: the first two are character cards."""

_KIND: Final = "persona"
_FILE: Final = ".toml"
_MOST: Final = 50
"""Personas of one community."""
_IMPORTED: Final = "imported"
"""The id of a persona that has none of its own yet."""
_ANYBODY: Final = "persona"
_ID_LENGTH: Final = 30
_NOT_IN_IDS: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A persona that may speak now."""

    persona: Persona
    remarks: tuple[Remark, ...]
    """What its author might improve."""
    seen: tuple[str, ...]
    """Keys of words for what is special about its card."""


class Troupe:
    """Over one hall and one state. Used from one event loop."""

    def __init__(self, hall: Hall, state: State, cast: Callable[[Persona], Awaitable[Cast]]) -> None:
        """`cast` makes a persona ready to speak; it raises PersonaError where the guard refuses a line of it."""
        self.hall = hall
        self._state = state
        self._cast = cast

    async def restore(self) -> None:
        """Bring back everybody who was there before. Who does not pass the guard any more stays away, and is logged."""
        for entry in await self._state.list(_KIND, limit=100_000):
            try:
                document = str(entry.value["document"])
                persona = await asyncio.to_thread(read_persona, document.encode(), file=entry.key)
                self.hall.add(await self._cast(persona), entry.group)
            except PersonaError as error:
                _log.warning("a persona stays away: key=%s error=%s", entry.key, error.key)

    async def adopt(self, data: bytes, *, file: str, server: str) -> Arrival:
        """Let the persona in a character card or a persona file speak in a community.

        Raises PersonaError for what is wrong with it, UsageError where there are too many.
        """
        if file.lower().endswith(_FILE):
            return await self._enter(await asyncio.to_thread(read_persona, data, file=file), server, data=b"")
        persona, seen = await asyncio.to_thread(_read, data, file)
        return await self._enter(persona, server, data=data, seen=seen)

    async def create(self, name: str, description: str, *, language: str, picture: str, server: str) -> Arrival:
        """Let a new persona of a few lines speak in a community. Errors as with `adopt`."""
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
        return await self._enter(persona, server, data=b"")

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
        """A persona as a file: its name, and what is in it. `form` is png, json or toml. Raises Unknown, UsageError."""
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

    async def _card(self, name: str, server: str) -> Card | None:
        """The card in which a persona came, if it came in one."""
        entry = await self._state.get(_KIND, _key(server, name))
        data = base64.b64decode(str(entry.value["card"])) if entry else b""
        return await asyncio.to_thread(read_card, data, file=name) if data else None

    async def _enter(self, persona: Persona, server: str, *, data: bytes, seen: Sequence[str] = ()) -> Arrival:
        """Check it as a file is checked, clear its lines, keep it, let it in."""
        own = len(self.hall.casts(server)) - len(self.hall.casts())
        if own >= _MOST:
            raise UsageError("troupe.full", most=_MOST)
        name = self._free(persona, server)
        document = to_toml(replace(persona, id=name))
        checked = await asyncio.to_thread(read_persona, document.encode(), file=persona.name)
        cast = await self._cast(checked)
        value = {"document": document, "card": base64.b64encode(data).decode()}
        await self._state.put(Entry(kind=_KIND, key=_key(server, name), value=value, group=server))
        self.hall.add(cast, server)
        return Arrival(persona=checked, remarks=tuple(await asyncio.to_thread(lint, checked)), seen=tuple(seen))

    def _free(self, persona: Persona, server: str) -> str:
        """An id like its name that nobody has there."""
        wanted = persona.id if persona.id != _IMPORTED else _NOT_IN_IDS.sub("_", persona.name.lower()).strip("_")
        wanted = wanted[:_ID_LENGTH] if wanted[:1].isascii() and wanted[:1].isalpha() else _ANYBODY
        taken = {cast.persona.id for cast in self.hall.casts(server)}
        numbered = (f"{wanted}_{number}" for number in range(2, len(taken) + 3))
        return next(name for name in (wanted, *numbered) if name not in taken)


def _read(data: bytes, file: str) -> tuple[Persona, tuple[str, ...]]:
    """The persona of a card, and what is special about it. Some cards take a while."""
    card = read_card(data, file=file)
    written = " ".join((card.description, card.first_mes))
    language = language_of(written, unknown=DEFAULT_LANGUAGE)
    persona = persona_of(card, id=_IMPORTED, language=language if language in LANGUAGES else DEFAULT_LANGUAGE)
    return persona, screen(card)


def _key(server: str, name: str) -> str:
    return f"{server} {name}"
