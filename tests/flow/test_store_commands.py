"""`talchum store` and `talchum privacy retention`, as people type them."""

import base64
import sqlite3
from pathlib import Path

from tests.flow.conftest import SLIP, Run


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
