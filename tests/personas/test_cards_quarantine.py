"""Cards from people nobody knows: whatever is wrong with one is said, and costs little."""

import base64
import io
import json
import random
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.cards import FORMS, MAX_BYTES, Card, persona_of, read_card, screen, write_card
from personas.errors import PersonaFileError
from personas.persona import Persona
from tests.personas.carding import (
    AGNAI,
    SAMPLES,
    V1,
    V2,
    V3,
    charx,
    chunk,
    encoded,
    persona,
    png,
    read,
    refusal,
    text,
    v2,
)


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive that the module would not write of itself: names stand as they are, twice if need be."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, content in entries:
            entry = zipfile.ZipInfo("x" * len(name))
            entry.compress_type = method
            entry.filename = name
            archive.writestr(entry, content)
    return written.getvalue()


SIGNATURE, HEADER = b"\x89PNG\r\n\x1a\n", png()[8:33]
CARD = ("card.json", json.dumps(V3).encode())


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "cards.unknown_format"),
        (b"\xff\xd8\xff\xe0 a photograph", "cards.unknown_format"),
        (b"[]", "cards.unknown_format"),
        (b"{" + b" " * MAX_BYTES, "cards.too_big"),
        (b"rcc||rccv1||AAAA", "cards.encrypted"),
        (png(text("chara", b"rcc||rccv1||AAAA")), "cards.encrypted"),
        (png(text("chara", base64.b64encode(b"rcc||rccv1||AAAA"))), "cards.encrypted"),
        (zipped(("card.json", b"rcc||")), "cards.encrypted"),
        (b"name: [", "cards.not_yaml"),
        (b"name: x\n\0", "cards.not_yaml"),
        (b'name: "\\ud800"', "cards.not_yaml"),
        (b"name: a\n  context: b", "cards.not_yaml"),
        (b"name: &a x\ncontext: *a", "cards.yaml_alias"),
        (b"name: " + b"[" * 100, "cards.too_deep"),
        (b"name: [" + b"a, " * 30_000 + b"a]", "cards.too_many_values"),
        (b"name: " + b"x" * 600_000, "cards.too_big"),
        (b"name: \xff", "cards.not_utf8"),
        (b"name:\n- x", "cards.no_fields"),
        (b"- name: x\n- context: y\n", "cards.unknown_format"),
        (b'{"name": ', "cards.not_json"),
        (b'{"name": NaN}', "cards.bad_number"),
        (b'{"name": 1e999}', "cards.bad_number"),
        (b'{"name": ' + b"9" * 41 + b"}", "cards.bad_number"),
        (b'{"name": "\xff"}', "cards.not_utf8"),
        (b'{"a":' * 70 + b"1" + b"}" * 70, "cards.too_deep"),
        (b'{"a":' + b"[" * 200_000 + b"]" * 200_000 + b"}", "cards.too_deep"),
        (b'{"a":[' + b"[]," * 500_000 + b"1]}", "cards.too_many_values"),
        (b'{"a":[' + b"0," * 350_000 + b"1]}", "cards.too_many_values"),
        (b"{" + b",".join(b'"%d":0' % number for number in range(160_000)) + b"}", "cards.too_many_values"),
        (json.dumps({**V1, "description": "{" * 400_001}).encode(), "cards.too_many_values"),
        (json.dumps({**V1, "description": "," * 1_000_001}).encode(), "cards.too_many_values"),
        (b"{}", "cards.no_fields"),
        (b'{"name": "Amy"}', "cards.no_fields"),
        (json.dumps({**V1, "name": " "}).encode(), "cards.no_name"),
        (json.dumps({**V1, "name": "<>\u200b"}).encode(), "cards.no_name"),
        (json.dumps({**V1, "description": "{{// note}}", "personality": ""}).encode(), "cards.nobody"),
        (json.dumps({**V2, "spec": "lorebook_v2"}).encode(), "cards.unknown_spec"),
        (json.dumps({"spec": "lorebook_v3", "data": {"entries": []}}).encode(), "cards.is_lore"),
        (json.dumps({"entries": {"0": {"key": ["a"], "content": "b"}}}).encode(), "cards.is_lore"),
        (json.dumps({**V2, "spec": ["chara_card_v2"]}).encode(), "cards.unknown_spec"),
        (json.dumps({**V2, "data": "…"}).encode(), "cards.want_object"),
        (v2(description=["x"]), "cards.want_text"),
        (v2(scenario=True), "cards.want_text"),
        (v2(system_prompt={"en": "x"}), "cards.want_text"),
        (v2(tags=["a"] * 1_001), "cards.too_many_entries"),
        (v2(character_book={"entries": [{}] * 5_001}), "cards.too_much_lore"),
        (v2(character_book={"entries": {str(number): {} for number in range(5_001)}}), "cards.too_much_lore"),
        (png(), "cards.png_no_card"),
        (png(text("chara", b"!!!")), "cards.not_base64"),
        (png(text("chara", b"{}"), text("ccv3", b"!!!")), "cards.not_base64"),
        (png(text("chara", base64.b64encode(base64.b64encode(encoded(V2))))), "cards.not_base64"),
        (png(text("chara", encoded([V2]))), "cards.not_base64"),
        (png(text("chara", encoded(V2)), width=9_000), "cards.png_size"),
        (png(text("chara", encoded(V2)), width=0), "cards.png_size"),
        (png(*[chunk(b"tEXt", b"a\0b")] * 10_000), "cards.png_chunks"),
        (png(text("chara", encoded(V2)))[:-6], "cards.png_cut_off"),
        (png(text("chara", encoded(V2))).replace(b"tEXtchara", b"tEXtChara"), "cards.png_crc"),
        (png(text("chara", encoded(V2))).replace(b"IDAT", b"teXt"), "cards.png_crc"),
        (SIGNATURE + HEADER + text("chara", encoded(V2)) + chunk(b"IEND", b""), "cards.png_cut_off"),
        (png(struct.pack(">I", 0xFFFFFFFF) + b"tEXtchara"), "cards.png_cut_off"),
        (png(chunk(b"zTXt", b"chara\0\0" + b"\0")), "cards.png_text"),
        (png(chunk(b"zTXt", b"chara\0\0" + zlib.compress(encoded(V2))[:-8])), "cards.png_text"),
        (png(chunk(b"zTXt", b"chara\0\0" + zlib.compress(b" " * 50_000_000))), "cards.bomb"),
        (png(chunk(b"iTXt", b"chara\0\1\0\0\0" + zlib.compress(b" " * 500_000))), "cards.bomb"),
        (zipped(("other.json", b"{}")), "cards.zip_no_card"),
        (zipped(CARD, CARD), "cards.zip_name"),
        (zipped(CARD, ("CARD.JSON", b"")), "cards.zip_name"),
        (zipped(CARD, ("../card.json", b"")), "cards.zip_name"),
        (zipped(CARD, (".\\card.json", b"")), "cards.zip_name"),
        (zipped(CARD, ("card.json\0.png", b"")), "cards.zip_name"),
        (zipped(("Card.json", b"{}")), "cards.zip_name"),
        (zipped(("card.json", b"{" + b" " * 900_000)), "cards.bomb"),
        (zipped(CARD, *((f"{number}", b"y" * 65_000) for number in range(1_100))), "cards.bomb"),
        (zipped(CARD, *((f"{number}", b"") for number in range(2_001))), "cards.zip_files"),
        (zipped(CARD, method=zipfile.ZIP_LZMA), "cards.zip_method"),
        (zipped(("card.json", json.dumps(V3).encode()))[:-30], "cards.zip_damaged"),
    ],
)
def test_what_is_wrong_with_a_card_is_said(data: bytes, key: str) -> None:
    assert refusal(data).key == key


