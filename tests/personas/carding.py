"""What tests of character cards have in common."""

import base64
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import pytest

from personas.cards import Card, persona_of, read_card
from personas.errors import PersonaFileError
from personas.persona import Persona

V1: dict[str, Any] = {
    "name": "Amy",
    "description": "{{char}} keeps a small bakery.",
    "personality": "Warm, quick.",
    "scenario": "{{user}} has come in from the rain.",
    "first_mes": "*{{char}} looks up.* Wet day, {{user}}? Come in, <USER>.",
    "mes_example": "<START>\n{{user}}: Hello\n{{char}}: Morning!\nThe rolls are hot.\n<START>\n{{char}}: Sit down.",
}


DATA: dict[str, Any] = {
    **V1,
    "creator_notes": "Made on a rainy day.",
    "system_prompt": "{{original}} Write like a baker.",
    "post_history_instructions": "Stay short.",
    "alternate_greetings": ["Closed soon, {{user}}."],
    "character_book": {"entries": [{"keys": ["oven"], "content": "@@depth 4\nThe oven is old.", "strange": [1, None]}]},
    "tags": ["baker", "cosy"],
    "creator": "somebody",
    "character_version": "1.2",
    "extensions": {"other/app": {"depth": 4}, "__proto__": {"polluted": True}},
}


V2: dict[str, Any] = {"spec": "chara_card_v2", "spec_version": "2.0", "data": DATA}


V3: dict[str, Any] = {
    "spec": "chara_card_v3",
    "spec_version": "3.0",
    "data": {
        **DATA,
        "nickname": "Ames",
        "group_only_greetings": [],
        "source": ["https://example.org/amy"],
        "creation_date": 1_700_000_000,
        "assets": [{"type": "icon", "uri": "ccdefault:", "name": "main", "ext": "png"}],
    },
    "left_over": "kept",
}


PYGMALION: dict[str, Any] = {
    "char_name": V1["name"],
    "char_persona": V1["description"],
    "char_greeting": V1["first_mes"],
    "world_scenario": V1["scenario"],
    "example_dialogue": V1["mes_example"].replace("{{user}}:", "You:"),
    "metadata": {"tool": {"name": "an editor"}},
}


AGNAI: dict[str, Any] = {
    "kind": "character",
    "name": "Mira",
    "description": "My first character, be kind.",
    "persona": {"kind": "text", "attributes": {"text": ["{{char}} keeps the light at Gull Point."]}},
    "appearance": "grey coat",
    "greeting": "Mind the stairs, {{user}}.",
    "alternateGreetings": ["A visitor."],
    "scenario": "A lighthouse at night.",
    "sampleChat": "{{user}}: hi\n{{char}}: Mind the stairs.",
    "systemPrompt": "Write tersely.",
    "postHistoryInstructions": "Stay short.",
    "insert": {"depth": 3, "prompt": "The lamp is lit."},
    "characterBook": {
        "kind": "memory",
        "entries": [{"name": "Fire", "entry": "It burnt.", "keywords": ["fire"], "priority": 1, "weight": 2}],
    },
    "tags": ["nsfw"],
    "creator": "Ann",
    "characterVersion": "2",
    "visualType": "avatar",
}


WEBUI = b"""name: Amy
greeting: |-
  *{{char}} looks up.* Wet day, {{user}}? Come in, <USER>.
context: |-
  {{char}} keeps a small bakery.
example_dialogue: |-
  <START>
  You: Hello
  {{char}}: Morning!
  The rolls are hot.
turn_template: ''
"""


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*chunks: bytes, width: int = 1) -> bytes:
    """A picture of one row with these chunks in it."""
    header = struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0" + b"\x80" * min(width, 10))
    return b"".join(
        (b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), *chunks, chunk(b"IDAT", pixels), chunk(b"IEND", b""))
    )


def encoded(card: object) -> bytes:
    return base64.b64encode(json.dumps(card).encode())


def text(keyword: str, content: bytes) -> bytes:
    return chunk(b"tEXt", keyword.encode() + b"\0" + content)


def charx(card: object, files: Mapping[str, bytes] = {}, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        archive.writestr("card.json", json.dumps(card))
        for name, content in files.items():
            archive.writestr(name, content)
    return written.getvalue()


def v2(**fields: object) -> bytes:
    """A card of the second version, but for these fields."""
    return json.dumps({**V2, "data": {**DATA, **fields}}).encode()


SAMPLES = (
    json.dumps(V1).encode(),
    json.dumps(V3).encode(),
    png(text("chara", encoded(V2)), text("ccv3", encoded(V3))),
    png(chunk(b"zTXt", b"chara\0\0" + zlib.compress(encoded(V2)))),
    charx(V3, {"assets/icon/main.png": png()}),
    WEBUI,
    json.dumps(PYGMALION).encode(),
    json.dumps(AGNAI).encode(),
    b"\xff\xd8\xff\xe0 a photograph" + charx(V3),
)
"""One of each kind."""


def read(card: object, file: str = "amy.json") -> Card:
    return read_card(card if isinstance(card, bytes) else json.dumps(card).encode(), file=file)


def persona(card: Card, language: str = "en") -> Persona:
    return persona_of(card, id="amy", language=language)


def refusal(data: bytes) -> PersonaFileError:
    """The error for these bytes; it reads well in both languages and names the file."""
    with pytest.raises(PersonaFileError) as caught:
        persona(read_card(data, file="wrong.card"))
    english, korean = caught.value.explain("en"), caught.value.explain("ko")
    assert "wrong.card" in english
    assert "wrong.card" in korean
    assert english != korean
    assert {"file", "key"} <= set(caught.value.fields)
    return caught.value
