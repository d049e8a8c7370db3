"""A persona written as a file, and read again."""

import dataclasses
import tomllib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from personas.errors import PersonaFileError
from personas.loading import MAX_BYTES, bundled, load_persona
from personas.persona import REGISTERS, Demonstration, Dilemma, Fact, Ocean, Persona, Relation, Tier
from personas.writing import to_toml

LETTERS = st.characters(exclude_categories=["Cs"])
SIGNS = st.sampled_from(
    ["\n", "\r\n", '"', "\\", "'''", '"""', "{", "}", "{name}", "{{char}}", "\x7f", "\t", "\x00", "가"]
)
WORDS = st.lists(LETTERS | SIGNS, min_size=1, max_size=40).map("".join).map(str.strip).filter(bool)
IDS = st.from_regex(r"[a-z][a-z0-9_]{0,10}", fullmatch=True)
NAMES = st.from_regex(r"[A-Za-z가-힣][A-Za-z가-힣 '\"\\]{0,12}", fullmatch=True)
FACTS = st.builds(
    Fact,
    id=IDS,
    text=WORDS,
    since=st.none() | st.dates(),
    witness=st.booleans(),
    slot=st.just("") | IDS,
    values=st.lists(WORDS, max_size=2).map(tuple),
    names=st.lists(WORDS, max_size=2).map(tuple),
    ask=st.just("") | WORDS,
)
RELATIONS = st.builds(Relation, name=NAMES, kind=WORDS, text=st.just("") | WORDS, since=st.none() | st.dates())
SHARES = st.none() | st.floats(0, 1)
OCEANS = st.builds(
    Ocean,
    openness=SHARES,
    conscientiousness=SHARES,
    extraversion=SHARES,
    agreeableness=SHARES,
    neuroticism=SHARES,
)
DILEMMAS = st.builds(
    Dilemma,
    situation=WORDS,
    options=st.lists(WORDS, min_size=2, max_size=3).map(tuple),
    choice=st.integers(1, 2),
    reason=WORDS,
)
SHOWN = st.builds(Demonstration, user=WORDS, reply=WORDS, scene=st.just("") | WORDS)
MANY = st.lists(WORDS, max_size=3).map(tuple)


@st.composite
def personas(draw: st.DrawFn) -> Persona:
    """Whatever a person may have written, a few fields or all of them."""
    language = draw(st.sampled_from(sorted(REGISTERS)))
    registers = tuple(draw(st.lists(st.sampled_from(REGISTERS[language]), unique=True, max_size=3)))
    return Persona(
        id=draw(IDS),
        version="",
        tier=Tier.DEMOGRAPHIC,
        name=draw(NAMES),
        language=language,
        tagline=draw(st.just("") | WORDS),
        description=draw(WORDS),
        voice=draw(st.just("") | WORDS),
        register=draw(st.sampled_from(registers)) if registers else "",
        registers=registers,
        moment=draw(st.none() | st.dates()),
        world=draw(st.just("") | WORDS),
        scenario=draw(st.just("") | WORDS),
        facts=tuple(draw(st.lists(FACTS, max_size=3))),
        relations=tuple(draw(st.lists(RELATIONS, max_size=2))),
        ocean=draw(OCEANS),
        demonstrations=tuple(draw(st.lists(SHOWN, max_size=3))),
        held_out=tuple(draw(st.lists(SHOWN, max_size=2))),
        dilemmas=tuple(draw(st.lists(DILEMMAS, max_size=2))),
        taboos=draw(MANY),
        greetings=draw(MANY),
        disclosure=draw(st.sampled_from(["", "I am an AI.", "저는 AI예요, {name}"])),
        fallbacks=draw(MANY),
        failures=draw(MANY),
        wordless=draw(MANY),
        source=draw(st.just("") | WORDS),
        licence=draw(st.just("") | WORDS),
        authors=draw(MANY),
        mature=draw(st.booleans()),
        extra=draw(st.dictionaries(IDS, st.text(LETTERS, max_size=20), max_size=3)),
    )


def read(text: str, folder: Path, **bases: Persona) -> Persona:
    path = folder / "written.toml"
    path.write_bytes(text.encode())
    return load_persona(path, bases=bases)


def same(persona: Persona) -> Persona:
    """The persona but for its version, which is a digest of the file."""
    return dataclasses.replace(persona, version="")


