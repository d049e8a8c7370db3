"""What people type -> calls -> cards, once for every platform."""

import shlex
from collections.abc import Awaitable, Callable

from bots.cards import Card, Row, Tone
from bots.errors import BotError, UsageError
from bots.hall import Hall
from bots.review_commands import ReviewCommands
from moderation.errors import ModerationError
from moderation.review import ReviewDesk, reason
from moderation.words import catalogue
from personas.messages import Message
from personas.persona import Persona


class Commands:
    """The commands of every platform. Answers are cards; so are errors that people can put right."""

    def __init__(self, hall: Hall, desk: ReviewDesk, *, language: str, spoken: frozenset[str]) -> None:
        """`language` is the one of the cards, `spoken` are those the model speaks (empty: not known)."""
        self._spoken = spoken
        self._hall = hall
        self._desk = desk
        self._review_commands = ReviewCommands(desk, language=language)
        self._language = language

    async def run(self, line: str, message: Message) -> Card:
        """The card for `line`, which begins with "/"."""
        try:
            name, *words = shlex.split(line.removeprefix("/")) or ["help"]
        except ValueError:
            name, *words = line.removeprefix("/").split() or ["help"]
        known: dict[str, Callable[[list[str], Message], Awaitable[Card]]] = {
            "help": self._help,
            "persona": self._persona,
            "reset": self._reset,
            "review": self._review,
            "why": self._why,
            "quit": self._quit,
        }
        try:
            if name not in known:
                raise UsageError("commands.unknown", name=name, known=", ".join(f"/{key}" for key in known))
            return await known[name](words, message)
        except (BotError, ModerationError) as error:
            return Card(title=error.explain(self._language), tone=Tone.BAD)

    def warning(self, persona: Persona) -> Card | None:
        """That the model in use does not speak the language of `persona`, where that is known."""
        if not self._spoken or persona.language in self._spoken:
            return None
        language = self._say(f"commands.language_{persona.language}")
        spoken = ", ".join(self._say(f"commands.language_{name}") for name in sorted(self._spoken))
        title = self._say("commands.language_warning", name=persona.name, language=language, spoken=spoken)
        return Card(title=title, hint=self._say("commands.language_hint"), tone=Tone.BAD)

    async def _help(self, _words: list[str], _message: Message) -> Card:
        names = ("persona", "reset", "why", "review", "quit")
        rows = tuple(
            Row(label=self._say(f"commands.{name}_usage"), text=self._say(f"commands.{name}_help")) for name in names
        )
        return Card(title=self._say("commands.help_title"), rows=rows)

    async def _persona(self, words: list[str], message: Message) -> Card:
        verb, *rest = words or ["list"]
        session = self._hall.session(message.conversation)
        if verb == "list" and not rest:
            rows = tuple(
                Row(
                    label=("▸ " if cast is session.cast else "  ") + cast.persona.id,
                    text=f"{cast.persona.name} · {cast.persona.language} · {cast.persona.tagline}",
                )
                for cast in self._hall.casts
            )
            return Card(title=self._say("commands.persona_title"), rows=rows, hint=self._say("commands.persona_usage"))
        if verb == "show" and len(rest) <= 1:
            cast = self._hall.cast(rest[0]) if rest else session.cast
            facts = ("name", "tier", "language", "tagline", "source", "licence")
            rows = tuple(
                Row(label=self._say(f"commands.field_{fact}"), text=str(getattr(cast.persona, fact)) or "-")
                for fact in facts
            )
            return Card(title=cast.persona.id, rows=rows)
        name = rest[0] if verb == "use" and len(rest) == 1 else verb
        if rest[1:] or (verb == "use" and not rest):
            raise UsageError("commands.usage", usage=self._say("commands.persona_usage"))
        cast = self._hall.cast(name)
        session.reset(cast)
        return Card(title=self._say("commands.persona_done", name=cast.persona.name), tone=Tone.GOOD, met=True)

    async def _reset(self, _words: list[str], message: Message) -> Card:
        self._hall.session(message.conversation).reset()
        return Card(title=self._say("commands.reset_done"), tone=Tone.GOOD, met=True)

    async def _why(self, words: list[str], message: Message) -> Card:
        name = words[0] if words else self._hall.session(message.conversation).conversation.exchange
        if not name:
            return Card(title=self._say("commands.why_nothing"))
        return Card(title=name, rows=(Row(label="", text=reason(await self._desk.show(name), self._language)),))

    async def _review(self, words: list[str], message: Message) -> Card:
        return await self._review_commands.run(words, actor=message.person, tool=message.platform)

    async def _quit(self, _words: list[str], _message: Message) -> Card:
        return Card(title=self._say("commands.quit_done"), leave=True)

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(key, self._language, **fields)
