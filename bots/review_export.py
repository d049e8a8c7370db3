"""`/review export`: kept exchanges as a file, to be worked with elsewhere."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Final

from bots.cards import Card, Tone
from bots.exposure import Exposure
from bots.review_asking import By, wrong
from bots.review_filters import Filters
from moderation.reasons import masked
from moderation.records import Exchange
from moderation.review import ReviewDesk
from moderation.words import catalogue

_MOST: Final = 1_000
_FORMS: Final = ("csv", "jsonl")
_REVEAL: Final = "reveal"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a cell begins with that programs for tables take for a formula: people write it, and it would be run."""


class ReviewExport:
    """Exports over one desk, in one language."""

    def __init__(self, desk: ReviewDesk, exposure: Exposure, *, language: str) -> None:
        self._desk = desk
        self._exposure = exposure
        self._language = language

    async def run(self, words: list[str], by: By) -> Card:
        """csv (where nobody says) or jsonl, then filters as of `list`, the first thousand; texts are masked unless
        "reveal" is among the words, which counts and is noted for each that is not erased. Raises UsageError,
        ModerationError."""
        forms = [word for word in words if word in _FORMS]
        rest = [word for word in words if word not in (*_FORMS, _REVEAL)]
        if len(forms) > 1:
            raise wrong("export", self._language)
        form, reveal = forms[0] if forms else "csv", _REVEAL in words
        query = Filters(self._desk, language=self._language).query(rest, by, verb="export", limit=_MOST)
        found = await self._desk.list(query, server=by.server)
        if not found:
            return Card(title=self._say("bulk_none"))
        if reveal:
            found = await self._exposure.reveal_all(found, self._desk, by=by.who, server=by.server)
        rows = [_row(kept, self._desk.overdue(kept.case), reveal=reveal) for kept in found]
        file = (_csv if form == "csv" else _jsonl)(rows)
        erased = sum(kept.erased for kept in found) if reveal else 0
        uncovered = len(rows) - erased if reveal else 0
        title = self._say("exported_revealed", count=uncovered) if uncovered else self._say("exported", count=len(rows))
        hints = (
            self._say("exported_erased", count=erased) if erased else "",
            self._say("exported_most", most=_MOST) if len(rows) == _MOST else "",
        )
        hint = " ".join(filter(None, hints))
        return Card(title=title, hint=hint, tone=Tone.GOOD, file=file, file_name=f"review.{form}")

    def _say(self, key: str, **fields: object) -> str:
        return catalogue("bots").say(f"desk.{key}", self._language, **fields)


def _row(kept: Exchange, overdue: bool, *, reveal: bool) -> dict[str, object]:  # noqa: FBT001 - a column
    """One exchange, its columns in the order of the file."""
    case, opening, closing = kept.case, kept.opening, kept.closing
    text = (lambda said: said) if reveal else masked
    findings = [found for objection in kept.objections for found in objection.findings]
    return {
        "id": kept.id,
        "case": case.id,
        "state": case.state.value,
        "ruling": case.ruling.value if case.ruling else "",
        "decided_by": case.decided_by,
        "priority": case.priority.name.lower(),
        "overdue": overdue,
        "appealed": case.appealed,
        "opened": case.opened.isoformat(),
        "at": opening.at.isoformat(),
        "platform": opening.origin.platform,
        "person": opening.origin.person,
        "persona": opening.persona,
        "model": opening.model,
        "policy": opening.policy,
        "language": opening.language,
        "outcome": closing.outcome.value if closing else "",
        "decision": kept.decision.name.lower(),
        "rules": sorted({found.rule for found in findings}),
        "ai_generated": True,
        "masked": not reveal,
        "erased": kept.erased,
        "said": text(opening.said),
        "drafts": [text(objection.text) for objection in kept.objections],
        "shown": text(closing.shown) if closing else "",
    }


def _jsonl(rows: Sequence[dict[str, object]]) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode("utf-8", "replace")


def _csv(rows: Sequence[dict[str, object]]) -> bytes:
    """As tables have it: lists a line each, nothing that would be run, and a mark by which they know UTF-8."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(rows[0]))
    writer.writeheader()
    writer.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return file.getvalue().encode("utf-8-sig", "replace")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = "\n".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
