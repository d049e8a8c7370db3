"""What can go wrong with a request on the way to Discord, planned by a test; and limits that are kept as Discord does.

A reset (see `bots.fakes.planning`) closes the connection with RST. aiohttp repeats a GET, PUT or DELETE by itself once
when that happens on a connection it used before; discord.py repeats a request after 500, 502, 504 and 524, never after
a reset on Linux.

Not emulated: the global limit of 50 requests a second (only planned), the ban after 10,000 invalid requests (only
counted, `Journal.invalid`), Cloudflare's own 429.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

from bots.fakes.discord_server.journal import matches
from bots.fakes.discord_server.world import Json
from bots.fakes.planning import Broken, Delay, Hold, Plans, Reset

BROKEN: Final = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class TooMany:
    """429: of the bucket of the route, of all routes ("global"), or of something shared by several bots."""

    retry_after: timedelta
    scope: Literal["user", "global", "shared"] = "user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refusal with Discord's JSON: 403, 404 …"""

    status: int
    code: int
    message: str = "as the test says"


Fault = TooMany | Refused | Broken | Reset | Delay | Hold


class Faults(Plans[tuple[str, str], Fault]):
    """What is planned and was not met yet, by method and pattern."""

    def plan(self, method: str, pattern: str, *faults: Fault) -> None:
        """One for each of the next requests of that kind; `*` in `pattern` is one segment of the path."""
        self.add((method, pattern), *faults)

    def take(self, method: str, path: str) -> Fault | None:
        """The one that hits this request, if any; it is gone then."""
        return self.first(lambda where: where[0] == method and matches(where[1], path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many requests in so long a time, for each channel, guild or webhook."""

    requests: int
    per: timedelta


@dataclass(slots=True, kw_only=True, eq=False)
class _Bucket:
    limit: Limit
    left: int
    ends: float


class Limits:
    """Discord's buckets: one for each route and major parameter, counted in fixed windows from the first request.

    `default` is generous on purpose, since Discord publishes no figures; a test sets its own with `set`.
    """

    def __init__(self, default: Limit) -> None:
        self._default = default
        self._set: list[tuple[str, str, Limit]] = []
        self._buckets: dict[str, _Bucket] = {}

    def set(self, method: str, pattern: str, limit: Limit) -> None:
        """From now on, for routes of that kind; the latest that fits counts."""
        self._set.insert(0, (method, pattern, limit))
        self._buckets.clear()

    def spend(self, method: str, pattern: str, path: str, major: str, now: float) -> tuple[Mapping[str, str], float]:
        """Headers for the answer, and how many seconds too early the request came (0: it is within the limit).

        `pattern` is the route's, `major` its channel, guild or webhook, `now` monotonic.
        """
        name = f"{method}{pattern}".replace("/", "-").replace("*", "x")
        bucket = self._buckets.get(name + major)
        if bucket is None or now >= bucket.ends:
            limit = next((limit for m, p, limit in self._set if m == method and matches(p, path)), self._default)
            bucket = _Bucket(limit=limit, left=limit.requests, ends=now + limit.per.total_seconds())
            self._buckets[name + major] = bucket
        early = 0.0 if bucket.left else bucket.ends - now
        bucket.left = max(0, bucket.left - 1)
        headers = {
            "X-RateLimit-Limit": str(bucket.limit.requests),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{time.time() + bucket.ends - now:.3f}",
            "X-RateLimit-Reset-After": f"{math.ceil((bucket.ends - now) * 1000) / 1000:.3f}",
            "X-RateLimit-Bucket": name,
        }
        return headers, early


def too_many(retry_after: timedelta, scope: str) -> tuple[Json, Mapping[str, str]]:
    """Body and headers of a 429."""
    seconds = retry_after.total_seconds()
    body: Json = {"message": "You are being rate limited.", "retry_after": seconds, "global": scope == "global"}
    headers = {"Retry-After": str(math.ceil(seconds)), "X-RateLimit-Scope": scope, "Via": "1.1 google"}
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    return body, headers
