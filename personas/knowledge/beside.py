"""The documents that a persona file names: files in its own folder, and nowhere else."""

from collections.abc import Iterable
from pathlib import Path

from moderation.file_faults import reason_of
from personas.errors import PersonaFileError
from personas.knowledge.pieces import Document
from personas.knowledge.reading import MAX_BYTES, read_document
from personas.schema import DocumentEntry


def documents_beside(file: object, entries: Iterable[DocumentEntry]) -> tuple[Document, ...]:
    """Those of `entries`, read from the folder of `file`. Raises PersonaFileError: there is no such folder, a name
    leads out of it, or a document cannot be read."""
    documents = []
    for number, entry in enumerate(entries, start=1):
        key = f"documents.{number}.file"
        if not isinstance(file, Path):
            raise PersonaFileError("knowledge.no_place", file=file, key=key)
        folder = file.parent.resolve()
        path = (folder / entry.file).resolve()
        if not path.is_relative_to(folder):
            raise PersonaFileError("knowledge.outside", file=file, key=key, found=entry.file)
        documents.append(_read(file, path, key, entry))
    return tuple(documents)


def _read(file: Path, path: Path, key: str, entry: DocumentEntry) -> Document:
    try:
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        why = reason_of(error)
        raise PersonaFileError("knowledge.unreadable", file=file, key=key, found=entry.file, reason=why) from error
    return read_document(raw, file=str(path), **entry.model_dump(exclude={"file"}))
