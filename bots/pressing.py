"""What people do with a reply, and moderators with a case, once it stands there: on every chat platform the same.

What differs between platforms is how somebody is answered: their `Asker`.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, Protocol

from bots.cards import Card, Tone
from bots.errors import Missing
from bots.inbox import Busy
from bots.lines import line_of
from bots.performing import Performer
from bots.pieces import units
from bots.platform import Caller, Meeting, Role, Router
from bots.rating import rate, wish
from bots.records import Record, Variants
from bots.streaming import Gone
from moderation.words import catalogue
from personas.messages import Cue

CUES: Final = {"again": Cue.AGAIN, "more": Cue.CONTINUE}
STOP: Final = "stop"
ASKS_NOTE: Final = frozenset({"note", "answer", "overturn", "withdraw"})
"""Verbs of a case for which a note is asked."""
LONGEST_EDIT: Final = 3_800
"""UTF-16 units of a reply that can be worded otherwise: what platforms have room for in a question."""
_log = logging.getLogger(__name__)
_TOO_OLD: Final = "showing.too_old"
_NEEDS_WORDS: Final = frozenset({"more", "edit", "back", "forth", "good", "bad"})
"""Verbs that need words of the persona's own."""
_OF_ANY: Final = frozenset({"delete", "good", "bad"})
"""Verbs that need no reply to be the newest."""
_STEPS: Final = {"back": -1, "forth": 1}


class Asker(Protocol):
    """Somebody who pressed a button, filled in a form or used a command, and how they are answered: for their eyes
    alone where the platform can do that."""

    @property
    def language(self) -> str:
        """Theirs."""

    @property
    def pressed(self) -> str:
        """The id of the message that was acted on, or ""."""

    @property
    def unseen(self) -> bool:
        """Whether nobody else sees that message."""

    def caller(self, text: str = "", *, persona: str = "", message: str = "") -> Caller:
        """Who they are, with what they say; `message` is the id of the message it is about."""

    async def wait(self) -> None:
        """Ask for time: what follows may take longer than the platform waits. Does nothing the second time."""

    async def done(self) -> None:
        """It is done, and what happened can be seen: no more is said."""

    async def say(self, key: str, **fields: object) -> None:
        """Answer with a sentence of ours."""

    async def card(self, card: Card) -> None:
        """Answer with a card, or add one to the answer."""

    async def undress(self) -> None:
        """Take the buttons away that were pressed."""

    async def refresh(self, card: Card) -> None:
        """Put `card` in place of the one that was acted on."""

    async def ask_edit(self, record: Record, text: str) -> None:
        """Ask how a reply that reads `text` is to be worded; the answer goes to `Presser.edited`."""

    async def ask_feedback(self, record: Record) -> None:
        """Ask what is wrong with a reply; the answer goes to `Presser.rated`."""

    async def ask_report(self, message: str, text: str) -> None:
        """Ask why the reply in `message`, which reads `text`, is reported; the answer goes to `Presser.reported`."""

    async def ask_note(self, verb: str, exchange: str) -> None:
        """Ask for a note to a decision, or ("appeal") for what somebody says to it; the answer goes to
        `Presser.noted`."""

    async def ask_wording(self, exchange: str, text: str) -> None:
        """Ask what is to be shown instead of `text`, which was kept back; the answer goes to `Presser.noted` as that of
        "edit"."""


