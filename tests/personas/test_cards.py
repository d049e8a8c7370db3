"""Character cards: what is read from each kind of file, the persona it makes, and the card a persona makes."""

import base64
import dataclasses
import json
import zipfile
import zlib

import pytest

from moderation.words import catalogue
from personas.cards import cut_fields, persona_of, screen, write_card
from personas.lint import lint
from personas.loading import default_lines, read_persona
from personas.persona import Demonstration
from personas.writing import to_toml
from tests.personas.carding import (
    DATA,
    PYGMALION,
    V1,
    V2,
    V3,
    WEBUI,
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


@pytest.mark.parametrize(
    ("data", "spec"),
    [
        (json.dumps(V1).encode(), "1.0"),
        (json.dumps(V2).encode(), "2.0"),
        (json.dumps(V3).encode(), "3.0"),
        (b"\xef\xbb\xbf \n" + json.dumps(V2).encode(), "2.0"),
        (json.dumps({**V1, "avatar": "none", "talkativeness": "0.5", **V2}).encode(), "2.0"),
        (json.dumps({"data": DATA}).encode(), "2.0"),
        (json.dumps({**V3, "spec_version": 3.5}).encode(), "3.5"),
        (png(text("chara", encoded(V2))), "2.0"),
        (png(text("chara", encoded(V3))), "3.0"),
        (png(text("chara", base64.b64encode(encoded(V1)))), "1.0"),
        (png(text("chara", json.dumps(V2).encode())), "2.0"),
        (png(text("chara", encoded(V2).rstrip(b"=") + b"\r\n")), "2.0"),
        (png(text("chara", encoded(V2)), text("ccv3", encoded(V3))), "3.0"),
        (png(chunk(b"zTXt", b"chara\0\0" + zlib.compress(encoded(V2)))), "2.0"),
        (png(chunk(b"iTXt", b"chara\0\0\0en\0chara\0" + encoded(V2))), "2.0"),
        (png(chunk(b"iTXt", b"chara\0\1\0\0\0" + zlib.compress(encoded(V2)))), "2.0"),
        (png(chunk(b"acTL", b"\0" * 8), text("ccv3", encoded(V3))), "3.0"),
        (charx(V3), "3.0"),
        (charx(V3, method=zipfile.ZIP_STORED), "3.0"),
        (json.dumps(PYGMALION).encode(), "1.0"),
        (png(text("chara", encoded(PYGMALION))), "1.0"),
        (WEBUI, "1.0"),
    ],
)
def test_every_kind_of_card_says_the_same(data: bytes, spec: str) -> None:
    card = read(data)

    assert card.spec == spec
    assert card.name == "Amy"
    assert card.description == V1["description"]
    assert card.first_mes == V1["first_mes"]
    assert persona(card).demonstrations[0] == Demonstration(user="Hello", reply="Morning!\nThe rolls are hot.")


def test_what_another_program_wrote_beside_the_fields_stays_beside_them() -> None:
    assert read(PYGMALION).raw["metadata"] == PYGMALION["metadata"]
    assert read(WEBUI).raw["turn_template"] == ""
    both = read({**V1, "char_name": "Amy", "char_persona": "older"})
    assert (both.description, both.raw["char_persona"]) == (V1["description"], "older")


def test_what_real_programs_write_is_read() -> None:
    """SillyTavern mirrors fields at the root and writes lore without `extensions`; others write null, or one text."""
    book = {
        "name": "Town",
        "entries": [{"id": 0, "keys": ["oven"], "content": "Old.", "position": 4, "extensions": None}],
    }
    extras = {"talkativeness": "0.5", "fav": False, "depth_prompt": {"prompt": "x", "depth": 4}, "world": ""}
    data = {**DATA, "tags": "baker, cosy ,", "alternate_greetings": None, "character_book": book, "extensions": extras}
    root = {
        **V1,
        "creatorcomment": "",
        "avatar": "none",
        "chat": "Amy - 2025-2-17",
        "create_date": "2025-2-17 @20h 47m",
    }
    card = read({**root, **V3, "data": {**data, "creation_date": None, "assets": None}})

    assert card.tags == ("baker", "cosy")
    assert card.alternate_greetings == ()
    again = read(write_card(persona(card), card=card, form="json"))
    assert again.data["character_book"] == book
    assert again.data["extensions"] == extras
    assert root.items() <= again.raw.items()


def test_a_file_called_yaml_is_one_even_if_nothing_else_says_so() -> None:
    card = read(b'"name": Amy\n"context": She bakes.', file="amy.yaml")

    assert card.description == "She bakes."


def test_each_choice_of_a_greeting_is_a_greeting() -> None:
    card = read(v2(first_mes="{{random:Hi,Hello,Hey}}, {{pick:a,b}}."))

    assert persona(card).greetings == ("Hi, a.", "Closed soon.", "Hello, b.", "Hey, a.")


def test_a_die_falls_within_its_sides_and_always_alike() -> None:
    def rolled(macro: str) -> int:
        card = read(v2(first_mes=f"{{{{{macro}}}}} coins."))
        return int(persona(card).greetings[0].split()[0])

    for macro, least, most in (("roll:6", 1, 6), ("roll:d20", 1, 20), ("Roll 3d4", 3, 12), ("roll:2d6+10", 12, 22)):
        assert least <= rolled(macro) <= most
        assert rolled(macro) == rolled(macro)
    assert len({rolled(f"roll: {sides}") for sides in range(50, 90)}) > 10


def test_the_newer_of_two_cards_in_a_picture_is_the_card() -> None:
    older, newer = {**V2, "data": {**DATA, "name": "Old"}}, {**V3, "data": {**V3["data"], "name": "New"}}

    assert read(png(text("chara", encoded(older)), text("ccv3", encoded(newer)))).name == "New"
    twice = read(png(text("chara", encoded(older)), text("chara", encoded(newer))))
    assert (twice.name, twice.dropped) == ("Old", ("chara",))


def test_a_picture_is_kept_without_what_else_was_in_it() -> None:
    secret = [chunk(b"eXIf", b"where I live"), chunk(b"iCCP", b"profile"), text("Comment", b"where I live")]
    card = read(png(*secret, text("chara", encoded(V2)), text("chara-ext-asset_:smile", b"aGVsbG8=")) + b"at the end")

    assert card.picture == png()
    assert card.media_type == "image/png"
    assert card.dropped == ("chara-ext-asset_:smile",)


def test_the_main_icon_of_an_archive_is_the_picture_and_the_rest_is_named() -> None:
    icons = [
        {"type": "icon", "uri": "embeded://assets/icon/other.png", "name": "other", "ext": "png"},
        {"type": "icon", "uri": "embeded://assets/icon/main.webp", "name": "main", "ext": "webp"},
    ]
    files = {"assets/icon/other.png": png(), "assets/icon/main.webp": b"RIFF\0\0\0\0WEBPVP8 ", "module.risum": b"..."}
    card = read(charx({**V3, "data": {**V3["data"], "assets": icons}}, files))

    assert (card.picture, card.media_type) == (files["assets/icon/main.webp"], "image/webp")
    assert card.dropped == ("module.risum", "assets/icon/other.png")
    assert {"cards.has_scripts", "cards.has_dropped"} <= set(screen(card))


def test_an_archive_behind_a_photograph_is_a_card_whose_picture_it_is() -> None:
    photograph = b"\xff\xd8\xff\xe0 a photograph \xff\xd9"
    card = read(photograph + charx({**V3, "data": {**DATA, "nickname": "Ames"}}, {"app.json": b"{}"}))

    assert (card.picture, card.media_type) == (photograph, "image/jpeg")
    assert card.dropped == ("app.json",)
    again = read(write_card(persona(card), card=card, form="charx"))
    assert again.picture == photograph
    assert set(again.dropped) == {"app.json"}


def test_an_icon_inside_the_json_is_the_picture() -> None:
    uri = "data:image/png;base64," + base64.b64encode(png(text("Comment", b"private"))).decode()
    assets = [{"type": "icon", "uri": "https://example.org/a.png", "name": "main"}, {"type": "icon", "uri": uri}]
    card = read({**V3, "data": {**V3["data"], "assets": assets}})

    assert card.picture == png()
    assert card.dropped == ()


def test_missing_and_empty_fields_are_empty_and_numbers_are_told() -> None:
    data = {"name": "Amy", "description": "x", "tags": None, "character_version": 2}
    card = read({"spec": "chara_card_v2", "data": data, "first_mes": "mirrored", "description": "y", "creator": "z"})

    assert (card.description, card.first_mes, card.creator) == ("x", "mirrored", "")
    assert (card.tags, card.scenario, card.character_version, card.alternate_greetings) == ((), "", "2", ())


def test_a_card_becomes_a_persona_that_says_no_more_than_the_card() -> None:
    made = persona(read(V2))

    assert made.name == "Amy"
    assert made.description == "{{char}} keeps a small bakery.\nWarm, quick."
    assert made.tagline == "Amy keeps a small bakery."
    assert made.voice == "Write like a baker."
    assert made.scenario == V1["scenario"]
    assert made.greetings == ("*Amy looks up.* Wet day? Come in.", "Closed soon.")
    assert made.demonstrations == (
        Demonstration(user="Hello", reply="Morning!\nThe rolls are hot."),
        Demonstration(user="…", reply="Sit down."),
    )
    assert made.authors == ("somebody",)
    assert (made.source, made.licence, made.facts, made.mature) == ("", "", (), False)
    assert made.disclosure == default_lines("en", "", "Amy")["disclosure"][0]
    assert made.extra == {
        "card_spec": "2.0",
        "card_version": "1.2",
        "card_tags": "baker, cosy",
        "card_notes": "Made on a rainy day.",
        "post_history_instructions": "Stay short.",
    }
    assert {remark.rule for remark in lint(made)} == {"provenance"}
    assert cut_fields(read(V2)) == ()


def test_the_nickname_is_the_name_and_sources_are_told() -> None:
    made = persona(read(V3))

    assert made.name == "Ames"
    assert made.extra["card_name"] == "Amy"
    assert made.source == "https://example.org/amy"


@pytest.mark.parametrize("tag", ["nsfw", "NSFW", " Nsfw "])
def test_the_tag_nsfw_makes_a_mature_persona(tag: str) -> None:
    card = read(v2(tags=["x", tag]))

    assert persona(card).mature
    assert "cards.has_mature_tag" in screen(card)


def test_a_korean_card_speaks_politely_unless_it_is_told_otherwise() -> None:
    card = read(v2(name="미소", first_mes="", alternate_greetings=[]))

    polite, plain = persona(card, "ko"), persona_of(card, id="miso", language="ko", register="hae")

    one_line = b'id = "a"\nlanguage = "ko"\nname = "b"\ndescription = "c"'
    assert polite.registers == read_persona(one_line, file="x").registers
    assert (plain.register, plain.registers) == ("hae", ("hae",))
    assert plain.greetings == default_lines("ko", "hae", "미소")["greetings"]


@pytest.mark.parametrize(
    ("written", "shown", "language"),
    [
        ("Come in, {{user}}.", "Come in.", "en"),
        ("{{user}}, come in.", "Come in.", "en"),
        ('"{{user}}! come in."', '"Come in."', "en"),
        ("I see {{USER}}'s hat. {{user}} is late.", "I see your hat. You are late.", "en"),
        ("*{{ Char }} waves at <user>.*", "*Amy waves at you.*", "en"),
        ("{{random:Hi,Hello}}! {{pick::Tea::Coffee}}?", "Hi! Tea?", "en"),
        (r"{{random:one\, two,three}}.", "one, two.", "en"),
        ("{{random:{{char}},x}} is here.", "Amy is here.", "en"),
        ("{name} says: {user}", "Amy says: {user}", "en"),
        ("A{{// a note}}{{comment: b}}{{hidden_key:c}}B{{reverse:dC}}", "ABCd", "en"),
        ("어서 와, {{user}}야.", "어서 와.", "ko"),
        ("{{user}}님, 어서 오세요.", "어서 오세요.", "ko"),
        ("오늘은 {{user}}가 늦었네요.", "오늘은 당신이 늦었네요.", "ko"),
        ("{{user}}은(는) {{char}}와 {{user}}를 봤어요.", "당신은 Amy와 당신을 봤어요.", "ko"),
        ("{{user}}와의 약속, {{user}}에게 쓴 편지", "당신과의 약속, 당신에게 쓴 편지", "ko"),
        ("{{user}}님의 자리예요.", "당신의 자리예요.", "ko"),
    ],
)
def test_a_greeting_speaks_to_whoever_reads_it(written: str, shown: str, language: str) -> None:
    card = read(v2(first_mes=written))

    assert persona(card, language).greetings[0] == shown


def test_an_unknown_macro_is_refused_by_the_lint_and_not_shown() -> None:
    error = refusal(v2(first_mes="Hi {{getvar::x}}"))

    assert error.key == "personas.lint_error"
    assert "{{getvar::x}}" in error.explain("ko")


def test_what_no_file_may_say_no_card_may_say() -> None:
    for field, words in (("system_prompt", "Never admit that you are an AI."), ("first_mes", "I'm not an AI, silly.")):
        error = refusal(v2(**{field: words}))
        assert error.key == "personas.lint_error"


def test_example_dialogues_are_taken_apart_by_speaker() -> None:
    first = "At the counter\n{{user}}: One roll\nplease\nAmy: Two?\n{{char}}: Three?\n{{user}}: Two.\n{{char}}: Here."
    example = f"{first}\n{{{{user}}}}: bye\n<start>\nno speaker here"
    card = read(v2(mes_example=example))

    assert persona(card).demonstrations == (
        Demonstration(user="One roll\nplease", reply="Two?\nThree?", scene="At the counter"),
        Demonstration(user="Two.", reply="Here."),
    )
    assert cut_fields(card) == ()
    for lost in ("nobody speaks", f"{{{{char}}}}: {'so ' * 400}", "{{char}}: a\n<START>" * 21):
        assert cut_fields(read(v2(mes_example=lost))) == ("mes_example",)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (f"First. {'x' * 980} {'y' * 80}", f"First. {'x' * 980}"),
        ("x" * 1_200, "x" * 1_000),
        (f"{'x' * 800}. {'y' * 195} {{{{user}}}} {'z' * 80}", f"{'x' * 800}."),
        (f"{'가' * 600}。{'나' * 600}", f"{'가' * 600}。"),
        (f'"{"x" * 500}?" she asks. {"y " * 400}', f'"{"x" * 500}?" she asks.'),
    ],
)
def test_a_text_is_cut_where_it_hurts_least(written: str, kept: str) -> None:
    example = f"{{{{char}}}}: {written}"

    assert persona(read(v2(mes_example=example))).demonstrations[0].reply == kept


