"""What comes in as a file: whatever it holds, it is a persona or is refused in words."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.troupe import read_file
from personas.errors import PersonaError
from personas.loading import bundled, read_persona
from personas.persona import Persona
from personas.writing import to_toml
from tests.bots.importing import card
from tests.personas.carding import PYGMALION, V1, V2, V3, WEBUI, charx, chunk, encoded, png, text

PERSONA = bundled()["lighthouse_keeper"]
FILES = {
    "a.json": json.dumps(V3).encode(),
    "b.json": json.dumps({**V1, **V2}).encode(),
    "c.png": png(text("chara", encoded(V3))),
    "d.png": png(chunk(b"zTXt", b"ccv3\0\0" + zlib.compress(encoded(V3)))),
    "e.charx": charx(V3, {"assets/icon/main.png": png()}),
    "f.yaml": WEBUI,
    "g.json": json.dumps(PYGMALION).encode(),
    "h.toml": to_toml(PERSONA).encode(),
}


def survives(data: bytes, file: str) -> bool:
    try:
        read = read_file(data, file)
    except PersonaError as error:
        assert error.explain("en") != error.explain("ko")  # noqa: PT017
        return False
    assert isinstance(read.persona, Persona)
    assert read_persona(read.document.encode(), file=file) == read.persona
    return True


@pytest.mark.parametrize("file", FILES)
def test_every_kind_of_file_is_a_persona(file: str) -> None:
    assert survives(FILES[file], file)


@given(data=st.binary(max_size=200), file=st.sampled_from([*FILES, "x", "x.exe"]))
def test_random_bytes_are_a_persona_or_are_refused(data: bytes, file: str) -> None:
    survives(data, file)


@given(data=st.data(), file=st.sampled_from([*FILES]))
def test_a_mutated_file_is_a_persona_or_is_refused(data: st.DataObject, file: str) -> None:
    sample = bytearray(FILES[file])
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(sample) - 1))
        sample[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    survives(bytes(sample), file)


@pytest.mark.parametrize(
    ("name", "wanted", "taken", "got"),
    [
        ("Ames", "", (), "ames"),
        ("Ames", "", {"ames", "ames_2"}, "ames_3"),
        ("Ames", "baker", {"ames"}, "baker"),
        ("윤서헌", "", {"yun_seoheon"}, "yun_seoheon_2"),
        ("桜", "", (), "persona"),
    ],
)
def test_a_persona_has_an_id_like_its_name_that_is_not_taken(name: str, wanted: str, taken: set[str], got: str) -> None:
    assert read_file(card(nickname=name), "a.json", name=wanted, taken=taken).persona.id == got


def test_an_id_that_is_none_is_refused() -> None:
    with pytest.raises(PersonaError):
        read_file(card(), "a.json", name="No id!")


def test_a_persona_file_stays_as_it_was_written() -> None:
    written = f"# mine\n{to_toml(PERSONA)}".encode()

    assert read_file(written, "a.toml").document == written.decode()
    assert read_file(written, "a.toml", taken={PERSONA.id}).persona.id == f"{PERSONA.id}_2"
