"""What people type and press besides talking."""

import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

import telegram

from bots.amending import Amending
from bots.cards import Card, Row, Tone
from bots.errors import Missing
from bots.inbox import Busy
from bots.lines import line_of
from bots.performing import Performer
from bots.platform import Role, Router
from bots.pressing import CUES, STOP, Presser
from bots.records import Record
from bots.softly import softly
from bots.streaming import Gone
from bots.telegram_bot import keyboards, offered
from bots.telegram_bot.answering import Answers
from bots.telegram_bot.delivering import Secrecy
from bots.telegram_bot.documents import with_document
from bots.telegram_bot.keyboards import Press
from bots.telegram_bot.panels import Panels
from bots.telegram_bot.pressing import TelegramAsker
from bots.telegram_bot.prompts import prompt_of
from bots.telegram_bot.reviewing import WAITING, Reviewing
from bots.telegram_bot.translate import PLATFORM, address_of, burst_of, shown_id, written
from moderation.errors import Deflect
from moderation.reasons import REASONS
from moderation.words import catalogue
from personas.feedback import REASONS as WISHES

_log = logging.getLogger(__name__)

_COMMAND: Final = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)
_NAMING: Final = re.compile(r"((?:settings\s+(?:(?:here|server)\s+)?)?(?:moderators|seniors))\s+(\S.*)", re.DOTALL)

Handler = Callable[[TelegramAsker, telegram.Message, str], Awaitable[None]]
Acts = Callable[[TelegramAsker, Press], Awaitable[None]]