@pytest.mark.parametrize(
    "name", ["../x", "assets/../../x", "/etc/x", "C:\\x", "C:x", "a\\b", "a\0b", "a\u202eb", "a//b", "./x"]
)
def test_a_file_beside_the_card_whose_path_is_not_safe_is_left_out(name: str) -> None:
    card = read(zipped((name, b"x"), CARD))

    assert card.dropped == ("".join(char if char.isprintable() else "?" for char in name),)
    assert read(write_card(persona(card), card=card, form="charx")).dropped == ()


@pytest.mark.parametrize("content", [b"\0" * 200_000, random.Random(1).randbytes(100_000) + b"\0" * 9_000_000])
def test_a_file_beside_the_card_that_unpacks_to_far_too_much_is_left_out(content: bytes) -> None:
    """A blank picture, silence."""
    card = read(zipped(CARD, ("assets/background/image/night.bmp", content)))

    assert card.dropped == ("assets/background/image/night.bmp",)
    assert read(write_card(persona(card), card=card, form="charx")).dropped == ()


def test_an_archive_as_programs_write_it_is_a_card() -> None:
    """RisuAI has a file for each asset by its name, which is its own in its folder alone, in any letters."""
    names = [
        *("x_meta/기쁨.json", "assets/emotion/image/기쁨.png", "x_meta/기쁨.json", "assets/other/image/기쁨.png"),
        *("x_meta/Happy.json", "x_meta/happy.json", "assets/emotion/image/smile :).png", "assets/other/👩\u200d🚀.png"),
    ]
    card = read(zipped(*((name, b"{}") for name in names), CARD))

    assert set(card.dropped) == {name.replace("\u200d", "?") for name in names}
    again = read(write_card(persona(card), card=card, form="charx"))
    assert sorted(again.dropped) == sorted(set(card.dropped))