class Presser:
    """Acts on what was pressed. Used from one event loop."""

    def __init__(self, router: Router, performer: Performer, *, platform: str, now: Callable[[], datetime]) -> None:
        """`platform` is the name of the one where things are pressed."""
        self._router = router
        self._performer = performer
        self._platform = platform
        self._now = now
        self._acts: Mapping[str, Callable[[Asker, Record], Awaitable[None]]] = {
            **{verb: partial(self.cue, cue=cue) for verb, cue in CUES.items()},
            **{verb: partial(self._leaf, by=by) for verb, by in _STEPS.items()},
            STOP: self._stop,
            "edit": self._ask_edit,
            "delete": self._delete,
            "report": self._report,
            "good": self._good,
            "bad": lambda asker, record: asker.ask_feedback(record),
        }
        """What the buttons under a reply do."""

    async def control(self, asker: Asker, verb: str, reply: str) -> None:
        """A button under a reply."""
        await self._trying(asker, self._control(asker, verb, reply))

    async def _control(self, asker: Asker, verb: str, reply: str) -> None:
        record = await self._router.replies.get(reply)
        if refusal := await self._refusal(asker, record, verb):
            if refusal == _TOO_OLD:
                await asker.undress()  # it does nothing any more, so it goes
            await asker.say(refusal)
        elif record is not None and verb in self._acts:
            await self._acts[verb](asker, record)

    async def _stop(self, asker: Asker, record: Record) -> None:
        self._performer.stop(record)
        await asker.done()

    async def _good(self, asker: Asker, record: Record) -> None:
        await asker.card(await rate(self._router, asker, record, "good"))

    async def rated(self, asker: Asker, reply: str, reason: str, words: str) -> None:
        """Somebody says what is wrong with a reply, by a reason of `personas.feedback.REASONS`, in words, or both."""
        record = await self._router.replies.get(reply)
        if refusal := await self._refusal(asker, record, "bad"):
            await asker.say(refusal)
        elif record is not None:
            await asker.card(await rate(self._router, asker, record, "bad", f"{reason} {words}"))

    async def cue(self, asker: Asker, record: Record, cue: Cue) -> None:
        """Have a reply said again, or continued; the answer to the interaction is what happens to the reply."""
        await asker.wait()
        with self._performer.held(record):  # two presses at once are one
            before = await self._performer.text_of(record)
            caller = await self._again(asker, record)
            shown = await self._performer.again(record, caller, asker.card, cue=cue)
        await asker.done()
        if shown is not None and cue is Cue.AGAIN and (shown.text or shown.withdrawn):
            await self._router.replies.said_again(record, shown.text, before=before)

    async def cued(self, asker: Asker, cue: Cue, why: str = "") -> None:
        """The last reply here said again, or continued, as by its button; `why` it was not liked is as for `/bad`."""
        record = await self._router.replies.newest(asker.caller().place.conversation)
        if record is None:
            await asker.say("showing.nothing_said")
        elif refusal := await self._refusal(asker, record, next(verb for verb in CUES if CUES[verb] is cue)):
            await asker.say(refusal)
        elif not why or await wish(self._router, asker, record, why):
            await self._trying(asker, self.cue(asker, record, cue))

    async def meet(self, asker: Asker, channel: str) -> None:
        """Another persona speaks in `channel` from now on, or anew: it greets, and shows its face."""
        caller = asker.caller()
        meeting = await self._router.meet(caller)
        if meeting.warning:
            await asker.card(meeting.warning)
        if meeting.greeting:
            await self._trying(asker, self._greet(caller, channel, meeting))

    async def _greet(self, caller: Caller, channel: str, meeting: Meeting) -> None:
        await self._performer.greet(caller, channel, meeting, pictured=True)

    async def report_message(self, asker: Asker, message: str) -> None:
        """Ask why a reply is reported: the one that stands in `message`, or, for "", the last one there."""
        await self._trying(asker, self._report_message(asker, message))

    async def _report_message(self, asker: Asker, message: str) -> None:
        replies = self._router.replies
        if message:
            record = await replies.of_message(self._platform, message)
        else:
            record = await replies.newest(asker.caller().place.conversation)
        await self._report(asker, record)

    async def desk(self, asker: Asker, verb: str, exchange: str) -> None:
        """A button under a case; `exchange` is ID#TURN, as the button has it."""
        if verb in ASKS_NOTE:
            if await self._router.standing(asker.caller()) < Role.MODERATOR:
                await asker.say("showing.moderators_only")
            else:
                await asker.ask_note(verb, exchange)
        elif verb == "edit":
            line = line_of("review", "draft", exchange)
            draft = await self._router.command(line, asker.caller(line))
            text = draft.rows[0].text if draft.rows else ""
            fitting = text if units(text) <= LONGEST_EDIT else ""
            await (asker.card(draft) if draft.tone is Tone.BAD else asker.ask_wording(exchange, fitting))
        elif verb == "reveal":
            await self.typed(asker, f"/review show {exchange} reveal")
        else:
            await self.noted(asker, verb, exchange, "")

    async def noted(self, asker: Asker, verb: str, exchange: str, note: str) -> None:
        """A decision on a case, with a note or none; the card that was acted on shows how the case stands now, also
        where it was too late."""
        if verb == "appeal":
            await self.appealed(asker, exchange, note)
            return
        await self.typed(asker, line_of("review", verb, exchange, note))
        shown = "show" if asker.unseen else "brief"
        card = await self._router.command(f"/review {shown} {exchange}", asker.caller())
        if card.tone is not Tone.BAD:
            await asker.refresh(card)

    async def appealed(self, asker: Asker, exchange: str, words: str) -> None:
        """Somebody does not agree with what was held against them, in a case or ("") in the last one; the moderators
        see that it wants somebody's eyes again."""
        await asker.wait()
        caller = asker.caller()
        card = await self._router.command(line_of("appeal", exchange, words), caller)
        await asker.card(card)
        if card.news and card.home:
            await self._performer.desk.note(caller, card.news, home=card.home, anew=True)

    async def imported(self, asker: Asker, verb: str, number: str) -> None:
        """A button under a persona that waits to be let in; the card shows how that stands now, also where it was too
        late."""
        if verb == "show":
            await self.typed(asker, line_of("persona", "pending", number, "all"))
            return
        await self.typed(asker, line_of("persona", verb, number))
        card = await self._router.command(line_of("persona", "pending", number), asker.caller())
        if card.tone is not Tone.BAD:
            await asker.refresh(card)

    async def typed(self, asker: Asker, line: str) -> Card:
        """Answer with the card of a command, which is given back."""
        await asker.wait()
        card = await self._router.command(line, asker.caller(line))
        await asker.card(card)
        await self.followed(asker, card)
        return card

    async def followed(self, asker: Asker, card: Card) -> None:
        """A command was answered with `card`: the card that the moderators have of a case reads as that stands now, and
        they see what is to be decided; where that cannot be, whoever asked does."""
        if card.changed:
            await self._performer.desk.refresh(asker.caller(), card.changed, but=asker.pressed)
        if not card.home:  # an appeal, which knows whose moderators it is for, is noted where it is made
            await self._performer.note(asker.caller(), card.news)
        if card.brought and not await self._performer.desk.brought(asker.caller(), card.brought):
            line = line_of("persona", "pending", card.brought)
            await asker.card(await self._router.command(line, asker.caller(line)))

    async def settled(self, asker: Asker, line: str, card: Card) -> None:
        """A setting was changed by `line`, as `card` says: where cards for moderators are to come, one is tried."""
        if card.tone is Tone.GOOD and "log_channel" in line.split():
            hello = Card(title=catalogue("bots").say("showing.log_here", asker.language))
            if not await self._performer.post_card(asker.caller().place, hello):
                await asker.say("showing.log_unreachable")

    async def reported(self, asker: Asker, message: str, text: str, reason: str, comment: str) -> None:
        """The reply in `message`, which reads `text`, is reported."""
        await asker.wait()
        caller = replace(asker.caller(message=message), about=text)
        card = await self._router.command(line_of("report", reason, comment), caller)
        await asker.card(card)
        await self._performer.note(caller, card.news)

    async def edited(self, asker: Asker, reply: str, text: str) -> None:
        """A reply was worded otherwise."""
        await self._trying(asker, self._edited(asker, reply, text))

    async def _edited(self, asker: Asker, reply: str, text: str) -> None:
        record = await self._router.replies.get(reply)
        if refusal := await self._refusal(asker, record, "edit"):
            await asker.say(refusal)
        elif not text.strip():
            await asker.say("showing.write_something")
        elif record is not None:
            await asker.wait()
            before = await self._performer.text_of(record)
            variants = await self._router.replies.variants(record)
            author = asker.caller().actor
            await self._put(asker, record, variants.also(text, author, before=before))

    async def _ask_edit(self, asker: Asker, record: Record) -> None:
        """Ask for another wording, where all of the present one has room in the question."""
        text = await self._performer.text_of(record)
        if units(text) > LONGEST_EDIT:
            await asker.say("showing.too_long_to_edit")
        else:
            await asker.ask_edit(record, text)

    async def _report(self, asker: Asker, record: Record | None) -> None:
        text = await self._performer.text_of(record) if record and record.shown else ""
        if record is None or not text:
            await asker.say("showing.not_a_reply")
        else:
            await asker.ask_report(record.shown[0], text)

    async def _leaf(self, asker: Asker, record: Record, by: int) -> None:
        """Show the variant before or after."""
        variants = await self._router.replies.variants(record)
        at = variants.current + by
        if not 0 <= at < len(variants.texts):
            await asker.say("showing.no_variant")
            return
        await asker.wait()
        await self._put(asker, record.leafed(), replace(variants, current=at))

    async def _put(self, asker: Asker, record: Record, variants: Variants) -> None:
        """Have the reply read as a text that is not fresh from a model: it passes the guard like any other."""
        caller = await self._again(asker, record)
        with self._performer.held(record):
            passage = await self._router.clear(variants.texts[variants.current], caller)
            if isinstance(passage, Card):
                await asker.card(passage)
                return
            if await self._performer.retell(record, passage, author=variants.author):
                await self._router.revise(caller, passage.text)
                await self._router.replies.vary(record, variants)
        await asker.done()

    async def _delete(self, asker: Asker, record: Record) -> None:
        await asker.wait()
        caller = await self._again(asker, record)
        if await self._performer.take_back(record):
            await self._router.revise(caller, "")
            await asker.done()
        else:
            await asker.say("showing.not_possible")

    async def _refusal(self, asker: Asker, record: Record | None, verb: str) -> str:
        """Why a button does nothing for this person now, as a key of words; "" where it does.

        Everybody may report, as long as we know whose words they are.
        """
        if record is None or not (verb == "report" or record.live(self._now())):
            return _TOO_OLD
        if verb == "report":
            return ""
        caller = asker.caller()
        if not caller.is_person(record.person) and await self._router.standing(caller) < Role.MODERATOR:
            return "showing.not_yours"
        if verb == STOP:
            return ""
        if self._performer.under_way(record):
            return "showing.under_way"
        if (verb in _NEEDS_WORDS and not _open_to(verb, record)) or (verb == "again" and record.fixed):
            return "showing.nothing_to_change"
        newest = await self._router.replies.newest(record.conversation, record.persona)
        # What is not the end of the conversation any more can be taken away, not told otherwise.
        stays = verb in _OF_ANY or newest is None or newest.id == record.id
        return "" if stays else "showing.newer_turn"

    async def _again(self, asker: Asker, record: Record) -> Caller:
        """Whoever pressed, about the turn that the reply answers: the words are, and are kept as, those of whoever
        wrote them, and nobody's where it is not known who that was (they hide, or were erased)."""
        said = await self._performer.said_in(record)
        caller = asker.caller(said, persona=record.persona, message=record.message)
        name = caller.message.name if caller.is_person(record.person) else ""
        return replace(caller, message=replace(caller.message, person=record.person, name=name, reply=record.id))

    async def _trying(self, asker: Asker, work: Awaitable[None]) -> None:
        """Do `work`; what keeps it from being done is told."""
        try:
            await work
        except Busy:
            await asker.say("showing.busy")
        except Missing as error:
            await asker.card(Card(title=error.explain(asker.language), tone=Tone.BAD))
        except Gone:
            await asker.say(_TOO_OLD)
        except self._performer.broken as error:
            _log.warning("a press came to nothing: error=%s", type(error).__name__)
            await asker.say("showing.not_possible")


def _open_to(verb: str, record: Record) -> bool:
    """Whether what stands there can be continued, leafed through, or worded otherwise."""
    if record.leaves:
        return verb in _STEPS
    if verb in {"more", "good", "bad"}:
        return record.remembered and not record.fixed
    return record.open or (record.vain and verb == "back")
