"""The review desk as commands: what moderators type -> calls -> cards, on every platform and as `talchum review`."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from bots.cards import Card, Row, Tone, moment
from bots.desk_acts import refusal, turn
from bots.errors import UsageError
from bots.review_asking import REVIEW, By, Tools, Verb, help_card, permit, unknown, wrong
from bots.review_bulk import ReviewBulk
from bots.review_cards import ReviewCards, about
from bots.review_export import ReviewExport
from bots.review_figures import ReviewFigures
from bots.review_filters import Filters
from bots.review_mutes import ReviewMutes
from bots.review_words import ReviewWords
from moderation.cases import GUARD, RULINGS, CaseState, Reviewer, ReviewStep
from moderation.consequences import draft_of
from moderation.errors import InvalidTransition, ReviewError
from moderation.records import Exchange, Outcome
from moderation.review import ReviewDesk
from moderation.stores import Query
from moderation.transitions import BESIDE
from moderation.words import catalogue

_PAGE: Final = 10
_VERBS: Final = (
    ReviewStep.CLAIM,
    ReviewStep.RENEW,
    ReviewStep.RELEASE,
    ReviewStep.ESCALATE,
    ReviewStep.UPHOLD,
    ReviewStep.OVERTURN,
    ReviewStep.REOPEN,
    ReviewStep.NOTE,
    ReviewStep.ANSWER,
    ReviewStep.WITHDRAW,
)
"""Steps that people take by their name."""
_TAKEN: Final = {"approve": ReviewStep.OVERTURN, "reject": ReviewStep.UPHOLD}
"""What is decided about a reply that is held."""
_NOTES: Final = frozenset({ReviewStep.NOTE, ReviewStep.ANSWER})
_CLAIMS: Final = frozenset({ReviewStep.CLAIM, ReviewStep.RENEW})
_OF_CASES: Final = frozenset(
    {*(step.value for step in _VERBS), *_TAKEN, "edit", "draft", "next", "show", "brief", "merge"}
)
"""Verbs behind which a case is named, by a button with its turn: ID#TURN."""


Forbids = Callable[[Exchange, str], Awaitable[tuple[str, ...]]]


