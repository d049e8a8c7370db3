"""`talchum audit redteam` as people start it."""

import json
from pathlib import Path

from tests.flow.conftest import Run

FEW = ("--language", "en", "--vector", "display_name", "--vector", "cross_user")


def test_the_score_is_told_by_way_in_and_the_exit_code_by_what_was_asked_for(run: Run) -> None:
    done = run("audit", "redteam", *FEW, "--json")
    found = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert set(found["vectors"]) == {"display_name", "cross_user"}
    assert found["held"]["of"] == len(found["attacks"]) > 10
    low, high = found["held"]["interval"]
    assert low <= found["held"]["share"] <= high
    elsewhere = {each["id"]: each["how"] for each in found["attacks"] if "/elsewhere" in each["id"]}
    assert elsewhere
    assert "seen" not in elsewhere.values()  # what was said in another place is in no prompt


def test_a_guard_that_holds_too_little_is_told_by_exit_code_1(run: Run) -> None:
    done = run("audit", "redteam", "--vector", "encoding", "--failed", "--least", "1.0", TALCHUM_LANGUAGE="ko")

    assert done.returncode == 1
    assert "✗ 나옴" in done.stdout
    assert "encoding/" in done.stdout


def test_a_real_model_is_asked_where_one_is_named(run: Run, tmp_path: Path) -> None:
    reply = {"script": "quick", "tps": 10_000, "ttft_ms": 0, "sentences": [{"t": "The lamp is lit."}]}
    (tmp_path / "quick.json").write_text(json.dumps([reply]), encoding="utf-8")
    done = run(
        "audit", "redteam", "--language", "ko", "--vector", "file_name", "--model", "scripted:quick.json", "--json"
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"] == "scripted:quick"
