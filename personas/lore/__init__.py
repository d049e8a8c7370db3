"""Lorebooks: what a persona is told of its world when the talk comes to it.

`book` has the values.
"""

from personas.lore.book import FOREVER, Condition, Entry, Key, Logic, Lorebook, Position

__all__ = ["FOREVER", "Condition", "Entry", "Key", "Logic", "Lorebook", "Position"]
