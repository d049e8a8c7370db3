"""Facts against facts, against the description, and against the moment."""

import dataclasses
from datetime import date
from typing import Any

import pytest

from personas.lint import lint
from personas.persona import Demonstration, Fact, Persona
from personas.remarks import Level
from tests.personas.test_lint import PLAIN, rules

MOMENT = date(1894, 11, 12)
PINNED = dataclasses.replace(PLAIN, description="A baker of forty in York.", moment=MOMENT)
LATER = Fact(id="car", text="She has ridden in a motor-car.", since=date(1897, 5, 1), names=("motor-car",))


def having(*facts: Fact, **changes: Any) -> Persona:
    return dataclasses.replace(PINNED, facts=facts, **changes)


def test_a_fact_of_all_times_beside_one_from_some_day_on_leaves_open_which_is_so() -> None:
    always = Fact(id="a", text="The oven is brick.", slot="oven", values=("brick",))
    since = Fact(id="b", text="The oven is iron.", since=date(1890, 1, 1), slot="oven", values=("iron",))
    persona = dataclasses.replace(PLAIN, facts=(always, since))
    (remark,) = lint(persona)
    assert (remark.rule, remark.key, remark.level) == ("fact_overlap", "facts.1", Level.WARNING)
    assert lint(dataclasses.replace(persona, facts=(dataclasses.replace(always, since=date(1880, 1, 1)), since))) == ()


@pytest.mark.parametrize(
    ("description", "age", "remarked"),
    [
        ("A baker of forty in York.", "58", True),
        ("A 34-year-old baker.", "43", True),
        ("서른네 살의 제빵사.", "43", True),
        ("서른네 살의 제빵사.", "35", False),
        ("A baker of forty in York.", "40", False),
        ("A baker in York. Her daughter is a 12-year-old.", "40", False),
        ("A baker of forty years' standing.", "58", False),
    ],
)
def test_the_age_of_the_description_is_that_of_the_facts(description: str, age: str, remarked: bool) -> None:
    fact = Fact(id="age", text="Her age.", slot="age", values=(age,))
    persona = dataclasses.replace(PLAIN, description=description, facts=(fact,))
    assert rules(persona) == ({"other_age"} if remarked else set())


def test_what_the_persona_does_not_know_needs_words_to_be_kept_from() -> None:
    assert lint(having(LATER)) == ()
    hidden = Fact(id="will", text="The shop is left to a cousin.", since=date(1890, 1, 1), witness=False)
    for nameless in (dataclasses.replace(LATER, names=()), hidden):
        (remark,) = lint(having(nameless))
        assert (remark.rule, remark.key) == ("nameless", "facts.1")
    assert lint(having(dataclasses.replace(LATER, since=date(1890, 1, 1), names=()))) == (), "she knows it"


def test_what_the_persona_does_not_know_is_said_nowhere_else_in_its_file() -> None:
    shown = Demonstration(user="A lift?", reply="My motor-car is at the door.")
    (remark,) = lint(having(LATER, demonstrations=(shown,)))
    assert (remark.rule, remark.key, remark.fields["found"]) == ("given_away", "demonstrations.1.reply", "motor-car")
    (told,) = lint(having(LATER, scenario="Beside a motor-car."))
    assert (told.rule, told.key) == ("given_away", "facts.1.names")


def test_things_from_after_the_moment_are_out_of_place_in_what_the_persona_knows() -> None:
    known = Fact(id="desk", text="A laptop stands on her desk.", since=date(1890, 1, 1))
    (remark,) = lint(having(known))
    assert (remark.rule, remark.key, remark.fields["found"]) == ("out_of_time", "facts.1.text", "laptop")
    later = dataclasses.replace(known, since=date(1995, 1, 1), names=("laptop",))
    assert lint(having(later)) == ()
    assert lint(having(known, moment=None)) == ()


def test_an_overlay_that_was_written_for_another_canon_is_looked_at_again() -> None:
    extra = {"base": "baker", "canon": "1" * 12, "made_for": "2" * 12}
    (remark,) = lint(dataclasses.replace(PLAIN, extra=extra))
    assert (remark.rule, remark.key) == ("canon_moved", "canon")
    assert "1" * 12 in remark.suggestion("ko")
    assert lint(dataclasses.replace(PLAIN, extra=extra | {"made_for": "1" * 12})) == ()
