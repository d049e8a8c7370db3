"""`/persona` beyond who speaks: how somebody speaks, which canon it is, a pack that is brought in."""

import dataclasses
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bots.cards import Card, Tone
from bots.persona_cards import canon_of, prompt_rows, rows_of
from bots.platform import Caller, Role
from moderation.words import LANGUAGES
from personas.cards import png
from personas.loading import bundled
from personas.packs import pack
from personas.persona import Persona
from personas.prompting import policy_layer
from personas.writing import to_toml
from tests.support.house import caller, open_house
from tests.support.stage import PERSONA, reply_of, scripted


def typed(line: str, role: Role = Role.MEMBER, language: str = "") -> Caller:
    return replace(caller(line, role=role), language=language)


def labels(card: Card) -> list[str]:
    return [row.label for row in card.rows]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_preview_shows_the_lines_that_were_let_through(language: str) -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        card = await opened.host.command("/persona preview keeper", typed("/persona preview keeper", language=language))

    assert PERSONA.name in card.title
    texts = [row.text for row in card.rows]
    for line in PERSONA.lines:
        assert line in texts
    assert "-" not in labels(card), "how much it knows is for those who keep order"


async def test_moderators_also_see_how_much_it_knows() -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        card = await opened.host.command("/persona preview", typed("/persona preview", Role.MODERATOR))

    assert "knows 0 facts" in card.rows[-1].text


async def test_a_persona_for_adults_is_not_previewed_where_minors_may_read() -> None:
    mature = dataclasses.replace(PERSONA, id="barmaid", mature=True)
    async with open_house(scripted(reply_of("One.")), personas=(PERSONA, mature)) as opened:
        card = await opened.host.command("/persona preview barmaid", typed("/persona preview barmaid"))

    assert card.tone is Tone.BAD
    assert not card.rows


async def test_info_names_the_canon() -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        card = await opened.host.command("/persona info", typed("/persona info"))

    assert canon_of(PERSONA) in [row.text for row in card.rows]


@pytest.fixture
def packed(tmp_path: Path) -> bytes:
    persona = dataclasses.replace(bundled()["lighthouse_keeper"], name="Marla")
    (tmp_path / "marla.toml").write_text(to_toml(persona), encoding="utf-8")
    (tmp_path / "marla.png").write_bytes(png.plain(10, 20, 30))
    (tmp_path / "lore").mkdir()
    entry = {"keys": ["harpoon"], "content": "The harpoon hangs over the door.", "enabled": True, "insertion_order": 1}
    book = {"spec": "lorebook_v3", "data": {"entries": [entry], "extensions": {}}}
    (tmp_path / "lore" / "marla.json").write_text(json.dumps(book), encoding="utf-8")
    return pack(tmp_path / "marla.toml")


async def test_a_pack_is_brought_in_with_its_picture_and_its_lore(packed: bytes) -> None:
    async with open_house(scripted(reply_of("One."))) as opened:
        asked = replace(typed("/persona import", Role.ADMIN), file=packed, file_name="marla.talchum.zip")
        waits = await opened.host.command("/persona import", asked)
        assert waits.pending, waits
        card = await opened.host.command("/persona approve", typed("/persona approve", Role.ADMIN))
        known = dict(opened.host.personas(asked.place))
        picture = await opened.troupe.picture("lighthouse_keeper", server=asked.place.community)

        assert card.tone is Tone.GOOD, card
        cast = opened.troupe.hall.cast("lighthouse_keeper", asked.place.community)
        book = await opened.troupe.lore(cast, server=asked.place.community)

    assert waits.pending
    assert book is not None
    assert [entry.content for entry in book.entries] == ["The harpoon hangs over the door."]
    assert card.tone is Tone.GOOD, card
    assert "Marla" in known.values()
    assert picture.startswith(b"\x89PNG")


async def test_a_pack_that_was_changed_is_refused_in_words(packed: bytes) -> None:
    changed = packed.replace(b"Gull Rock", b"Gull Lock")
    assert changed != packed
    async with open_house(scripted(reply_of("One."))) as opened:
        asked = replace(typed("/persona import", Role.ADMIN), file=changed, file_name="marla.talchum.zip")
        card = await opened.host.command("/persona import", asked)

    assert card.tone is Tone.BAD
    assert "marla.talchum.zip" in card.title


@pytest.mark.parametrize("persona", bundled().values(), ids=lambda persona: str(persona.id))
def test_everything_in_a_persona_is_shown_under_its_name_and_the_prompt_without_the_rules(persona: Persona) -> None:
    shown = "\n".join(f"{row.label} {row.text}" for row in rows_of(persona))
    for text in (persona.name, persona.description, *persona.lines, *(fact.text for fact in persona.facts)):
        assert text in shown
    size, told = prompt_rows(persona, "ko")
    assert "토큰" in size.text
    assert persona.description[:40] in told.text
    assert policy_layer(persona, "")[:40] not in told.text
