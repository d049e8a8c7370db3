"""What is fuzzed: for each reader of things that others write, what must hold whatever it is given.

A target takes bytes and returns where they are read or refused in words; anything else is a finding. `test_corpora`
runs what is kept and small changes of it, `python -m tests.fuzz NAME` goes on for as long as it is let (with atheris).
"""

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType, SimpleNamespace
from typing import Any, Final, cast

import telegram

from bots.config import Settings
from bots.discord_bot import translate as discord_translate
from bots.errors import SettingsError
from bots.platform import Role
from bots.telegram_bot import translate as telegram_translate
from bots.troupe import read_file
from moderation.normalise import fold
from moderation.normalise.said import said, shown
from moderation.normalise.text import fold_text
from moderation.shingles import letter_runs, read
from moderation.words import LANGUAGES, Explained
from personas.errors import PersonaError
from personas.knowledge.reading import KINDS, read_document
from personas.lore.loading import read_lorebook
from personas.sentences import BOUND, SentenceSplitter

CORPORA: Final = Path(__file__).parents[1] / "corpora"
_ME: Final = telegram.User(id=7, is_bot=True, first_name="Maren", username="maren_bot")
_NOW: Final = datetime(2026, 11, 26, tzinfo=UTC)


def cards(data: bytes) -> None:
    """A character card, as one that is brought in a chat."""
    try:
        persona = read_file(data, "card.json").persona
    except PersonaError as error:
        _in_words(error)
    else:
        assert persona.name.strip()


def lorebooks(data: bytes) -> None:
    """A lore book: TOML of ours where it begins with a key, else JSON of another program."""
    file = "book.json" if data.lstrip()[:1] in {b"{", b"["} else "book.toml"
    try:
        book = read_lorebook(data, file=file)
    except PersonaError as error:
        _in_words(error)
    else:
        assert len({entry.id for entry in book.entries}) == len(book.entries)


def documents(data: bytes) -> None:
    """A document of every kind: what is read has text in every piece."""
    for kind in KINDS:
        try:
            document = read_document(data, file=f"a{kind}", source="s", licence="l")
        except PersonaError as error:
            _in_words(error)
        else:
            assert all(piece.text.strip() for piece in document.pieces)


def sentences(data: bytes) -> None:
    """The splitter: no letter is lost, none comes twice, however the stream is cut."""
    text = data.decode("utf-8", "replace")
    whole, single = SentenceSplitter(), SentenceSplitter()
    pieces = [*whole.feed(text), *whole.finish()]
    assert "".join(pieces) == text
    assert [piece for char in text for piece in single.feed(char)] + list(single.finish()) == pieces
    assert all(0 < len(piece) <= BOUND for piece in pieces)


def texts(data: bytes) -> None:
    """The normaliser, and the letters of secrets: every reading leads back into the text."""
    text = _text(data)
    folded, plain = fold_text(text), read(text)
    for words in (folded, said(folded), shown(text)):
        places = [words.place(at, at + 1) for at in range(len(words.text))]
        assert all(0 <= start < end <= len(text) for start, end in places)
    assert len(plain.key) == len(plain.places)
    assert all(0 <= place < len(text) for place in plain.places)
    for view in fold(text).views:
        assert len(view.key) == len(view.at) == len(view.upto)
    with suppress(UnicodeEncodeError):
        letter_runs(text)


def settings(data: bytes) -> None:
    """A settings file."""
    try:
        Settings.load(data, {}, file=Path("talchum.toml"))
    except SettingsError as error:
        _in_words(error)


def telegram_messages(data: bytes) -> None:
    """A message as Telegram might send it: the SDK makes it, or not; whatever it makes is translated."""
    given = _json(data)
    chat = {"id": -1001, "type": "supergroup", "title": "T"}
    base = {"message_id": 1, "date": 1_700_000_000, "chat": chat, "from": {"id": 5, "is_bot": False, "first_name": "A"}}
    try:
        message = telegram.Message.de_json({**base, **given}, None)
        entities = {**message.parse_entities(), **message.parse_caption_entities()}
    except (TypeError, ValueError, KeyError, AttributeError, OverflowError, OSError, RuntimeError, UnicodeError):
        return  # the SDK's own business
    assert isinstance(entities, dict)
    heard = telegram_translate.heard_of(message, _ME, answers="")
    made = telegram_translate.heard_by(message, Role.MEMBER, heard.text)
    assert made.message.text == heard.text
    assert made.place.scopes
    with suppress(ValueError):
        telegram_translate.caller_of(telegram.Update(1, message=message), role=Role.MEMBER, now=_NOW)


def discord_texts(data: bytes) -> None:
    """A text as Discord might send it, with people and roles in it."""
    text = data.decode("utf-8", "replace")
    people = [SimpleNamespace(id=number, display_name=f"<@{number + 1}>") for number in range(1, 4)]
    roles = [SimpleNamespace(id=number, name=f"<@&{number}> @everyone") for number in range(4, 6)]
    message = SimpleNamespace(content=text, mentions=people, role_mentions=roles, guild=None)
    shown = discord_translate.text_of(cast("Any", message), cast("Any", people[0]))
    assert shown == shown.strip()
    keys = discord_translate.named_in(text)
    assert all(part for part in keys.split(", ")) or not keys


TARGETS: Final[Mapping[str, Callable[[bytes], None]]] = MappingProxyType(
    {
        "cards": cards,
        "lorebooks": lorebooks,
        "documents": documents,
        "sentences": sentences,
        "texts": texts,
        "settings": settings,
        "telegram": telegram_messages,
        "discord": discord_texts,
    }
)


def kept(name: str) -> list[Path]:
    """The files that are kept for a target."""
    return sorted(path for path in (CORPORA / name).iterdir() if path.is_file())


def _in_words(error: Explained) -> None:
    """A refusal says something in every language."""
    told = {error.explain(language) for language in LANGUAGES}
    assert len(told) == len(LANGUAGES)
    assert all(told)


def _text(data: bytes) -> str:
    """With lone halves of characters where there are any."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "replace")


def _json(data: bytes) -> dict[str, Any]:
    try:
        given = json.loads(data)
    except (ValueError, RecursionError):
        return {"text": data.decode("utf-8", "replace")}
    return given if isinstance(given, dict) else {"text": str(given)}
