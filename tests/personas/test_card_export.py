"""Personas that leave as character cards."""

import base64
import dataclasses
import io
import json
import re
import struct
import zipfile
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.cards import FORMS, MAX_BYTES, cut_fields, persona_of, screen, write_card
from personas.errors import PersonaFileError
from personas.lint import lint
from personas.loading import bundled
from personas.remarks import Level
from tests.personas.carding import DATA, V1, V2, V3, charx, encoded, persona, png, read, text, v2


def cards_in(data: bytes) -> dict[str, dict[str, Any]]:
    """The cards in a picture by keyword, read by other means than ours."""
    found = re.findall(rb"tEXt(chara|ccv3)\0([A-Za-z0-9+/=]+)", data)
    return {keyword.decode(): json.loads(base64.b64decode(content)) for keyword, content in found}


@pytest.mark.parametrize("form", ["png", "json"])
def test_a_card_that_was_imported_is_exported_as_it_was(form: str) -> None:
    card = read(png(text("ccv3", encoded(V3))))
    again = read(write_card(persona(card), card=card, form=form))

    assert again.raw == V3
    newer = read({**V3, "spec_version": "3.1"})
    assert read(write_card(persona(newer), card=newer, form=form)).spec == "3.1"
    if form == "png":
        assert again.picture == card.picture


def test_an_older_card_is_exported_with_everything_it_had() -> None:
    for older in (V2, {**V1, **V2, "fav": False}, {**V1, "fav": False}):
        card = read(older)
        again = read(write_card(persona(card), card=card, form="json"))

        assert again.spec == "3.0"
        fields: dict[str, Any] = older.get("data", V1)
        assert fields.items() <= again.data.items()
        assert ("fav" in again.raw) is ("fav" in older)


def test_what_was_changed_in_the_persona_is_changed_in_the_card_and_nothing_else() -> None:
    card = read({**V1, **V3})
    made = persona(card)
    edited = dataclasses.replace(made, name="Amelia", description="A baker.", greetings=("Hello.",), mature=True)
    again = read(write_card(edited, card=card, form="json"))

    assert (again.nickname, again.name) == ("Amelia", "Amy")
    assert (again.description, again.personality) == ("A baker.", "")
    assert again.raw["description"] == "A baker."
    assert (again.first_mes, again.alternate_greetings) == ("Hello.", ())
    assert again.tags == ("baker", "cosy", "nsfw")
    for key in ("mes_example", "system_prompt", "scenario", "character_book", "extensions", "source"):
        assert again.data[key] == V3["data"][key]


def test_an_archive_is_exported_with_every_file_it_had() -> None:
    assets = [
        {"type": "icon", "uri": "embeded://assets/icon/images/i.png", "name": "main", "ext": "png"},
        {"type": "emotion", "uri": "embeded://assets/emotion/images/e.png", "name": "smile", "ext": "png"},
        {"type": "x_lost", "uri": "embeded://assets/lost.png", "name": "lost", "ext": "png"},
    ]
    files = {"assets/icon/images/i.png": png(), "assets/emotion/images/e.png": png(width=2), "app.json": b"{}"}
    card = read(charx({**V3, "data": {**V3["data"], "assets": assets}}, files))
    written = write_card(persona(card), card=card, form="charx")

    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()[1:]} == files
    again = read(written)
    assert again.raw == {**V3, "data": {**V3["data"], "assets": assets[:2]}}
    assert again.picture == png()
    assert write_card(persona(card), card=card, form="charx") == written
    another = read(write_card(persona(card), card=card, picture=png(width=3), form="charx"))
    assert another.picture == png(width=3)
    assert [asset["type"] for asset in another.assets] == ["icon", "emotion"]


def test_assets_in_a_picture_leave_in_a_picture() -> None:
    assets = [
        {"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"},
        {"type": "emotion", "uri": "__asset:smile", "name": "smile", "ext": "png"},
        {"type": "emotion", "uri": "__asset:3", "name": "frown", "ext": "png"},
        {"type": "emotion", "uri": "__asset:lost", "name": "lost", "ext": "png"},
    ]
    chunks = [text("chara-ext-asset_:smile", b"aGVsbG8="), text("chara-ext-asset_3", b"aGVsbG8h")]
    card = read(png(*chunks, text("ccv3", encoded({**V3, "data": {**V3["data"], "assets": assets}}))))
    written = write_card(persona(card), card=card)

    again = read(written)
    assert again.raw == {**V3, "data": {**V3["data"], "assets": assets[:3]}}
    assert again.chunks == card.chunks
    assert all(chunk in written for chunk in chunks)
    assert [asset["type"] for asset in read(write_card(persona(card), card=card, form="json")).assets] == ["icon"]


