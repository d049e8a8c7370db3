"""What is told of a case without its texts: masks for who reviews, reasons in plain words for everybody."""

from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from moderation.cases import Case, Ruling
from moderation.filters.registry import FILTERS
from moderation.reasons import masked, reason
from moderation.records import Decision, Exchange, Objection, Stage
from moderation.words import LANGUAGES, catalogue
from tests.moderation.reviewing import OPENING, finding, objection
from tests.support import exchanges
from tests.support.exchanges import NOON, VERSION

KINDS = (
    "lexicon", "toxicity", "meaning", "detoxify", "bias", "character", "register", "crisis", "injection", "privacy",
    "identity", "guard", "romance", "presidio", "report", "omni", "safeguard", "qwen3guard", "judge",
)  # fmt: skip


STANDING: Final[dict[str, dict[str, Any]]] = {
    "open": {},
    "upheld": {"ruling": Ruling.UPHELD},
    "overturned": {"ruling": Ruling.OVERTURNED},
    "appealed": {"ruling": Ruling.UPHELD, "appealed": True},
}


def exchange(*objections: Objection, standing: str = "open") -> Exchange:
    case = Case(id="k7", opened=NOON, exchanges=("k7",), **STANDING[standing])
    return Exchange(id="k7", opening=OPENING, objections=objections or (objection(),), closing=None, case=case)


# --- masking ---------------------------------------------------------------------------------------------------------


def test_a_mask_shows_how_much_was_said_and_nothing_of_it() -> None:
    assert masked("야 이 바보야!\nyou 'm0ron'") == "• • ••••\n••• •••••••"
    assert masked("") == ""


@given(st.text(st.characters(exclude_categories=())))
@example("\r\x85")
def test_a_mask_holds_nothing_of_the_text(text: str) -> None:
    hidden = masked(text)

    assert all(character == "•" or character.isspace() for character in hidden)
    assert hidden.count("•") == sum(not character.isspace() for character in text)
    assert masked(hidden) == hidden


@given(st.text("ab가나!5 \n"))
def test_texts_of_one_shape_have_one_mask(text: str) -> None:
    other = "".join(character if character.isspace() else "x" for character in text)

    assert masked(text) == masked(other)


# --- why -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_rule_has_plain_words_of_its_own(kind: str, language: str) -> None:
    told = reason(exchange(objection(finding(kind))), language)

    assert catalogue("moderation").say(f"review.kind_{kind}", language) in told
    assert catalogue("moderation").say("review.kind_other", language) not in told


def test_every_filter_a_guard_has_is_among_these_kinds() -> None:
    assert "lexicon" in FILTERS
    assert FILTERS.keys() <= set(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kind_nobody_wrote_words_for_has_the_general_ones(language: str) -> None:
    told = reason(exchange(objection(finding("astrology"))), language)

    assert catalogue("moderation").say("review.kind_other", language) in told
    assert "astrology" not in told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("standing", STANDING)
@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("decision", [Decision.FLAG, Decision.BLOCK])
def test_a_reason_names_the_number_and_no_score_rule_entry_or_draft(
    language: str, standing: str, stage: Stage, decision: Decision
) -> None:
    told = reason(exchange(objection(finding(decision=decision), stage=stage), standing=standing), language)

    assert "k7" in told
    for secret in ("0.8", "87", "%", "slur.", "lexicon", VERSION, "moron", "병신", "바보", "{", "cafe"):
        assert secret not in told
    assert any("\uac00" <= letter <= "\ud7a3" for letter in told) == (language == "ko")


def test_a_reason_says_what_followed_and_whether_a_person_looked() -> None:
    flagged = reason(exchange(objection(finding(decision=Decision.FLAG))))
    blocked = reason(exchange(objection(finding()), standing="upheld"))
    said = reason(exchange(objection(finding("crisis"), stage=Stage.INPUT), standing="overturned"))

    assert "let through" in flagged
    assert "no person has looked at it yet" in flagged
    assert "not shown" in blocked
    assert "agrees" in blocked
    assert "your message" in said
    assert "not shown" not in said
    assert "wrong" in said


def test_a_reason_gives_the_strictest_findings_only_and_each_kind_once() -> None:
    case = exchange(
        objection(finding("bias", Decision.FLAG)),
        objection(finding("lexicon"), finding("lexicon"), finding("privacy", Decision.FLAG)),
        objection(finding("toxicity"), finding("detoxify")),
    )
    words = catalogue("moderation")

    told = reason(case)

    assert told.count(words.say("review.kind_lexicon")) == 1
    assert told.count(words.say("review.kind_toxicity")) == 1
    assert words.say("review.kind_bias") not in told
    assert words.say("review.kind_privacy") not in told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("standing", STANDING)
def test_a_report_is_told_as_what_a_person_said_and_not_as_a_check(language: str, standing: str) -> None:
    words = catalogue("moderation")
    told = reason(exchange(exchanges.report("그건 아니지", by="p2", comment="so rude"), standing=standing), language)

    assert words.say("review.kind_report", language) in told
    assert words.say(f"review.report_{standing}", language) in told
    assert words.say(f"review.state_{standing}", language) not in told
    assert words.say("review.where_reply", language) not in told
    for secret in ("p2", "rude", "그건 아니지"):
        assert secret not in told


def test_a_report_beside_a_check_is_told_with_it_where_they_are_as_strict() -> None:
    words = catalogue("moderation")
    flagged = objection(finding(decision=Decision.FLAG))

    both = reason(exchange(flagged, exchanges.report()))
    blocked = reason(exchange(objection(finding()), exchanges.report()))

    assert words.say("review.kind_report") in both
    assert words.say("review.kind_lexicon") in both
    assert words.say("review.state_open") in both
    assert words.say("review.kind_report") not in blocked


def test_a_language_without_words_is_told_in_english() -> None:
    assert reason(exchange(), "fr") == reason(exchange(), "en")