class Menu:
    """Acts on commands and on presses, and has answers to our questions acted on. Used from one event loop."""

    def __init__(
        self,
        router: Router,
        performer: Performer,
        presser: Presser,
        amending: Amending[telegram.Message],
        *,
        username: str,
        language: str,
        now: Callable[[], datetime],
    ) -> None:
        """`username` is the bot's; `language` is the one of our own words where nothing else says."""
        self._router = router
        self._performer = performer
        self._presser = presser
        self._amending = amending
        self._username = username
        self._language = language
        self._panels = Panels(router, presser)
        self._reviewing = Reviewing(router, presser)
        self._answers = Answers(router, performer, presser, self._reviewing, now=now)
        self._known = self._handlers()
        self._panel_of: Mapping[str, Acts] = {
            keyboards.PERSONA: self._panels.persona_pressed,
            keyboards.SETTING: self._panels.setting_pressed,
            keyboards.PRIVACY: self._panels.privacy_pressed,
            keyboards.LANGUAGE: self._panels.language_pressed,
            keyboards.REPORT: self._answers.reason,
            keyboards.APPEAL: self._answers.disagreed,
            keyboards.FEEDBACK: self._answers.wished,
        }

    def _handlers(self) -> Mapping[str, Handler]:
        """Who acts on a command, by its name."""
        return {
            "start": self._start,
            "help": self._help,
            "persona": self._persona,
            "scene": self._scene,
            "reset": self._reset,
            "retry": self._retry,
            "continue": self._continue,
            "edit": self._edit,
            "stop": self._stop,
            "good": self._good,
            "bad": self._bad,
            "manner": self._manner,
            "note": self._note,
            "memory": self._memory,
            "settings": self._settings,
            "privacy": self._privacy,
            "export": self._export,
            "forget": self._forget,
            "why": self._why,
            "appeal": self._appeal,
            "report": self._report,
            "safety": self._safety,
            "language": self._speak,
            "lore": self._lore,
            "review": self._review,
            "prompt": self._prompt,
            "talchum": self._talchum,
        }

    async def publish(self, bot: telegram.Bot) -> None:
        """Have Telegram show the commands, where they changed since it was told."""
        with softly(_log, "the commands were not sent"):
            await offered.publish(bot, self._router, self._username)

    async def command(self, update: telegram.Update, asker: TelegramAsker) -> bool:
        """Act on a message that is a command, or the answer to a question of ours; False: it is neither.

        A command that nobody knows, or that another bot is meant by, is no talk either: True.
        """
        message = update.effective_message
        if message is None:
            return False
        prompt = prompt_of(message.reply_to_message, self._username)
        found = _COMMAND.fullmatch(written(message).strip())
        if found is None:
            if prompt and message.reply_to_message:
                await self._answers.answered(asker, message, message.reply_to_message, prompt)
            return prompt is not None
        name, whose, rest = found[1].lower(), found[2] or "", (found[3] or "").strip()
        if whose and whose.lower() != self._username.lower():
            return True
        if name in self._known:
            await self._known[name](asker, message, rest)
        elif whose or asker.base.place.private:
            await replace(asker, secrecy=Secrecy.OPEN).card(self._card("unknown", asker, hint="unknown_hint"))
        return True

    async def pressed(self, update: telegram.Update, asker: TelegramAsker) -> None:
        """Act on a press of a button under a message of ours. A client may send any data: it opens nothing that whoever
        presses could not reach anyway."""
        query = update.callback_query
        try:
            await self._pressed(asker, keyboards.parse(query.data or "") if query else None)
        except Deflect as error:
            _log.critical("the state failed: error=%s", error)
            await asker.say("showing.not_possible")
        finally:
            await asker.done()

    async def _pressed(self, asker: TelegramAsker, press: Press | None) -> None:
        if press is None:
            await asker.say("telegram.stale")
        elif press.kind == keyboards.REPLY:
            record = await self._router.replies.get(press.what)
            if record and not _stands_in(record, asker.spot.chat):
                await asker.say("telegram.stale")
            else:
                await self._presser.control(asker, press.verb, press.what)
        elif press.kind == keyboards.DESK:
            await self._reviewing.pressed(replace(asker, quick=True), press)
        elif press.kind == keyboards.IMPORT:
            await self._reviewing.imported(replace(asker, quick=True), press)
        elif press.owner != asker.number and not (press.owner == 0 and asker.hidden):
            await asker.say("telegram.not_your_panel")
        elif press.verb == "close":
            await asker.close()
        else:
            await self._panel_of[press.kind](replace(asker, quick=True), press)

    async def _start(self, asker: TelegramAsker, _message: telegram.Message, _rest: str) -> None:
        """Who speaks here, that it is an AI, and, where that disturbs nobody, its greeting."""
        aloud = replace(asker, secrecy=Secrecy.OPEN)
        meeting = await self._router.meet(asker.caller())
        notice = await self._router.introduce(asker.caller(), asked=True)
        help_ = Row(label="", text=catalogue("bots").say("telegram.start_hint", asker.language))
        if notice is not None:
            await aloud.card(replace(notice, rows=(help_,)))
        if not asker.base.place.private and asker.base.role < Role.MODERATOR:
            return
        if meeting.warning:
            await aloud.card(meeting.warning)
        try:
            await self._performer.greet(asker.caller(), asker.channel, meeting)
        except Busy:
            await aloud.say("showing.busy")
        except Missing as error:
            await asker.card(Card(title=error.explain(asker.language), tone=Tone.BAD))
        except Gone as error:  # nobody is there any more who could be told
            _log.info("nobody was greeted: error=%s", type(error).__name__)

    async def _help(self, asker: TelegramAsker, _message: telegram.Message, _rest: str) -> None:
        names = offered.open_to(asker.base.role, private=asker.base.place.private)
        rows = tuple(Row(label="", text=f"/{name} · {offered.described(name, asker.language)}") for name in names)
        await replace(asker, secrecy=Secrecy.OPEN).card(replace(self._card("help_title", asker), rows=rows))

    async def _persona(self, asker: TelegramAsker, message: telegram.Message, rest: str) -> None:
        if not rest or rest == "list":
            await self._panels.personas(asker)
        elif rest.partition(" ")[0] == "import":
            await self._with_file(asker, message, line_of("persona", *rest.split()[:2]), how="telegram.import_how")
        elif rest.partition(" ")[0] in WAITING:
            await self._reviewing.waiting(asker, rest)
        else:
            await self._met(asker, f"/persona {rest}")

    async def _lore(self, asker: TelegramAsker, message: telegram.Message, rest: str) -> None:
        """What lorebooks say is for those who look after the group alone."""
        if rest.partition(" ")[0] == "add":
            await self._with_file(asker, message, line_of("lore", *rest.split()[:3]), how="telegram.lore_how")
        else:
            await self._presser.typed(replace(asker, secrecy=Secrecy.SECRET), line_of("lore", *rest.split()))

    async def _with_file(self, asker: TelegramAsker, message: telegram.Message, line: str, *, how: str) -> None:
        """A command about the file that it came with, or that it answers; `how` says what to do where there is none."""
        caller = await with_document(asker, message, line, how=how)
        if caller is not None:
            card, alone = await self._router.command(line, caller), replace(asker, secrecy=Secrecy.SECRET)
            # Nobody has approved yet of what a persona that waits says.
            await (alone if card.pending else asker).card(card)
            await self._presser.followed(alone, card)

    async def _scene(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        await self._met(asker, f"/scene {rest}".rstrip())

    async def _reset(self, asker: TelegramAsker, _message: telegram.Message, _rest: str) -> None:
        await self._met(asker, "/reset")

    async def _met(self, asker: TelegramAsker, line: str) -> None:
        """A command after which a persona may begin to speak here."""
        card = await self._presser.typed(replace(asker, secrecy=Secrecy.OPEN), line)
        if card.met:
            await self._presser.meet(asker, asker.channel)

    async def _retry(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        await self._presser.cued(asker, CUES["again"], rest)

    async def _good(self, asker: TelegramAsker, message: telegram.Message, _rest: str) -> None:
        await self._thumb(asker, message, "good")

    async def _bad(self, asker: TelegramAsker, message: telegram.Message, rest: str) -> None:
        record = await self._meant(asker, message) if rest else None
        if record is None:
            await self._thumb(asker, message, "bad")
        else:
            reason, _, words = rest.partition(" ")
            known = reason in WISHES
            await self._presser.rated(asker, record.id, reason if known else "other", words if known else rest)

    async def _thumb(self, asker: TelegramAsker, message: telegram.Message, verb: str) -> None:
        record = await self._meant(asker, message)
        if record is None:
            await asker.say("showing.nothing_said")
        else:
            await self._presser.control(asker, verb, record.id)

    async def _manner(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        await self._presser.typed(asker, line_of("manner", *rest.split()))

    async def _continue(self, asker: TelegramAsker, _message: telegram.Message, _rest: str) -> None:
        await self._presser.cued(asker, CUES["more"])

    async def _edit(self, asker: TelegramAsker, message: telegram.Message, rest: str) -> None:
        record = await self._meant(asker, message)
        if record is None:
            await asker.say("showing.nothing_said")
        elif rest:
            await self._presser.edited(asker, record.id, rest)
        else:
            await self._presser.control(asker, "edit", record.id)

    async def _stop(self, asker: TelegramAsker, message: telegram.Message, _rest: str) -> None:
        """End what is meant: what somebody's own words get, also where these still wait in their burst."""
        dropped = not _answered(message) and self._amending.drop(burst_of(message))
        record = await (self._meant(asker, message) if _answered(message) else self._under_way(asker))
        if dropped and (record is None or record.person != asker.base.message.person):
            await asker.done()
        elif record is None or not self._performer.under_way(record):
            await asker.say("telegram.not_under_way")
        else:
            await self._presser.control(asker, STOP, record.id)

    async def _note(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        await self._presser.typed(asker if rest else replace(asker, secrecy=Secrecy.SECRET), line_of("note", rest))

    async def _memory(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        """Note and turns are what people wrote, so not everybody in a group is shown them."""
        await self._presser.typed(replace(asker, secrecy=Secrecy.SECRET), line_of("memory", *rest.split()))

    async def _settings(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        if rest:
            await self._talchum(asker, _message, f"settings {rest}")
        else:
            await self._panels.settings(asker)

    async def _privacy(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        if rest in {"", "show"}:
            await self._panels.privacy(asker)
        elif rest == "erase":
            await self._panels.forget(asker)
        elif rest == "consent":
            await self._panels.consents(asker)
        else:
            await self._presser.typed(replace(asker, secrecy=Secrecy.SECRET), f"/privacy {rest}")

    async def _export(self, asker: TelegramAsker, _message: telegram.Message, _rest: str) -> None:
        await self._presser.typed(replace(asker, secrecy=Secrecy.SECRET), "/privacy export")

    async def _forget(self, asker: TelegramAsker, _message: telegram.Message, _rest: str) -> None:
        await self._panels.forget(asker)

    async def _why(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        """What is held against somebody's words is for them, or for a moderator, not for the group."""
        await self._presser.typed(replace(asker, secrecy=Secrecy.SECRET), line_of("why", *rest.split()[:1]))

    async def _appeal(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        """What came of it is for them, as what it is about."""
        first, _, words = rest.partition(" ")
        await self._presser.appealed(replace(asker, secrecy=Secrecy.SECRET), first, words)

    async def _report(self, asker: TelegramAsker, message: telegram.Message, rest: str) -> None:
        record = await self._meant(asker, message)
        reason, _, comment = rest.partition(" ")
        if record is None or not record.shown:
            await asker.say("showing.not_a_reply")
        elif rest:
            known = reason in REASONS
            await self._answers.reported(
                asker, record.shown[0], reason if known else "other", comment if known else rest
            )
        else:
            await self._presser.report_message(asker, record.shown[0])

    async def _safety(self, asker: TelegramAsker, _message: telegram.Message, _rest: str) -> None:
        await self._presser.typed(asker, "/safety")

    async def _speak(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        if rest:
            await replace(asker, secrecy=Secrecy.OPEN).card(await self._panels.speak(asker, rest.lower()))
        else:
            await self._panels.languages(asker)

    async def _prompt(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        await self._presser.typed(asker, line_of("prompt", rest))

    async def _review(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        await self._reviewing.typed(asker, rest)

    async def _talchum(self, asker: TelegramAsker, _message: telegram.Message, rest: str) -> None:
        aloud = replace(asker, secrecy=Secrecy.OPEN)
        line = f"/talchum {await self._naming(asker, rest)}".rstrip()
        card = await self._presser.typed(aloud, line)
        await self._presser.settled(aloud, line, card)
        if card.tone is Tone.GOOD:
            await self._panels.remark(aloud)

    @staticmethod
    async def _naming(asker: TelegramAsker, rest: str) -> str:
        """What somebody wants to set, with administrators of the group by their keys where it names people."""
        found = _NAMING.fullmatch(rest)
        if found is None or found[2].strip() == "-" or not asker.base.place.server:
            return rest
        keys = await asker.roles.named_in(asker.spot.chat, found[2])
        return f"{found[1]} {line_of(keys)[1:]}"

    async def _under_way(self, asker: TelegramAsker) -> Record | None:
        """The reply that is being made there, first the one to whoever asks: others may wait behind it."""
        unfinished = await self._router.replies.unfinished(PLATFORM)
        here = [record for record in unfinished if record.conversation == asker.base.place.conversation]
        under_way = [record for record in here if self._performer.under_way(record)]
        own = [record for record in under_way if record.person == asker.base.message.person]
        return next(iter(own + under_way), None)

    async def _meant(self, asker: TelegramAsker, message: telegram.Message) -> Record | None:
        """The reply that a command answers, or the last one there."""
        if answered := _answered(message):
            return await self._router.replies.of_message(PLATFORM, shown_id(answered.chat.id, answered.message_id))
        return await self._router.replies.newest(asker.base.place.conversation)

    @staticmethod
    def _card(key: str, asker: TelegramAsker, *, hint: str = "") -> Card:
        say = catalogue("bots").say
        told = say(f"telegram.{hint}", asker.language) if hint else ""
        return Card(title=say(f"telegram.{key}", asker.language), hint=told)


def _answered(message: telegram.Message) -> telegram.Message | None:
    """What a message replies to; all in a topic reply to its beginning."""
    replied = message.reply_to_message
    return replied if replied and replied.forum_topic_created is None else None


def _stands_in(record: Record, chat: int) -> bool:
    return record.platform == PLATFORM and address_of(record.channel)[0] == chat