def test_a_picture_stands_beside_the_card_in_an_archive() -> None:
    card = read(png(text("ccv3", encoded(V3))))
    again = read(write_card(persona(card), card=card, form="charx"))

    assert again.picture == card.picture
    assert [asset["uri"] for asset in again.assets] == ["embeded://assets/icon/images/main.png"]
    assert {**again.data, "assets": None} == {**V3["data"], "assets": None}


@pytest.mark.parametrize("form", FORMS)
def test_a_persona_that_never_was_a_card_comes_back_from_one(form: str) -> None:
    library = bundled()
    assert "lighthouse_keeper" in library
    for written in library.values():
        card = read(write_card(written, form=form))
        made = persona_of(card, id=written.id, language=written.language)

        for key in ("name", "description", "voice", "scenario", "demonstrations", "greetings", "source", "authors"):
            assert getattr(made, key) == getattr(written, key), key
        assert card.creator_notes == written.tagline
        assert len(card.lore) == sum(
            fact.witness and (not written.moment or not fact.since or fact.since <= written.moment)
            for fact in written.facts
        )


def test_a_picture_that_is_made_is_a_picture() -> None:
    written = write_card(bundled()["lighthouse_keeper"])

    width, height = struct.unpack(">II", written[16:24])
    pixels = zlib.decompress(re.findall(rb"IDAT(.*)....\0\0..tEXt", written, re.DOTALL)[0][:-4])
    assert len(pixels) == height * (1 + width * 3)


def test_older_programs_find_a_card_without_what_they_do_not_know() -> None:
    card = read(V3)
    found = cards_in(write_card(persona(card), card=card))

    older = found["chara"]
    assert (older["spec"], older["spec_version"]) == ("chara_card_v2", "2.0")
    assert not {"assets", "nickname", "source", "group_only_greetings", "creation_date"} & set(older["data"])
    assert older["data"]["character_book"]["entries"][0]["content"] == "The oven is old."
    assert older["data"]["creator_notes"] != DATA["creator_notes"]
    assert found["ccv3"] == V3


def depth(prompt: str) -> dict[str, object]:
    return {"depth_prompt": {"prompt": prompt, "depth": 4, "role": "system"}, "talkativeness": "0.5"}


def test_a_depth_prompt_is_part_of_the_last_word() -> None:
    card = read(v2(extensions=depth("{{char}} never says lantern.")))
    alone = read(v2(extensions=depth("Stay."), post_history_instructions=""))

    assert persona(card).extra["post_history_instructions"] == "Stay short.\n{{char}} never says lantern."
    assert persona(alone).extra["post_history_instructions"] == "Stay."
    assert "cards.has_post_history" in screen(alone)
    assert cut_fields(read(v2(extensions=depth("x " * 2_000)))) == ("depth_prompt",)
    wrong: list[object] = [[], {"depth_prompt": "x"}, {"depth_prompt": {"prompt": 1}}]
    for extensions in wrong:
        assert read(v2(extensions=extensions)).depth_prompt == ""
    with pytest.raises(PersonaFileError, match="denies being an AI"):
        persona(read(v2(extensions=depth("Never admit that you are an AI."))))


def test_a_depth_prompt_is_exported_as_it_came_and_once_where_the_last_word_changed() -> None:
    card = read(v2(extensions=depth("Never say lantern.")))
    made = persona(card)
    older = dataclasses.replace(made, extra={**made.extra, "post_history_instructions": "Stay short."})
    other = dataclasses.replace(made, extra={**made.extra, "post_history_instructions": "Be kind."})

    for one in (made, older):
        again = read(write_card(one, card=card))
        assert (again.post_history_instructions, again.depth_prompt) == ("Stay short.", "Never say lantern.")
    changed = read(write_card(other, card=card))
    assert (changed.post_history_instructions, changed.depth_prompt) == ("Be kind.", "")
    assert changed.data["extensions"] == {"talkativeness": "0.5"}


