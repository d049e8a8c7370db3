"""Yes and no, as people type them."""

from typing import Final

YES: Final = frozenset({"yes", "네", "예"})
"""Also what is typed behind a command that changes much, to have it done."""
NO: Final = frozenset({"no", "아니요", "아니오"})
