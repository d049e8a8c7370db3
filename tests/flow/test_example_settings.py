"""The example settings, the settings themselves and the README stay in step."""

import tomllib
from pathlib import Path

from pydantic import BaseModel

from bots.config import DetoxifySection, Settings, _File

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "talchum.example.toml"


def keys(model: type[BaseModel], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for name, field in model.model_fields.items():
        section = field.annotation
        if section == DetoxifySection | None:
            continue
        if isinstance(section, type) and issubclass(section, BaseModel):
            found.update(keys(section, f"{name}."))
        else:
            found[f"{prefix}{name}"] = field.default
    return found


def test_the_example_has_every_key_with_its_default() -> None:
    document = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    given = {
        f"{section}.{name}": value
        for section, values in document.items()
        if isinstance(values, dict)
        for name, value in values.items()
    }
    every = keys(_File)
    commented = {"language", "data", "policy.file"}

    assert "model.use" in given
    assert set(given) | commented == set(every)
    assert all((tuple(value) if isinstance(value, list) else value) == every[name] for name, value in given.items())
    text = EXAMPLE.read_text(encoding="utf-8")
    assert all(f"# {name.rpartition('.')[2]} = " in text for name in commented)


def test_what_is_commented_out_works_when_it_is_not() -> None:
    text = EXAMPLE.read_text(encoding="utf-8").partition("# [detoxify]")[2]
    section = "[detoxify]" + text.replace("\n# ", "\n").replace("…", "0" * 64)
    settings = Settings.load(section.encode(), {})

    assert settings.detoxify is not None
    assert set(tomllib.loads(section)["detoxify"]) == set(DetoxifySection.model_fields)


def test_the_example_changes_nothing() -> None:
    assert Settings.load(EXAMPLE.read_bytes(), {}) == Settings.load(b"", {})