def test_a_macro_is_not_torn_and_controls_are_left_out() -> None:
    card = read(v2(mes_example=f"{{{{char}}}}: {'x' * 995}{{{{char}}}}", scenario="a\x07\x00b"))

    assert persona(card).demonstrations[0].reply == "x" * 995
    assert persona(card).scenario == "ab"


def test_what_is_too_long_is_cut_at_a_sentence_and_told() -> None:
    sentence = "She has baked bread in this street for twenty years. "
    long = {
        "description": sentence * 200,
        "first_mes": sentence * 40,
        "alternate_greetings": ["Hello."] * 30,
        "mes_example": f"<START>\n{{{{user}}}}: hi\n{{{{char}}}}: {sentence * 40}" * 30,
        "system_prompt": "word " * 3_000,
        "post_history_instructions": sentence * 50,
    }
    card = read(v2(**long))
    made = persona(card)

    assert made.description.endswith("for twenty years.")
    assert 5_900 < len(made.description) <= 6_000
    assert made.greetings[0].endswith("for twenty years.")
    assert len(made.greetings[0]) <= 1_000
    assert made.voice.endswith("word")
    assert (len(made.greetings), len(made.demonstrations)) == (10, 20)
    assert set(cut_fields(card)) == {*long, "personality"}
    assert len(made.extra["post_history_instructions"]) <= 2_000
    assert "cards.has_cut" in screen(card)
    assert card.raw["data"]["description"] == long["description"]  # type: ignore[index]


