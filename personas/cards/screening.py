"""What staff should know of a card before anybody talks with its persona."""

import re
from collections.abc import Iterator
from typing import Final

from personas.cards.card import MODULE, Card
from personas.cards.conversion import cut_fields

_REMOTE: Final = re.compile(r"\s*(?:https?:)?//", re.IGNORECASE)
_FETCHING: Final = re.compile(r"!\[[^]\n]{0,200}\]\(\s?https?:|<(?:img|iframe|audio|video)\b", re.IGNORECASE)
_REGEX_KEY: Final = re.compile(r"/.+/[a-z]*\Z", re.DOTALL)
_SCRIPT_KEYS: Final = re.compile(r"regex|script|backgroundhtml|lua|trigger", re.IGNORECASE)
"""Names of extensions: SillyTavern has `regex_scripts`, RisuAI `customScripts`, `triggerscript`, `backgroundHTML`."""
_MARKUP: Final = re.compile(r"<script\b|\bjavascript:", re.IGNORECASE)
_NEWEST: Final = 3.0
_LOOKED_AT: Final = 60_000


def screen(card: Card) -> tuple[str, ...]:
    """Keys of words, without fields, for everything about `card` that its persona does not show. In a fixed order.

    Raises PersonaFileError where no persona can be made of the card.
    """
    seen = {
        "has_mature_tag": card.is_mature,
        "has_system_prompt": card.system_prompt.strip(),
        "has_post_history": card.post_history_instructions.strip() or card.depth_prompt.strip(),
        "has_lore": card.lore,
        "has_remote": _is_remote(card),
        "has_scripts": _has_scripts(card),
        "has_dropped": card.dropped,
        "has_misread": card.misread,
        "has_cut": cut_fields(card),
        "has_newer_spec": float(card.spec) > _NEWEST,
    }
    return tuple(f"cards.{key}" for key, found in seen.items() if found)


def _texts(card: Card) -> Iterator[str]:
    texts = (card.description, card.personality, card.scenario, card.mes_example, card.creator_notes)
    greetings = (card.first_mes, *card.alternate_greetings)
    orders = (card.system_prompt, card.post_history_instructions, card.depth_prompt)
    return (text[:_LOOKED_AT] for text in (*texts, *greetings, *orders))


def _is_remote(card: Card) -> bool:
    """Whether it points at pictures or files elsewhere."""
    uris = (asset.get("uri") for asset in card.assets)
    listed = any(isinstance(uri, str) and _REMOTE.match(uri) for uri in uris)
    return listed or any(_FETCHING.search(text) for text in _texts(card))


def _has_scripts(card: Card) -> bool:
    """Whether it brings code or patterns that some other program would run."""
    if any(name.endswith(MODULE) for name in card.dropped) or any(_MARKUP.search(text) for text in _texts(card)):
        return True
    return any(map(_is_pattern, card.lore)) or _scripted(card.data.get("extensions"))


def _is_pattern(entry: object) -> bool:
    """Whether an entry of a lore book matches by patterns."""
    if not isinstance(entry, dict):
        return False
    keys = entry.get("keys")
    patterns = isinstance(keys, list) and any(isinstance(key, str) and _REGEX_KEY.match(key) for key in keys)
    return entry.get("use_regex") is True or patterns


def _scripted(extensions: object, depth: int = 2) -> bool:
    """Whether something other than nothing stands under a name of scripts, at the top or one level below."""
    if not isinstance(extensions, dict) or not depth:
        return False
    return any(
        (bool(value) and _SCRIPT_KEYS.search(name) is not None) or _scripted(value, depth - 1)
        for name, value in extensions.items()
    )
