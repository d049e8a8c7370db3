"""A model in this process. Tests that need a file take what `talchum model install` has put into the data folder."""

import asyncio
import contextlib
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import platformdirs
import pytest

from personas.errors import ModelUnavailable, Permanent, RefuseToStart
from personas.generators.embedded import Embedded, EmbeddedSettings
from personas.generators.openai_chat import OpenAIChat
from personas.messages import Finish, Prompt, Turn
from personas.model_files import InstalledModel, installed

SETTINGS = EmbeddedSettings(name="small", context=1024)
HELLO = Prompt(
    system="You are Redbeard, an old pirate.",
    turns=(Turn(role="user", text="Count from one to ten in words."),),
    max_tokens=24,
    temperature=0.0,
)


async def test_a_missing_file_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        await Embedded.start(tmp_path / "no.gguf", SETTINGS)
    for language in ("en", "ko"):
        assert "talchum model install" in caught.value.explain(language)
        assert "no.gguf" in caught.value.explain(language)


async def test_a_file_of_another_kind_is_refused_before_llama_sees_it(tmp_path: Path) -> None:
    path = tmp_path / "page.gguf"
    path.write_text("<html>", encoding="utf-8")
    with pytest.raises(ModelUnavailable) as caught:
        await Embedded.start(path, SETTINGS)
    assert caught.value.key == "model_files.not_gguf"


async def test_a_folder_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(RefuseToStart) as caught:
        await Embedded.start(tmp_path, SETTINGS)
    assert caught.value.key == "model_files.unreadable"


@pytest.mark.parametrize(
    "rest", [b"", b"\x03\x00\x00\x00" + b"\xff" * 500, b"\x03\x00\x00\x00" + bytes(range(256)) * 40]
)
def test_a_damaged_file_is_refused_without_a_word_on_the_terminal(tmp_path: Path, rest: bytes) -> None:
    """In a process of its own: llama.cpp writes past Python to the terminal, and could end the process."""
    path = tmp_path / "cut.gguf"
    path.write_bytes(b"GGUF" + rest)
    script = f"""
import asyncio, os, sys
from pathlib import Path
from personas.errors import ModelUnavailable
from personas.generators.embedded import Embedded, EmbeddedSettings
assert "xllamacpp" not in sys.modules
try:
    asyncio.run(Embedded.start(Path({str(path)!r}), EmbeddedSettings(name="cut")))
except ModelUnavailable as error:
    print(error.key, os.environ["GOMP_SPINCOUNT"], "xllamacpp" in sys.modules)
"""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    environment.pop("GOMP_SPINCOUNT", None)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.split() == ["model_files.not_loaded", "1000", "True"]
    assert done.stderr == ""


@pytest.fixture
def model() -> InstalledModel:
    """The smallest one that is installed."""
    data = os.environ.get("TALCHUM_DATA") or platformdirs.user_data_dir("talchum", appauthor=False)
    if not (found := installed(Path(data) / "models")):
        pytest.skip("no model is installed: run 'talchum model install'")
    return found[0]


@pytest.fixture
async def embedded(model: InstalledModel) -> AsyncIterator[Embedded]:
    generator = await Embedded.start(model.path, SETTINGS)
    yield generator
    await generator.aclose()


@pytest.mark.model
async def test_a_model_speaks_and_counts(embedded: Embedded, capfd: pytest.CaptureFixture[str]) -> None:
    async with embedded.generate(HELLO) as generation:
        assert "".join([piece async for piece in generation]).strip()
    assert generation.finish in {Finish.STOP, Finish.LENGTH}
    assert generation.model == embedded.id == "embedded:small"
    assert 0 < generation.usage.tokens_out <= 24
    assert not generation.usage.estimated
    assert capfd.readouterr() == ("", "")


@pytest.mark.model
async def test_a_model_continues_from_a_prefix_and_pays_little_for_it(embedded: Embedded) -> None:
    async with embedded.generate(HELLO) as first:
        assert [piece async for piece in first]
    async with embedded.generate(replace(HELLO, prefix="Here goes: one, two, three,")) as second:
        text = "".join([piece async for piece in second])
    assert text.lstrip().startswith("four")
    assert second.usage.tokens_cached > second.usage.tokens_in / 2


@pytest.mark.model
async def test_several_conversations_are_answered_and_one_can_be_cut_short(embedded: Embedded) -> None:
    async def speak(stop_early: bool) -> Finish | None:
        async with embedded.generate(replace(HELLO, max_tokens=12)) as generation:
            async for _ in generation:
                if stop_early:
                    break
        return generation.finish

    finishes = await asyncio.gather(*(speak(stop_early=number == 1) for number in range(4)))
    assert finishes[1] is Finish.CANCELLED
    assert Finish.CANCELLED not in (finishes[0], *finishes[2:])


@pytest.mark.model
async def test_closing_twice_and_while_speaking_is_clean(embedded: Embedded) -> None:
    async with embedded.generate(replace(HELLO, max_tokens=500)) as generation:
        await anext(generation)
        await embedded.aclose()
    await embedded.aclose()


@pytest.mark.model
async def test_nobody_else_on_the_machine_can_use_the_model(model: InstalledModel) -> None:
    keys: list[str] = []

    def key() -> str:
        keys.append(f"key-{len(keys)}")
        return keys[-1]

    async with contextlib.aclosing(await Embedded.start(model.path, SETTINGS, new_key=key)) as embedded:
        stranger = OpenAIChat(replace(embedded._chat.settings, api_key="guess"))
        with pytest.raises(Permanent) as caught:
            await anext(stranger.generate(HELLO))
        await stranger.aclose()
    assert caught.value.key == "generators.no_access"
    assert keys == ["key-0"]
