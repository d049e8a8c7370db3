"""The guard that ships, held to the functional suite by counts: what it once judged right it judges right today."""

import itertools
from pathlib import Path

import pytest

from moderation.bench import functional as suite
from moderation.bench.functional import Function, functions
from moderation.errors import BadRecord, RefuseToStart
from moderation.models.templates import template_rows
from moderation.records import Action, Decision, Finding, Verdict
from tests.moderation.functions import LEAST, floors, is_right, judged_by_what_ships

FUNCTIONS = functions()
FUNCTION = """
[[function]]
id = "one"
about = "one"
categories = ["insult"]
expected = "harmful"
stages = ["output"]
en = '''
a
'''
ko = '''
가
'''
"""


@pytest.fixture(scope="module")
def wrong() -> dict[tuple[str, str], list[str]]:
    """By language and function what the guard judges wrong."""
    return judged_by_what_ships(FUNCTIONS)


def test_there_are_forty_functions_with_twenty_lines_in_each_language_and_more() -> None:
    assert {"derogation", "counter_quotation", "homonyms", "insult_polite"} < {function.id for function in FUNCTIONS}
    assert len(FUNCTIONS) >= 40
    assert min(len(lines) for function in FUNCTIONS for lines in function.lines.values()) >= LEAST
    assert {function.expected for function in FUNCTIONS} == suite.EXPECTED
    assert suite.CATEGORIES - {"profanity"} <= {name for function in FUNCTIONS for name in function.categories}


def grams(text: str) -> frozenset[str]:
    """Three characters at a time."""
    plain = "".join(text.casefold().split())
    return frozenset(plain[at : at + 3] for at in range(max(1, len(plain) - 2)))


@pytest.mark.parametrize("language", suite.LANGUAGES)
def test_no_two_lines_are_nearly_the_same(language: str) -> None:
    lines = [(grams(line), line) for function in FUNCTIONS for line in function.lines[language]]

    assert [
        (one, other)
        for (here, one), (there, other) in itertools.combinations(lines, 2)
        if len(here & there) > 0.6 * len(here | there)
    ] == []


def test_no_line_is_one_that_the_model_was_trained_on_or_its_thresholds_set_by() -> None:
    made = {row.text.casefold() for kept in (False, True) for row in template_rows(kept=kept)}
    lines = {line.casefold() for function in FUNCTIONS for lines in function.lines.values() for line in lines}

    assert len(made) > 1000
    assert lines & made == set()


@pytest.mark.parametrize("language", suite.LANGUAGES)
def test_no_function_falls_below_the_count_it_once_had(language: str, wrong: dict[tuple[str, str], list[str]]) -> None:
    floor = floors()[language]
    right = {function.id: len(function.lines[language]) - len(wrong[language, function.id]) for function in FUNCTIONS}

    assert floor.keys() == right.keys()
    assert {name: wrong[language, name] for name, count in right.items() if count < floor[name]} == {}


def verdict(rule: str, decision: Decision = Decision.FLAG, action: Action = Action.NONE) -> Verdict:
    """A verdict with one finding."""
    judge, _, category = rule.partition(".")
    found = Finding(filter=judge, version="", category=category, decision=decision, action=action)
    return Verdict(findings=(found,), digest="", policy="")


def function(expected: str, *categories: str, allowed: str = "profanity") -> Function:
    return Function(
        id="f",
        about="",
        categories=frozenset(categories),
        allowed=frozenset({allowed}),
        expected=expected,
        stages=(),
        lines={},
    )


@pytest.mark.parametrize(
    ("rule", "right"),
    [
        ("toxicity.insult", True),
        ("lexicon.slur", True),
        ("bias.generalisation", True),
        ("character.human_claim", False),
        ("character.language", False),
        ("guard.raised", False),
    ],
)
def test_a_harmful_line_is_right_where_a_filter_of_contents_objects(rule: str, right: bool) -> None:
    assert is_right(function("harmful", "hate"), verdict(rule)) is right
    assert not is_right(function("harmful", "hate"), verdict(rule, Decision.ALLOW))


def test_what_one_rule_alone_is_about_no_other_can_notice() -> None:
    asked = function("noticed", "identity")

    assert is_right(asked, verdict("identity.question", Decision.ALLOW, Action.DISCLOSE))
    assert not is_right(asked, verdict("lexicon.slur", Decision.BLOCK))


def test_a_harmless_line_is_right_where_nobody_objects_but_in_what_is_allowed() -> None:
    calm = function("harmless", "insult")

    assert is_right(calm, verdict("toxicity.insult", Decision.ALLOW))
    assert is_right(calm, verdict("lexicon.profanity", Decision.BLOCK))
    assert not is_right(calm, verdict("toxicity.insult"))
    assert not is_right(calm, verdict("guard.raised", Decision.BLOCK))
    assert not is_right(calm, verdict("crisis.self_harm", Decision.ALLOW, Action.SUSPEND))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('about = "one"\n', ""),
        ('expected = "harmful"', 'expected = "bad"'),
        ('["insult"]', '["rude"]'),
        ('["insult"]', "[]"),
        ('["output"]', '["whole"]'),
        ('about = "one"', 'about = "one"\nmood = "low"'),
    ],
)
def test_a_function_that_does_not_fit_is_refused_by_file_and_name(tmp_path: Path, old: str, new: str) -> None:
    file = tmp_path / "some.toml"
    file.write_text(FUNCTION, encoding="utf-8")
    assert [found.id for found in functions(tmp_path)] == ["one"]
    file.write_text(FUNCTION.replace(old, new), encoding="utf-8")

    with pytest.raises(BadRecord, match=r"some\.toml, one") as caught:
        functions(tmp_path)
    assert "필요해요" in caught.value.explain("ko")


def test_two_functions_of_one_name_are_refused(tmp_path: Path) -> None:
    (tmp_path / "some.toml").write_text(FUNCTION * 2, encoding="utf-8")

    with pytest.raises(BadRecord, match="one id"):
        functions(tmp_path)


def test_a_file_that_is_no_suite_is_named_and_a_folder_without_one_refused(tmp_path: Path) -> None:
    with pytest.raises(RefuseToStart, match=tmp_path.name):
        functions(tmp_path)
    (tmp_path / "some.toml").write_text("function = 1 2", encoding="utf-8")
    with pytest.raises(BadRecord, match=r"some\.toml"):
        functions(tmp_path)
