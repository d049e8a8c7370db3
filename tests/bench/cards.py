"""How long a character card of five megabytes takes to be read, made a persona, linted, and written again."""

import base64
import gc
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from bots.troupe import read_file
from personas.cards import persona_of, read_card, write_card
from tests.bench.measuring import cpu_ms, halves
from tests.bench.sizes import Sizes
from tests.bench.tables import Goal, Row, Section, Table, at_most

GOAL: Final = 200.0
"""Milliseconds, 95th percentile."""
BYTES: Final = 5 * 1024 * 1024
_ENTRIES: Final = 5_000
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def cards(sizes: Sizes) -> Section:
    """One table: a row for each kind of file, of five megabytes each, whose lore book has five thousand entries."""
    rows = []
    for name, data in _files().items():
        times = _times(partial(read_file, data, name), sizes.imports)
        rows.append(Row(name=f"import of {name}", values=(len(data) / 1024 / 1024, *times), goal=_goal(times)))
    card = read_card(_files()["a.png"], file="a.png")
    persona = persona_of(card, id="bench", language="en")
    for form in ("png", "json"):
        times = _times(partial(write_card, persona, card=card, form=form), sizes.imports)
        size = len(write_card(persona, card=card, form=form)) / 1024 / 1024
        rows.append(Row(name=f"export as {form}", values=(size, *times)))
    note = (
        f"{sizes.imports} times each, processor time of the thread; the guard judges the lines of the persona besides."
    )
    return Section(tables=(Table(title="cards", columns=("MB", "p50 ms", "p95 ms"), rows=tuple(rows), note=note),))


def _goal(times: tuple[float, float]) -> Goal:
    return at_most(times[1], GOAL, "ms p95")


def _times(work: Callable[[], object], count: int) -> tuple[float, float]:
    """What `work` takes, without what the run before left to be tidied up."""
    work()
    times = []
    for _ in range(count):
        gc.collect()
        times.append(cpu_ms(work))
    return halves(times)


def _files() -> Mapping[str, bytes]:
    """The same card, as large as it has to be in each kind of file."""
    whole, packed = _card(BYTES), _card(BYTES * 3 // 4 - 4_096)
    return {
        "a.json": whole,
        "a.png": _png(b"ccv3\0" + base64.b64encode(packed)),
        "a.charx": _charx(whole),
    }


def _card(size: int) -> bytes:
    """A V3 card of so many bytes."""
    room = size // _ENTRIES - 300
    line = "The old harbour remembers every ship that ever came back to it. "
    entries = [
        {
            "keys": [f"key {number}", "harbour"],
            "content": (line * (room // len(line) + 1))[:room],
            "extensions": {"position": 0, "depth": 4, "probability": 100, "selectiveLogic": 0},
            "enabled": True,
            "insertion_order": number,
            "case_sensitive": False,
            "use_regex": False,
            "secondary_keys": [],
            "name": f"entry {number}",
        }
        for number in range(_ENTRIES)
    ]
    data: dict[str, object] = {
        "name": "Marla",
        "description": "{{char}} keeps the light. " + line * 80,
        "personality": line * 20,
        "scenario": line * 20,
        "first_mes": "*{{char}} looks up.* Wet day, {{user}}?",
        "mes_example": "<START>\n{{user}}: Hello\n{{char}}: Evening.\n" * 20,
        "alternate_greetings": [line] * 9,
        "character_book": {"extensions": {}, "entries": entries},
    }
    card = {"spec": "chara_card_v3", "spec_version": "3.0", "data": data}
    missing = size - len(json.dumps(card))
    return json.dumps({**card, "data": {**data, "creator_notes": "x" * max(0, missing)}}).encode()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _png(text: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"tEXt", text), _chunk(b"IDAT", zlib.compress(b"\0\0")))
    return b"".join((_SIGNATURE, *chunks, _chunk(b"IEND", b"")))


def _charx(card: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("card.json", card)
    return written.getvalue()
