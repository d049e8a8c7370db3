"""Where discord.py looks for Discord: Discord itself, or a proxy of somebody's own.

discord.py has no setting for it. Two constants of it change and nothing else: the base of the REST routes, and the
gateway that it goes to without asking after a session was invalidated (or when a number of shards was given to it).
"""

from collections.abc import Iterator
from contextlib import contextmanager

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


@contextmanager
def pointed_at(base: str, gateway: str = "") -> Iterator[None]:
    """discord.py talks to the REST API at `base` and the gateway at `gateway` ("": as before), all of it in this
    process."""
    before = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE = base.rstrip("/")
    if gateway:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = before
