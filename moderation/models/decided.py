"""Training rows from what people decided: texts of those alone who agreed that theirs may be used."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from moderation.labels import labelled
from moderation.models.corpus import HEADS, LANGUAGES, OWN, Row
from moderation.stores import Store
from moderation.stores.walking import walk

Consented = Callable[[str, str], Awaitable[bool]]
"""Whether, on a platform, the person of a key agreed that their kept exchanges may be used to improve the filters, and
has not taken it back. Nobody has who was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedRows:
    """What there is to learn from."""

    rows: tuple[Row, ...]
    """Each text once a head; none that people decided both ways."""
    withheld: int
    """Decided exchanges with something to learn from, whose person did not agree."""


async def decided_rows(store: Store, consented: Consented) -> DecidedRows:
    """The texts in which a rule named like a head objected, with what people said to it, of everybody who agreed.

    What was erased has no text and teaches nothing.
    """
    said: dict[tuple[str, str, str], dict[bool, str]] = defaultdict(dict)
    withheld = 0
    async for exchange in walk(store):
        examples = [
            (example, head)
            for example in labelled(exchange)
            if (head := example.rule.partition(".")[2]) in HEADS
            and example.text.strip()
            and example.language in LANGUAGES
        ]
        origin = exchange.opening.origin
        if not examples:
            continue
        if not origin.person or not await consented(origin.platform, origin.person):
            withheld += 1
            continue
        for example, head in examples:
            said[example.text, example.language, head][example.right] = exchange.id
    return DecidedRows(
        rows=tuple(
            Row(
                text=text,
                label=right,
                lang=language,
                source=OWN,
                targets={head: right},
                group=f"decided/{exchange_id}",
            )
            for (text, language, head), answers in said.items()
            if len(answers) == 1
            for right, exchange_id in answers.items()
        ),
        withheld=withheld,
    )