def test_the_largest_persona_still_fits_into_a_file() -> None:
    face = "😀" * 7_000
    names = ("description", "scenario", "system_prompt", "first_mes", "creator", "creator_notes", "character_version")
    data = {**dict.fromkeys(names, face), "tags": [face] * 9, "source": [face] * 9}
    data |= {"alternate_greetings": [face] * 30, "name": "😀" * 99, "nickname": face}
    data["mes_example"] = f"<START>\n{face[:990]}\n{{{{user}}}}: {face[:990]}\n{{{{char}}}}: {face[:990]}\n" * 20
    made = persona(read(v2(**data)))

    assert len(made.demonstrations) == 10
    assert dataclasses.replace(read_persona(to_toml(made).encode(), file="x"), version="") == dataclasses.replace(
        made, version=""
    )


@pytest.mark.parametrize(
    ("name", "called"),
    [("A: <b>[x]", "A b x"), ("  Amy\n\tBell ", "Amy Bell"), ("\u202eAmy\u200b", "Amy"), ("x" * 99, "x" * 60)],
)
def test_a_name_is_made_fit_to_be_shown(name: str, called: str) -> None:
    card = read(v2(name=name))

    assert persona(card).name == called
    assert cut_fields(card) == (("name",) if len(name) > 60 else ())


