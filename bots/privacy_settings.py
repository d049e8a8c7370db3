"""The section of the settings file about what is kept of people. `bots.config` reads it with everything else."""

from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from bots.errors import SettingsError
from bots.filter_settings import Section
from moderation.validation import Misfit


class PrivacySection(Section):
    """What is kept of people, how, and for how long."""

    keys: Path | None = Field(default=None, strict=False)
    """Folder of the keys that all of it is encrypted with, relative to the settings file; none: beside the data folder,
    with "-keys" at the end of its name. It is never part of a backup of the data."""
    key_variable: str = "TALCHUM_MASTER_KEY"
    """Name of the environment variable that may hold the master key (32 bytes in base64) in place of a file."""
    texts: Annotated[int, Field(ge=1, le=36_500)] = 180
    """Days for which texts are kept after the last thing that happened in a case; open cases keep theirs."""
    metadata: Annotated[int, Field(ge=1, le=36_500)] = 730
    """Days after which nothing says any more whose case it was and where."""

    @model_validator(mode="after")
    def _texts_go_first(self) -> Self:
        if self.metadata < self.texts:
            raise Misfit(SettingsError("settings.expect_metadata", texts=self.texts))
        return self

    def based(self, folder: Path) -> Self:
        """The same, with paths relative to `folder`."""
        return self.model_copy(update={"keys": folder / self.keys}) if self.keys else self
