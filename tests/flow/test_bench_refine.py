"""`talchum bench refine` as people start it."""

import json
from pathlib import Path

import pytest

from moderation.policy import Policy
from tests.flow.conftest import Run


@pytest.fixture
def run(run: Run) -> Run:
    return lambda *words, lang="C.UTF-8": run("bench", "refine", *map(str, words), LANG=lang)


def test_thirty_replies_become_tables_json_a_page_and_a_picture(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    done = run("--replies", 30, "--faults", 0.1, "--json", "there/figures.json", "--rules")
    facts = json.loads((tmp_path / "there" / "figures.json").read_text(encoding="utf-8"))
    page = (tmp_path / "talchum-bench" / "refine.html").read_text(encoding="utf-8")
    picture = (tmp_path / "talchum-bench" / "refine.png").read_bytes()

    assert done.returncode == 0, done.stderr
    assert "keep prefix (ours)" in done.stdout
    assert "first visible text at most 1.05 × none" in done.stdout
    assert list(facts["arms"]) == ["none", "regenerate", "self-refine", "rewrite", "abort", "keep", "judged"]
    assert facts["conditions"]["replies"] == 30
    assert len(facts["goals"]) == 13
    ours, none = (facts["arms"][arm]["figures"] for arm in ("keep", "none"))
    assert ours["violations"]["value"] < none["violations"]["value"]
    assert ours["first"]["value"] < facts["arms"]["regenerate"]["figures"]["first"]["value"]
    assert facts["rules"]
    assert page.count("<svg") == 6
    assert "http:" not in page
    assert "https:" not in page
    assert picture.startswith(b"\x89PNG")


def test_in_korean_with_a_proposal_that_is_only_written(run: Run, tmp_path: Path) -> None:
    done = run("--replies", 4, "--rules", "--write", "new.toml", lang="ko_KR.UTF-8")

    assert done.returncode == 0, done.stderr
    assert "앞부분 살리기(탈춤)" in done.stdout
    assert "낮출 규칙이 없어" in done.stdout
    assert not (tmp_path / "new.toml").exists()
    assert not (tmp_path / "data" / "policies").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--write", "new.toml"), "give --rules as well"),
        (("--rules", "--write", "."), "is there already"),
        (("--model", "scripted:tea_house"), "not over scripted:tea_house"),
        (("--rules", "--model", "openai:one"), "Leave --model out"),
        (("--out", "/dev/null/no"), "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_told_before_the_work(run: Run, words: tuple[str, ...], told: str) -> None:
    done = run("--replies", 2, *words)

    assert done.returncode == 2
    assert told in done.stderr
    assert Policy.load().hash  # and nothing else happened