def test_staff_are_told_what_the_persona_does_not_show() -> None:
    assert screen(read(V1)) == ()
    assert screen(read(V2)) == ("cards.has_system_prompt", "cards.has_post_history", "cards.has_lore")
    data = {
        "assets": [{"type": "background", "uri": "https://example.org/x.png"}],
        "extensions": {"risuai": {"customScripts": [{"in": "a"}]}},
    }
    seen = screen(read({**V3, "spec_version": "3.1", "data": {**DATA, **data}}))
    assert {"cards.has_remote", "cards.has_scripts", "cards.has_newer_spec"} <= set(seen)
    for key in seen:
        assert catalogue("personas").say(key, "ko") != catalogue("personas").say(key, "en")


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"first_mes": "Look: ![me](https://example.org/a.png)"}, "cards.has_remote"),
        ({"first_mes": "<script>alert(1)</script>"}, "cards.has_scripts"),
        ({"extensions": {"regex_scripts": [{}]}}, "cards.has_scripts"),
        ({"character_book": {"entries": [{"keys": ["/a+/i"], "content": ""}]}}, "cards.has_scripts"),
        ({"character_book": {"entries": {"0": {"keys": ["a"], "use_regex": True}}}}, "cards.has_scripts"),
    ],
)
def test_what_would_run_or_be_fetched_elsewhere_is_seen(change: dict[str, object], key: str) -> None:
    assert key in screen(read(v2(**change)))
    assert key not in screen(read(V2))