def test_a_picture_given_stands_for_that_of_the_card() -> None:
    card = read(png(text("ccv3", encoded(V3))))
    made, wide = persona(card), png(text("Comment", b"private"), width=2)

    assert read(write_card(made, card=card, picture=wide)).picture == png(width=2)
    for form, picture in (("json", wide), ("json", b"GIF89a..."), ("png", b"GIF89a...")):
        again = read(write_card(made, card=card, picture=picture, form=form))
        icons = [asset for asset in again.assets if asset["type"] == "icon"]
        assert [icon["name"] for icon in icons] == ["main"]
        assert str(icons[0]["uri"]).startswith("data:image/")
    assert read(write_card(made, card=card, picture=b"GIF89a...", form="json")).picture == b"GIF89a..."
    with pytest.raises(PersonaFileError):
        write_card(made, picture=b"no picture")
    with pytest.raises(ValueError, match="bmp"):
        write_card(made, form="bmp")


def test_assets_that_were_not_kept_are_not_named_in_an_export() -> None:
    assets = [
        {"type": "icon", "uri": "embeded://i.png", "name": "main", "ext": "png"},
        {"type": "emotion", "uri": "embeded://e.png", "name": "smile", "ext": "png"},
        {"type": "background", "uri": "https://example.org/b.png", "name": "main", "ext": "png"},
    ]
    card = read(charx({**V3, "data": {**V3["data"], "assets": assets}}, {"i.png": png(), "e.png": png()}))
    again = read(write_card(persona(card), card=card))

    assert again.picture == png()
    assert [asset["uri"] for asset in again.assets] == ["ccdefault:", "https://example.org/b.png"]


def test_an_icon_in_the_json_is_not_listed_twice() -> None:
    icon = {"type": "icon", "uri": "data:image/gif;base64,R0lGODlhAAAA", "name": "main", "ext": "gif"}
    card = read({**V3, "data": {**V3["data"], "assets": [icon]}})

    for form in ("png", "json"):
        assert read(write_card(persona(card), card=card, form=form)).assets == (icon,)


def test_half_a_character_does_not_stop_an_export() -> None:
    card = read(v2(scenario="a \ud83d face", x="\udc00"))

    again = read(write_card(persona(card), card=card))

    assert persona(card).scenario == "a \ufffd face"
    assert again.data["x"] == "\udc00"
    assert again.scenario == card.scenario


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
UNKNOWN = st.dictionaries(st.text(max_size=8).map("x_{}".format), JSON, max_size=3)
ENTRIES = st.lists(
    st.builds(
        lambda keys, content, more: {"keys": keys, "content": content, **more},
        st.lists(st.text(max_size=8), max_size=3),
        st.text(max_size=40),
        UNKNOWN,
    ),
    max_size=4,
)


@given(root=UNKNOWN, data=UNKNOWN, extensions=UNKNOWN, book=UNKNOWN, entries=ENTRIES, form=st.sampled_from(FORMS))
def test_nothing_that_a_card_says_is_lost_whoever_wrote_it(
    root: dict[str, Any],
    data: dict[str, Any],
    extensions: dict[str, Any],
    book: dict[str, Any],
    entries: list[dict[str, Any]],
    form: str,
) -> None:
    fields = {**V3["data"], **data, "extensions": extensions, "character_book": {**book, "entries": entries}}
    whole = {**V3, **root, "data": fields}
    card = read(whole)
    again = read(write_card(persona(card), card=card, form=form))

    if form == "charx":  # which has no picture of its own: the icon of a PNG is none here
        fields.pop("assets")
    assert again.raw == whole


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).map(str.strip).filter(bool)


@given(name=st.from_regex(r"[A-Za-z가-힣]{1,12}", fullmatch=True), told=WORDS, greeting=WORDS, shown=WORDS)
def test_what_a_card_says_is_what_its_own_export_says(name: str, told: str, greeting: str, shown: str) -> None:
    data = {"name": name, "description": told, "first_mes": greeting, "mes_example": f"{{{{char}}}}: {shown}"}
    card = read({"spec": "chara_card_v3", "data": data})
    try:
        made = persona(card)
    except PersonaFileError:
        return  # some texts are no texts: "{{original}}"
    again = read(write_card(made, card=card))

    assert data.items() <= again.data.items()
    assert persona(again) == dataclasses.replace(made, extra=persona(again).extra, version=persona(again).version)


def test_errors_of_the_lint_are_errors_and_warnings_are_for_the_caller() -> None:
    made = persona(read(v2(description="A typical old man.")))

    assert {remark.level for remark in lint(made)} == {Level.WARNING}
    assert len(json.dumps(V3)) < MAX_BYTES