def test_a_name_in_an_error_can_be_read() -> None:
    assert "기쁨?.png" in refusal(zipped(("기쁨\u202e.png", b""), CARD, method=zipfile.ZIP_LZMA)).explain("ko")


def test_what_stands_before_an_archive_ends_where_its_first_file_begins() -> None:
    photograph = b"\xff\xd8\xff\xe0 a photograph \xff\xd9"

    assert read(photograph + zipped(("../x", b"y" * 100), CARD)).picture == photograph


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(charx(V3))
    place = data.index(b"PK\1\2")
    data[place + 8] |= 1  # the flags of the entry in the list of files

    assert refusal(bytes(data)).key == "cards.encrypted"


def test_an_archive_that_unpacks_to_more_than_it_says_gives_no_more() -> None:
    """The list of files says that the card is small; what is packed is 30 MB."""
    packed = zlib.compressobj(wbits=-15)
    body = packed.compress(b"{" + b" " * 30_000_000) + packed.flush()
    data = bytearray(zipped(("card.json", b"{}"), method=zipfile.ZIP_STORED))
    head = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 8, 0, 0, 0, len(body), 64, 9, 0) + b"card.json"
    entry = (
        struct.pack("<4s6H3I5H2I", b"PK\1\2", 20, 20, 0, 8, 0, 0, 0, len(body), 64, 9, 0, 0, 0, 0, 0, 0) + b"card.json"
    )
    place = len(head) + len(body)
    data = bytearray(head + body + entry + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, len(entry), place, 0))

    assert refusal(bytes(data)).key == "cards.zip_damaged"


def test_a_picture_ends_where_it_says_and_holds_nothing_there() -> None:
    pixels = png()[33:-12]
    card = read(SIGNATURE + HEADER + text("chara", encoded(V2)) + pixels + chunk(b"IEND", b"hidden") + pixels)

    assert card.picture == png()
    assert read(write_card(persona(card), card=card)).name == card.name


def test_keys_that_mean_something_elsewhere_are_data() -> None:
    keys = {"__proto__": {"x": 1}, "constructor": 1, "__class__": "y", "raw": 2, "file": "z", "picture": "p"}
    card = read({**json.loads(v2(**keys)), **keys})

    assert keys.items() <= card.raw.items()
    assert keys.items() <= read(write_card(persona(card), card=card)).data.items()
    assert (card.file, card.picture) == ("amy.json", b"")


def test_a_lore_book_of_five_thousand_entries_is_kept() -> None:
    entry = {"keys": ["a", "b"], "content": "c", "enabled": True, "insertion_order": 1, "extensions": {}}
    card = read(v2(character_book={"entries": [entry] * 5_000}))

    assert len(card.lore) == 5_000


