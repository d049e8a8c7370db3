"""The status file, and what a person is told by it."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bots.cards import Tone
from bots.status import STALE, Status, card_of, healthy, overwrite, read, write
from moderation.words import LANGUAGES

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
RUNS = Status(
    version="0.1.0",
    process=4321,
    since=(NOW - timedelta(days=2, hours=3, minutes=4)).isoformat(),
    at=NOW.isoformat(),
    platforms={"discord": True, "telegram": True},
    model="openai:local",
    policy="fe2652ba",
    running=2,
    waiting=3,
    oldest=4.4,
    refused=1,
    sizes={"store": 3 * 1024 * 1024},
    cases=7,
    overdue=2,
    troubles=["12:00 WARNING bots.discord_bot.platform Discord cannot be reached"],
    listening="127.0.0.1:9464",
)


def test_what_was_written_is_read_and_nobody_else_may(tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    write(RUNS, file)
    write(replace(RUNS, waiting=9), file)

    assert read(file) == replace(RUNS, waiting=9)
    assert file.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == [file]


def test_what_says_it_in_place_of_the_last_one_needs_no_room_and_leaves_troubles_out_where_there_is_none(
    tmp_path: Path,
) -> None:
    file = tmp_path / "status.json"
    write(RUNS, file)
    shorter, longer = replace(RUNS, troubles=[]), replace(RUNS, unkept="full", troubles=["a line"] * 10_000)
    overwrite(shorter, file)
    first = read(file)
    overwrite(longer, file)

    assert first == shorter
    assert read(file) == replace(longer, troubles=[])
    with pytest.raises(OSError, match="No space left"):
        overwrite(replace(RUNS, unkept="full" * 10_000), file)
    assert read(file) == replace(longer, troubles=[])
    with pytest.raises(FileNotFoundError):
        overwrite(RUNS, tmp_path / "none.json")


@pytest.mark.parametrize("content", ["", "{", "[]", "3", '{"at": "today"}', json.dumps({"version": "0.0.9"})])
def test_a_file_that_says_nothing_is_no_status(content: str, tmp_path: Path) -> None:
    file = tmp_path / "status.json"
    file.write_text(content, encoding="utf-8")

    assert read(file) is None
    assert read(tmp_path / "none.json") is None


def test_only_what_runs_answers_and_is_connected_is_healthy() -> None:
    away = replace(RUNS, platforms={"discord": True, "telegram": False})

    assert healthy(RUNS, NOW + STALE)
    assert not healthy(RUNS, NOW + STALE + timedelta(seconds=1))
    assert not healthy(away, NOW)
    assert not healthy(replace(RUNS, unkept="the disk is full"), NOW)
    assert not healthy(replace(RUNS, platforms={}), NOW)
    assert not healthy(None, NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_person_is_told_everything_that_is_known(language: str) -> None:
    card = card_of(RUNS, NOW, language, folder=Path("data"))
    text = "\n".join(f"{row.label} {row.text}" for row in card.rows)

    assert card.tone is Tone.GOOD
    for word in (
        "4321",
        "openai:local",
        "fe2652ba",
        "Discord",
        "Telegram",
        "3.0 MiB",
        "127.0.0.1:9464",
        *RUNS.troubles,
    ):
        assert word in text, word
    assert {"en": "2 d 3 h", "ko": "2일 3시간"}[language] in text
    assert {"en": "7 waiting for a decision, 2 of them overdue", "ko": "7건, 그중 기한이 지난 것 2건"}[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_hanging_standing_still_and_not_being_connected_are_told_apart(language: str) -> None:
    away = replace(RUNS, platforms={"discord": False})
    cards = [
        card_of(None, NOW, language, folder=Path("data")),
        card_of(RUNS, NOW + timedelta(minutes=5), language, folder=Path("data")),
        card_of(away, NOW, language, folder=Path("data")),
        card_of(replace(RUNS, unkept="the disk is full"), NOW, language, folder=Path("data")),
    ]

    assert {card.tone for card in cards} == {Tone.BAD}
    assert len({card.title for card in cards}) == 4
    assert "data" in cards[0].hint
    assert {"en": "5 min", "ko": "5분"}[language] in cards[1].title
    assert {"en": "cannot write", "ko": "쓰지 못하"}[language] in cards[1].title
    assert cards[3].hint == "the disk is full"
