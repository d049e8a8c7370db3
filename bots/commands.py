"""What people type -> calls -> cards, once for every platform.

A command is a line that begins with "/", as it is typed in a terminal; a platform with commands of its own makes such a
line of them (`shlex.join`). Who may do what is checked here at every call, whatever a platform shows.
"""

import shlex
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from bots.aftermath import Aftermath
from bots.appeals import Appeals, concerned
from bots.cards import Card, Row, Tone
from bots.errors import BotError, NotAllowed, NotYours, UsageError
from bots.feedback import Feedback
from bots.lore_commands import LoreCommands
from bots.manner_commands import manner_card
from bots.memory_commands import MemoryCommands
from bots.persona_commands import PersonaCommands
from bots.place_commands import PlaceCommands
from bots.platform import Caller, Platform, Role
from bots.privacy import PrivacyCommands, erases
from bots.prompt_commands import prompt_card
from bots.ranks import ranked
from bots.records import Record
from bots.replies import Replies
from bots.results import followed
from bots.review_asking import Tools, permit
from bots.review_commands import ReviewCommands
from bots.safety import Safety
from bots.safety import card as safety_card
from bots.sampling import sampled
from bots.scene import Scene, Scenes
from bots.scene_commands import SceneCommands
from bots.tongues import warning
from bots.worded import marked
from moderation.appeals import Side
from moderation.cases import DONE, Reviewer, ReviewStep
from moderation.errors import ModerationError, UnknownExchange
from moderation.reasons import REASONS, Ask, reason
from moderation.records import Exchange, Origin
from moderation.review import ReviewDesk
from moderation.statements import statements, told
from moderation.stores import Query
from moderation.words import catalogue
from personas.errors import PersonaError
from personas.persona import Persona
from personas.runtime import PersonaRuntime

_CUES: Final = ("regenerate", "continue")
"""Commands that platforms carry out themselves: they lead to a reply, not to a card."""

_TOLD: Final = frozenset({"uphold", "reject", "edit", "overturn", "approve", "answer"})
"""Verbs of `/review` that whoever appealed is told of."""

_ASKS: Final[Mapping[Side | None, Ask]] = MappingProxyType(
    {Side.CONTESTED: "ask", Side.DISMISSED: "ask_report", None: "number"}
)

