"""What the tests of moderation share."""

from pathlib import Path

import pytest


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a database goes: neither it nor its folder is there yet."""
    return tmp_path / "data" / "talchum.db"
