"""How much of everything a run measures."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """Counts, each settable on the command line."""

    texts: int = 400
    """Texts a language that the rules judge."""
    sentences: int = 300
    """Sentences a language and stage that the guard judges."""
    replies: int = 80
    """Replies each, guarded and not."""
    count: int = 10_000
    """Streams with faults."""
    kept: int = 1_000_000
    """Exchanges in the store under load."""
    memories: int = 10_000
    """Memories of one person that one is found among."""
    starts: int = 5
    """Starts of the program, each way."""
    lore: int = 5_000
    """Entries of a lorebook."""
    imports: int = 15
    """Imports of each kind of card."""
