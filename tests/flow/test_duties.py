"""What those who run an instance answer for, from the talk to the report."""

import csv
import getpass
import io
import json
import re
from pathlib import Path

import pytest

from tests.flow.conftest import SLIP, Run


def test_what_happened_in_a_talk_is_reported_without_a_word_of_it(run: Run) -> None:
    talk = "How is the harbour?\n/why\nI want to kill myself\n"
    said = run("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper", typed=talk).stdout
    crisis = json.loads(run("report", "crisis", "--json").stdout)
    month = json.loads(run("report", "monthly", "--json").stdout)
    rows = list(csv.DictReader(io.StringIO(run("report", "dsa", "--from", "2026-01-01", "--to", "9998-12-31").stdout)))
    lines = run("report", "dsa", "--from", "2026-01-01", "--to", "9998-12-31", "--format", "jsonl").stdout

    assert "988" in said
    assert "the program alone" in said, "what /why tells of the restriction"
    assert crisis["referrals"] == 1
    assert list(crisis["months"].values()) == [{"en": 1}]
    assert (month["exchanges"], month["outcomes"]["repaired"], month["outcomes"]["suspended"]) == (2, 1, 1)
    assert month["backlog"] == 2
    assert "character.disclosure" in month["rules"]
    assert [row["automated_decision"] for row in rows] == ["AUTOMATED_DECISION_FULLY"], "help is no restriction"
    assert json.loads(lines)["puid"] == rows[0]["puid"]
    for secret in ("harbour", "kill myself", "language model"):
        assert secret not in f"{crisis}{month}{rows}{lines}"


@pytest.mark.slow
def test_an_operator_can_show_export_and_erase_what_is_kept_of_a_person(run: Run) -> None:
    run("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper", typed="How is the harbour?\n")
    listed = json.loads(run("report", "monthly", "--json").stdout)
    person = (getpass.getuser(), "--platform", "console")
    asked = run("privacy", "erase", *person)
    exported = json.loads(run("privacy", "export", *person).stdout)

    assert listed["blocked"] == 1
    assert asked.returncode == 1
    assert "Nothing was erased yet" in asked.stdout
    assert (exported["person"], exported["platform"], exported["ai_generated"]) == (person[0], "console", True)
    assert [exchange["said"] for exchange in exported["exchanges"]] == ["How is the harbour?"]
    assert "1 kept" in run("privacy", "show", *person).stdout
    assert run("privacy", "erase", *person, "--yes").returncode == 0
    assert json.loads(run("privacy", "export", *person).stdout)["exchanges"] == []
    assert json.loads(run("report", "monthly", "--json").stdout)["blocked"] == 1
    assert "Nobody has said anything" in run("privacy", "consent").stdout
    assert "safe" in run("safety", "--md").stdout
    wrong = run("report", "dsa", "--from", "yesterday", "--to", "2026-01-01")
    reversed_days = run("report", "dsa", "--from", "2026-02-01", "--to", "2026-01-01")
    assert (reversed_days.returncode, reversed_days.stdout) == (2, "")
    assert "--to (2026-01-01) is before --from (2026-02-01)" in reversed_days.stderr
    assert (wrong.returncode, "yesterday" in wrong.stderr) == (2, True)


WRONG = ("7000000003", "Mina", "telegram:7000000003", "telegram:user:@mina", "slack:user:7", "discord:user:7 ", "")


@pytest.mark.parametrize("verb", ["show", "export", "erase"])
def test_what_is_no_key_of_a_person_is_refused_and_the_form_is_named(run: Run, tmp_path: Path, verb: str) -> None:
    sure = ("--yes",) if verb == "erase" else ()
    tried = [run("privacy", verb, given, *sure) for given in WRONG]
    tried.append(run("privacy", verb, "telegram:user:7", "--platform", "discord", *sure))
    tried.append(run("privacy", verb, "telegram:7", "--platform", "console", *sure))

    assert {(done.returncode, done.stdout) for done in tried} == {(2, "")}
    assert all("Expected discord:user:ID or telegram:user:ID" in done.stderr for done in tried)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("language", "you"), [("en", "you"), ("ko", "나에|하신|보내신|말씀|내 ")])
def test_an_operator_is_told_of_the_person_not_of_themselves(run: Run, language: str, you: str) -> None:
    person = "telegram:user:7000000003"
    lines = [("show", person), ("erase", person), ("erase", person, "--yes")]
    told = [run("privacy", *line, TALCHUM_LANGUAGE=language) for line in lines]

    assert [done.returncode for done in told] == [0, 1, 0]
    assert person in told[-1].stdout
    for done in told:
        assert not re.search(rf"\b({you})", done.stdout), done.stdout
