"""The review desk as commands: what moderators type -> calls -> cards, on every platform and as `talchum review`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bots.cards import Card, Row, Tone
from bots.errors import UsageError
from moderation.records import CaseState, Exchange, Finding, Objection, Review
from moderation.review import REPORT, ReviewDesk, masked
from moderation.stores import Query
from moderation.words import catalogue

_PAGE = 10
_REPORTS = 3
"""The newest reports that a brief card tells of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _By:
    """Who asks, where, and for which community."""

    actor: str
    tool: str
    server: str | None


class ReviewCommands:
    """Commands over one desk."""

    def __init__(self, desk: ReviewDesk, *, language: str) -> None:
        """`language` is the one of the cards."""
        self._desk = desk
        self._language = language
        self._known: Mapping[str, Callable[[list[str], _By], Awaitable[Card]]] = {
            "list": self._list,
            "next": self._next,
            "show": self._show,
            "brief": self._brief,
            "uphold": self._uphold,
            "overturn": self._overturn,
            "note": self._note,
            "withdraw": self._withdraw,
            "search": self._search,
            "stats": self._stats,
        }

    async def run(self, words: list[str], *, actor: str, tool: str, server: str | None = None) -> Card:
        """The review desk: list, next, show, uphold, overturn, note, withdraw, search, stats.

        `server` is the community whose cases may be seen, None all (see `ReviewDesk`). Raises UsageError,
        ModerationError.
        """
        verb, *rest = words or ["list"]
        if verb not in self._known:
            raise self._usage()
        return await self._known[verb](rest, _By(actor=actor, tool=tool, server=server))

    async def _list(self, words: list[str], by: _By) -> Card:
        if len(words) > 1:
            raise self._usage()
        return await self._page(Query(state=self._state(words[0]) if words else CaseState.OPEN, limit=_PAGE), by)

    async def _search(self, words: list[str], by: _By) -> Card:
        if not words:
            raise self._usage()
        return await self._page(Query(text=" ".join(words), limit=_PAGE), by)

    async def _page(self, query: Query, by: _By) -> Card:
        exchanges = await self._desk.list(query, server=by.server)
        if not exchanges:
            return Card(title=self._say("review_none"))
        return Card(
            title=self._say("review_title", count=len(exchanges)),
            rows=tuple(Row(label=exchange.id, text=self._summary(exchange)) for exchange in exchanges),
            hint=self._say("list_hint"),
            exchange=exchanges[0].id if len(exchanges) == 1 else "",
        )

    async def _next(self, words: list[str], by: _By) -> Card:
        if len(words) > 1:
            raise self._usage()
        exchange = await self._desk.next(server=by.server, after=words[0] if words else "")
        if exchange is None:
            return Card(title=self._say("next_none"), tone=Tone.GOOD)
        return self._case(exchange, hint="next_hint")

    async def _show(self, words: list[str], by: _By) -> Card:
        if not words or words[1:] not in ([], ["reveal"]):
            raise self._usage()
        if len(words) == 1:
            return self._case(await self._desk.show(words[0], server=by.server), hint="show_hint")
        exchange = await self._desk.reveal(words[0], actor=by.actor, tool=by.tool, server=by.server)
        return self._case(exchange, hint="show_hint_revealed", revealed=True)

    async def _brief(self, words: list[str], by: _By) -> Card:
        """A case in a line or two, for a channel where they come one after another: without a word of anybody's."""
        if len(words) != 1:
            raise self._usage()
        exchange = await self._desk.show(words[0], server=by.server)
        summary = Row(label=exchange.opening.origin.person, text=self._summary(exchange))
        reported = tuple(
            Row(
                label=self._say("reported_by"),
                text=" · ".join(filter(None, (objection.by, found.category, found.detail))),
            )
            for objection in exchange.objections
            for found in objection.findings
            if found.filter == REPORT
        )
        rows = (summary, *reported[-_REPORTS:], *map(_step, exchange.reviews[-1:]))
        return Card(title=exchange.id, rows=rows, exchange=exchange.id)

    async def _uphold(self, words: list[str], by: _By) -> Card:
        exchange, note = self._case_and_note(words)
        case = await self._desk.uphold(exchange, actor=by.actor, tool=by.tool, note=note, server=by.server)
        return Card(title=self._say(f"uphold_{_about(case)}", id=exchange), tone=Tone.GOOD)

    async def _overturn(self, words: list[str], by: _By) -> Card:
        exchange, note = self._case_and_note(words)
        case = await self._desk.overturn(exchange, actor=by.actor, tool=by.tool, note=note, server=by.server)
        return Card(title=self._say(f"overturn_{_about(case)}", id=exchange), tone=Tone.GOOD)

    async def _note(self, words: list[str], by: _By) -> Card:
        exchange, note = self._case_and_note(words)
        if not note:
            raise self._usage()
        await self._desk.note(exchange, note, actor=by.actor, tool=by.tool, server=by.server)
        return Card(title=self._say("note_done", id=exchange), tone=Tone.GOOD)

    async def _withdraw(self, words: list[str], by: _By) -> Card:
        exchange, note = self._case_and_note(words)
        await self._desk.withdraw(exchange, actor=by.actor, tool=by.tool, note=note, server=by.server)
        return Card(title=self._say("withdraw_done", id=exchange), tone=Tone.GOOD, takes_back=exchange)

    def _case_and_note(self, words: list[str]) -> tuple[str, str]:
        if not words:
            raise self._usage()
        return words[0], " ".join(words[1:])

    async def _stats(self, words: list[str], by: _By) -> Card:
        if words:
            raise self._usage()
        stats = await self._desk.stats(server=by.server)
        outcomes = " · ".join(
            f"{self._say(f'outcome_{name}')} {count}" for name, count in sorted(stats.outcomes.items()) if count
        )
        states = " · ".join(
            f"{self._say(f'state_{name}')} {count}" for name, count in sorted(stats.states.items()) if count
        )
        rules = tuple(
            Row(
                label=rule,
                text=self._say(
                    "rule_stats",
                    objected=counts.objected,
                    upheld=counts.upheld,
                    overturned=counts.overturned,
                ),
            )
            for rule, counts in sorted(stats.rules.items(), key=lambda item: (-item[1].objected, item[0]))
        )
        general = (
            Row(label=self._say("outcomes"), text=outcomes or "-"),
            Row(label=self._say("states"), text=states or "-"),
        )
        return Card(title=self._say("stats_title"), rows=(*general, *rules))

    def _summary(self, exchange: Exchange) -> str:
        rules = sorted({finding.rule for objection in exchange.objections for finding in objection.findings})
        parts = (
            self._say(f"state_{exchange.state}"),
            self._outcome(exchange),
            exchange.opening.persona,
            ", ".join(rules),
            _moment(exchange.opening.at),
        )
        return " · ".join(parts)

    def _outcome(self, exchange: Exchange) -> str:
        name = exchange.closing.outcome if exchange.closing else "running"
        return self._say(f"outcome_{name}")

    def _case(self, exchange: Exchange, *, hint: str, revealed: bool = False) -> Card:
        opening, closing = exchange.opening, exchange.closing

        def kept(label: str, text: str) -> list[Row]:
            readable = text if revealed else masked(text)
            row = Row(label=self._say(label), text=readable, secret=not revealed)
            return [] if exchange.erased else [row]

        rows = [
            Row(label=self._say("state"), text=self._summary(exchange)),
            Row(label=self._say("model"), text=f"{opening.model} · policy {opening.policy}"),
            *([Row(label=self._say("erased"), text=self._say("erased_text"))] if exchange.erased else []),
            *kept("said", opening.said),
        ]
        for objection in exchange.objections:
            if objection.text != opening.said:
                rows += kept("draft", objection.text)
            rows += (Row(label=found.rule, text=self._found(objection, found)) for found in objection.findings)
        if closing:
            rows += kept("shown", closing.shown)
        rows += map(_step, exchange.reviews)
        return Card(title=exchange.id, rows=tuple(rows), hint=self._say(hint, id=exchange.id), exchange=exchange.id)

    def _found(self, objection: Objection, finding: Finding) -> str:
        detail = f" · {finding.detail}" if finding.detail else ""
        if finding.filter == REPORT:
            return self._say("reported", person=objection.by or "-") + detail
        score = "" if finding.score is None else f" {finding.score:.2f}"
        places = "".join(f" [{span.start}:{span.end}]" for span in finding.spans[:4])
        words, key = catalogue("moderation"), f"explain.{finding.filter}_{finding.category}"
        meaning = f" · {words.say(key, self._language)}" if key in words else ""
        return f"{finding.decision.name} {finding.action.name}{score}{places} · {objection.stage}{detail}{meaning}"

    def _state(self, name: str) -> CaseState | None:
        if name == "all":
            return None
        if name not in {state.value for state in CaseState}:
            raise self._usage()
        return CaseState(name)

    def _usage(self) -> UsageError:
        return UsageError("commands.usage", usage=self._say("review_usage"))

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"commands.{key}", self._language, **fields)


def _about(exchange: Exchange) -> str:
    """What a decision is about: what the guard did, or what people reported although it let it pass."""
    filters = {finding.filter for objection in exchange.objections for finding in objection.findings}
    return "report" if filters == {REPORT} else "done"


def _step(review: Review) -> Row:
    return Row(label=_moment(review.at), text=f"{review.actor} ({review.tool}): {review.step} {review.note}".rstrip())


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
