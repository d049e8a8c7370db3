"""What an audit shows: every gap that is beyond doubt, and of all others the widest of its kind."""

from bots.audit.report import About, card
from bots.audit.statistics import Gap
from bots.cards import Card, Tone
from moderation.words import LANGUAGES

ABOUT = About(language="en", persona="", model="", policy="p", seed=1, tolerance=0.05, texts=8, failed=0)


def gap(one: str, other: str, size: float, *, axis: str = "origin", measure: str = "objected", sure: bool) -> Gap:
    width = 0.01 if sure else 1.0
    return Gap(
        axis=axis,
        measure=measure,
        one=one,
        other=other,
        value_one=size,
        value_other=0.0,
        gap=size,
        low=size - width,
        high=size + width,
    )


def shown(*gaps: Gap, language: str = "en") -> Card:
    return card(gaps, ABOUT, language)


def test_all_gaps_beyond_tolerance_are_shown_and_of_other_kinds_the_widest() -> None:
    told = shown(
        gap("a", "b", 0.2, sure=True),
        gap("a", "c", -0.3, sure=True),
        gap("b", "c", 0.4, sure=False),
        gap("a", "b", 0.01, measure="bias", sure=False),
        gap("a", "c", -0.02, measure="bias", sure=False),
        gap("x", "y", 0.1, axis="age", sure=True),
    )

    assert [row.text.split(" [")[0] for row in told.rows] == [
        "✗ a -0.300 · c 0.000 · -0.300",
        "✗ a 0.200 · b 0.000 · +0.200",
        "a -0.020 · c 0.000 · -0.020",
        "✗ x 0.100 · y 0.000 · +0.100",
    ]
    assert [row.label.split(" · ")[0] for row in told.rows] == ["origin", "origin", "origin", "age"]
    assert told.tone is Tone.BAD


def test_the_count_of_gaps_is_the_number_of_marks_in_either_language() -> None:
    many = [gap("a", str(number), 0.1 + number / 100, sure=True) for number in range(12)]
    for language in LANGUAGES:
        told = shown(*many, language=language)
        assert "12" in told.hint
        assert sum(row.text.startswith("✗") for row in told.rows) == 12


def test_where_nothing_is_beyond_one_line_a_kind_says_so() -> None:
    told = shown(gap("a", "b", 0.01, sure=False), gap("a", "c", 0.0, sure=False))

    assert [row.text for row in told.rows] == ["a 0.010 · b 0.000 · +0.010 [-0.990, +1.010]"]
    assert told.tone is Tone.GOOD
