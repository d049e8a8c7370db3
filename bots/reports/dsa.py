"""Statements of reasons in the fields of the EU's DSA Transparency Database (schema of July 2025).

What people wrote, who they are and where is in none of them. A row is made for every restriction
(`moderation.statements`); whether the database wants it is for whoever runs the instance to know: small firms need not
send any.
"""

import csv
import io
import json
from collections.abc import AsyncIterable, Iterable
from datetime import date
from typing import Final

from moderation.records import Exchange
from moderation.statements import Automation, Restriction, Statement, statements
from moderation.words import catalogue

Row = dict[str, str | list[str]]
"""One statement, by `FIELDS`."""

FIELDS: Final = (
    *("puid", "decision_visibility", "decision_visibility_other", "decision_ground", "incompatible_content_ground"),
    *("incompatible_content_explanation", "incompatible_content_illegal", "category", "category_specification"),
    *("content_type", "content_language", "content_date", "application_date", "end_date_visibility_restriction"),
    *("decision_facts", "source_type", "automated_detection", "automated_decision"),
)
_VISIBILITY: Final = {
    Restriction.UNSHOWN: "CONTENT_DISABLED",
    Restriction.UNANSWERED: "OTHER",
    Restriction.WITHDRAWN: "CONTENT_REMOVED",
    Restriction.REMOVED: "CONTENT_REMOVED",
}
_AUTOMATION: Final = {
    Automation.FULLY: "FULLY",
    Automation.PARTIALLY: "PARTIALLY",
    Automation.NOT: "NOT_AUTOMATED",
}
_MOST_GROUND, _MOST_EXPLANATION, _MOST_FACTS = 500, 2_000, 5_000
"""Characters that the database takes."""


async def dsa_rows(kept: AsyncIterable[Exchange], *, first: date, last: date, language: str) -> tuple[Row, ...]:
    """The rows of everything that is `kept`, applied from `first` to `last` (both included, in UTC), oldest first."""
    found = [
        statement
        async for exchange in kept
        for statement in statements(exchange)
        if first <= statement.applied.date() <= last
    ]
    return tuple(row_of(one, language) for one in sorted(found, key=lambda one: (one.applied, one.id)))


def row_of(statement: Statement, language: str) -> Row:
    """One statement, its free texts in `language`."""

    def say(key: str, **fields: object) -> str:
        return catalogue("bots").say(f"dsa.{key}", language, **fields)

    unanswered = statement.restriction is Restriction.UNANSWERED
    keyword = statement.subject.keyword
    return {
        "puid": statement.id,
        "decision_visibility": [f"DECISION_VISIBILITY_{_VISIBILITY[statement.restriction]}"],
        "decision_visibility_other": say("unanswered_other") if unanswered else "",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": say("ground", policy=statement.policy, rules=", ".join(statement.rules))[
            :_MOST_GROUND
        ],
        "incompatible_content_explanation": _explanation(statement, language)[:_MOST_EXPLANATION],
        "incompatible_content_illegal": "No",
        "category": f"STATEMENT_CATEGORY_{statement.subject.category}",
        "category_specification": [f"KEYWORD_{keyword}"] if keyword else [],
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_language": statement.language.upper(),
        "content_date": statement.written.date().isoformat(),
        "application_date": statement.applied.date().isoformat(),
        "end_date_visibility_restriction": statement.lifted.date().isoformat() if statement.lifted else "",
        "decision_facts": " ".join(say(key) for key in _facts(statement))[:_MOST_FACTS],
        "source_type": "SOURCE_TYPE_OTHER_NOTIFICATION" if statement.noticed else "SOURCE_VOLUNTARY",
        "automated_detection": "Yes" if statement.detected else "No",
        "automated_decision": f"AUTOMATED_DECISION_{_AUTOMATION[statement.automation]}",
    }


def as_csv(rows: Iterable[Row]) -> str:
    """With a line of names; lists as JSON, as the database's own files have them."""
    text = io.StringIO()
    writer = csv.DictWriter(text, FIELDS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: json.dumps(given) if isinstance(given, list) else given for name, given in row.items()})
    return text.getvalue()


def as_jsonl(rows: Iterable[Row]) -> str:
    """A JSON object a line, as the database's interface takes it: what is empty is left out."""
    return "".join(
        json.dumps({name: given for name, given in row.items() if given}, ensure_ascii=False) + "\n" for row in rows
    )


def _explanation(statement: Statement, language: str) -> str:
    words = catalogue("moderation")
    keys = [key if (key := f"review.kind_{kind}") in words else "review.kind_other" for kind in statement.kinds]
    return " ".join(dict.fromkeys(words.say(key, language) for key in keys))


def _facts(statement: Statement) -> Iterable[str]:
    yield f"facts_{statement.restriction}"
    if statement.noticed:
        yield "facts_noticed"
    if statement.lifted:
        yield "facts_overruled" if statement.automation is Automation.NOT else "facts_lifted"
    elif statement.automation is Automation.PARTIALLY:
        yield "facts_reviewed"
