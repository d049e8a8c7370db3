"""The words a person in a crisis gets, the numbers in them, and how old those may grow."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from moderation.errors import FilterUnavailable
from moderation.filters.crisis import MOST_AGE, Crisis, Resources, crisis_words, load_resources
from moderation.records import Candidate, Stage
from tests.support.judges import loaded

CRISIS = loaded(Crisis)
RESOURCES = load_resources()


def test_the_numbers_were_fresh_when_this_was_written() -> None:
    assert not RESOURCES.stale(date(2026, 11, 21))


@pytest.mark.dated
def test_the_numbers_were_checked_less_than_180_days_ago() -> None:
    """Fails when somebody must check every number again and move the date in `resources.toml`.

    Not among the quick tests, although it is: a copy that nobody touched must not turn red as time goes by.
    """
    assert not RESOURCES.stale(datetime.now(UTC).date())


def test_resources_go_stale_after_180_days() -> None:
    assert timedelta(days=180) == MOST_AGE
    assert not RESOURCES.stale(RESOURCES.checked + timedelta(days=180))
    assert RESOURCES.stale(RESOURCES.checked + timedelta(days=181))


@pytest.mark.parametrize(
    ("tag", "numbers"),
    [
        ("ko", {"109", "1577-0199", "1388", "112", "119"}),
        ("KR", {"109", "1577-0199", "1388", "112", "119"}),
        ("en-KR", {"109", "1577-0199", "1388", "112", "119"}),
        ("ko_US", {"988", "911"}),
        ("en", {"988", "911", "116 123"}),
        ("en-GB", {"116 123"}),
        ("US", {"988", "911"}),
        ("en-AU", set()),
        ("fr", set()),
        ("", set()),
    ],
)
def test_resources_follow_the_country_then_the_language(tag: str, numbers: set[str]) -> None:
    found = RESOURCES.for_locale(tag)
    assert {entry.number for entry in found if entry.number} == numbers
    assert found[-1].locale == "*"


@pytest.mark.parametrize(
    ("language", "must"),
    [
        ("ko", ["AI 프로그램", "109", "1577-0199", "1388"]),
        ("en", ["AI program", "988", "116 123", "findahelpline.com"]),
        ("en-KR", ["AI program", "109"]),
        ("de", ["AI program", "findahelpline.com"]),
    ],
)
def test_the_words_say_who_speaks_and_where_to_find_help(language: str, must: list[str]) -> None:
    words = crisis_words(language, RESOURCES)
    for part in must:
        assert part in words
    assert "{" not in words


def test_the_words_speak_of_no_method() -> None:
    for language in ("en", "ko"):
        words = crisis_words(language, Resources(checked=date(2026, 1, 1), entries=RESOURCES.entries))
        found = CRISIS.examine(Candidate(stage=Stage.INPUT, text=words))
        assert not any(signal.detail.startswith(("method-or-plan", "farewell")) for signal in found)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("checked = 'yesterday'\n", "checked"),
        ("checked = 2026-11-21\n", "resource"),
        ("checked = 2026-11-21\n[[resource]]\nlocale = '*'\nname = { en = 'x' }\n", "resource[0].name.ko"),
        ("checked = 2026-11-21\n[[resource]]\nlocale = '*'\nname = 'x'\n", "resource[0].name"),
        ("checked = 2026-11-21\n[[resource]]\nlocale = '*'\nphone = '1'\nname = 'x'\n", "resource[0].phone"),
    ],
)
def test_a_wrong_file_of_resources_is_refused_with_file_and_key(tmp_path: Path, text: str, key: str) -> None:
    (tmp_path / "resources.toml").write_text(text, encoding="utf-8")
    with pytest.raises(FilterUnavailable) as caught:
        load_resources(tmp_path)
    for language in ("en", "ko"):
        assert "resources.toml" in caught.value.explain(language)
        assert key in caught.value.explain(language)
