"""What `talchum doctor` says of the port on which programs are told how Talchum is."""

import asyncio
import ipaddress
from datetime import datetime

from bots.addresses import host_and_port
from bots.config import Settings
from bots.doctor import Finding, bad, doubtful, good
from bots.monitor import bound
from bots.status import STALE, read
from moderation.file_faults import FileFault, reason_of

_ABOUT = "monitor.about"


async def look_at_monitor(settings: Settings, *, now: datetime) -> Finding:
    """Whether there is such a port, whether it can be had, and who reaches it."""
    if settings.monitor is None:
        return good(_ABOUT, "monitor.off")
    listen = settings.monitor.listen
    reason = await asyncio.to_thread(_refusal, listen)
    if reason and not await asyncio.to_thread(_ours, settings, now):
        return bad(_ABOUT, "monitor.taken", listen=listen, reason=reason)
    if not _alone(host_and_port(listen)[0]):
        return doubtful(_ABOUT, "monitor.open", listen=listen)
    return good(_ABOUT, "monitor.own" if reason else "monitor.free", listen=listen)


def _refusal(listen: str) -> FileFault | None:
    """Why nothing can be listened for there."""
    try:
        with bound(listen):
            return None
    except OSError as error:
        return reason_of(error)


def _ours(settings: Settings, now: datetime) -> bool:
    """Whether the program that runs with these settings says that it listens there."""
    try:
        found = read(settings.status_file)
    except OSError:
        return False
    listen = settings.monitor.listen if settings.monitor else ""
    return found is not None and found.age(now) <= STALE and found.listening == listen


def _alone(host: str) -> bool:
    """Whether only this machine reaches it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
