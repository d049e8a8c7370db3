"""Any other GGUF file: taken over from this machine, or fetched over HTTP and continued where it broke off."""

import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import unquote, urlsplit

import httpx2

from moderation.file_faults import reason_of
from personas.errors import ModelUnavailable
from personas.model_files import MAGIC, PART, SUFFIX, TAG, Progress, Report, explained, room_for

_BLOCK: Final = 1 << 20
_TIMEOUT: Final = httpx2.Timeout(30.0, connect=10.0)
_RANGE: Final = re.compile(r"bytes (\d+)-\d+/(\d+)")


def adopt(source: Path, *, folder: Path, report: Report) -> Path:
    """Put the GGUF file `source` into `folder` under its own name: as a second name for the same bytes where the file
    system can, else as a copy. A file of that name is replaced. Raises ModelUnavailable."""
    try:
        with source.open("rb") as file:
            good, size = file.read(len(MAGIC)) == MAGIC, source.stat().st_size
    except FileNotFoundError:
        raise ModelUnavailable("model_files.no_such_file", file=source) from None
    except OSError as error:
        raise ModelUnavailable("model_files.unreadable", file=source, reason=reason_of(error)) from None
    if not good:
        raise ModelUnavailable("model_files.not_gguf", file=source)
    path = folder / _file_name(source.name)
    if path.exists() and path.samefile(source):
        return path
    part = folder / f"{path.name}{PART}"
    room_for(0, folder)
    with explained(folder, needed=size):
        part.unlink(missing_ok=True)
        try:
            os.link(source.resolve(), part)
        except OSError:
            room_for(size, folder)
            _copy(source, part, Progress(file=path.name, done=0, total=size), report)
        part.replace(path)
    report(Progress(file=path.name, done=size, total=size))
    return path


def fetch(url: str, *, folder: Path, report: Report, sha256: str = "") -> Path:
    """Download a GGUF file from `url` (http or https) into `folder` and return its path. Blocks.

    What arrived stays in `NAME.part`; the next call asks for the rest, if the server still has the same file and says
    so. With `sha256` the file must have that digest. Raises ModelUnavailable.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ModelUnavailable("model_files.bad_url", url=_shown(url))
    path = folder / _file_name(unquote(Path(parts.path).name))
    room_for(0, folder)
    try:
        with explained(folder), httpx2.Client(follow_redirects=True, timeout=_TIMEOUT) as client:
            part = _Transfer(client, url, path, report).run()
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ModelUnavailable("model_files.not_fetched", url=_shown(url), reason=type(error).__name__) from None
    with explained(folder):
        with part.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest() if sha256 else ""
        if digest != sha256.lower():
            part.unlink()
            raise ModelUnavailable("model_files.wrong_digest", source=_shown(url))
        part.replace(path)
    return path


class _Transfer:
    """One download into a `.part` file, with the server's mark of the file's version beside it."""

    def __init__(self, client: httpx2.Client, url: str, path: Path, report: Report) -> None:
        self._client = client
        self._url = url
        self._name = path.name
        self._report = report
        self._part = path.with_name(f"{path.name}{PART}")
        self._tag = path.with_name(f"{path.name}{TAG}")

    def run(self) -> Path:
        """The complete file. Raises ModelUnavailable, httpx2.HTTPError, OSError."""
        have = self._part.stat().st_size if self._part.is_file() and self._tag.is_file() else 0
        headers = {"range": f"bytes={have}-", "if-range": self._tag.read_text("ascii")} if have else {}
        with self._client.stream("GET", self._url, headers={"accept-encoding": "identity", **headers}) as response:
            start, total = self._start(response, have)
            with self._part.open("r+b" if start else "wb") as out:
                out.seek(start)
                out.truncate()
                done = self._write(response.iter_bytes(_BLOCK), out, start, total)
        if total and done != total:
            raise httpx2.ReadError("the file is shorter than announced")
        self._tag.unlink(missing_ok=True)
        return self._part

    def _start(self, response: httpx2.Response, have: int) -> tuple[int, int]:
        """From which byte on the response is, and how many bytes the file has in all (0: not said)."""
        if self._url.startswith("https:") and response.url.scheme != "https":
            raise ModelUnavailable("model_files.bad_url", url=_shown(str(response.url)))
        found = _RANGE.fullmatch(response.headers.get("content-range", ""))
        if response.status_code == 206 and found and int(found[1]) == have:
            return have, int(found[2])
        self._tag.unlink(missing_ok=True)
        if response.status_code != 200:
            reason = f"HTTP {response.status_code}"
            raise ModelUnavailable("model_files.not_fetched", url=_shown(self._url), reason=reason)
        total = int(response.headers.get("content-length", "0"))
        room_for(total, self._part.parent)
        tag = response.headers.get("etag", response.headers.get("last-modified", ""))
        if tag and tag.isascii() and not tag.startswith("W/"):
            self._tag.write_text(tag, "ascii")
        return 0, total

    def _write(self, blocks: Iterator[bytes], out: BinaryIO, done: int, total: int) -> int:
        for block in blocks:
            if not done and not block.startswith(MAGIC):
                self._tag.unlink(missing_ok=True)
                raise ModelUnavailable("model_files.not_gguf", file=_shown(self._url))
            out.write(block)
            done += len(block)
            self._report(Progress(file=self._name, done=done, total=total))
        out.flush()
        os.fsync(out.fileno())
        return done


def _copy(source: Path, target: Path, progress: Progress, report: Report) -> None:
    with source.open("rb") as read, target.open("wb") as write:
        report(progress)
        shutil.copyfileobj(read, write, _BLOCK)
        write.flush()
        os.fsync(write.fileno())


def _file_name(name: str) -> str:
    """`name` as a plain file name with the suffix of a model."""
    plain = re.sub(r"[^\w.+-]+", "_", name).lstrip(".") or "model"
    return plain if plain.lower().endswith(SUFFIX) else f"{plain}{SUFFIX}"


def _shown(url: str) -> str:
    """`url` for people: without credentials or query, which may hold a token."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}" if parts.hostname else url
