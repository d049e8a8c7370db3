"""Model files of one's own: taken over from a disk, or fetched from an address."""

import hashlib
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from personas.errors import ModelUnavailable
from personas.model_files import Progress, gguf, installed
from tests.personas.gguf_files import CONTENT, ignore, names


def test_a_file_of_ones_own_is_taken_over_and_stays_where_it_was(tmp_path: Path) -> None:
    source = tmp_path / "내 모델 v1.gguf"
    source.write_bytes(CONTENT)
    path = gguf.adopt(source, folder=tmp_path / "models", report=ignore)
    assert path == tmp_path / "models" / "내_모델_v1.gguf"
    assert path.read_bytes() == CONTENT
    assert gguf.adopt(path, folder=tmp_path / "models", report=ignore) == path
    source.unlink()
    assert path.read_bytes() == CONTENT


def test_a_file_on_another_disk_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(source: object, target: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", link)
    source = tmp_path / "own.gguf"
    source.write_bytes(CONTENT)
    path = gguf.adopt(source, folder=tmp_path / "models", report=ignore)
    assert path.read_bytes() == CONTENT
    assert path.stat().st_nlink == 1
    assert names(path.parent) == ["own.gguf"]


def test_what_is_no_gguf_file_is_not_taken_over(tmp_path: Path) -> None:
    (tmp_path / "page.gguf").write_text("<html>", encoding="utf-8")
    for name, key in (("page.gguf", "not_gguf"), ("no.gguf", "no_such_file"), (".", "unreadable")):
        with pytest.raises(ModelUnavailable) as caught:
            gguf.adopt(tmp_path / name, folder=tmp_path / "models", report=ignore)
        assert caught.value.key == f"model_files.{key}"
    assert not (tmp_path / "models").exists()


class Files(http.server.BaseHTTPRequestHandler):
    """A file server that knows ranges; `script` says what it does to each request."""

    script: ClassVar[list[str]] = []
    ranges: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        act = self.script.pop(0) if self.script else "serve"
        asked = self.headers.get("range", "")
        self.ranges.append(asked)
        tag = '"two"' if act == "changed" else '"one"'
        content = CONTENT[:4] + CONTENT[4:][::-1] if act == "changed" else CONTENT
        if act == "page":
            content = b"<html>Not here</html>"
        start = int(asked[6:-1]) if asked and self.headers["if-range"] == tag else 0
        if act == "gone":
            self.send_error(404)
            return
        if act == "elsewhere":
            self.send_response(302)
            self.send_header("location", "/real.gguf")
            self.end_headers()
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("content-range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("content-length", str(len(content) - start))
        self.send_header("etag", tag)
        self.end_headers()
        self.wfile.write(content[start : start + 3_000_000] if act == "drop" else content[start:])
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Says nothing."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Files, "script", [])
    monkeypatch.setattr(Files, "ranges", [])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files) as served:
        thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{served.server_port}"
        served.shutdown()
        thread.join()


def test_a_file_is_fetched_from_an_address(server: str, tmp_path: Path) -> None:
    told: list[Progress] = []
    Files.script[:] = ["elsewhere"]
    path = gguf.fetch(f"{server}/a%20model.gguf?token=secret", folder=tmp_path, report=told.append)
    assert path == tmp_path / "a_model.gguf"
    assert path.read_bytes() == CONTENT
    assert names(tmp_path) == ["a_model.gguf"]
    assert told[-1] == Progress(file="a_model.gguf", done=len(CONTENT), total=len(CONTENT))


def test_a_download_that_broke_off_goes_on_where_it_was(server: str, tmp_path: Path) -> None:
    Files.script[:] = ["drop"]
    with pytest.raises(ModelUnavailable) as caught:
        gguf.fetch(f"{server}/m.gguf?token=secret", folder=tmp_path, report=ignore)
    assert caught.value.key == "model_files.not_fetched"
    assert "secret" not in str(caught.value)
    kept = (tmp_path / "m.gguf.part").stat().st_size
    assert kept
    digest = hashlib.sha256(CONTENT).hexdigest()
    path = gguf.fetch(f"{server}/m.gguf", folder=tmp_path, report=ignore, sha256=digest)
    assert path.read_bytes() == CONTENT
    assert Files.ranges == ["", f"bytes={kept}-"]
    assert names(tmp_path) == ["m.gguf"]


def test_a_file_that_changed_in_between_is_fetched_from_the_beginning(server: str, tmp_path: Path) -> None:
    Files.script[:] = ["drop", "changed"]
    with pytest.raises(ModelUnavailable):
        gguf.fetch(f"{server}/m.gguf", folder=tmp_path, report=ignore)
    path = gguf.fetch(f"{server}/m.gguf", folder=tmp_path, report=ignore)
    assert path.read_bytes() == CONTENT[:4] + CONTENT[4:][::-1]


@pytest.mark.parametrize(("act", "key"), [("gone", "not_fetched"), ("page", "not_gguf")])
def test_what_is_not_there_or_no_model_leaves_nothing_to_continue(
    server: str, tmp_path: Path, act: str, key: str
) -> None:
    Files.script[:] = [act]
    with pytest.raises(ModelUnavailable) as caught:
        gguf.fetch(f"{server}/m.gguf", folder=tmp_path, report=ignore)
    assert caught.value.key == f"model_files.{key}"
    assert installed(tmp_path) == ()
    assert gguf.fetch(f"{server}/m.gguf", folder=tmp_path, report=ignore).read_bytes() == CONTENT


def test_a_fetched_file_must_have_the_digest_that_was_given(server: str, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        gguf.fetch(f"{server}/m.gguf", folder=tmp_path, report=ignore, sha256="0" * 64)
    assert caught.value.key == "model_files.wrong_digest"
    assert names(tmp_path) == []


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/m.gguf", "m.gguf", "http://", "http:///m.gguf"])
def test_only_http_addresses_are_fetched(tmp_path: Path, url: str) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        gguf.fetch(url, folder=tmp_path, report=ignore)
    assert caught.value.key == "model_files.bad_url"
    assert names(tmp_path) == []


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        gguf.fetch("http://me:secret@127.0.0.1:9/m.gguf", folder=tmp_path, report=ignore)
    assert caught.value.key == "model_files.not_fetched"
    assert "secret" not in str(caught.value)
