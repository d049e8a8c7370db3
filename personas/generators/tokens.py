"""Pure: how many tokens a text is, roughly, where a service gives no figures."""

from collections.abc import Iterable
from typing import Final

from moderation.language import dense_letters

QUARTERS_A_TOKEN: Final = 4


def quarters(text: str) -> int:
    """Quarter tokens of `text`: four for a Hangul syllable or a CJK character, one for any other character.

    English has about four characters a token in every current vocabulary; Korean has between one and two tokens a
    syllable in older and small vocabularies and between half a token and one in new ones. Quarters add up without
    rounding, so that pieces of a text count as the whole does.
    """
    return len(text) + (QUARTERS_A_TOKEN - 1) * dense_letters(text)


def tokens(count: int) -> int:
    """Whole tokens in `count` quarters, rounded up."""
    return -(-count // QUARTERS_A_TOKEN)


def conversation_tokens(texts: Iterable[str], *, overhead: int = 4) -> int:
    """Tokens of a conversation of `texts`, with `overhead` tokens for the frame of each."""
    sizes = [quarters(text) for text in texts]
    return tokens(sum(sizes)) + overhead * len(sizes)
