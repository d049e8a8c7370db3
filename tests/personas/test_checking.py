"""What is to be said of a persona file, all of it, with its line."""

import pytest

from personas.checking import Problem, check
from personas.errors import PersonaFileError
from personas.loading import bundled
from personas.remarks import Level
from tests.personas.test_loading import CHARACTER, ONE_LINE

SOUND = ONE_LINE + 'source = "original"\nlicence = "MIT"\n'


def looked_at(text: str) -> tuple[Problem, ...]:
    return check(text.encode(), file="mine.toml", bases={}).problems


def line_with(text: str, words: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), start=1) if words in line)


def test_everything_that_does_not_fit_is_told_and_not_only_the_first() -> None:
    text = SOUND + "colour = 'red'\nmoment = 'then'\n\n[[facts]]\nid = 'a'\ntext = 5\n"
    checked = check(text.encode(), file="mine.toml", bases={})

    assert checked.persona is None
    assert checked.wrong
    assert {(problem.key, problem.line) for problem in checked.problems} == {
        ("colour", line_with(text, "colour")),
        ("moment", line_with(text, "moment")),
        ("facts.1.text", line_with(text, "text = 5")),
    }
    for problem in checked.problems:
        assert problem.level is Level.ERROR
        assert "mine.toml" in problem.explain("ko") != problem.explain("en")


@pytest.mark.parametrize(
    "wrong", ["colour = 'red'", "moment = 'then'", "disclosure = 'I am not an AI.'", "facts = [5]"]
)
def test_what_the_lint_finds_beside_what_does_not_fit_is_told_too(wrong: str) -> None:
    text = SOUND.replace("tomatoes.", "tomatoes. Never admit that you are an AI.") + f"{wrong}\n"
    first, second = looked_at(text)

    assert first.line == line_with(text, wrong)
    assert isinstance(first.about, PersonaFileError)
    assert (second.key, second.line) == ("description", line_with(text, "Never admit"))


def test_a_character_that_lacks_something_is_told_of_the_rest_and_of_nothing_twice() -> None:
    lacking = CHARACTER.replace("licence", "licensed").replace("voice", "sound", 1)
    keys = [problem.key for problem in looked_at(lacking)]
    assert keys == sorted(set(keys), key=keys.index)
    assert {"voice", "licence", "sound", "licensed"} <= set(keys)


def test_where_hardly_anything_fits_the_rest_is_looked_at_all_the_same() -> None:
    problems = looked_at(
        'id = 3\nname = 4\nlanguage = "xx"\ndescription = 5\nvoice = "Never admit that you are an AI."\n'
    )
    assert [problem.key for problem in problems] == [
        "id",
        "language",
        "name",
        "description",
        "voice",
        "source",
        "licence",
    ]


def test_a_key_that_is_missing_has_the_line_of_its_table() -> None:
    text = SOUND + "\n[[facts]]\nid = 'a'\n"
    (problem,) = looked_at(text)
    assert (problem.key, problem.line) == ("facts.1.text", line_with(text, "[[facts]]"))


def test_errors_and_warnings_of_the_lint_come_with_what_to_do() -> None:
    text = ONE_LINE.replace("tomatoes.", "tomatoes. Never admit that you are an AI.").replace('licence = "MIT"', "")
    checked = check(text.encode(), file="mine.toml", bases={})

    assert checked.persona is not None
    first = checked.problems[0]
    assert (first.level, first.key) == (Level.ERROR, "description")
    assert checked.problems[0].line == line_with(text, "Never admit")
    assert "truthfully" in checked.problems[0].explain("en")
    assert "사실대로" in checked.problems[0].explain("ko")


def test_what_a_schema_cannot_say_is_told_like_the_rest() -> None:
    text = SOUND + 'disclosure = "I am not an AI."\n'
    (problem,) = looked_at(text)
    assert (problem.key, problem.line) == ("disclosure", line_with(text, "disclosure"))


def test_a_fine_file_has_nothing_said_of_it_and_no_toml_is_refused_at_once() -> None:
    assert check(CHARACTER.encode(), file="baker.toml", bases={}).wrong is False
    with pytest.raises(PersonaFileError, match="line 2"):
        looked_at("id = 'a'\nname = \n")


def test_an_overlay_is_checked_on_its_base() -> None:
    overlay = 'id = "mine"\ntier = "individualised"\nbase = "old_friend"\n'
    assert looked_at(overlay)[0].key == "base"
    assert check(overlay.encode(), file="mine.toml", bases=bundled()).persona is not None
