"""Statements of reasons: which restrictions there are, and what the person concerned is told of them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from moderation.cases import GUARD, Case, Review, ReviewStep, Ruling
from moderation.filters.registry import FILTERS
from moderation.policy import Policy
from moderation.reasons import REASONS
from moderation.records import Action, Decision, Exchange, Objection, Outcome, Stage
from moderation.statements import SUBJECTS, Automation, Restriction, Statement, statements, subject_of, told
from moderation.words import LANGUAGES, catalogue
from tests.support.exchanges import NOON, closing, finding, objection, opening, report, step

DAY = timedelta(days=1)
BLOCKED = finding("lexicon.slur", Decision.BLOCK)


def exchange(*objections: Objection, reviews: tuple[Review, ...] = (), outcome: Outcome = Outcome.REPAIRED) -> Exchange:
    return Exchange(
        id="k7",
        opening=opening(),
        objections=objections or (objection("draft", BLOCKED),),
        closing=closing(outcome),
        case=Case(id="k7", opened=NOON, ruling=ruling_of(reviews), reviews=reviews),
    )


def ruling_of(reviews: tuple[Review, ...]) -> Ruling | None:
    rulings = {ReviewStep.UPHOLD: Ruling.UPHELD, ReviewStep.OVERTURN: Ruling.OVERTURNED, ReviewStep.REOPEN: None}
    return next((rulings[review.step] for review in reversed(reviews) if review.step in rulings), None)


def only(of: Exchange) -> Statement:
    (statement,) = statements(of)
    return statement


def taken(what: ReviewStep, *, after: timedelta = DAY) -> Review:
    return replace(step(), step=what, at=NOON + after)


def test_what_was_not_shown_is_a_restriction_found_and_decided_by_the_program() -> None:
    statement = only(exchange())

    assert statement == Statement(
        id="k7",
        restriction=Restriction.UNSHOWN,
        subject=subject_of("lexicon.slur"),
        rules=("lexicon.slur",),
        kinds=("lexicon",),
        policy="cafe",
        language="ko",
        written=NOON,
        applied=NOON,
        lifted=None,
        detected=True,
        noticed=False,
        automation=Automation.FULLY,
    )


def test_what_was_only_flagged_or_reported_restricted_nothing() -> None:
    assert statements(exchange(objection("x", finding()), report())) == ()


def test_help_in_a_crisis_and_the_truth_are_no_restrictions() -> None:
    help_ = replace(finding("crisis.self_harm", Decision.BLOCK), action=Action.SUSPEND)
    truth = replace(finding("identity.question", Decision.BLOCK), action=Action.DISCLOSE)

    assert statements(exchange(objection("x", help_, stage=Stage.INPUT), objection("y", truth))) == ()


def test_a_message_that_reached_nobody_and_a_reply_that_was_taken_back_are_told_apart() -> None:
    heard = objection("x", BLOCKED, stage=Stage.INPUT)

    assert only(exchange(heard)).restriction is Restriction.UNANSWERED
    assert only(exchange(heard, objection("y", BLOCKED))).restriction is Restriction.UNSHOWN
    assert only(exchange(outcome=Outcome.WITHDRAWN)).restriction is Restriction.WITHDRAWN


def test_a_whole_reply_that_stood_there_was_taken_back_although_another_came_in_its_place() -> None:
    whole = objection("One. Two.", BLOCKED, stage=Stage.WHOLE)
    erased = replace(whole, text="", shown="")

    for outcome in (Outcome.REPAIRED, Outcome.WITHHELD, Outcome.CANCELLED):
        assert only(exchange(whole, outcome=outcome)).restriction is Restriction.WITHDRAWN
        assert only(exchange(erased, outcome=outcome)).restriction is Restriction.WITHDRAWN
    held = objection("One.", replace(BLOCKED, action=Action.HOLD), stage=Stage.WHOLE)
    for never in (held, replace(whole, stage=Stage.PIECE)):
        assert only(exchange(never, outcome=Outcome.WITHHELD)).restriction is Restriction.UNSHOWN


def test_a_person_who_decided_since_made_it_partly_theirs_and_the_last_word_counts() -> None:
    upheld, overturned = taken(ReviewStep.UPHOLD), taken(ReviewStep.OVERTURN, after=2 * DAY)
    looked = (taken(ReviewStep.NOTE), taken(ReviewStep.REVEAL))

    assert only(exchange(reviews=looked)).automation is Automation.FULLY
    assert only(exchange(reviews=(*looked, upheld))).automation is Automation.PARTIALLY
    assert only(exchange(reviews=(upheld,))).lifted is None
    assert only(exchange(reviews=(upheld, overturned))).lifted == NOON + 2 * DAY
    assert only(exchange(reviews=(overturned, upheld))).lifted is None
    assert only(exchange(reviews=(overturned, taken(ReviewStep.REOPEN)))).lifted is None


def test_a_decision_that_was_taken_back_is_as_if_nobody_had_decided() -> None:
    wrong, back = taken(ReviewStep.OVERTURN), taken(ReviewStep.REOPEN, after=2 * DAY)
    late = replace(taken(ReviewStep.UPHOLD, after=3 * DAY), actor=GUARD.name)

    assert only(exchange(reviews=(wrong, back))).automation is Automation.FULLY
    assert only(exchange(reviews=(wrong, back, late))).automation is Automation.FULLY
    assert only(exchange(reviews=(wrong, back, taken(ReviewStep.UPHOLD)))).automation is Automation.PARTIALLY


def test_what_a_person_took_down_has_a_statement_of_its_own() -> None:
    shown = report("the reply", reason="hateful")
    removed = (taken(ReviewStep.WITHDRAW), taken(ReviewStep.WITHDRAW, after=2 * DAY))

    statement = only(exchange(shown, reviews=removed, outcome=Outcome.FLAGGED))
    both = statements(exchange(objection("draft", BLOCKED), shown, reviews=removed))

    assert (statement.id, statement.restriction) == ("k7-removed", Restriction.REMOVED)
    assert (statement.automation, statement.noticed, statement.detected) == (Automation.NOT, True, False)
    assert (statement.applied, statement.subject.keyword) == (NOON + DAY, "HATE_SPEECH")
    assert [one.id for one in both] == ["k7", "k7-removed"]
    assert [one.noticed for one in both] == [False, True]


def test_what_was_to_be_taken_down_and_was_not_is_no_removal_until_it_is() -> None:
    shown = report("the reply", reason="hateful")
    missed = (taken(ReviewStep.WITHDRAW), taken(ReviewStep.NOT_THERE))
    again = (*missed, taken(ReviewStep.WITHDRAW, after=2 * DAY))

    assert statements(exchange(shown, reviews=missed, outcome=Outcome.FLAGGED)) == ()
    assert only(exchange(shown, reviews=again, outcome=Outcome.FLAGGED)).applied == NOON + 2 * DAY
    assert only(exchange(shown, reviews=(*again, *missed), outcome=Outcome.FLAGGED)).applied == NOON + 2 * DAY


def test_what_a_person_took_down_is_lifted_by_a_later_decision_that_it_was_wrong() -> None:
    def lifted(*reviews: Review) -> datetime | None:
        return only(exchange(report("the reply"), reviews=reviews, outcome=Outcome.FLAGGED)).lifted

    agreed, removed = taken(ReviewStep.UPHOLD), taken(ReviewStep.WITHDRAW)
    overruled = taken(ReviewStep.OVERTURN, after=3 * DAY)

    assert lifted(agreed, removed) is None
    assert lifted(agreed, removed, overruled) == NOON + 3 * DAY
    assert lifted(agreed, removed, overruled, taken(ReviewStep.REOPEN, after=4 * DAY)) is None
    assert lifted(agreed, removed, overruled, taken(ReviewStep.WITHDRAW, after=4 * DAY)) is None
    assert lifted(overruled, removed) is None, "it was taken down all the same"


def test_of_several_exchanges_that_are_one_case_what_was_taken_down_is_told_once() -> None:
    one = exchange(report("the reply"), reviews=(taken(ReviewStep.WITHDRAW),), outcome=Outcome.FLAGGED)

    assert len(statements(one)) == 1
    assert statements(replace(one, id="k8")) == ()


def test_of_several_rules_the_one_that_says_most_names_what_it_is_about() -> None:
    several = objection(
        "x", finding("character.disclosure", Decision.BLOCK), finding("meaning.self_harm", Decision.BLOCK)
    )

    statement = only(exchange(several))

    assert statement.subject.category == "SELF_HARM"
    assert statement.rules == ("character.disclosure", "meaning.self_harm")


@pytest.mark.parametrize(
    ("rule", "category", "keyword"),
    [
        ("lexicon.slur", "ILLEGAL_OR_HARMFUL_SPEECH", "HATE_SPEECH"),
        ("toxicity.hate", "ILLEGAL_OR_HARMFUL_SPEECH", "HATE_SPEECH"),
        ("bias.generalisation", "ILLEGAL_OR_HARMFUL_SPEECH", "DISCRIMINATION"),
        ("privacy.secret", "DATA_PROTECTION_AND_PRIVACY_VIOLATIONS", ""),
        ("omni.minors", "PROTECTION_OF_MINORS", ""),
        ("character.leak", "OTHER_VIOLATION_TC", ""),
        ("astrology.leo", "OTHER_VIOLATION_TC", ""),
    ],
)
def test_a_rule_has_the_category_of_the_database(rule: str, category: str, keyword: str) -> None:
    assert (subject_of(rule).category, subject_of(rule).keyword) == (category, keyword)


def test_only_rules_there_are_have_categories() -> None:
    """One that nobody has any more would say nothing, and nobody would notice."""
    rules = set(Policy.load(None).rules())
    rules |= {f"report.{reason}" for reason in REASONS}
    known = {*rules, *(f"*.{rule.partition('.')[2]}" for rule in rules), *FILTERS, "presidio", "*"}

    assert "lexicon.slur" in known
    assert set(SUBJECTS) <= known


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted({subject.category for subject in SUBJECTS.values()}))
def test_every_category_has_plain_words(name: str, language: str) -> None:
    assert catalogue("moderation").say(f"statements.category_{name.lower()}", language)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", [Outcome.REPAIRED, Outcome.WITHDRAWN])
def test_the_person_concerned_is_told_without_scores_rules_or_texts(language: str, outcome: Outcome) -> None:
    reviews = (taken(ReviewStep.OVERTURN), taken(ReviewStep.WITHDRAW))

    for statement in statements(exchange(objection("a draft", BLOCKED), report(), reviews=reviews, outcome=outcome)):
        text = " ".join(f"{label}: {words}" for label, words in told(statement, language))
        for secret in ("0.75", "75", "lexicon", "slur", "a draft", "SPEECH", "cafe", "mina", "p2", "{"):
            assert secret not in text
        assert "2026-03-0" in text
        assert any("가" <= letter <= "힣" for letter in text) == (language == "ko")


def test_what_was_overruled_says_when() -> None:
    told_ = dict(told(only(exchange(reviews=(taken(ReviewStep.OVERTURN),)))))

    assert told_["overruled"].startswith("2026-03-02")
    assert "overruled" not in dict(told(only(exchange())))
