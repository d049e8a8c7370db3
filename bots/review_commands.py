"""The review desk as commands: what moderators type -> calls -> cards, on every platform and as `talchum review`."""

from datetime import datetime

from bots.cards import Card, Row, Tone
from bots.errors import UsageError
from moderation.records import CaseState, Exchange, Objection
from moderation.review import ReviewDesk, masked
from moderation.stores import Query
from moderation.words import catalogue

_PAGE = 10


class ReviewCommands:
    """Commands over one desk."""

    def __init__(self, desk: ReviewDesk, *, language: str) -> None:
        """`language` is the one of the cards."""
        self._desk = desk
        self._language = language

    async def run(self, words: list[str], *, actor: str, tool: str) -> Card:
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
