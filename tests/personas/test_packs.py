"""A persona in one file: the same bytes every time, and nothing in it that was not packed."""

import io
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.errors import PersonaFileError
from personas.loading import load_library, load_persona
from personas.packs import SUFFIX, is_pack, pack, read_pack
from tests.personas.test_loading import ONE_LINE

LORE = '{"spec": "lorebook_v3", "data": {"entries": []}}'
PICTURE = b"\x89PNG\r\n\x1a\nnot really"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "rosa"
    (made / "lore").mkdir(parents=True)
    (made / "gardener.toml").write_text(ONE_LINE, encoding="utf-8")
    (made / "rosa.PNG").write_bytes(PICTURE)
    (made / "lore" / "정원.json").write_text(LORE, encoding="utf-8")
    return made


def test_a_folder_comes_back_as_it_was_packed(folder: Path) -> None:
    packed = read_pack(pack(folder), file="a")
    assert packed.document == ONE_LINE.encode()
    assert packed.picture == PICTURE
    assert packed.lore == {"entries": []}
    assert len(packed.digest) == 64


def test_the_same_content_makes_the_same_bytes_wherever_it_stands(folder: Path, tmp_path: Path) -> None:
    first = pack(folder)
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "gardener.toml").write_text(ONE_LINE, encoding="utf-8")
    (beside / "gardener.png").write_bytes(PICTURE)
    (beside / "lore").mkdir()
    (beside / "lore" / "gardener.json").write_text(LORE, encoding="utf-8")

    assert pack(beside / "gardener.toml") == first == pack(folder)
    (folder / "gardener.toml").write_text(ONE_LINE + "# more\n", encoding="utf-8")
    assert pack(folder) != first


def test_a_library_takes_packs_and_a_pack_is_read_like_a_file(folder: Path, tmp_path: Path) -> None:
    shelf = tmp_path / "shelf"
    shelf.mkdir()
    packed = shelf / f"gardener{SUFFIX}"
    packed.write_bytes(pack(folder))

    assert load_library([shelf])["gardener"] == load_persona(folder / "gardener.toml")
    assert load_library([packed])["gardener"] == load_persona(packed)


def rewritten(data: bytes, name: str, content: bytes, *, method: int = zipfile.ZIP_STORED) -> bytes:
    """The archive with another file, or other content under a name."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(buffer, "w", method) as new:
        for entry in old.infolist():
            if entry.filename != name:
                new.writestr(entry.filename, old.read(entry), compress_type=method)
        new.writestr(name, content, compress_type=method)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "method", "key"),
    [
        ("persona.toml", zipfile.ZIP_STORED, "changed"),
        ("picture.png", zipfile.ZIP_STORED, "changed"),
        ("lore.json", zipfile.ZIP_STORED, "changed"),
        ("lore/../../lore.json", zipfile.ZIP_STORED, "name"),
        ("/etc/passwd", zipfile.ZIP_STORED, "name"),
        ("run.py", zipfile.ZIP_STORED, "name"),
        ("lore.json", zipfile.ZIP_DEFLATED, "changed"),
        ("pack.json", zipfile.ZIP_STORED, "damaged"),
    ],
)
def test_what_was_changed_or_put_in_since_is_refused(folder: Path, name: str, method: int, key: str) -> None:
    with pytest.raises(PersonaFileError) as caught:
        read_pack(rewritten(pack(folder), name, b"x" * 5000, method=method), file="rosa.talchum.zip")
    assert caught.value.key == f"packs.{key}"
    for language in ("en", "ko"):
        assert "rosa.talchum.zip" in caught.value.explain(language)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_pack_are_refused_in_words(data: bytes) -> None:
    assert not is_pack(b"toml" + data)
    with pytest.raises(PersonaFileError):
        read_pack(b"PK\x03\x04" + data, file="x")


@given(place=st.integers(0, 2_000), bit=st.integers(0, 7))
def test_no_flipped_bit_brings_other_content(place: int, bit: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "gardener.toml"
    path.write_text(ONE_LINE, encoding="utf-8")
    data = bytearray(pack(path))
    data[place % len(data)] ^= 1 << bit
    try:
        packed = read_pack(bytes(data), file="x")
    except PersonaFileError:
        return
    assert packed.document == ONE_LINE.encode()


def test_a_folder_holds_one_persona_and_one_picture(folder: Path) -> None:
    (folder / "second.png").write_bytes(PICTURE)
    with pytest.raises(PersonaFileError) as pictures:
        pack(folder)
    (folder / "second.png").rename(folder / "second.toml")
    with pytest.raises(PersonaFileError) as personas:
        pack(folder)
    (folder / "second.toml").unlink()
    (folder / "gardener.toml").write_text(ONE_LINE + "documents = [{ file = 'notes.md' }]\n", encoding="utf-8")
    with pytest.raises(PersonaFileError, match="documents"):
        pack(folder)
    assert (pictures.value.key, personas.value.key) == ("packs.one_of", "packs.one_persona")
    with pytest.raises(PersonaFileError) as nowhere:
        pack(folder / "nowhere")
    assert nowhere.value.key == "personas.unreadable"
