"""The schema for editors takes what the loader takes, and says what every key is for."""

import json
import tomllib
from datetime import date
from importlib.resources import files
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest

from moderation.words import LANGUAGES
from personas.persona import Tier
from personas.schema_export import json_schema
from tests.personas.test_loading import CHARACTER, ONE_LINE, OVERLAY

LIBRARY = sorted(
    (entry for entry in (files("personas") / "library").iterdir() if entry.name.endswith(".toml")),
    key=lambda entry: entry.name,
)


def read(text: str) -> Any:
    """As an editor reads it: dates are texts."""
    return json.loads(json.dumps(tomllib.loads(text), default=date.isoformat))


def fits(text: str, tier: Tier | None = None) -> bool:
    return bool(jsonschema.Draft202012Validator(json_schema(tier)).is_valid(read(text)))


@pytest.mark.parametrize("entry", LIBRARY, ids=lambda entry: str(entry.name))
def test_every_bundled_persona_fits(entry: Any) -> None:
    assert fits(entry.read_text(encoding="utf-8"))


def test_each_tier_takes_its_own_files_only() -> None:
    texts = {Tier.DEMOGRAPHIC: ONE_LINE, Tier.CHARACTER: CHARACTER, Tier.INDIVIDUALISED: OVERLAY}
    for tier in Tier:
        assert [each for each, text in texts.items() if fits(text, tier)] == [tier]
        assert fits(texts[tier])


@pytest.mark.parametrize(
    "text",
    [
        ONE_LINE + "colour = 'red'",
        ONE_LINE + "ocean = { openness = 3 }",
        ONE_LINE + "tier = 'character'",
        CHARACTER.replace("slot", "slots"),
    ],
)
def test_what_the_loader_refuses_an_editor_underlines(text: str) -> None:
    assert not fits(text)


def keys(schema: Any, place: str = "") -> list[tuple[str, Any]]:
    found = [(f"{place}.{name}", entry) for name, entry in schema.get("properties", {}).items()]
    return found + [pair for name, part in schema.get("$defs", {}).items() for pair in keys(part, name)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("tier", Tier)
def test_every_key_says_what_it_is_for(tier: Tier, language: str) -> None:
    found = keys(json_schema(tier, language))
    assert len(found) > 20
    assert [key for key, entry in found if not entry.get("description")] == []
    if language == "ko":
        assert all(any("가" <= char <= "힣" for char in entry["description"]) for _, entry in found)
