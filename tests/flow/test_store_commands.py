"""`talchum store` and `talchum privacy retention`, as people type them."""

import base64
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.flow.conftest import ROOT, SLIP, Run


def test_a_house_is_backed_up_lost_and_restored(run: Run, tmp_path: Path) -> None:
    assert run("store", "check").returncode == 2, "there is nothing yet"
    run("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper", typed="How is the harbour?\n")
    listed = run("review", "list").stdout
    assert "character.disclosure" in listed

    done = run("store", "backup", "copy.zip", "--keys", "keys.copy")
    assert done.returncode == 0, done.stderr
    assert "master.key" in done.stdout
    assert run("store", "check").returncode == 0
    again = run("store", "restore", "copy.zip")
    assert (again.returncode, "--replace" in again.stderr) == (2, True)
    for file in (tmp_path / "data").iterdir():
        file.unlink()
    (tmp_path / "data-keys" / "keyring.db").unlink()

    restored = run("store", "restore", "copy.zip", "--keys", "keys.copy")

    assert restored.returncode == 0, restored.stderr
    assert "character.disclosure" in run("review", "list").stdout


def test_what_is_not_whole_is_told_of_and_what_has_no_key_is_refused(run: Run, tmp_path: Path) -> None:
    run("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper", typed="How is the harbour?\n")
    with sqlite3.connect(tmp_path / "data" / "talchum.db") as store:
        store.execute("UPDATE exchange SET said = x'01' || randomblob(40)")
    store.close()

    checked = run("store", "check", LANG="ko_KR.UTF-8")
    assert checked.returncode == 1
    assert "문제가 있어요" in checked.stdout

    (tmp_path / "data-keys" / "master.key").write_bytes(base64.b64encode(bytes(32)))
    other = run("store", "backup", "copy.zip")
    assert (other.returncode, (tmp_path / "copy.zip").exists()) == (2, False)
    assert "another master key" in other.stderr

    (tmp_path / "data-keys" / "master.key").unlink()
    keyless = run("review", "list")
    assert keyless.returncode == 2
    assert "master.key" in keyless.stderr
    assert not (tmp_path / "data-keys" / "master.key").exists()


def test_what_is_kept_for_how_long_is_told(run: Run) -> None:
    shown = run("privacy", "retention")
    done = run("privacy", "retention", "--now", LANG="ko_KR.UTF-8")

    assert (shown.returncode, done.returncode) == (0, 0)
    assert "180" in shown.stdout
    assert "지웠어요" in done.stdout


def talked(run: Run) -> None:
    run("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper", typed="How is the harbour?\n")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
@pytest.mark.parametrize(("lang", "said"), [("C.UTF-8", "cannot be written"), ("ko_KR.UTF-8", "쓸 수 없어요")])
def test_whole_databases_in_a_folder_that_cannot_be_written_are_not_told_to_be_replaced(
    run: Run, environment: dict[str, str], tmp_path: Path, lang: str, said: str
) -> None:
    talked(run)
    (tmp_path / "data").chmod(0o500)
    # Root may write everywhere, unless it is without its capabilities.
    bare = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    if bare and not shutil.which("setpriv"):
        pytest.skip("setpriv is not here")

    checked = subprocess.run(
        [*bare, sys.executable, "-m", "bots", "store", "check"],
        env={**environment, "PYTHONPATH": str(ROOT), "LANG": lang},
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    (tmp_path / "data").chmod(0o700)

    assert (checked.returncode, checked.stdout) == (2, "")
    assert said in checked.stderr
    assert "restore" not in checked.stderr
    assert run("store", "check").returncode == 0


@pytest.mark.parametrize("name", ["state.db", "talchum.db"])
def test_a_database_that_is_gone_is_a_fault_and_the_backup_of_before_stays(run: Run, tmp_path: Path, name: str) -> None:
    talked(run)
    assert run("store", "backup", "copy.zip").returncode == 0
    before = (tmp_path / "copy.zip").read_bytes()
    (tmp_path / "data" / name).unlink()

    checked, backed_up = run("store", "check"), run("store", "backup", "copy.zip", LANG="ko_KR.UTF-8")

    assert (checked.returncode, backed_up.returncode) == (1, 2)
    assert f"{name}  missing" in checked.stdout
    assert name in backed_up.stderr
    assert (tmp_path / "copy.zip").read_bytes() == before
    assert run("store", "restore", "copy.zip", "--replace").returncode == 0
    assert run("store", "check").returncode == 0


@pytest.mark.parametrize("only", [("privacy", "retention"), ("privacy", "consent")])
def test_where_nobody_has_talked_one_database_alone_is_no_fault(
    run: Run, tmp_path: Path, only: tuple[str, ...]
) -> None:
    run(*only)

    assert len(list((tmp_path / "data").glob("*.db"))) == 1
    assert run("store", "check").returncode == 0
    assert run("store", "backup", "copy.zip").returncode == 0


def test_keys_that_are_not_there_are_named_before_anything_is_restored(run: Run, tmp_path: Path) -> None:
    talked(run)
    run("store", "backup", "copy.zip")
    for file in (tmp_path / "data").iterdir():
        file.unlink()

    done = run("store", "restore", "copy.zip", "--keys", "nokeys.db")

    assert (done.returncode, done.stderr.strip()) == (2, "nokeys.db: there is no such file.")
    assert list((tmp_path / "data").iterdir()) == []


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("keys", ["copy.zip", "elsewhere/copy.zip", "link.db"])
def test_keys_do_not_take_the_place_of_the_backup_they_were_to_be_kept_with(
    run: Run, tmp_path: Path, keys: str, there: bool
) -> None:
    talked(run)
    (tmp_path / "elsewhere").symlink_to(tmp_path)
    (tmp_path / "link.db").symlink_to("copy.zip")
    if there:
        run("store", "backup", "copy.zip")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()}

    done = run("store", "backup", "copy.zip", "--keys", keys)
    korean = run("store", "backup", "copy.zip", "--keys", keys, LANG="ko_KR.UTF-8")

    assert (done.returncode, korean.returncode) == (2, 2)
    assert f"{keys}: the keys of people cannot go into the file of the backup" in done.stderr
    assert "백업과 같은 파일" in korean.stderr
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.is_file()} == before


@pytest.mark.parametrize("missing", ["", "state.db"])
def test_a_wrong_master_key_leaves_no_keys_behind_that_keep_the_right_one_out(
    run: Run, tmp_path: Path, missing: str
) -> None:
    talked(run)
    if missing:
        (tmp_path / "data" / missing).unlink()
    keys, away = tmp_path / "data-keys", tmp_path / "away"
    keys.rename(away)

    refused = [
        run(*line, TALCHUM_MASTER_KEY=base64.b64encode(bytes(32)).decode())
        for line in (("store", "check"), ("privacy", "consent"), ("review", "list"))
    ]

    assert {done.returncode for done in refused} == {2}
    assert all("another master key" in done.stderr for done in refused)
    assert not keys.exists()
    away.rename(keys)
    assert run("review", "list").returncode == 0
