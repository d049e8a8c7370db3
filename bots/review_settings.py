"""The section of the settings file about the review desk."""

from typing import Annotated

from pydantic import Field

from bots.filter_settings import Section


class ReviewSection(Section):
    """How long things wait at the review desk. Hours."""

    hold: Annotated[float, Field(gt=0, le=720)] = 24.0
    """A held reply about which nobody decided by then is refused."""
    restore: Annotated[float, Field(gt=0, le=720)] = 48.0
    """A reply that was kept back longer ago is not shown any more, whatever is decided."""
