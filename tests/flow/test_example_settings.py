"""The example settings, the settings themselves and the README stay in step."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bots.config import Settings, _File
from bots.filter_settings import DetoxifySection, PresidioSection
from bots.monitor_settings import MonitorSection
from bots.platform_settings import DiscordSection, TelegramSection
from bots.tier_settings import GuardModelSection, JudgeModelSection, OmniSection, OnnxSection

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "talchum.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
LEFT_OUT = {"language", "data", "model.tokenizer", "policy.file", "privacy.keys"}
"""Keys whose default is that they are not there."""


def sections() -> Iterator[tuple[str, type[BaseModel], bool]]:
    """Every section of a settings file: its name, its model, whether it may be missing."""
    for name, field in _File.model_fields.items():
        for kind in get_args(field.annotation) or (field.annotation,):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                yield name, kind, field.default is None


def keys(name: str, model: type[BaseModel]) -> dict[str, Any]:
    """Every key of a section with its default."""
    return {f"{name}.{key}": field.default for key, field in model.model_fields.items()}


def flat(document: dict[str, Any]) -> dict[str, Any]:
    """Every key of every section with its value; lists as the settings have them."""
    return {
        f"{section}.{name}": tuple(value) if isinstance(value, list) else value
        for section, values in document.items()
        if isinstance(values, dict)
        for name, value in values.items()
    }


def commented(section: str) -> str:
    """A section that stands in the example as a comment, without the signs of one."""
    block = TEXT.partition(f"# [{section}]\n")[2].partition("\n\n")[0].replace("…", "0" * 64)
    return f"[{section}]\n" + "\n".join(line.removeprefix("# ") for line in block.splitlines())


def test_the_example_has_every_key_with_its_default() -> None:
    every: dict[str, Any] = {}
    for name, model, optional in sections():
        every |= {} if optional else keys(name, model)
    given = flat(tomllib.loads(TEXT))

    assert {"model.use", "places.mode", "prices.currency"} < set(every)
    assert set(given) | LEFT_OUT - {"language", "data"} == set(every)
    assert given == {name: every[name] for name in given}
    assert all(f"# {name.rpartition('.')[2]} = " in TEXT for name in LEFT_OUT)


def test_a_section_that_may_be_missing_stands_there_as_a_comment_with_every_key() -> None:
    optional = {name: model for name, model, missing in sections() if missing}

    assert optional == {
        "monitor": MonitorSection,
        "discord": DiscordSection,
        "telegram": TelegramSection,
        "detoxify": DetoxifySection,
        "presidio": PresidioSection,
        "onnx": OnnxSection,
        "omni": OmniSection,
        "guard_model": GuardModelSection,
        "judge_model": JudgeModelSection,
    }
    for name, model in optional.items():
        assert set(flat(tomllib.loads(commented(name)))) == set(keys(name, model)), name
    assert flat(tomllib.loads(commented("discord"))) == keys("discord", DiscordSection)
    assert flat(tomllib.loads(commented("telegram"))) == keys("telegram", TelegramSection)
    assert flat(tomllib.loads(commented("monitor"))) == keys("monitor", MonitorSection)
    assert flat(tomllib.loads(commented("omni"))) == keys("omni", OmniSection)


@pytest.mark.parametrize(
    "section", ["monitor", "discord", "telegram", "detoxify", "presidio", "onnx", "omni", "guard_model", "judge_model"]
)
def test_what_is_commented_out_works_when_it_is_not(section: str) -> None:
    settings = Settings.load(commented(section).encode(), {})

    assert getattr(settings, section) is not None


def test_the_example_changes_nothing() -> None:
    assert Settings.load(EXAMPLE.read_bytes(), {}) == Settings.load(b"", {})