Handler = Callable[[list[str], Caller, Scene], Awaitable[Card]]
TakeBack = Callable[[Record], Awaitable[bool]]
"""Takes a reply away wherever it stands (`Platform.take_back`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offices:
    """Whom commands turn to."""

    scenes: Scenes
    runtime: PersonaRuntime
    desk: ReviewDesk
    tools: Tools
    replies: Replies
    personas: PersonaCommands
    places: PlaceCommands
    privacy: PrivacyCommands
    memory: MemoryCommands
    safety: Safety
    aftermath: Aftermath
    appeals: Appeals
    feedback: Feedback
    lore: LoreCommands


class Commands:
    """The commands of every platform. Answers are cards; so are errors that people can put right."""

    def __init__(self, offices: Offices) -> None:
        self._offices = offices
        self._take_back: dict[str, TakeBack] = {}
        self._known: Mapping[str, tuple[Role, Handler]] = {
            "help": (Role.MEMBER, self._help),
            "persona": (Role.MEMBER, self._persona),
            "scene": (Role.MEMBER, self._scene),
            "reset": (Role.MEMBER, self._reset),
            "note": (Role.MEMBER, self._note),
            "memory": (Role.MEMBER, self._memory),
            "manner": (Role.MEMBER, self._manner),
            "good": (Role.MEMBER, offices.feedback.good),
            "bad": (Role.MEMBER, offices.feedback.bad),
            "why": (Role.MEMBER, self._why),
            "appeal": (Role.MEMBER, self._appeal),
            "report": (Role.MEMBER, self._report),
            "privacy": (Role.MEMBER, self._privacy),
            "safety": (Role.MEMBER, self._safety),
            "review": (Role.MODERATOR, self._review),
            "prompt": (Role.SENIOR, self._prompt),
            "lore": (Role.MODERATOR, self._lore),
            "talchum": (Role.ADMIN, self._talchum),
            "quit": (Role.MEMBER, self._quit),
        }

    def register(self, platform: Platform) -> None:
        """Let replies be taken back, and people be told something, on a platform. Called while everything is put
        together."""
        self._take_back[platform.name] = platform.take_back
        self._offices.appeals.register(platform)

    async def run(self, line: str, caller: Caller) -> Card:
        """The card for `line`, which begins with "/"."""
        scene = await self._offices.scenes.of(caller)
        caller = ranked(caller, scene.settings)
        name, *words = _split(line) or ["help"]
        try:
            if name not in self._known:
                known = ", ".join(f"/{key}" for key in ("help", *self._offered(caller)))
                raise UsageError("commands.unknown", name=name, known=known)
            role, handler = self._known[name]
            if caller.role < role:
                raise NotAllowed("commands.not_allowed", role=_say(f"role_{role.name.lower()}", scene))
            return await handler(words, caller, scene)
        except (BotError, ModerationError, PersonaError) as error:
            return Card(title=error.explain(scene.language), tone=Tone.BAD)

    async def moved(self, old: str, new: str) -> None:
        """A community has another key now, and what waits there follows."""
        await self._offices.personas.waiting.move(old, new)
        await self._offices.lore.move(old, new)

    def warning(self, personas: Iterable[Persona], language: str) -> Card | None:
        """That the model in use does not speak the language of some of `personas`, where that is known."""
        return warning(personas, self._offices.runtime.languages, language)

    def _offered(self, caller: Caller) -> list[str]:
        """What a caller can type beside /help."""
        elsewhere = {"help"} if caller.role is Role.OWNER else {"help", "quit"}  # of a terminal
        known = [name for name, (role, _) in self._known.items() if caller.role >= role and name not in elsewhere]
        return [*known, *_CUES]

    async def _help(self, _words: list[str], caller: Caller, scene: Scene) -> Card:
        names = self._offered(caller)
        rows = tuple(Row(label=_say(f"{name}_usage", scene), text=_say(f"{name}_help", scene)) for name in names)
        return Card(title=_say("help_title", scene), rows=rows)

    async def _persona(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        return await self._offices.personas.run(words, caller, scene)

    async def _scene(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        card = await SceneCommands(self._offices.scenes).run(words, caller, scene)
        if card.met or card.tone is not Tone.GOOD:  # whoever is met is warned of then
            return card
        before = {cast.persona.id for cast in scene.stage}
        stage = (await self._offices.scenes.of(caller)).stage
        warned = self.warning((cast.persona for cast in stage if cast.persona.id not in before), scene.language)
        if warned is None:
            return card
        texts = (warned.title, *(row.text for row in warned.rows), warned.hint)
        return replace(card, rows=(*card.rows, *(Row(label="", text=text) for text in texts)))

    async def _talchum(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        return await self._offices.places.run(words, caller, scene)

    async def _prompt(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        scope = await self._offices.memory.scope(caller, scene)
        caller = replace(caller, message=replace(caller.message, memory=scope))
        return await prompt_card(words, caller, scene, self._offices.runtime)

    async def _lore(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        return await self._offices.lore.run(words, caller, scene)

    async def _reset(self, _words: list[str], caller: Caller, scene: Scene) -> Card:
        """Begin anew: where others talk too, for moderators and for whoever was answered last."""
        if not caller.place.private and caller.role < Role.MODERATOR:
            whose = "" if scene.stage else scene.cast.persona.id
            newest = await self._offices.replies.newest(caller.place.conversation, whose)
            if newest is None or not caller.is_person(newest.person):
                raise NotAllowed("commands.not_allowed", role=_say("role_moderator", scene))
        for cast in scene.stage or (scene.cast,):
            self._offices.scenes.hall.reset(caller.place.conversation, cast.persona.id)
        await self._offices.memory.begin_anew(caller, scene)
        return Card(title=_say("reset_done", scene), tone=Tone.GOOD, met=True)

    async def _note(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """What the persona is to keep in mind: shown, set, or "-" for nothing any more."""
        text = " ".join(words)
        if not text:
            return Card(title=scene.conversation.note or _say("note_none", scene), hint=_say("note_usage", scene))
        if not caller.place.private and caller.role < Role.MODERATOR:
            raise NotAllowed("commands.not_allowed", role=_say("role_moderator", scene))
        note = "" if text == "-" else text
        refused = await self._offices.runtime.note(note, caller.message, scene.cast, scene.conversation)
        if refused:
            hint = f"/why {refused.exchange}" if refused.exchange else ""
            return Card(title=_say("note_refused", scene), hint=hint, tone=Tone.BAD)
        return Card(title=_say("note_set" if note else "note_gone", scene), tone=Tone.GOOD)

    async def _manner(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        return await manner_card(words, caller, scene, self._offices.scenes.manners)

    async def _memory(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        return await self._offices.memory.run(words, caller, scene)

    async def _why(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        person = caller.message.person
        if words:
            try:
                exchange = await self._offices.desk.show(words[0])
                # Whose it is may ask anywhere; moderators see their own community's.
                if not caller.is_person(exchange.opening.origin.person):
                    exchange = await self._offices.desk.show(words[0], server=_server(caller))
            except UnknownExchange:
                if caller.role >= Role.MODERATOR:
                    raise
                raise NotYours("commands.why_not_yours", id=words[0]) from None
        else:
            newest = Query(person=person, platform=caller.message.platform, limit=1)
            where = None if caller.place.private else _server(caller)
            found = await self._offices.desk.list(newest, server=where) if person else ()
            if not found:
                return Card(title=_say("why_nothing", scene))
            exchange = found[0]
        if caller.role < Role.MODERATOR and not any(map(caller.is_person, concerned(exchange))):
            raise NotYours("commands.why_not_yours", id=exchange.id)
        answers = [
            Row(label=_say("answered", scene), text=review.note)
            for review in exchange.case.reviews
            if review.step is ReviewStep.ANSWER
        ]
        restrictions = (pair for one in statements(exchange) for pair in told(one, scene.language))
        rows = [Row(label=label, text=text) for label, text in restrictions]
        side = await self._offices.appeals.open_to(exchange, person)
        return Card(
            title=exchange.id,
            rows=(Row(label="", text=_reason(exchange, scene.language, _ASKS[side])), *answers, *rows),
            disagree=exchange.id if side else "",
        )

    async def _appeal(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        return await self._offices.appeals.make(words, caller, scene.language)

    async def _report(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """Put a reply before the moderators, once: the one the caller means, or the last one."""
        why, comment = (words[0], words[1:]) if words and words[0] in REASONS else ("other", words)
        record = await self._meant(caller)
        said, last = self._last(caller, scene, record)
        shown = caller.about or last
        if not shown:
            return Card(title=_say("report_nothing", scene), hint=_say("report_usage", scene), tone=Tone.BAD)
        persona = self._offices.scenes.speaker(record.persona if record else "", caller.place, scene.settings).persona
        message = caller.message
        standing = record.shown[0] if record and record.shown else message.id
        if record and not await self._offices.replies.claim(message.platform, f"report {message.person} {standing}"):
            return Card(title=_say("report_twice", scene), tone=Tone.GOOD)
        exchange = await self._offices.desk.report(
            origin=Origin(
                platform=message.platform,
                conversation=message.conversation,
                person="" if caller.hidden else message.person,
                message=standing,
                server=caller.place.server,
            ),
            persona=persona.id,
            persona_version=persona.version,
            model=self._offices.runtime.model,
            policy=self._offices.runtime.policy,
            language=persona.language,
            said="" if caller.about else said,
            shown=shown,
            reason=why,
            comment=marked(" ".join(comment), record.author if record else ""),
            # What a reply is about is known where it was noted; the last case here may be about another one.
            exchange=record.exchange if record else "" if caller.about else scene.conversation.exchange,
            answered=message.person if caller.place.private else record.person if record else "",
        )
        if record and not record.exchange:
            await self._offices.replies.keep(replace(record, exchange=exchange))
        elif record and record.exchange != exchange:
            await self._offices.replies.also(record, exchange)
        return await self._reported(exchange, caller, scene)

    async def _reported(self, exchange: str, caller: Caller, scene: Scene) -> Card:
        """What whoever reported is told: that somebody looks, only where somebody does."""
        decided = (await self._offices.desk.show(exchange)).case.state in DONE
        done = "report_done_private" if caller.place.private else "report_done"
        title = _say("report_decided" if decided else done, scene, id=exchange)
        return Card(title=title, hint=f"/why {exchange}" if decided else "", tone=Tone.GOOD, news=exchange)

    async def _meant(self, caller: Caller) -> Record | None:
        """The reply a command is about: the one whose message the platform names, or the last one there."""
        message = caller.message
        if caller.about:
            return await self._offices.replies.of_message(message.platform, message.id)
        return await self._offices.replies.newest(caller.place.conversation)

    def _last(self, caller: Caller, scene: Scene, record: Record | None) -> tuple[str, str]:
        """What was said last and the reply it got, where that is the reply a command is about; otherwise "" and ""."""
        conversation, private = scene.conversation, caller.place.private
        if record:
            conversation = self._offices.scenes.hall.conversation(record.conversation, record.persona)
        # In private all words are of one person; a terminal does not tell its replies apart.
        key = record.id if record and not private else ""
        if conversation.last is None or not conversation.ends_with(key):
            return "", ""
        turn, reply = conversation.last
        said = f"{turn.name}: {turn.text}" if conversation.reacted else turn.text
        # Whose words they are must be known, or whoever wrote them could not have them erased.
        return said if private or (record and record.person) else "", reply

    async def _privacy(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        message = caller.message
        if not message.person:
            raise NotYours("commands.privacy_whose")
        if erases(words):
            await self._offices.replies.unname(message.person)
        card = await self._offices.privacy.run(
            words, person=message.person, platform=message.platform, language=scene.language
        )
        if words[:1] in (["erase"], ["consent"]):
            self._offices.memory.let_go(message.person)
        return card

    async def _safety(self, _words: list[str], _caller: Caller, scene: Scene) -> Card:
        return safety_card(await self._offices.safety.page(scene.settings, scene.language))

    async def _review(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        if words[:1] == ["new"]:
            return await self._new(words[1:], caller, scene)
        aftermath, tools = self._offices.aftermath, self._offices.tools
        commands = ReviewCommands(self._offices.desk, language=scene.language, tools=tools, forbids=aftermath.forbids)
        by = Reviewer(name=caller.actor, rank=caller.role.rank, tool=caller.message.platform)
        card = await commands.run(words, by=by, server=_server(caller))
        if card.changed and words[0] in _TOLD:
            reached = await self._offices.appeals.answer(card.changed)
            if reached is not None:
                said = catalogue("bots").say(f"appeals.{reached.name.lower()}", scene.language)
                card = replace(card, rows=(*card.rows, Row(label="", text=said)))
        if card.decided:
            return followed(card, await aftermath.finish(card.decided), scene.language)
        if not card.takes_back:
            return card
        record = await self._offices.replies.of_exchange(card.takes_back)
        gone = bool(record and await self._take_away(record))
        if record and gone:
            self._offices.scenes.hall.conversation(record.conversation, record.persona).forgotten(record.id)
        else:
            await commands.not_there(card.takes_back)
        title = _say("taken_down" if gone else "withdraw_not_there", scene, id=card.takes_back)
        return replace(card, title=title, tone=Tone.GOOD if gone else Tone.BAD)

    async def _new(self, words: list[str], caller: Caller, scene: Scene) -> Card:
        """A case about a reply that nobody objected to, made by who looks after the community, and marked so."""
        permit("new", caller.role.rank, scene.language)
        why, rest = (words[:1], words[1:]) if words and words[0] in REASONS else (["other"], words)
        mark = catalogue("bots").say("desk.by_moderator", scene.language)
        card = await self._report([*why, mark, *rest], caller, scene)
        return replace(card, exchange=card.news)

    async def _take_away(self, record: Record) -> bool:
        take_back = self._take_back.get(record.platform)
        return take_back is not None and await take_back(record)

    async def _quit(self, _words: list[str], _caller: Caller, scene: Scene) -> Card:
        return Card(title=_say("quit_done", scene), leave=True)


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line.removeprefix("/"))
    except ValueError:
        return line.removeprefix("/").split()


def _reason(exchange: Exchange, language: str, ask: Ask) -> str:
    return catalogue("bots").say("desk.sampled", language) if sampled(exchange) else reason(exchange, language, ask=ask)


def _server(caller: Caller) -> str | None:
    """Whose cases a caller may see; None: everybody's."""
    return None if caller.role is Role.OWNER else caller.place.server


def _say(key: str, scene: Scene, **fields: object) -> str:
    return catalogue("bots").say(f"commands.{key}", scene.language, **fields)
