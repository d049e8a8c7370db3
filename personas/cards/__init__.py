"""Character cards in and out: what other programs know a persona by.

    card = read_card(data, file="amy.png")                    # PNG, APNG, JSON or CHARX; V1, V2, V3
    screen(card)                                              # keys of words: what to know before approving it
    persona = persona_of(card, id="amy", language="en")       # then `personas.lint.lint` and the guard, as for files
    write_card(persona, card=card, picture=None)              # V3, nothing lost that the card had

A card comes from somebody nobody knows: everything is bounded before it is read, nothing is fetched, nothing in it is
run or takes the place of our rules. Whatever is wrong raises PersonaFileError with file, key and what was expected,
and no other exception. All of it is pure and blocks: up to two hundred milliseconds for a card of some megabytes, so
call it in a thread.

`card` is the value, `reading` finds it in its container (`png`, `charx`, `payload`), `conversion` makes a persona of
it (`texts`), `screening` looks for what staff should know, `writing` makes a card of a persona.
"""

from personas.cards.card import MAX_BYTES, Card
from personas.cards.conversion import cut_fields, document_of, name_of, persona_of, spoken_in
from personas.cards.reading import read_card
from personas.cards.screening import screen
from personas.cards.writing import FORMS, write_card

__all__ = [
    "FORMS",
    "MAX_BYTES",
    "Card",
    "cut_fields",
    "document_of",
    "name_of",
    "persona_of",
    "read_card",
    "screen",
    "spoken_in",
    "write_card",
]