def test_whatever_is_dropped_is_named_shortly() -> None:
    card = read(charx(V3, {f"{'x' * 200}{number}": b"" for number in range(200)}))

    assert len(card.dropped) == 50
    assert max(map(len, card.dropped)) <= 80


def test_scripts_are_seen_behind_any_number_of_files() -> None:
    card = read(charx(V3, {**{f"assets/{number}.png": b"" for number in range(60)}, "module.risum": b"..."}))

    assert "cards.has_scripts" in screen(card)


def survives(data: bytes) -> bool:
    """Whether `data` is a card after all; everything that is done with one must then work, or be refused in words."""
    try:
        card = read_card(data, file="x")
        assert isinstance(card, Card)
        assert isinstance(screen(card), tuple)
        made = persona_of(card, id="x", language="en")
    except PersonaFileError as error:
        assert error.explain("en") != error.explain("ko")  # noqa: PT017
        return False
    assert isinstance(made, Persona)
    for form in FORMS:
        again = read_card(write_card(made, card=card, form=form), file="x")
        assert (again.name, again.first_mes) == (card.name, card.first_mes)
    return True


def test_the_samples_survive() -> None:
    assert all(map(survives, SAMPLES))


HEADS = [b"", b"{", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"rcc||", b"name: x\ncontext: ", b"name: |\n"]


@given(data=st.binary(max_size=300), head=st.sampled_from(HEADS))
def test_random_bytes_are_a_card_or_are_refused(data: bytes, head: bytes) -> None:
    survives(head + data)


@given(text_=st.text("name: contx-?|>&*!%@`{}[]#\"'\\\n \t0\ud800\u2028", max_size=60))
def test_whatever_looks_like_yaml_is_a_card_or_is_refused(text_: str) -> None:
    survives(b"context: y\nname: " + text_.encode("utf-8", "surrogatepass"))


@given(sample=st.sampled_from(SAMPLES), cut=st.floats(0, 1))
def test_a_truncated_card_is_a_card_or_is_refused(sample: bytes, cut: float) -> None:
    survives(sample[: int(len(sample) * cut)])


@given(data=st.data())
def test_a_mutated_card_is_a_card_or_is_refused(data: st.DataObject) -> None:
    sample = bytearray(data.draw(st.sampled_from(SAMPLES)))
    for _ in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(sample) - 1))
        sample[place : place + data.draw(st.integers(0, 4))] = data.draw(st.binary(max_size=4))
    survives(bytes(sample))


@given(data=st.data())
def test_a_mutated_picture_with_right_checksums_is_a_card_or_is_refused(data: st.DataObject) -> None:
    payload = bytearray(data.draw(st.sampled_from([encoded(V2), b"chara\0\0" + zlib.compress(encoded(V2))])))
    place = data.draw(st.integers(0, len(payload) - 1))
    payload[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    kind = data.draw(st.sampled_from([b"tEXt", b"zTXt", b"iTXt"]))
    survives(png(chunk(kind, data.draw(st.sampled_from([b"chara\0", b"ccv3\0\1\0\0\0", b""])) + bytes(payload))))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def somewhere(card: Any, path: list[int], value: object) -> None:
    """Put `value` somewhere into `card`, further down the longer `path` is."""
    for number, step in enumerate(path):
        keys = list(card) if isinstance(card, dict) else list(range(len(card)))
        key = keys[step % len(keys)]
        if number == len(path) - 1 or not isinstance(card[key], dict | list) or not card[key]:
            card[key] = value
            return
        card = card[key]


@given(
    whole=st.sampled_from([{**V1, **V3}, AGNAI]),
    path=st.lists(st.integers(0, 30), min_size=1, max_size=6),
    value=JSON,
    wrap=st.sampled_from([json.dumps, encoded]),
)
def test_a_card_with_anything_anywhere_is_a_card_or_is_refused(
    whole: dict[str, Any], path: list[int], value: object, wrap: Callable[[object], str | bytes]
) -> None:
    card = json.loads(json.dumps(whole))
    somewhere(card, path, value)
    written = wrap(card)

    survives(png(text("chara", written)) if isinstance(written, bytes) else written.encode())
