"""The value of a character card, whatever it came in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

MAX_BYTES: Final = 8 * 1024 * 1024
"""Of an upload, and of the JSON in it once it is unpacked."""
MAX_LORE: Final = 5_000
"""Entries of a lore book."""
MODULE: Final = ".risum"
"""End of the name of a file with RisuAI's scripts."""
SPECS: Final[Mapping[str, str]] = {"chara_card_v2": "2.0", "chara_card_v3": "3.0"}
"""What a card calls its format, with the version it has when it tells none."""
V1_FIELDS: Final = ("name", "description", "personality", "scenario", "first_mes", "mes_example")
TEXT_FIELDS: Final = (
    *V1_FIELDS,
    "creator_notes",
    "system_prompt",
    "post_history_instructions",
    "creator",
    "character_version",
)
LIST_FIELDS: Final = ("alternate_greetings", "tags", "group_only_greetings")
V3_FIELDS: Final = (
    "assets",
    "nickname",
    "creator_notes_multilingual",
    "source",
    "group_only_greetings",
    "creation_date",
    "modification_date",
)
"""What V2 does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card that was read. Texts are as their author wrote them: bounded in sum only, macros unresolved."""

    file: str
    """What it is called in errors."""
    spec: str
    """Version of the specification: "1.0", "2.0", "3.0", or what a newer card says."""
    name: str
    nickname: str = ""
    """What {{char}} stands for where it is given, instead of `name`."""
    description: str = field(default="", repr=False)
    personality: str = field(default="", repr=False)
    scenario: str = field(default="", repr=False)
    first_mes: str = field(default="", repr=False)
    mes_example: str = field(default="", repr=False)
    alternate_greetings: tuple[str, ...] = field(default=(), repr=False)
    system_prompt: str = field(default="", repr=False)
    post_history_instructions: str = field(default="", repr=False)
    depth_prompt: str = field(default="", repr=False)
    """SillyTavern's own instructions, which it puts between the last messages."""
    creator_notes: str = field(default="", repr=False)
    """For people; never for a prompt."""
    creator: str = ""
    character_version: str = ""
    tags: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)
    """The whole JSON object, unknown fields included: data only, never changed."""
    picture: bytes = field(default=b"", repr=False)
    """Without what else the file held (texts, EXIF, profiles) where it is a PNG; b"" where the card has none."""
    media_type: str = ""
    """Of `picture`, by its first bytes: "image/png", "image/jpeg", "image/webp", "image/gif"."""
    dropped: tuple[str, ...] = ()
    """Names of what is not used: assets but the picture, further files, a second card. At most fifty."""
    misread: tuple[str, ...] = ()
    """Fields beside the character itself that hold something of another kind than cards have there, and are empty."""
    chunks: tuple[tuple[str, bytes], ...] = field(default=(), repr=False)
    """Assets as they stood in its PNG, by keyword: an export as PNG has them again."""
    archive: bytes = field(default=b"", repr=False)
    """The whole file where it is a CHARX: an export as one has all of its files again."""

    @property
    def data(self) -> Mapping[str, object]:
        """The object that holds the fields: `data`, or the whole card where it is V1."""
        return fields_in(self.raw)

    @property
    def book(self) -> Mapping[str, object]:
        """Its lore book as it stands; {} for none."""
        book = self.data.get("character_book")
        return book if isinstance(book, dict) else {}

    @property
    def lore(self) -> tuple[Mapping[str, object], ...]:
        """The entries of its lore book; what is no entry is left out."""
        return tuple(entry for entry in lore_entries(self.data) if isinstance(entry, dict))

    @property
    def assets(self) -> tuple[Mapping[str, object], ...]:
        """Its list of assets; what is no asset is left out."""
        return assets_in(self.data)

    @property
    def is_mature(self) -> bool:
        """Whether its author tagged it "nsfw", in any case."""
        return any(tag.strip().casefold() == "nsfw" for tag in self.tags)


def fields_in(raw: Mapping[str, object]) -> Mapping[str, object]:
    """The object of a card that holds its fields."""
    data = raw.get("data")
    return data if isinstance(data, dict) else raw


def assets_in(data: Mapping[str, object]) -> tuple[Mapping[str, object], ...]:
    """The assets listed in `data`; what is no asset is left out."""
    assets = data.get("assets")
    return tuple(asset for asset in assets if isinstance(asset, dict)) if isinstance(assets, list) else ()


def lore_entries(data: Mapping[str, object]) -> list[object]:
    """The entries of the lore book in `data`: a list, or in some programs an object by number."""
    book = data.get("character_book")
    entries = book.get("entries") if isinstance(book, dict) else None
    if isinstance(entries, dict):
        return list(entries.values())
    return entries if isinstance(entries, list) else []
