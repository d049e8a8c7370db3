"""Cards in which something beside the character is not what it should be: the character comes in all the same."""

import base64
import json
import zipfile
import zlib

import pytest

from moderation.words import catalogue
from personas.cards import Card, screen, write_card
from tests.personas.carding import DATA, V2, V3, charx, chunk, encoded, persona, png, read, text, v2

MISREAD = "cards.has_misread"


@pytest.mark.parametrize(
    ("field", "written", "held"),
    [
        ("alternate_greetings", "Hi again.", ("Hi again.",)),
        ("alternate_greetings", ["Hi again.", None], ("Hi again.", "")),
        ("alternate_greetings", "", ()),
        ("alternate_greetings", {}, ()),
        ("source", "https://example.org/amy, by Ann", ("https://example.org/amy, by Ann",)),
        ("tags", "baker, 1920, ", ("baker", "1920")),
        ("tags", [{"id": 1, "name": "NSFW"}, "baker"], ("NSFW", "baker")),
        ("creator_notes", {}, ""),
        ("character_version", 2, "2"),
    ],
)
def test_what_can_be_told_from_another_kind_is_read(field: str, written: object, held: object) -> None:
    card = read(v2(**{field: written}))

    assert getattr(card, field) == held
    assert MISREAD not in screen(card)
    persona(card)


@pytest.mark.parametrize(
    ("field", "written", "held"),
    [
        ("alternate_greetings", "1687194031049", ()),
        ("alternate_greetings", 1_687_194_031_049, ()),
        ("alternate_greetings", ["Hi again.", {"text": "Hi"}], ("Hi again.",)),
        ("source", {"chub": "x"}, ()),
        ("tags", [{"id": 1}, "baker"], ("baker",)),
        ("tags", True, ()),
        ("nickname", ["Ames"], ""),
        ("creator", ["Ann", "Bob"], ""),
        ("creator_notes", {"en": "x"}, ""),
        ("character_version", True, ""),
    ],
)
def test_what_cannot_counts_as_empty_and_staff_are_told(field: str, written: object, held: object) -> None:
    card = read(v2(**{field: written}))

    assert getattr(card, field) == held
    assert MISREAD in screen(card)
    assert persona(card).name == "Amy"
    assert read(write_card(persona(card), card=card, form="png")).name == "Amy"


def test_the_remark_is_told_in_both_languages() -> None:
    assert MISREAD not in screen(read(V3))
    assert catalogue("personas").say(MISREAD, "ko") != catalogue("personas").say(MISREAD, "en")


def icons(*uris: str) -> dict[str, object]:
    assets = [{"type": "icon", "uri": uri, "name": "main" if number == 0 else "x"} for number, uri in enumerate(uris)]
    return {**V3, "data": {**V3["data"], "assets": assets}}


WHOLE = "data:image/png;base64," + base64.b64encode(png()).decode()


@pytest.mark.parametrize("damaged", ["é", "@@@", base64.b64encode(png()[:40]).decode()])
def test_an_icon_that_is_damaged_is_none(damaged: str) -> None:
    uri = "data:image/png;base64," + damaged

    assert read(icons(uri)).picture == b""
    assert read(icons(uri, WHOLE)).picture == png()


def test_an_icon_that_is_damaged_in_an_archive_is_none_and_left_out_of_exports() -> None:
    pictures = {"a.png": png()[:40], "b.gif": b"GIF89a..."}
    data = charx(icons("embeded://a.png", "embeded://b.gif"), pictures, zipfile.ZIP_STORED)
    whole = read(data)
    torn = read(data.replace(b"GIF89a", b"GIF89b"))

    assert whole.picture == b"GIF89a..."
    assert torn.picture == b""
    assert set(read(write_card(persona(torn), card=torn, form="charx")).dropped) == {"a.png"}


OLD: dict[str, object] = {**V2, "data": {**DATA, "name": "Old"}}


@pytest.mark.parametrize(
    "broken",
    [
        text("ccv3", b""),
        text("ccv3", b"!!!"),
        text("ccv3", b"{}"),
        text("ccv3", encoded({**V3, "data": {**DATA, "name": " ", "description": ["x"]}})),
        chunk(b"zTXt", b"ccv3\0\0" + zlib.compress(encoded(V3))[:-8]),
        text("chara", b"!!!"),
    ],
)
def test_a_damaged_card_in_a_picture_gives_way_to_a_whole_one(broken: bytes) -> None:
    keyword = "chara" if b"chara" in broken else "ccv3"

    for data in (png(broken, text("chara", encoded(OLD))), png(*[broken] * 2, text("chara", encoded(OLD)))):
        card: Card = read(data)
        assert card.name == "Old"
        assert set(card.dropped) == {keyword}
        assert "cards.has_dropped" in screen(card)


def test_a_card_that_is_whole_is_not_looked_beyond() -> None:
    card = read(png(text("chara", b"!!!"), text("ccv3", json.dumps(V3).encode())))

    assert (card.name, card.dropped) == ("Amy", ())
