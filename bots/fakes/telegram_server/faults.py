"""What can go wrong with a request on the way to Telegram, planned by a test (see `bots.fakes.planning`)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bots.fakes.planning import Broken, Delay, Hold, Plans, Reset

BROKEN: Final = b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>nginx</body>\r\n</html>\r\n"
GARBAGE: Final = b'{"ok":true,"result":{"message_id":1'


@dataclass(frozen=True, slots=True, kw_only=True)
class TooMany:
    """429 with `retry_after`, in whole seconds."""

    retry_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refusal with Telegram's JSON: 400, 401, 403, 404, 409, 500 …; `description` with its prefix."""

    code: int
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage:
    """200, and something that is no answer of Telegram's: JSON that ends in the middle, unless `body` is given."""

    after: bool = True
    body: bytes = GARBAGE


Fault = TooMany | Refused | Broken | Garbage | Reset | Delay | Hold


class Faults(Plans[tuple[str, int | None], Fault]):
    """What is planned and was not met yet, by method and chat."""

    def plan(self, method: str, *faults: Fault, chat: int | None = None) -> None:
        """One for each of the next requests of that method, in that chat if one is named."""
        self.add((method, chat), *faults)

    def take(self, method: str, chat: int | str | None) -> Fault | None:
        """The one that hits this request, if any; it is gone then."""
        return self.first(lambda where: where[0] == method and where[1] in (None, chat))
