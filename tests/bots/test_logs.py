"""The log: where things happened, never what anybody said."""

import io
import json
import logging
import os
from pathlib import Path

import pytest

from bots.logs import Troubles, logging_to, place_of


def log_of(tmp_path: Path, level: str) -> str:
    file = tmp_path / "talchum.log"
    with logging_to(file, level=level):
        try:
            raise ValueError("somebody's words")
        except ValueError:
            logging.getLogger("discord.ui.view").exception("Ignoring exception")
        logging.getLogger("discord.gateway").debug("payload: somebody's words")
        logging.getLogger("discord.client").warning("PyNaCl is not installed")
        logging.getLogger("httpx").info("HTTP Request: POST https://localhost/bot1:somebody/getMe")
        logging.getLogger("telegram.ext").error("somebody's words")
        logging.getLogger("asyncio").error("Task was lost: %s", "x\nfuture: somebody's words")
        logging.getLogger("bots").info("one line")
    return file.read_text(encoding="utf-8")


def test_an_errors_message_is_left_out_and_its_kind_and_place_are_told(tmp_path: Path) -> None:
    log = log_of(tmp_path, "info")

    assert "ValueError at " in log
    assert "test_logs.py:" in log
    assert "somebody" not in log
    assert "one line" in log


def test_no_level_lets_a_library_write_what_people_wrote(tmp_path: Path) -> None:
    log = log_of(tmp_path, "debug")

    assert "somebody" not in log
    assert "PyNaCl" not in log


def test_of_what_the_event_loop_says_only_the_first_line_is_kept(tmp_path: Path) -> None:
    assert "asyncio Task was lost: x\n" in log_of(tmp_path, "info")


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert place_of(ValueError("x")) == "ValueError at ?"


def test_of_a_group_the_place_of_what_is_in_it_is_told() -> None:
    with pytest.raises(KeyError) as broken:
        os.environ["NO SUCH NAME"]
    together = ExceptionGroup("all", [ExceptionGroup("some", [broken.value])])

    assert place_of(together) == place_of(broken.value)
    assert "KeyError" in place_of(together)


def test_what_goes_wrong_is_counted_and_its_last_lines_remembered_without_a_word_of_anybody(tmp_path: Path) -> None:
    counted: list[tuple[str, str]] = []
    troubles = Troubles(lambda part, level: counted.append((part, level)))
    file = tmp_path / "talchum.log"
    with logging_to(file, level="critical", troubles=troubles):
        logging.getLogger("bots.discord_bot.platform").warning("Discord cannot be reached: error=%s", "OSError")
        logging.getLogger("telegram.ext").error("somebody's words")
        logging.getLogger("personas.generators.retrying").error("no words")
        logging.getLogger("moderation.guard").critical("a filter failed")
        try:
            raise ValueError("somebody's words")
        except ValueError:
            logging.getLogger("bots.host").exception("a defect")
        logging.getLogger("bots").info("one line")

    assert counted == [
        ("discord", "warning"),
        ("model", "error"),
        ("guard", "critical"),
        ("talchum", "error"),
    ]
    assert "Discord cannot be reached: error=OSError" in troubles.last[0]
    assert "somebody" not in "".join(troubles.last)
    assert file.read_text(encoding="utf-8").count("\n") == 1, "its level holds for the file"


def test_only_the_last_troubles_are_remembered(tmp_path: Path) -> None:
    troubles = Troubles(lambda *_: None)
    with logging_to(tmp_path / "talchum.log", level="info", troubles=troubles):
        for number in range(50):
            logging.getLogger("bots").warning("number %d", number)

    assert len(troubles.last) == 10
    assert troubles.last[-1].endswith("number 49")


def lines_of(tmp_path: Path, level: str = "info") -> list[dict[str, object]]:
    """What a program reads of the same log."""
    stream = io.StringIO()
    with logging_to(tmp_path / "talchum.log", level=level, lines=stream):
        logging.getLogger("personas.ledger").info("exchange platform=%s repairs=%d first_ms=%s", "discord", 2, None)
        logging.getLogger("bots.host").warning("the state failed: error=%s", "stores.busy")
        logging.getLogger("bots").debug("nobody asked")
        logging.getLogger("telegram.ext").error("said=%s", "somebody's words")
        logging.getLogger("asyncio").error("Task was lost: task=%s", "x\nfuture: somebody's words")
        try:
            raise ValueError("somebody's words")
        except ValueError:
            logging.getLogger("bots.host").exception("a defect")
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_program_reads_a_line_of_json_with_its_figures_by_name(tmp_path: Path) -> None:
    exchange, failed, *_ = lines_of(tmp_path)

    assert {key: value for key, value in exchange.items() if key != "at"} == {
        "level": "info",
        "logger": "personas.ledger",
        "message": "exchange",
        "platform": "discord",
        "repairs": 2,
        "first_ms": None,
    }
    assert str(exchange["at"]).endswith("+00:00")
    assert (failed["message"], failed["error"]) == ("the state failed", "stores.busy")


def test_lines_of_json_have_no_word_of_anybody_either(tmp_path: Path) -> None:
    lines = lines_of(tmp_path)

    assert len(lines) == 4
    assert "somebody" not in json.dumps(lines)
    assert str(lines[-1]["error"]).startswith("ValueError at ")
