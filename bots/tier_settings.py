"""Sections of the settings file that switch filters on beside what ships: an exported model, and services that judge.

`bots.config` reads them with everything else.
"""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from bots.addresses import Address
from bots.errors import SettingsError
from bots.filter_settings import Section
from moderation.validation import Misfit


def _language(given: str) -> str:
    if not re.fullmatch("[a-z]{2,3}", given):
        raise Misfit(SettingsError("settings.expect_language", given=given))
    return given


_Languages = Annotated[tuple[Annotated[str, AfterValidator(_language)], ...], Field(strict=False)]
_Folder = Annotated[Path, Field(strict=False)]


class OnnxSection(Section):
    """The same checkpoint without PyTorch (needs the extra [onnx]): what `talchum model export-detoxify` wrote."""

    folder: _Folder
    precision: Literal["int8", "fp32"] = "int8"
    """int8: a quarter of the size, faster, a little less exact. Both prove themselves when they are loaded."""
    threads: Annotated[int, Field(ge=1, le=64)] = 1

    def based(self, base: Path) -> "OnnxSection":
        """The same with a path that starts in `base`."""
        return self.model_copy(update={"folder": base / self.folder})


class _Elsewhere(Section):
    """A service that judges: texts leave this program."""

    key_variable: str
    """Name of the environment variable that holds the key: keys do not belong into files."""
    timeout: Annotated[float, Field(gt=0, le=59)] = 1.5
    """Seconds it may take; less than `deadline` in the policy."""
    required: bool = True
    """Whether its outage blocks every text. false: it abstains then, and the other filters decide."""
    languages: _Languages = ()
    """What it knows, as ISO 639-1; empty: what its makers say. It abstains from all others."""


class OmniSection(_Elsewhere):
    """OpenAI's moderation model."""

    key_variable: str = "OPENAI_API_KEY"
    model: str = "omni-moderation-latest"
    base_url: Address = "https://api.openai.com/v1"


class GuardModelSection(_Elsewhere):
    """A guard model behind any OpenAI-compatible endpoint."""

    key_variable: str = "GUARD_MODEL_KEY"
    format: Literal["gpt-oss-safeguard", "qwen3guard"]
    """How it is asked and answers: with the policy as its prompt, or by its own."""
    model: str
    base_url: Address
    policy: Path | None = Field(default=None, strict=False)
    """Text of the policy for gpt-oss-safeguard, relative to the settings file; none: the packaged one."""
    reasoning: Literal["", "low", "medium", "high"] = ""
    """How much a model that thinks is to think; empty: nothing is asked of it."""
    max_tokens: Annotated[int, Field(ge=16, le=32_000)] = 512
    """Of thoughts and answer together, for gpt-oss-safeguard."""
    logprobs: bool = False
    """Scores as fine as the model's doubts, where the endpoint tells of them."""

    def based(self, base: Path) -> "GuardModelSection":
        """The same with a path that starts in `base`."""
        return self.model_copy(update={"policy": base / self.policy if self.policy else None})


class JudgeModelSection(_Elsewhere):
    """A chat model behind any OpenAI-compatible endpoint that reads replies beside the persona's file."""

    key_variable: str = "JUDGE_MODEL_KEY"
    model: str
    base_url: Address
    policy: Path | None = Field(default=None, strict=False)
    """Text of the policy, relative to the settings file; none: the packaged one."""
    structure: Literal["json_schema", "json_object", "none"] = "json_schema"
    """What the endpoint can bind an answer to; none: the prompt alone asks for JSON."""
    sentences: bool = True
    """Whether each sentence is read before it is shown. false: each reply once, at its end, when it may have been seen;
    what is objected to then is taken back."""
    reasoning: Literal["", "low", "medium", "high"] = ""
    """How much a model that thinks is to think; empty: nothing is asked of it."""
    max_tokens: Annotated[int, Field(ge=16, le=32_000)] = 256
    """Of thoughts and answer together."""

    def based(self, base: Path) -> "JudgeModelSection":
        """The same with a path that starts in `base`."""
        return self.model_copy(update={"policy": base / self.policy if self.policy else None})
