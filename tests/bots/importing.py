"""What tests of imports have in common."""

import json
from dataclasses import replace

from bots.platform import Caller
from tests.personas.carding import DATA, V3


def card(description: str = "{{char}} keeps a small bakery.", **fields: object) -> bytes:
    """The card of Ames, whose id becomes "ames"."""
    return json.dumps({**V3, "data": {**V3["data"], "description": description, **fields}}).encode()


def bringing(by: Caller, data: bytes, file: str = "ames.json") -> Caller:
    """Somebody who sends a file."""
    return replace(by, file=data, file_name=file)


assert DATA["name"] == "Amy"
