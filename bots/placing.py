"""What people decided about a reply, put in its place on a chat platform."""

import logging

from bots.errors import Missing
from bots.inbox import Busy
from bots.performing import Performer
from bots.platform import Fill, Placed
from bots.records import Record
from bots.streaming import Gone

_log = logging.getLogger(__name__)


async def put(performer: Performer, record: Record, fill: Fill, *, author: str = "") -> Placed:
    """See `Platform.put`."""
    failures: tuple[type[BaseException], ...] = (Missing, *performer.broken)
    try:
        with performer.held(record):
            filling = await fill(await performer.place(record))
            if filling is None:
                return Placed.NOT
            text = await performer.text_of(record) if filling.over else ""
            ends = (text.removesuffix(words) for words in filling.over if words and text.endswith(words))
            shown = await performer.retell(record, filling.passage, author=author, kept=next(ends, ""))
    except Busy:
        return Placed.LATER
    except Gone:
        return Placed.GONE
    except failures as error:
        named = error if isinstance(error, Missing) and record.server else type(error).__name__
        _log.warning("a reply was not put in its place: reply=%s error=%s", record.id, named)
        return Placed.LATER
    return Placed.GONE if shown is None or shown.gone else Placed.DONE
