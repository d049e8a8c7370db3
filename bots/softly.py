"""What goes on by itself goes on: what fails now is logged, and tried again next time."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from moderation.errors import Deflect
from moderation.words import Explained


@contextmanager
def softly(log: logging.Logger, what: str) -> Iterator[None]:
    """Let what is refused for a reason of ours (a store that is busy, somebody who was faster) be no more than a line
    in the log; `what` says what was not done."""
    try:
        yield
    except Explained as error:
        log.warning("%s: error=%s", what, error if isinstance(error, Deflect) else error.key)
