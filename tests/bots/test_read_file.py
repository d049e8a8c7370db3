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


@pytest.mark.parametrize(
    ("greeting", "example", "about", "language"),
    [
        ("{{user}}, 늦었군. 앉아라.", "", "She teaches the sword in a fortress of the north. " * 20, "ko"),
        ("", "{{user}}: 힘들어요.\n{{char}}: 그만둘 건가.", "She teaches the sword.", "ko"),
        ("<img src='https://example.org/a-very-long-name-of-a-picture.png'>왔군.", "", "She teaches.", "ko"),
        ("Sit down, {{user}}.", "", "그녀는 북쪽 요새에서 검을 가르친다. " * 20, "en"),
        ("{{user}}…", "<START>", "그녀는 북쪽 요새에서 검을 가르친다.", "ko"),
        ("", "", "", "en"),
    ],
)
def test_a_persona_speaks_the_language_its_character_speaks(
    greeting: str, example: str, about: str, language: str
) -> None:
    written = card(about, first_mes=greeting, alternate_greetings=[], mes_example=example, personality="…")

    assert read_file(written, "a.json").persona.language == language


def test_an_id_that_is_none_is_refused() -> None:
    with pytest.raises(PersonaError):
        read_file(card(), "a.json", name="No id!")


def test_a_persona_file_stays_as_it_was_written() -> None:
    written = f"# mine\n{to_toml(PERSONA)}".encode()

    assert read_file(written, "a.toml").document == written.decode()
    assert read_file(written, "a.toml", taken={PERSONA.id}).persona.id == f"{PERSONA.id}_2"
