"""Addresses that people type into settings, checked before anything is asked there. Pure."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator

from bots.errors import SettingsError
from moderation.validation import Misfit

_HTTPS: Final = 443
_PORTS: Final = (_HTTPS, 80, 88, 8443)
"""The only ones to which Telegram brings updates."""
_LAST_PORT: Final = 65_535
HEALTH: Final = "/health"
"""Where the port of a webhook tells that the program runs."""


def endpoint(given: str) -> str:
    """`given`, where it can be asked at all. Raises Misfit."""
    if not _names_an_endpoint(given):
        raise Misfit(SettingsError("settings.expect_url", given=given))
    return given


def webhook(given: str) -> str:
    """`given`, where Telegram can bring updates to it, or where it is "". Raises Misfit."""
    if not given:
        return given
    if not (given.startswith("https://") and _names_an_endpoint(given)):
        raise Misfit(SettingsError("telegram_core.expect_webhook", given=given))
    if urlsplit(given).path == HEALTH:
        raise Misfit(SettingsError("telegram_core.expect_path", given=HEALTH))
    port = urlsplit(given).port or _HTTPS
    if port not in _PORTS:
        raise Misfit(SettingsError("telegram_core.expect_port", given=port, ports=", ".join(map(str, _PORTS))))
    return given


def gateway(given: str) -> str:
    """`given`, where a websocket can be opened there, or where it is "". Raises Misfit."""
    if given and not (given.startswith(("ws://", "wss://")) and _names_an_endpoint(f"http{given[2:]}")):
        raise Misfit(SettingsError("discord.expect_gateway", given=given))
    return given


def listening(given: str) -> str:
    """`given`, where it is HOST:PORT. Raises Misfit."""
    host, port = host_and_port(given)
    if not host or not 1 <= port <= _LAST_PORT:
        raise Misfit(SettingsError("monitor.expect_listen", given=given))
    return given


def host_and_port(given: str) -> tuple[str, int]:
    """Both parts of HOST:PORT, the brackets of an IPv6 address taken off; a part that is wrong is "" or 0."""
    host, _, port = given.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    sound = re.fullmatch(r"[0-9A-Za-z.-]+", bare) or (bare != host and re.fullmatch(r"[0-9A-Fa-f:.]+", bare))
    return bare if sound else "", int(port) if re.fullmatch("[0-9]{1,5}", port) else 0


Address = Annotated[str, AfterValidator(endpoint)]
"""The address of an endpoint, as a key of a section."""


def _names_an_endpoint(url: str) -> bool:
    """Whether `url` can be asked at all: the client would raise errors of its own kinds in the middle of a reply."""
    try:
        parts = urlsplit(url)
        # An internationalised name may have labels that DNS cannot: UnicodeError is a ValueError.
        named = bool(parts.hostname and parts.hostname.encode("idna"))
        return (
            named and parts.scheme in {"http", "https"} and parts.port != 0 and not re.search(r"[\s\x00-\x1f\x7f]", url)
        )
    except ValueError:
        return False
