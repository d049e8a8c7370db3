"""Out of character: one module a check, the rules people write in `moderation/data/character`."""

from moderation.filters.character.filter import Character

__all__ = ["Character"]
