"""Nobody but their owner can read the files that the program makes."""

import os
import stat
import subprocess
import sys
from pathlib import Path

from tests.flow.conftest import ROOT, SLIP

CHAT = ("chat", "--model", f"scripted:{SLIP}", "--persona", "lighthouse_keeper")


def start(folder: Path, *words: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """With the mask of most systems, which lets everybody read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TALCHUM_", "LC_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-m", "bots", *words],
        input=typed,
        capture_output=True,
        text=True,
        env={**kept, "TALCHUM_DATA": str(folder / "data"), "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)},
        cwd=folder,
        timeout=120,
        check=False,
        umask=0o022,
    )


def test_every_file_and_folder_of_a_house_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    runs = {
        "init": start(folder, "init", "--yes", "--platform", "discord"),
        "chat": start(folder, *CHAT, typed="How is the harbour?\n/privacy export\n/persona export lighthouse_keeper\n"),
        "backup": start(folder, "store", "backup", "copy.zip", "--keys", "keys.copy"),
        "again": start(folder, "init", "--yes", "--platform", "telegram", "--force"),
        "export": start(folder, "persona", "export", "lighthouse_keeper"),
        "status": start(folder, "status"),
    }
    made = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    told = {name: (done.returncode, done.stdout[-300:], done.stderr[-300:]) for name, done in runs.items()}

    assert {"talchum.toml", "copy.zip", "keys.copy", "data/talchum.db", "data/talchum.log"} <= set(made), told
    assert "data-keys/master.key" in made
    assert len([name for name in made if name.endswith((".json", ".png", ".toml", ".charx"))]) >= 2, (list(made), told)
    modes = {name: stat.S_IMODE(path.stat().st_mode) for name, path in made.items()}
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}
