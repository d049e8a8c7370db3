"""The figures of a month and the statements for the DSA's database."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bots.reports.dsa import FIELDS, as_csv, as_jsonl, dsa_rows
from bots.reports.monthly import Month, MonthlyReport, card, document, monthly_report
from moderation.cases import GUARD, RULINGS, Case, CaseState, Review, ReviewStep
from moderation.reasons import SAMPLE
from moderation.records import Decision, Exchange, Outcome, RuleStats, Stage
from moderation.stores.memory import MemoryStore
from moderation.stores.walking import walk
from moderation.words import LANGUAGES
from tests.support.exchanges import NOON, closing, finding, numbered, objection, opening, report, step

MARCH = Month(year=2026, month=3)
DAY = timedelta(days=1)
BLOCKED = finding("lexicon.slur", Decision.BLOCK)
_AFTER = {
    **dict.fromkeys(RULINGS, CaseState.DECIDED),
    ReviewStep.CLOSE: CaseState.CLOSED,
    ReviewStep.APPEAL: CaseState.APPEALED,
    ReviewStep.CLAIM: CaseState.CLAIMED,
    ReviewStep.LAPSE: CaseState.CLOSED,
}


def case(name: str, *findings: object, at: datetime = NOON, reviews: Sequence[Review] = ()) -> Exchange:
    """One with a flagged draft, or with what is given."""
    objections = [replace(objection("a draft", *findings), at=at)]  # type: ignore[arg-type]
    rulings = [RULINGS[review.step] for review in reviews if review.step in RULINGS]
    return Exchange(
        id=name,
        opening=replace(opening("what was said"), at=at),
        objections=tuple(objections),
        closing=closing(),
        case=Case(id=name, opened=at, ruling=rulings[-1] if rulings else None, reviews=tuple(reviews)),
    )


def taken(what: ReviewStep, at: datetime) -> Review:
    return replace(step(), step=what, at=at, after=_AFTER.get(what, CaseState.QUEUED))


async def kept(*exchanges: Exchange) -> AsyncIterator[Exchange]:
    for exchange in exchanges:
        yield exchange


async def of_march(*exchanges: Exchange) -> MonthlyReport:
    return await monthly_report(kept(*exchanges), Counter({Outcome.CLEAN: 40, Outcome.REPAIRED: 2}), month=MARCH)


@pytest.mark.parametrize(
    ("month", "begins", "ends"),
    [(MARCH, (2026, 3), (2026, 4)), (Month(year=2026, month=12), (2026, 12), (2027, 1))],
)
def test_a_month_ends_where_the_next_begins(month: Month, begins: tuple[int, int], ends: tuple[int, int]) -> None:
    assert (month.begins, month.ends) == (datetime(*begins, 1, tzinfo=UTC), datetime(*ends, 1, tzinfo=UTC))
    assert month.begins in month
    assert month.ends not in month
    assert month.ends - timedelta(microseconds=1) in month


async def test_exchanges_count_where_they_began_and_by_the_strictest_finding() -> None:
    made = await of_march(
        case("a", finding("bias.x"), BLOCKED),
        case("b", finding("bias.x"), finding("bias.x")),
        case("c", BLOCKED, at=MARCH.ends),
        case("d", BLOCKED, at=MARCH.begins - DAY),
    )

    assert (made.exchanges, made.flagged, made.blocked) == (42, 1, 1)
    assert made.rules == {
        "bias.x": RuleStats(objected=2, upheld=0, overturned=0),
        "lexicon.slur": RuleStats(objected=1, upheld=0, overturned=0),
    }


async def test_reports_and_decisions_count_where_they_were_made_whatever_they_are_about() -> None:
    old = case("a", at=MARCH.begins - 40 * DAY, reviews=[taken(ReviewStep.OVERTURN, NOON)])
    old = replace(old, objections=(*old.objections, replace(report(reason="hateful"), at=NOON)))
    new = case("b", reviews=[taken(ReviewStep.UPHOLD, NOON), taken(ReviewStep.OVERTURN, MARCH.ends)])

    made = await of_march(old, new)

    assert made.reports == {"hateful": 1}
    assert (made.upheld, made.overturned, made.overturn_rate) == (1, 1, 0.5)
    assert made.rules["lexicon.slur"] == RuleStats(objected=1, upheld=0, overturned=1), "as decided last"


async def test_a_case_is_one_decision_a_month_the_last_that_was_not_taken_back_in_it() -> None:
    wrong, right, back = ReviewStep.OVERTURN, ReviewStep.UPHOLD, ReviewStep.REOPEN

    made = await of_march(
        case("undone", BLOCKED, reviews=[taken(wrong, NOON), taken(back, NOON)]),
        case("corrected", BLOCKED, reviews=[taken(wrong, NOON), taken(back, NOON), taken(right, NOON)]),
        case("confirmed", BLOCKED, reviews=[taken(right, NOON), taken(ReviewStep.APPEAL, NOON), taken(right, NOON)]),
        case("undone later", BLOCKED, reviews=[taken(wrong, NOON), taken(back, MARCH.ends)]),
    )

    assert (made.upheld, made.overturned) == (2, 1)
    assert (made.agreed, made.overruled) == (2, 1)


async def test_words_of_a_moderators_own_are_a_decision_and_what_nobody_decided_in_time_is_none() -> None:
    worded = case("a", BLOCKED, reviews=[taken(ReviewStep.EDIT, NOON)])
    late = case("b", BLOCKED, reviews=[replace(taken(ReviewStep.UPHOLD, NOON), actor=GUARD.name)])

    assert (await of_march(worded, late)).upheld == 1


async def test_a_report_alone_is_no_objection_of_the_guard() -> None:
    made = await of_march(replace(case("a"), objections=(report(),)))

    assert (made.flagged, made.blocked, dict(made.rules), made.reports) == (0, 0, {}, {"wrong": 1})


async def test_the_overturn_rate_is_of_what_the_guard_objected_to_in_whichever_exchange_of_the_case() -> None:
    dismissed = [
        replace(case(f"r{number}", reviews=[taken(ReviewStep.OVERTURN, NOON)]), objections=(report(),))
        for number in range(9)
    ]
    drawn = case("s", finding(f"{SAMPLE}.allowed"), reviews=[taken(ReviewStep.OVERTURN, NOON)])
    blocked = case("g", BLOCKED, reviews=[taken(ReviewStep.UPHOLD, NOON)])

    made = await of_march(*dismissed, drawn, blocked)

    assert (made.upheld, made.overturned, made.overturn_rate) == (1, 10, 0.0)
    assert document(made)["decisions_on_the_guard"] == {"upheld": 1, "overturned": 0}
    other = replace(dismissed[0], id="x", objections=blocked.objections)
    assert (
        (await of_march(dismissed[0], other)).overturn_rate == (await of_march(other, dismissed[0])).overturn_rate == 1
    )
    assert (await of_march(*dismissed, drawn)).overturn_rate is None


async def test_a_sample_is_no_objection_of_the_guard() -> None:
    made = await of_march(case("a", finding(f"{SAMPLE}.allowed", Decision.FLAG)))

    assert (made.flagged, made.blocked, dict(made.rules)) == (0, 0, {})


async def test_several_exchanges_of_one_case_are_decided_once() -> None:
    one = case("a", BLOCKED, reviews=[taken(ReviewStep.UPHOLD, NOON)])

    made = await of_march(one, replace(one, id="b"))

    assert (made.blocked, made.upheld, made.rules["lexicon.slur"].upheld) == (2, 1, 2)


async def test_the_backlog_is_what_was_open_when_the_month_ended() -> None:
    made = await of_march(
        case("open"),
        case("of before", at=MARCH.begins - 100 * DAY),
        case("decided later", reviews=[taken(ReviewStep.UPHOLD, MARCH.ends)]),
        case("looked at", reviews=[taken(ReviewStep.REVEAL, NOON)]),
        case("claimed", reviews=[taken(ReviewStep.CLAIM, NOON)]),
        case("appealed", reviews=[taken(ReviewStep.UPHOLD, NOON), taken(ReviewStep.APPEAL, NOON)]),
        case("decided", reviews=[taken(ReviewStep.UPHOLD, NOON)]),
        case("done", reviews=[taken(ReviewStep.UPHOLD, NOON), taken(ReviewStep.CLOSE, NOON)]),
        case("later", at=MARCH.ends),
        replace(case("erased"), erased=True),
        replace(case("lapsed later", reviews=[taken(ReviewStep.LAPSE, MARCH.ends)]), erased=True),
        replace(case("lapsed", reviews=[taken(ReviewStep.LAPSE, NOON)]), erased=True),
    )

    assert made.backlog == 8
    assert made.lapsed == 1
    assert made.appeals == 1
    assert made.overturn_rate == 0.0
    assert (await of_march()).overturn_rate is None


async def test_the_backlog_of_a_month_stays_when_cases_become_one_later() -> None:
    async def backlog(at: datetime) -> int:
        one = case("a", reviews=[replace(taken(ReviewStep.MERGE, at), note="b the same again")])
        return (await of_march(one, replace(one, id="b"), replace(one, id="never a case of its own"))).backlog

    assert await backlog(MARCH.ends) == 2
    assert await backlog(NOON) == 1


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_figures_are_told_to_people_and_programs(language: str) -> None:
    made = await of_march(case("a", BLOCKED, reviews=[taken(ReviewStep.UPHOLD, NOON)]))

    rows = {row.label: row.text for row in card(made, language).rows}
    told = document(made)

    assert json.loads(json.dumps(told))["decisions"] == {"upheld": 1, "overturned": 0}
    assert (told["month"], told["exchanges"], told["backlog"]) == ("2026-03", 42, 0)
    assert "42" in rows.values()
    assert "0.0%" in rows.values()
    assert "lexicon.slur" in rows


async def test_everything_is_read_page_by_page_and_once() -> None:
    store = MemoryStore(ids=numbered())
    for _ in range(401):
        await store.open(opening(), objection())

    found = [exchange.id async for exchange in walk(store)]

    assert len(found) == len(set(found)) == 401


async def rows(*exchanges: Exchange, language: str = "en") -> list[dict[str, object]]:
    found = await dsa_rows(kept(*exchanges), first=date(2026, 3, 1), last=date(2026, 3, 31), language=language)
    return [dict(row) for row in found]


async def test_a_row_is_what_the_database_takes() -> None:
    (row,) = await rows(case("k7", BLOCKED, reviews=[taken(ReviewStep.OVERTURN, NOON + DAY)]))

    assert row == {
        "puid": "k7",
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
        "decision_visibility_other": "",
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": row["incompatible_content_ground"],
        "incompatible_content_explanation": "It looked like an insult, a slur or another word that has no place here.",
        "incompatible_content_illegal": "No",
        "category": "STATEMENT_CATEGORY_ILLEGAL_OR_HARMFUL_SPEECH",
        "category_specification": ["KEYWORD_HATE_SPEECH"],
        "content_type": ["CONTENT_TYPE_TEXT"],
        "content_language": "KO",
        "content_date": "2026-03-01",
        "application_date": "2026-03-01",
        "end_date_visibility_restriction": "2026-03-02",
        "decision_facts": row["decision_facts"],
        "source_type": "SOURCE_VOLUNTARY",
        "automated_detection": "Yes",
        "automated_decision": "AUTOMATED_DECISION_PARTIALLY",
    }
    assert "cafe" in str(row["incompatible_content_ground"])
    assert "lexicon.slur" in str(row["incompatible_content_ground"])
    assert "wrong" in str(row["decision_facts"])


async def test_a_row_says_that_a_person_agreed_only_while_that_decision_stands() -> None:
    wrong, back = taken(ReviewStep.OVERTURN, NOON), taken(ReviewStep.REOPEN, NOON)
    agreed = case("a", BLOCKED, reviews=[taken(ReviewStep.UPHOLD, NOON)])
    undone = case("b", BLOCKED, reviews=[wrong, back])
    undone = replace(undone, case=replace(undone.case, ruling=None))

    yes, no = await rows(agreed, undone)

    assert "looked at it since and agreed" in str(yes["decision_facts"])
    assert "looked at it" not in str(no["decision_facts"])
    assert no["automated_decision"] == "AUTOMATED_DECISION_FULLY"


async def test_a_removal_that_was_overruled_has_an_end_and_says_so() -> None:
    steps = [taken(ReviewStep.WITHDRAW, NOON), taken(ReviewStep.OVERTURN, NOON + DAY)]
    (row,) = await rows(replace(case("a", reviews=steps), objections=(report(),)))

    assert row["end_date_visibility_restriction"] == "2026-03-02"
    assert str(row["decision_facts"]).endswith("it should not have been taken down.")


async def test_only_what_was_restricted_within_the_days_has_a_row_oldest_first() -> None:
    moments = {"b": NOON + DAY, "a": NOON, "before": datetime(2026, 2, 28, 23, 59, tzinfo=UTC)}
    last = datetime(2026, 3, 31, 23, 59, tzinfo=UTC)

    found = await rows(
        *(case(name, BLOCKED, at=at) for name, at in moments.items()), case("last", BLOCKED, at=last),
        case("after", BLOCKED, at=MARCH.ends), case("flagged"),
    )  # fmt: skip

    assert [row["puid"] for row in found] == ["a", "b", "last"]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_text_key_or_score_of_anybody_is_in_a_row(language: str) -> None:
    heard = replace(case("h", BLOCKED), objections=(objection("said so", BLOCKED, stage=Stage.INPUT),))
    removed = replace(
        case("r", reviews=[taken(ReviewStep.WITHDRAW, NOON)]),
        objections=(report("a reply of mine", comment="so rude"),),
    )

    text = as_jsonl(await rows(heard, removed, case("k", BLOCKED), language=language))  # type: ignore[arg-type]

    assert text.count("\n") == 3
    texts = ("said so", "a draft", "so rude", "a reply of mine", "the rule, 그리고", "what was said", "0.75")
    for secret in (*texts, "p1", "p2", "c1", "m1", "mina", "console", "halmi"):
        assert secret not in text, secret
    assert "DECISION_VISIBILITY_OTHER" in text
    assert "SOURCE_TYPE_OTHER_NOTIFICATION" in text
    assert "AUTOMATED_DECISION_NOT_AUTOMATED" in text


async def test_csv_has_every_field_and_json_lines_only_what_is_not_empty() -> None:
    found = await dsa_rows(
        kept(case("a", BLOCKED), case("b", finding("character.leak", Decision.BLOCK))),
        first=date(2026, 3, 1), last=date(2026, 3, 31), language="en",
    )  # fmt: skip

    table = list(csv.DictReader(io.StringIO(as_csv(found))))
    lines = [json.loads(line) for line in as_jsonl(found).splitlines()]

    assert tuple(table[0]) == FIELDS
    assert json.loads(table[0]["category_specification"]) == ["KEYWORD_HATE_SPEECH"]
    assert "decision_visibility_other" not in lines[0]
    assert "category_specification" not in lines[1]
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{1,500}", line["puid"]) for line in lines)
    assert as_csv(()).strip() == ",".join(FIELDS)
