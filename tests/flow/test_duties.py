"""What those who run an instance answer for, from the talk to the report."""

import csv
import getpass
import io
import json

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
    person = getpass.getuser()
    asked = run("privacy", "erase", person)
    exported = json.loads(run("privacy", "export", person).stdout)

    assert listed["blocked"] == 1
    assert asked.returncode == 1
    assert "Nothing was erased yet" in asked.stdout
    assert (exported["person"], exported["platform"], exported["ai_generated"]) == (person, "console", True)
    assert [exchange["said"] for exchange in exported["exchanges"]] == ["How is the harbour?"]
    assert "1 kept" in run("privacy", "show", person).stdout
    assert run("privacy", "erase", person, "--yes").returncode == 0
    assert json.loads(run("privacy", "export", person).stdout)["exchanges"] == []
    assert json.loads(run("report", "monthly", "--json").stdout)["blocked"] == 1
    assert "Nobody has said anything" in run("privacy", "consent").stdout
    assert "safe" in run("safety", "--md").stdout
    wrong = run("report", "dsa", "--from", "yesterday", "--to", "2026-01-01")
    reversed_days = run("report", "dsa", "--from", "2026-02-01", "--to", "2026-01-01")
    assert (reversed_days.returncode, reversed_days.stdout) == (2, "")
    assert "--to (2026-01-01) is before --from (2026-02-01)" in reversed_days.stderr
    assert (wrong.returncode, "yesterday" in wrong.stderr) == (2, True)
