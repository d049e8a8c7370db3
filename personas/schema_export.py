"""The schema of persona files for editors: JSON Schema 2020-12 with what every key is for, in a language."""

from collections.abc import Mapping
from typing import Any, Final

from moderation.words import DEFAULT_LANGUAGE, catalogue
from personas.persona import Tier
from personas.schema import ENTRIES, FILES

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def json_schema(tier: Tier | None = None, language: str = DEFAULT_LANGUAGE) -> dict[str, Any]:
    """What files of `tier` hold; of any tier where None is given."""
    if tier is not None:
        return {"$schema": _DIALECT, "title": f"talchum persona: {tier}", **_of(tier, language)}
    parts = [_of(each, language) for each in Tier]
    found: dict[str, Any] = {}
    for part in parts:
        found |= part.pop("$defs", {})
    return {"$schema": _DIALECT, "title": "talchum persona", "oneOf": parts, "$defs": found}


def about(key: str, language: str = DEFAULT_LANGUAGE) -> str:
    """What a key of a file is for; `key` with its table: "voice", "facts.since". "" for an unknown one."""
    words = f"schema.{key.replace('.', '_')}"
    return catalogue("personas").say(words, language) if words in catalogue("personas") else ""


def _of(tier: Tier, language: str) -> dict[str, Any]:
    schema = FILES[tier].model_json_schema(by_alias=True)
    schema.pop("title", None)
    schema.pop("description", None)
    _describe(schema["properties"], "", language)
    for table, model in ENTRIES.items():
        if entry := schema.get("$defs", {}).get(model.__name__):
            entry.pop("title", None)
            _describe(entry["properties"], f"{table}.", language)
    # A file without a tier is demographic; whoever writes another tier is held to it.
    schema["properties"]["tier"] = {"const": tier.value, "description": about("tier", language)}
    if tier is not Tier.DEMOGRAPHIC:
        schema["required"] = sorted({*schema.get("required", ()), "tier"})
    return schema


def _describe(properties: Mapping[str, Any], table: str, language: str) -> None:
    for name, entry in properties.items():
        entry.pop("title", None)
        if told := about(f"{table}{name}", language):
            entry["description"] = told
