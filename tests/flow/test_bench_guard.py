"""`talchum bench guard` as people start it, on a small folder of labelled rows of our own."""

import gzip
import json
from pathlib import Path

import pytest

from tests.flow.conftest import Run

LINES = {
    "en": [("you fucking idiot", 1), ("get lost, you bastard", 1), ("good morning, friend", 0), ("tea is ready", 0)],
    "ko": [("이 병신 새끼야", 1), ("꺼져 개새끼", 1), ("좋은 아침이에요", 0), ("차가 다 끓었어요", 0)],
}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "labelled"
    folder.mkdir()
    with gzip.open(folder / "dev_ours.jsonl.gz", "wt", encoding="utf-8") as file:
        for lang, lines in LINES.items():
            for text, label in lines:
                row = {"text": text, "label": label, "lang": lang, "source": "own", "sub": "insult"}
                file.write(json.dumps(row) + "\n")
    return folder


@pytest.fixture
def run(run: Run) -> Run:
    return lambda *words, lang="C.UTF-8": run("bench", "guard", *map(str, words), LANG=lang)


def test_a_folder_of_rows_becomes_a_table_json_and_a_page(run: Run, data: Path, tmp_path: Path) -> None:
    done = run("--data", data)
    facts = json.loads((tmp_path / "talchum-bench" / "guard.json").read_text(encoding="utf-8"))
    page = (tmp_path / "talchum-bench" / "guard.html").read_text(encoding="utf-8")
    figures = {(figure["language"], figure["category"], figure["judge"]): figure for figure in facts["figures"]}

    assert done.returncode == 0, done.stderr
    assert "dev_ours/own (ko), insult: 4 rows, 2 of them harmful" in done.stdout
    assert "talchum/lexicon" in done.stdout
    assert {("en", "any", "talchum"), ("ko", "insult", "talchum, blocked")} < figures.keys()
    assert figures["ko", "any", "talchum"]["recall"]["value"] == 1.0
    assert figures["en", "any", "talchum"]["false_alarm"]["value"] == 0.0
    assert facts["missing"].count("detoxify") == 1
    assert page.count("<svg") >= 2
    assert "good morning, friend" not in done.stdout + page + json.dumps(facts)


def test_json_is_printed_whole_and_the_words_of_the_page_are_those_of_the_person(run: Run, data: Path) -> None:
    done = run(
        "--data", data, "--json", "--sample", 2, "--seed", 5, "--only", "own", "--out", "there", lang="ko_KR.UTF-8"
    )
    facts = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert {figure["rows"] for figure in facts["figures"]} == {2}
    assert (facts["about"]["seed"], facts["about"]["sample"]) == ("5", "2")
    assert "필터가 얼마나" in (data.parent / "there" / "guard.html").read_text(encoding="utf-8")
    assert "썼어요" in done.stderr


def test_wrong_data_names_and_places_are_told_in_a_sentence_before_any_work(
    run: Run, data: Path, tmp_path: Path
) -> None:
    (tmp_path / "taken").write_text("", encoding="utf-8")
    nothing, unknown = run("--data", tmp_path / "nowhere"), run("--data", data, "--only", "theirs")
    unwritable = run("--data", data, "--out", tmp_path / "taken")
    with gzip.open(data / "dev_bad.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write('{"text": "hi", "label": 3}\n')
    bad = run("--data", data)

    assert [done.returncode for done in (nothing, unknown, unwritable, bad)] == [2, 2, 2, 2]
    assert "nowhere" in nothing.stderr
    assert "theirs" in unknown.stderr
    assert "dev_ours/own" in unknown.stderr
    assert "taken" in unwritable.stderr
    assert "dev_bad.jsonl.gz, line 1" in bad.stderr


def test_a_run_that_comes_to_nothing_leaves_the_results_of_the_one_before(run: Run, data: Path, tmp_path: Path) -> None:
    before = tmp_path / "talchum-bench" / "guard.json"
    before.parent.mkdir()
    before.write_text("{}", encoding="utf-8")
    (tmp_path / "talchum.toml").write_text("[policy]\nfile = 'nowhere.toml'\n", encoding="utf-8")
    done = run("--data", data)

    assert done.returncode == 2
    assert "nowhere.toml" in done.stderr
    assert before.read_text(encoding="utf-8") == "{}"
