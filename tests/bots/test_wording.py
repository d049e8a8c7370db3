"""What Typer says, in our words."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import typer

from bots.__main__ import build
from bots.cli.wording import complaint
from moderation.words import LANGUAGES

WRONG = [
    ("chat --modle x", "--modle"),
    ("chat --zzzz", "--zzzz"),
    ("chat --model", "--model"),
    ("prompt show --text=1", "--text"),
    ("persona show", "ID|FILE"),
    ("persona list a b", "a b"),
    ("persn list", "'persona'"),
    ("zzzz", "zzzz"),
    ("audit swap --most x", "--most"),
    ("audit swap --most 2", "5"),
    ("audit swap --tolerance 2", "1"),
    ("audit swap --tolerance x", "--tolerance"),
    ("persona schema --tier x", "demographic"),
]


def raised(line: str, language: str) -> str:
    """What is said of a line that cannot be carried out."""
    with pytest.raises(typer.TyperException) as caught:
        build(language)(line.split(), standalone_mode=False)
    assert caught.value.exit_code == 2
    return complaint(caught.value, language)


@pytest.mark.parametrize(("line", "named"), WRONG)
def test_what_is_wrong_with_what_was_typed_is_said_in_the_language_of_the_session(line: str, named: str) -> None:
    english, korean = (raised(line, language).splitlines()[0] for language in LANGUAGES)

    assert named in english
    assert named in korean
    assert not re.search("[가-힣]", english)
    assert re.search("[가-힣]", korean)
    assert not re.search("[A-Z][a-z]+", korean), "nothing of Typer's own is left"


def test_it_is_said_how_the_command_goes_and_where_more_is_said() -> None:
    said = raised("persona show", "ko")
    assert re.search(r"^사용법: .* persona show \[OPTIONS\] \{ID\|FILE\}$", said, re.MULTILINE)
    assert said.endswith("persona show --help")


def test_where_help_was_shown_nothing_more_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert raised("persona", "ko") == ""
    assert "명령" in capsys.readouterr().out


@pytest.mark.parametrize("line", ["--help", "persona --help", "persona show --help", "audit redteam --help"])
def test_no_heading_of_help_is_english_in_a_korean_session(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert build("ko")(line.split(), standalone_mode=False) == 0
    shown = capsys.readouterr().out

    assert "사용법: " in shown
    assert "옵션" in shown
    assert "이 도움말을 보여 줘요." in shown
    assert not re.search(r"Usage:|─ (?:Options|Arguments|Commands) ─|Show this message", shown)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_group_whose_help_lists_its_commands_lists_all_of_them(language: str) -> None:
    typed: Any = build(language)
    groups = {name: group for name, group in typed.commands.items() if hasattr(group, "commands")}
    lists = {name: set(re.findall(r"[a-z-]+", group.help)) for name, group in groups.items()}

    assert "bench" in lists
    for name, words in lists.items():
        if len(groups[name].commands.keys() & words) > 1:
            assert groups[name].commands.keys() <= words, name


def pages(command: Any, *words: str) -> Iterator[list[str]]:
    """What is typed for each page of help."""
    yield [*words, "--help"]
    for name, child in getattr(command, "commands", {}).items():
        yield from pages(child, *words, name)


def test_a_page_of_korean_help_has_every_letter_in_a_terminal_of_eighty_columns(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    korean: Any = build("ko")

    def letters(words: list[str], columns: int) -> Counter[str]:
        monkeypatch.setenv("COLUMNS", str(columns))
        assert korean(words, standalone_mode=False) == 0
        return Counter(re.sub(r"[\s─-╿]", "", capsys.readouterr().out))

    every = list(pages(korean))
    assert ["persona", "new", "--help"] in every
    assert {" ".join(words): letters(words, 1000) - letters(words, 80) for words in every} == {
        " ".join(words): Counter() for words in every
    }


def test_what_must_be_given_and_what_holds_otherwise_is_said_in_the_language_of_the_session(
    capsys: pytest.CaptureFixture[str],
) -> None:
    told = {}
    for language in LANGUAGES:
        for line in ("persona show --help", "audit swap --help"):
            assert build(language)(line.split(), standalone_mode=False) == 0
        told[language] = capsys.readouterr().out

    assert "[required]" in told["en"]
    assert "[default: " in told["en"]
    assert "[필수]" in told["ko"]
    assert "[기본값: " in told["ko"]
    assert not re.search(r"required|default:", told["ko"])


def test_what_a_command_takes_has_a_name_that_is_no_word_of_its_code() -> None:
    typed: Any = build("en")

    def bare(command: Any) -> list[str]:
        given = [part for part in command.params if part.param_type_name == "argument"]
        below = [name for child in getattr(command, "commands", {}).values() for name in bare(child)]
        return [*(f"{command.name} {part.name}" for part in given if not part.metavar), *below]

    assert bare(typed) == []
