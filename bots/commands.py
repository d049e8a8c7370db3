"""What people type -> calls -> cards, once for every platform."""

import shlex
from collections.abc import Awaitable, Callable
from datetime import datetime

from bots.cards import Card, Row, Tone
from bots.errors import BotError, UsageError
from bots.hall import Hall
from moderation.errors import ModerationError
from moderation.records import CaseState, Exchange, Objection
from moderation.review import ReviewDesk, masked, reason
from moderation.stores import Query
from moderation.words import catalogue
from personas.messages import Message
from personas.persona import Persona

_PAGE = 10


class Commands:
    """The commands of every platform. Answers are cards; so are errors that people can put right."""

    def __init__(self, hall: Hall, desk: ReviewDesk, *, language: str, spoken: frozenset[str]) -> None:
        """`language` is the one of the cards, `spoken` are those the model speaks (empty: not known)."""
        self._spoken = spoken
        self._hall = hall
        self._desk = desk
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

    async def review(self, words: list[str], *, actor: str, tool: str) -> Card:
        """The review desk: list, show, uphold, overturn, note, stats, search. Raises UsageError, ModerationError."""
        verb, *rest = words or ["list"]
        if verb == "list" and len(rest) <= 1:
            return await self._list(Query(state=self._state(rest[0]) if rest else CaseState.OPEN, limit=_PAGE))
        if verb == "search" and rest:
            return await self._list(Query(text=" ".join(rest), limit=_PAGE))
        if verb == "stats" and not rest:
            return await self._stats()
        if verb == "show" and len(rest) in {1, 2} and rest[1:] in ([], ["reveal"]):
            if len(rest) == 2:
                return self._exchange(await self._desk.reveal(rest[0], actor=actor, tool=tool), revealed=True)
            return self._exchange(await self._desk.show(rest[0]), revealed=False)
        if verb in {"uphold", "overturn"} and rest:
            decide = self._desk.uphold if verb == "uphold" else self._desk.overturn
            exchange = await decide(rest[0], actor=actor, tool=tool, note=" ".join(rest[1:]))
            return Card(title=self._say(f"commands.{verb}_done", id=exchange.id), tone=Tone.GOOD)
        if verb == "note" and len(rest) > 1:
            await self._desk.note(rest[0], " ".join(rest[1:]), actor=actor, tool=tool)
            return Card(title=self._say("commands.note_done", id=rest[0]), tone=Tone.GOOD)
        raise UsageError("commands.usage", usage=self._say("commands.review_usage"))

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
            rows = tuple(Row(label=fact, text=str(getattr(cast.persona, fact)) or "-") for fact in facts)
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
        name = words[0] if words else self._hall.session(message.conversation).exchange
        if not name:
            return Card(title=self._say("commands.why_nothing"))
        return Card(title=name, rows=(Row(label="", text=reason(await self._desk.show(name), self._language)),))

    async def _review(self, words: list[str], message: Message) -> Card:
        return await self.review(words, actor=message.person, tool=message.platform)

    async def _quit(self, _words: list[str], _message: Message) -> Card:
        return Card(title=self._say("commands.quit_done"), leave=True)

    async def _list(self, query: Query) -> Card:
        exchanges = await self._desk.list(query)
        if not exchanges:
            return Card(title=self._say("commands.review_none"))
        rows = tuple(Row(label=exchange.id, text=self._summary(exchange)) for exchange in exchanges)
        return Card(
            title=self._say("commands.review_title", count=len(rows)), rows=rows, hint=self._say("commands.list_hint")
        )

    async def _stats(self) -> Card:
        stats = await self._desk.stats()
        outcomes = " · ".join(
            f"{self._say(f'commands.outcome_{name}')} {count}" for name, count in sorted(stats.outcomes.items())
        )
        states = " · ".join(
            f"{self._say(f'commands.state_{name}')} {count}" for name, count in sorted(stats.states.items())
        )
        rules = tuple(
            Row(
                label=rule,
                text=self._say(
                    "commands.rule_stats",
                    objected=counts.objected,
                    upheld=counts.upheld,
                    overturned=counts.overturned,
                ),
            )
            for rule, counts in sorted(stats.rules.items(), key=lambda item: (-item[1].objected, item[0]))
        )
        general = (
            Row(label=self._say("commands.outcomes"), text=outcomes or "-"),
            Row(label=self._say("commands.states"), text=states or "-"),
        )
        return Card(title=self._say("commands.stats_title"), rows=(*general, *rules))

    def _summary(self, exchange: Exchange) -> str:
        rules = sorted({finding.rule for objection in exchange.objections for finding in objection.findings})
        parts = (
            self._say(f"commands.state_{exchange.state}"),
            self._outcome(exchange),
            exchange.opening.persona,
            ", ".join(rules),
            _moment(exchange.opening.at),
        )
        return " · ".join(parts)

    def _outcome(self, exchange: Exchange) -> str:
        name = exchange.closing.outcome if exchange.closing else "running"
        return self._say(f"commands.outcome_{name}")

    def _exchange(self, exchange: Exchange, *, revealed: bool) -> Card:
        opening, closing = exchange.opening, exchange.closing

        def kept(label: str, text: str) -> Row:
            readable = text if revealed else masked(text)
            return Row(label=self._say(f"commands.{label}"), text=readable, secret=not revealed)

        rows = [
            Row(label=self._say("commands.state"), text=self._summary(exchange)),
            Row(label=self._say("commands.model"), text=f"{opening.model} · policy {opening.policy}"),
            kept("said", opening.said),
        ]
        for objection in exchange.objections:
            if objection.text != opening.said:
                rows.append(kept("draft", objection.text))
            rows.extend(_findings(objection))
        if closing:
            rows.append(kept("shown", closing.shown))
        rows.extend(
            Row(label=_moment(review.at), text=f"{review.actor} ({review.tool}): {review.step} {review.note}".rstrip())
            for review in exchange.reviews
        )
        hint = "commands.show_hint_revealed" if revealed else "commands.show_hint"
        return Card(title=exchange.id, rows=tuple(rows), hint=self._say(hint, id=exchange.id))

    def _state(self, name: str) -> CaseState | None:
        if name == "all":
            return None
        if name not in {state.value for state in CaseState}:
            raise UsageError("commands.usage", usage=self._say("commands.review_usage"))
        return CaseState(name)

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(key, self._language, **fields)


def _findings(objection: Objection) -> list[Row]:
    rows = []
    for finding in objection.findings:
        score = "" if finding.score is None else f" {finding.score:.2f}"
        places = "".join(f" [{span.start}:{span.end}]" for span in finding.spans[:4])
        detail = f" · {finding.detail}" if finding.detail else ""
        text = f"{finding.decision.name} {finding.action.name}{score}{places} · {objection.stage}{detail}"
        rows.append(Row(label=finding.rule, text=text))
    return rows


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
