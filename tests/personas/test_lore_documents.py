"""Documents as lorebooks: their pieces are told where a turn speaks of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pytest

from moderation.models.encoder import UniversalEncoder
from personas.errors import LorebookError, PersonaFileError
from personas.knowledge.source import Knowledge
from personas.lore import Entry, Lorebook
from personas.lore.engine import Compiled
from personas.lore.loading import DOCUMENTS, FORMS, read_lorebook
from personas.messages import Aside, Cue
from personas.occasion import Occasion
from tests.personas.test_knowledge import KEEPER
from tests.support.judges import loaded
from tests.support.stage import on_stage, reply_of, scripted

GUIDE = b"""# The harbour

The mole was built by monks in the year of the great storm.

## Fish

Herring is sold at dawn."""


@dataclass
class Standing:
    """Books that hold everywhere."""

    held: tuple[Compiled, ...]

    async def books(self, _: Occasion) -> Sequence[Compiled]:
        return self.held


async def told(said: str, *books: Lorebook, encoder: UniversalEncoder | None) -> list[Aside]:
    async with on_stage(scripted(reply_of("Yes.")), persona=KEEPER) as stage:
        occasion = Occasion.of(Cue.ANSWER, stage.message(said), stage.cast, stage.conversation)
        return list(await Knowledge(encoder, Standing(tuple(map(Compiled.of, books)))).recall(occasion))


def test_a_document_is_a_book_of_pieces_without_keys() -> None:
    book = read_lorebook(GUIDE, file="guide.md", name="guide")

    assert [(entry.name, entry.content) for entry in book.entries] == [
        ("The harbour", "The mole was built by monks in the year of the great storm."),
        ("The harbour > Fish", "Herring is sold at dawn."),
    ]
    assert all(entry.by_meaning and not entry.keys for entry in book.entries)
    assert book.version != read_lorebook(GUIDE + b"!", file="guide.md", name="guide").version


@pytest.fixture(scope="module")
def encoder() -> UniversalEncoder:
    return loaded(UniversalEncoder)


async def test_its_pieces_are_told_where_a_turn_speaks_of_them_and_nothing_is_denied_then(
    encoder: UniversalEncoder,
) -> None:
    book = read_lorebook(GUIDE, file="guide.md", name="guide")
    asked = "Do you know when herring is sold?"

    assert [aside.origin for aside in await told(asked, book, encoder=encoder)] == ["document:guide/2"]
    assert [aside.origin for aside in await told(asked, encoder=encoder)] == ["knowledge:none"]
    assert [aside.origin for aside in await told("What of the herring at dawn?", book, encoder=None)] == [
        "document:guide/2"
    ]


async def test_nothing_later_unwitnessed_or_switched_off_is_told() -> None:
    late, unseen, off = (
        Entry(id="late", content="Herring comes by rail.", by_meaning=True, since=date(1930, 1, 1)),
        Entry(id="unseen", content="Herring is stolen at night.", by_meaning=True, witness=False),
        Entry(id="off", content="Herring is free on Sundays.", by_meaning=True, enabled=False),
    )
    book = Lorebook(id="b", version="1", entries=(late, unseen, off))

    assert await told("What of the herring?", book, encoder=None) == []


def test_what_other_programs_look_up_by_its_vector_is_looked_up_by_its_meaning() -> None:
    world = {"entries": {"0": {"uid": 0, "key": [], "content": "Herring is sold at dawn.", "vectorized": True}}}
    [entry] = read_lorebook(json.dumps(world).encode(), file="w.json").entries

    assert entry.by_meaning


def test_an_entry_of_ours_needs_keys_or_none_where_its_meaning_will_do() -> None:
    entry = 'id = "h"\n[[entries]]\nid = "a"\ncontent = "Herring is sold at dawn."\n'

    assert read_lorebook(f"{entry}by_meaning = true\n".encode(), file="h.toml").entries[0].by_meaning
    with pytest.raises(LorebookError, match="keys"):
        read_lorebook(entry.encode(), file="h.toml")


def test_other_kinds_of_files_are_refused_with_all_that_can_be_read() -> None:
    with pytest.raises(LorebookError) as caught:
        read_lorebook(b"%PDF", file="guide.pdf")
    assert all(end in str(caught.value) for end in (*FORMS, *DOCUMENTS))
    with pytest.raises(PersonaFileError, match="no text"):
        read_lorebook(b" ", file="guide.md")
