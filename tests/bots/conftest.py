"""What the tests of bots share."""

import pytest

from moderation.filters import registry
from tests.support.judges import filters


@pytest.fixture
def filters_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every guard has the filters that ship without loading them anew."""
    monkeypatch.setattr(registry, "load_filters", filters)
