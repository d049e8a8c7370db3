"""What tests of model files share: the content of one, and what a folder holds."""

from pathlib import Path

from personas.model_files import Progress

CONTENT = b"GGUF" + bytes(range(256)) * 20_000


def ignore(progress: Progress) -> None:
    """A report that nobody reads."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