@given(written=personas())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_read_is_read_again_from_what_is_written(written: Persona, tmp_path: Path) -> None:
    once = read(to_toml(written), tmp_path)
    lines = "\n".join((*once.greetings, *once.fallbacks, *once.failures, *once.wordless))
    assume(
        "{name}" not in lines and "{{char}}" not in lines
    )  # a name put into what looks like one: the lint's business

    again = read(to_toml(once), tmp_path)

    assert same(again) == same(once)


@given(written=personas())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_text_that_a_file_can_hold_comes_back_as_it_was(written: Persona, tmp_path: Path) -> None:
    loaded = read(to_toml(written), tmp_path)

    for key in (
        "id",
        "name",
        "description",
        "voice",
        "scenario",
        "facts",
        "relations",
        "ocean",
        "demonstrations",
        "held_out",
        "dilemmas",
        "moment",
        "taboos",
        "extra",
    ):
        assert getattr(loaded, key) == getattr(written, key), key
    assert (loaded.mature, loaded.source, loaded.licence, loaded.authors) == (
        written.mature,
        written.source,
        written.licence,
        written.authors,
    )


def test_bundled_personas_come_back_whole(tmp_path: Path) -> None:
    library = bundled()
    assert "lighthouse_keeper" in library

    for persona in library.values():
        assert same(read(to_toml(persona), tmp_path)) == same(persona)


def test_a_persona_of_one_line_gets_the_lines_of_one_line_files(tmp_path: Path) -> None:
    written = Persona(
        id="rosa", version="", tier=Tier.DEMOGRAPHIC, name="Rosa", language="ko", tagline="", description="정원사."
    )

    text = to_toml(written)
    loaded = read(text, tmp_path)

    assert set(tomllib.loads(text)) == {"id", "tier", "language", "name", "description"}
    assert loaded.registers == ("haeyo", "hapsyo")
    assert all(loaded.lines)


def test_a_line_that_its_name_made_too_long_is_written_with_the_place_of_the_name(tmp_path: Path) -> None:
    source = to_toml(dataclasses.replace(bundled()["lighthouse_keeper"], greetings=("{{char}}! " * 100,)))
    loaded = read(source, tmp_path)
    assert len(loaded.greetings[0]) > 1_000

    assert same(read(to_toml(loaded), tmp_path)) == same(loaded)


def test_a_tagline_that_nobody_wrote_stays_as_it_was_made(tmp_path: Path) -> None:
    persona = dataclasses.replace(bundled()["lighthouse_keeper"], tier=Tier.DEMOGRAPHIC, tagline="")
    loaded = read(to_toml(dataclasses.replace(persona, description=f"{'x' * 199} y\u2028z")), tmp_path)
    assert loaded.tagline.endswith(" ")

    assert same(read(to_toml(loaded), tmp_path)) == same(loaded)


def test_an_individualised_persona_is_written_as_what_it_adds_to_its_base(tmp_path: Path) -> None:
    base = bundled()["lighthouse_keeper"]
    overlay = 'id = "marin_for_jun"\ntier = "individualised"\nbase = "lighthouse_keeper"\ndescription = "Knows Jun."\n'
    overlay += '[[facts]]\nid = "jun"\ntext = "Jun likes tea."\nsince = 1999-01-02\n'
    loaded = read(overlay, tmp_path, lighthouse_keeper=base)

    text = to_toml(loaded, base=base)

    assert same(read(text, tmp_path, lighthouse_keeper=base)) == same(loaded)
    assert tomllib.loads(text)["facts"] == [{"id": "jun", "text": "Jun likes tea.", "since": date(1999, 1, 2)}]
    for wrong in (None, bundled()["cafe_owner"]):
        with pytest.raises(PersonaFileError) as caught:
            to_toml(loaded, base=wrong)
        assert caught.value.key == "cards.without_base"
        assert caught.value.explain("ko") != caught.value.explain("en")


def test_nothing_is_written_that_could_not_be_read(tmp_path: Path) -> None:
    persona = bundled()["lighthouse_keeper"]
    torn = dataclasses.replace(persona, description="half a \ud83d face")

    assert read(to_toml(torn), tmp_path).description == "half a \ufffd face"
    with pytest.raises(PersonaFileError):
        to_toml(dataclasses.replace(persona, extra={"long": "x" * MAX_BYTES}))
