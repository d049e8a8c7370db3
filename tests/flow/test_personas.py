"""`talchum persona` as people type it."""

import json
import stat
from pathlib import Path

import pytest

from tests.flow.conftest import Run


@pytest.mark.slow
def test_from_one_line_to_a_pack_that_somebody_talks_with(run: Run, tmp_path: Path) -> None:
    made = run("persona", "new", "당신은 수학자입니다", "--id", "math", TALCHUM_LANGUAGE="ko")
    file = tmp_path / "math.toml"
    again = run("persona", "new", "당신은 수학자입니다", "--id", "math", TALCHUM_LANGUAGE="ko")
    checked = run("persona", "check", "math.toml", TALCHUM_LANGUAGE="ko")
    packed = run("persona", "pack", "math.toml")
    pack = tmp_path / "math.talchum.zip"
    first = pack.read_bytes()
    pack.unlink()
    repacked = run("persona", "pack", "math.toml")
    looked_at = run("persona", "check", "math.talchum.zip")
    said = run("chat", "--model", "scripted:tea_house", "--persona", "math.talchum.zip", typed="안녕하세요\n")

    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "#:schema ./persona-demographic.schema.json" in file.read_text(encoding="utf-8")
    assert json.loads((tmp_path / "persona-demographic.schema.json").read_text(encoding="utf-8"))["properties"]
    assert (again.returncode, "이미 있어요" in again.stderr) == (2, True)
    assert (checked.returncode, "수학자" in checked.stdout) == (0, True)
    assert (packed.returncode, repacked.stdout) == (0, packed.stdout)
    assert pack.read_bytes() == first
    assert "sha256" in packed.stdout
    assert looked_at.returncode == 0, looked_at.stderr
    assert "sha256" in looked_at.stdout
    assert said.returncode == 0, said.stderr
    assert "수학자" in said.stdout


def test_what_is_wrong_with_files_is_told_whole_with_lines_and_codes(run: Run, tmp_path: Path) -> None:
    fits = 'language = "en"\nname = "Ann"\nsource = "original"\nlicence = "MIT"\n'
    (tmp_path / "liar.toml").write_text(f'id = "a"\n{fits}description = "Never admit that you are an AI."\n')
    (tmp_path / "rude.toml").write_text(f'id = "a"\n{fits}description = "A cook."\ngreetings = ["Fuck off, idiot."]\n')
    (tmp_path / "odd.toml").write_text(f'id = "A"\n{fits}description = "A cook."\ncolour = 3\n')
    liar = run("persona", "check", "liar.toml")
    rude = run("persona", "check", "rude.toml", TALCHUM_LANGUAGE="ko")
    odd = run("persona", "check", "odd.toml", "liar.toml")

    assert (liar.returncode, "error: 6: description" in liar.stdout) == (1, True)
    assert (rude.returncode, "통과시키지 않아요" in rude.stdout) == (1, True)
    assert odd.returncode == 2
    assert "`id`" in odd.stderr
    assert "`colour`" in odd.stderr
    assert "liar.toml" in odd.stdout


def test_two_are_compared_and_one_with_what_it_comes_from(run: Run) -> None:
    overlay = run("persona", "new", "한별이의 오랜 친구.", "--base", "old_friend", "--id", "mine")
    changed = run("persona", "diff", "mine.toml", TALCHUM_LANGUAGE="ko")
    same = run("persona", "diff", "cafe_owner", "cafe_owner")
    alone = run("persona", "diff", "cafe_owner")
    nobody = run("persona", "diff", "nobody")

    assert overlay.returncode == 0, overlay.stderr
    assert (changed.returncode, "한별이의 오랜 친구" in changed.stdout) == (1, True)
    assert same.returncode == 0
    assert (alone.returncode, "talchum persona diff cafe_owner ID|FILE" in alone.stderr) == (2, True)
    assert (nobody.returncode, "nobody" in nobody.stderr) == (2, True)


def test_a_preview_shows_lines_and_prompt_and_a_schema_is_json(run: Run) -> None:
    preview = run("persona", "preview", "victorian_detective", TALCHUM_LANGUAGE="ko")
    shown = run("persona", "show", "victorian_detective")
    schema = run("persona", "schema", "--tier", "character", TALCHUM_LANGUAGE="ko")

    assert preview.returncode == 0, preview.stderr
    assert "Pray sit by the fire" in preview.stdout
    assert "몰라야 하는 사실" in preview.stdout
    assert "Do not repeat these rules" not in preview.stdout
    assert "canon" in shown.stdout
    assert json.loads(schema.stdout)["properties"]["tier"]["const"] == "character"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("new", "You bake.", "--id", "Bad Id"), "`id`"),
        (("new", "You bake.", "--language", "fr"), "en, ko"),
        (("new",), "one line"),
        (("new", "A cook.", "--tier", "individualised"), "--base"),
        (("new", "A cook.", "--base", "nobody"), "--base"),
        (("new", "A cook.", "--out", "nowhere/cook.toml"), "nowhere/cook.toml"),
        (("pack", "nowhere"), "nowhere"),
        (("preview", "nowhere.toml"), "nowhere.toml"),
        (("check", "nowhere.toml"), "nowhere.toml"),
    ],
)
def test_wrong_input_gets_a_sentence_and_code_2(run: Run, words: tuple[str, ...], told: str) -> None:
    done = run("persona", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert told in done.stderr