class ReviewCommands:
    """Commands over one desk."""

    def __init__(
        self,
        desk: ReviewDesk,
        *,
        language: str,
        tools: Tools | None = None,
        forbids: Forbids | None = None,
        typed: str = REVIEW,
    ) -> None:
        """`language` is the one of the cards. Without `tools` there are the verbs of the desk alone. `forbids` gives
        the rules that keep a text from being shown in the place of a reply ("": what was kept back); where it is not
        known here, that comes out when it is to be shown. `typed` is what people type before a verb here."""
        self._desk = desk
        self._typed = typed
        self._forbids = forbids
        self._language = language
        self._filters = Filters(desk, language=language)
        self._cards = ReviewCards(language=language, overdue=desk.overdue, now=lambda: desk.now, typed=typed)
        self._known: dict[str, Verb] = {
            "help": self._help,
            "list": self._list,
            "next": self._next,
            "show": self._show,
            "brief": self._brief,
            **{step.value: self._taking(step) for step in _VERBS},
            **{verb: self._deciding(verb) for verb in _TAKEN},
            "edit": self._edit,
            "draft": self._draft,
            "merge": self._merge,
            "search": self._search,
            "stats": ReviewFigures(desk, language=language, state=tools.state if tools else None).run,
        }
        self._exposure = tools.exposure if tools else None
        self._mutes: ReviewMutes | None = None
        if tools:
            self._reach(tools)

    def _reach(self, tools: Tools) -> None:
        desk, language = self._desk, self._language
        self._mutes = mutes = ReviewMutes(desk, tools, language=language)
        bulk = ReviewBulk(desk, tools.state, mutes=mutes, now=tools.now, ids=tools.ids, language=language)
        self._known |= {
            "mute": mutes.mute,
            "unmute": mutes.unmute,
            "mutes": mutes.mutes,
            "lexicon": ReviewWords(desk, tools.words, language=language).run,
            "bulk": bulk.bulk,
            "undo": bulk.undo,
            "export": ReviewExport(desk, tools.exposure, language=language).run,
            "blur": self._blur,
            "new": self._new,
        }

    async def run(self, words: list[str], *, by: Reviewer, server: str | None = None) -> Card:
        """The review desk: list, next, show, a step with a case, merge, search, stats.

        `server` is the community whose cases may be seen, None all (see `ReviewDesk`). Raises UsageError, NotAllowed,
        ModerationError.
        """
        try:
            return await self._run(words or ["list"], by, server)
        except UsageError as error:
            raise UsageError(error.key, **{name: self._here(value) for name, value in error.fields.items()}) from None

    async def not_there(self, exchange: str) -> None:
        """Note that what was withdrawn could not be taken down, so that nobody is told that it was. Raises
        ModerationError."""
        await self._desk.take(exchange, ReviewStep.NOT_THERE, by=GUARD)

    def _here(self, field: object) -> object:
        """Of an error: what is to be typed, as it is typed here."""
        return field.replace(REVIEW, self._typed) if isinstance(field, str) else field

    async def _run(self, words: list[str], by: Reviewer, server: str | None) -> Card:
        verb, *rest = words
        if verb not in self._known:
            raise unknown(verb)
        seen = ""
        if rest and verb in _OF_CASES:
            rest[0], _, seen = rest[0].partition("#")
        permit(verb, by.rank, self._language)
        return await self._known[verb](rest, By(who=by, server=server, seen=seen, typed=self._typed))

    async def _help(self, words: list[str], by: By) -> Card:
        if words:
            raise self._usage("help")
        return help_card(by.who.rank, self._language)

    async def _list(self, words: list[str], by: By) -> Card:
        query = self._filters.query(words, by, verb="list", limit=_PAGE)
        found = await self._desk.list(query, server=by.server)
        card = self._cards.page(found, by.who, queue=query.queue)
        if len(found) < _PAGE:
            return card
        same = [word for word in words if not word.startswith("after=")]
        line = by.line("list", *same, f"after={found[-1].id}")
        more = catalogue("bots").say("desk.next_page", self._language, line=line)
        return replace(card, hint=f"{card.hint} · {more}")

    async def _search(self, words: list[str], by: By) -> Card:
        if not words:
            raise self._usage("search")
        return await self._page(Query(text=" ".join(words), limit=_PAGE), by)

    async def _page(self, query: Query, by: By) -> Card:
        return self._cards.page(await self._desk.list(query, server=by.server), by.who)

    async def _next(self, words: list[str], by: By) -> Card:
        if len(words) > 1:
            raise self._usage("next")
        exchange = await self._desk.next(by.who, server=by.server, after=words[0] if words else "")
        if exchange is None:
            return Card(title=self._say("next_none"), tone=Tone.GOOD)
        return await self._shown(exchange, by, hint="next_hint")

    async def _show(self, words: list[str], by: By) -> Card:
        if not words or words[1:] not in ([], ["reveal"]):
            raise self._usage("show")
        if len(words) == 1:
            return await self._shown(await self._desk.show(words[0], server=by.server), by, hint="show_hint")
        return self._cards.case(await self._revealed(words[0], by), by.who, revealed=True)

    async def _shown(self, exchange: Exchange, by: By, *, hint: str) -> Card:
        """Masked, unless who looks wants to see at once, and may still today, and there is something to see."""
        if self._exposure and not exchange.erased and not await self._exposure.blurs(by.who.name):
            try:
                return self._cards.case(await self._revealed(exchange.id, by), by.who, revealed=True)
            except UsageError as spent:
                card = self._cards.case(exchange, by.who, hint=hint)
                return replace(card, hint=f"{spent.explain(self._language)} {card.hint}")
        return self._cards.case(exchange, by.who, hint=hint)

    async def _revealed(self, exchange: str, by: By) -> Exchange:
        if self._exposure:
            return await self._exposure.reveal(exchange, self._desk, by=by.who, server=by.server)
        return await self._desk.take(exchange, ReviewStep.REVEAL, by=by.who, server=by.server)

    async def _new(self, _words: list[str], _by: By) -> Card:
        """Where replies stand it is carried out there (`bots.commands`)."""
        raise UsageError("desk.new_where")

    async def _blur(self, words: list[str], by: By) -> Card:
        if self._exposure is None or words not in (["on"], ["off"]):
            raise self._usage("blur")
        await self._exposure.blur(by.who.name, on=words == ["on"])
        return Card(title=catalogue("bots").say(f"desk.blur_{words[0]}", self._language), tone=Tone.GOOD)

    async def _brief(self, words: list[str], by: By) -> Card:
        if len(words) != 1:
            raise self._usage("brief")
        return self._cards.brief(await self._desk.show(words[0], server=by.server))

    def _taking(self, step: ReviewStep) -> Verb:
        """A verb that is one step."""

        async def take(words: list[str], by: By) -> Card:
            exchange, note = self._case_and_note(words, step.value)
            if step in _NOTES and not note:
                raise self._usage(step.value)
            case = await self._take(exchange, step, by, note)
            kind = about(case) if step in RULINGS else "done"
            takes_back = exchange if step is ReviewStep.WITHDRAW else ""
            card = self._done(case, f"{step}_{kind}", await self._undone(case, step, by))
            return replace(card, takes_back=takes_back, hint=self._until(case, step) or card.hint)

        return take

    async def _take(self, exchange: str, step: ReviewStep, by: By, note: str) -> Exchange:
        """Take a step with the case as it stands, unless it was seen otherwise. Whoever comes too late is told what is
        in the way now, say who has it: not only that somebody was faster."""

        def look(kept: Exchange) -> None:
            if error := self._in_the_way(kept, step, by):
                raise error

        return await self._desk.take(exchange, step, by=by.who, note=note, server=by.server, look=look)

    def _in_the_way(self, kept: Exchange, step: ReviewStep, by: By) -> ReviewError | None:
        if error := refusal(kept.case, step, by.who, self._desk.now):
            return error
        if step not in BESIDE and by.seen not in ("", str(turn(kept.case))):
            return InvalidTransition("review.changed", id=kept.id, state=kept.case.state, step=step)
        return None

    def _deciding(self, verb: str) -> Verb:
        """A verb about a reply that is held."""

        async def decide(words: list[str], by: By) -> Card:
            exchange, note = self._case_and_note(words, verb)
            kept = await self._desk.show(exchange, server=by.server)
            if kept.closing is None or kept.closing.outcome is not Outcome.HELD:
                raise ReviewError("review.not_held", id=exchange)
            if verb == "approve":
                await self._allow(kept, "")
            case = await self._take(exchange, _TAKEN[verb], by, note)
            return self._done(case, f"{verb}_done", await self._undone(case, _TAKEN[verb], by))

        return decide

    async def _edit(self, words: list[str], by: By) -> Card:
        exchange, text = self._case_and_note(words, "edit")
        if not text:
            raise self._usage("edit")
        await self._allow(await self._desk.show(exchange, server=by.server), text)
        case = await self._take(exchange, ReviewStep.EDIT, by, text)
        return self._done(case, "edit_done", await self._undone(case, ReviewStep.OVERTURN, by))

    async def _draft(self, words: list[str], by: By) -> Card:
        """What was kept back, to be worded otherwise: seeing it is a step like any other."""
        if len(words) != 1:
            raise self._usage("draft")
        case = await self._revealed(words[0], by)
        return Card(title=case.id, rows=(Row(label=self._say("draft"), text=draft_of(case)),))

    async def _allow(self, kept: Exchange, text: str) -> None:
        """Nothing is decided that would not be carried out. Raises ReviewError."""
        if self._forbids and (rules := await self._forbids(kept, text)):
            raise ReviewError("review.locked", id=kept.id, rules=", ".join(rules))

    async def _undone(self, case: Exchange, step: ReviewStep, by: By) -> tuple[Row, ...]:
        """What had come of a case that is overturned ends."""
        if self._mutes is None or step is not ReviewStep.OVERTURN:
            return ()
        return self._mutes.lifted(await self._mutes.overturned(case, by))

    def _done(self, case: Exchange, title: str, rows: tuple[Row, ...]) -> Card:
        """What was done; where something follows from it, whoever can carries it out."""
        waits = case.case.state is CaseState.DECIDED
        return Card(
            title=self._say(title, id=case.id),
            rows=rows,
            tone=Tone.GOOD,
            decided=case.id if waits else "",
            changed=case.id,
            hint=self._say("after_elsewhere") if waits else "",
        )

    def _until(self, exchange: Exchange, step: ReviewStep) -> str:
        until = exchange.case.until
        return self._say("claim_until", at=moment(until)) if step in _CLAIMS and until else ""

    async def _merge(self, words: list[str], by: By) -> Card:
        if len(words) < 2:
            raise self._usage("merge")
        exchange, other, *note = words
        case = await self._desk.merge(exchange, other, by=by.who, note=" ".join(note), server=by.server)
        return Card(title=self._say("merge_done", id=other, into=case.case.id), tone=Tone.GOOD, changed=exchange)

    def _case_and_note(self, words: list[str], verb: str) -> tuple[str, str]:
        if not words:
            raise self._usage(verb)
        return words[0], " ".join(words[1:])

    def _usage(self, verb: str) -> UsageError:
        return wrong(verb, self._language)

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"commands.{key}", self._language, **fields)
