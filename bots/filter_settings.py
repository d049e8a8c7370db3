"""Sections of the settings file about filters: what is looked for beyond what ships, and by what.

`bots.config` reads them with everything else.
"""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field


class Section(BaseModel):
    """A section of the settings file: nothing unknown in it, nothing taken for what it is not."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class LexiconSection(Section):
    """Words beside those that ship."""

    lists: tuple[Annotated[Path, Field(strict=False)], ...] = Field(default=(), strict=False)
    """Files in the form of moderation/data/lexicon/en.toml, relative to the settings file: terms, and allowed words."""


class DetoxifySection(Section):
    """A detoxify checkpoint that judges too (needs the extra [detoxify]). Paths are relative to the settings file."""

    checkpoint: Annotated[Path, Field(strict=False)]
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")]
    """Of the checkpoint: opening it runs what it contains, so it must be the one you mean."""
    config: Annotated[Path, Field(strict=False)]
    """Folder with config.json and the tokenizer."""
    languages: Literal["english", "multilingual"] = "english"
    """What the checkpoint knows: english (original, unbiased) or multilingual (seven languages, not Korean)."""

    def based(self, folder: Path) -> Self:
        """The same, with paths relative to `folder`."""
        return self.model_copy(update={"checkpoint": folder / self.checkpoint, "config": folder / self.config})


class PresidioSection(Section):
    """The pattern recognisers of presidio look for private data too (needs the extra [presidio])."""

    languages: Annotated[tuple[Literal["en", "ko"], ...], Field(strict=False, min_length=1)] = ("en", "ko")
    """For which texts; of any other it says that it cannot tell."""
