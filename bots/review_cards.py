"""How cases look: cards for moderators, the same on every platform and in a terminal."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import Literal

from bots.cards import Card, Row, moment
from bots.desk_acts import acts, for_all, turn
from moderation.appeals import Side
from moderation.cases import GUARD, OPEN, Case, CaseState, Review, Reviewer, ReviewStep
from moderation.consequences import kept_back
from moderation.reasons import APPEAL, REPORT, masked
from moderation.records import Action, Exchange, Finding, Objection, Outcome
from moderation.words import catalogue

_REPORTS = 3
"""The newest reports that a brief card tells of."""
_SEEN = frozenset({"reveal", "next"})
"""Where everything is shown there is nothing to uncover, and what comes next is no act with the case."""
_WORDED = frozenset({"edit", "note", "answer"})
"""What is typed with words behind it."""
_ENDS = frozenset({ReviewStep.LAPSE, ReviewStep.NOT_THERE})
"""What the guard says of a case that people are told where it is the last."""


class ReviewCards:
    """Cards in one language. Nothing unmasked is on them unless it is asked for."""

    def __init__(
        self, *, language: str, overdue: Callable[[Case], bool], now: Callable[[], datetime], typed: str
    ) -> None:
        """`overdue` tells whether a case waits longer than it should; `typed` is what is typed before a verb."""
        self._language = language
        self._typed = typed
        self._overdue = overdue
        self._now = now

    def brief(self, exchange: Exchange) -> Card:
        """A case in a line or two, for a channel where they come one after another: without a word of what was said,
        but with what members say about it."""
        summary = Row(label=exchange.opening.origin.person, text=self.summary(exchange))
        reported = tuple(
            Row(label=self._by(found), text=" · ".join(filter(None, (objection.by, _why(found), found.detail))))
            for objection in exchange.objections
            for found in objection.findings
            if found.filter in {REPORT, APPEAL}
        )
        done = [each for each in exchange.case.reviews if each.actor != GUARD.name or each.step in _ENDS]
        rows = (summary, *self._erased(exchange), *reported[-_REPORTS:], *map(self._step, done[-1:]))
        case, kept = exchange.case, _kept(exchange)
        return Card(
            title=exchange.id,
            rows=rows,
            exchange=exchange.id,
            case=case.id,
            turn=turn(case),
            acts=for_all(case, self._now(), kept),
            kept=kept,
        )

    def _by(self, found: Finding) -> str:
        """What whoever speaks to a case does."""
        if found.filter == REPORT:
            return self._say("reported_by")
        return self._say("report_appealed_by" if found.category == Side.DISMISSED else "appealed_by")

    def page(self, exchanges: Iterable[Exchange], by: Reviewer, *, queue: bool = False) -> Card:
        """Cases or exchanges, a line each, for `by`; in a queue the most pressing first, else the newest."""
        shown = tuple(exchanges)
        if not shown:
            return Card(title=self._say("review_none"))
        card = Card(
            title=self._say("queue_title" if queue else "review_title", count=len(shown)),
            rows=tuple(Row(label=exchange.id, text=self.summary(exchange)) for exchange in shown),
            hint=f"{self._typed} {self._say('list_hint')}",
        )
        return self._acted(card, shown[0], by) if len(shown) == 1 else card

    def summary(self, exchange: Exchange) -> str:
        rules = sorted({finding.rule for objection in exchange.objections for finding in objection.findings})
        parts = (
            self._standing(exchange),
            self._outcome(exchange),
            exchange.opening.persona,
            ", ".join(rules),
            moment(exchange.opening.at),
        )
        return " · ".join(parts)

    def _outcome(self, exchange: Exchange) -> str:
        name = exchange.closing.outcome if exchange.closing else "running"
        return self._say(f"outcome_{name}")

    def case(self, exchange: Exchange, by: Reviewer, *, hint: str = "", revealed: bool = False) -> Card:
        """Everything about a case, for `by`; without a `hint` it says what they can do."""
        opening, closing = exchange.opening, exchange.closing

        def kept(label: str, text: str) -> list[Row]:
            readable = text if revealed else masked(text)
            row = Row(label=self._say(label), text=readable, secret=not revealed)
            return [] if exchange.erased or not text else [row]

        rows = [
            Row(label=self._say("state"), text=self.summary(exchange)),
            Row(label=self._say("model"), text=self._say("made_by", model=opening.model, policy=opening.policy)),
            *self._erased(exchange),
            *kept("said", opening.said),
        ]
        for objection in exchange.objections:
            if objection.text != opening.said:
                rows += kept("taken_back" if objection.withdrew else "draft", objection.text)
            rows += (Row(label=found.rule, text=self._found(objection, found)) for found in objection.findings)
        if closing:
            rows += kept("shown", closing.shown)
        rows += (self._step(review) for review in exchange.case.reviews if _told(review))
        card = self._acted(Card(title=exchange.id, rows=tuple(rows)), exchange, by)
        # Where all was erased, there is nothing to uncover or to decide.
        wanted = hint and card.kept != "erased"
        return replace(card, hint=self._say(hint, id=exchange.id, review=self._typed) if wanted else self._able(card))

    def _erased(self, exchange: Exchange) -> list[Row]:
        """That nothing can be read, and what becomes of that."""
        text = self._say("erased_open" if exchange.case.state in OPEN else "erased_text")
        return [Row(label=self._say("erased"), text=text)] if exchange.erased else []

    def _able(self, card: Card) -> str:
        """What buttons stand for, to be typed."""
        text = self._say("text")
        typed = (f"{verb} {card.exchange}" for row in card.acts for verb in row if verb not in _SEEN)
        lines = " · ".join(f"{line} {text}" if line.split()[0] in _WORDED else line for line in typed)
        return f"{self._typed} {lines}" if lines else ""

    def _acted(self, card: Card, exchange: Exchange, by: Reviewer) -> Card:
        """With the buttons that are for `by`."""
        case, kept = exchange.case, _kept(exchange)
        shown = acts(case, by, self._now(), kept)
        return replace(card, exchange=exchange.id, turn=turn(case), acts=shown, kept=kept)

    def _found(self, objection: Objection, finding: Finding) -> str:
        detail = f" · {finding.detail}" if finding.detail else ""
        if finding.filter in {REPORT, APPEAL}:
            key = "reported" if finding.filter == REPORT else "objected_by"
            return self._say(key, person=objection.by or "-") + detail
        score = "" if finding.score is None else f" {finding.score:.2f}"
        places = "".join(f" [{span.start}:{span.end}]" for span in finding.spans[:4])
        words, key = catalogue("moderation"), f"explain.{finding.filter}_{finding.category}"
        meaning = f" · {words.say(key, self._language)}" if key in words else ""
        decided = self._say(f"decision_{finding.decision.name.lower()}")
        if finding.action is not Action.NONE:
            decided += f" ({self._say(f'action_{finding.action.name.lower()}')})"
        return f"{decided}{score}{places} · {self._say(f'stage_{objection.stage}')}{detail}{meaning}"

    def _standing(self, exchange: Exchange) -> str:
        """State, and who has it, and what is with it, in a few words."""
        case = exchange.case
        state = case.ruling if case.state is CaseState.CLOSED and case.ruling else case.state
        parts = [self._say(f"state_{state}")]
        if case.holder and case.until:
            parts[0] += f" ({case.holder}, {moment(case.until)})"
        if case.appealed and case.state is not CaseState.APPEALED:
            parts.append(self._say("state_appealed"))
        if self._overdue(case):
            parts.append(self._say("overdue"))
        if len(case.exchanges) > 1:
            parts.append(self._say("together", count=len(case.exchanges), ids=", ".join(case.exchanges)))
        return " · ".join(parts)

    def _step(self, review: Review) -> Row:
        note = "" if review.step in (ReviewStep.EDIT, ReviewStep.LAPSE) else review.note
        told = f"{review.actor} ({review.tool}): {self._say(f'step_{review.step}')}"
        return Row(label=moment(review.at), text=f"{told}: {note}" if note else told)

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"commands.{key}", self._language, **fields)


def _why(found: Finding) -> str:
    """Why a member reports something."""
    return found.category if found.filter == REPORT else ""


def about(exchange: Exchange) -> str:
    """What a decision is about: what the guard did, or what people reported although it let it pass."""
    filters = {finding.filter for objection in exchange.objections for finding in objection.findings}
    return "report" if filters == {REPORT} else "done"


def _kept(exchange: Exchange) -> Literal["", "held", "withheld", "erased"]:
    """What of it was kept back, which can still be shown, or that nothing in its case can be read any more."""
    if exchange.erased and len(exchange.case.exchanges) == 1:
        return "erased"
    restored = any(review.step is ReviewStep.RESTORE for review in exchange.case.reviews)
    if exchange.closing is None or exchange.erased or restored or not kept_back(exchange):
        return ""
    waits = exchange.closing.outcome is Outcome.HELD and exchange.case.state in OPEN
    return "held" if waits else "withheld"


def _told(review: Review) -> bool:
    """What people did, and what came of that."""
    return review.actor != GUARD.name or review.step in {ReviewStep.RESTORE, ReviewStep.NOTE, *_ENDS}
