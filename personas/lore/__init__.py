"""Lorebooks: what a persona is told of its world when the talk comes to it.

    book = read_lorebook(data, file="harbour.toml")       # ours, World Info, the books of cards
    told = Compiled.of(book).tell(talk, started, count)   # pure: the same talk is told the same
    Lore(shelf, limits)                                   # a `personas.recall.Source` over all books in force

`book` has the values; `loading` and `schema` read our own files, `conversion` (`decorators`, `fields`) those of other
programs; `engine` (`matching`, `timing`) says what is told in a turn; `source` looks it up for a reply (`answering`:
where others know nothing); `judging` and `screening` say what may be told at all.
"""

from personas.lore.book import FOREVER, Condition, Entry, Key, Logic, Lorebook, Position

__all__ = ["FOREVER", "Condition", "Entry", "Key", "Logic", "Lorebook", "Position"]
