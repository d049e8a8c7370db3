"""The webhook: set, asked about, and served with updates.

Telegram delivers only over HTTPS, to ports 443, 80, 88 and 8443, and to no address of a private network; a bot that
listens on this machine is behind a proxy then, which is what `Proxies` stands for.

What comes from one chat (or one person's buttons) is delivered in order, the next when the one before was taken; other
chats go on meanwhile. Whatever is not answered with 2xx, or not at all, is delivered again: at once, and then after
pauses that grow. Not emulated: certificates, methods in the answer (a problem of the test), that a second setWebhook
within a second is refused, what Telegram gives up after.
"""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import aiohttp

from bots.fakes.telegram_server import payloads
from bots.fakes.telegram_server.journal import Delivery, Journal
from bots.fakes.telegram_server.refusals import NotEmulated, bad
from bots.fakes.telegram_server.updates import Queue, Update, Updates
from bots.fakes.telegram_server.world import Json

METHODS: Final = ("setWebhook", "deleteWebhook", "getWebhookInfo")
_PORTS: Final = (None, 443, 80, 88, 8443)
_LONGEST_SECRET: Final = 256
_SECRET: Final = "X-Telegram-Bot-Api-Secret-Token"
_LONGEST_PAUSE: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    url: str
    target: str
    """Where the proxy of its host leads."""
    secret: str
    most: int
    """Connections at once."""
    ip_address: str | None


@dataclass(slots=True, kw_only=True, eq=False)
class Courier:
    """Delivers while there is a webhook. Use from the event loop of the server only."""

    updates: Updates
    journal: Journal
    now: Callable[[], datetime]
    problem: Callable[[str], None]
    patience: timedelta
    """How long an answer may take."""
    pause: timedelta
    """Before the third attempt; it doubles from then on. The second comes at once."""
    proxies: dict[str, str] = field(default_factory=dict)
    """What answers for a host: "https://bot.example" -> "http://127.0.0.1:8081"."""
    webhook: Webhook | None = None
    error: tuple[int, str] | None = None
    """When the last delivery failed, and of what."""
    _tasks: "dict[Queue, asyncio.Task[None]]" = field(default_factory=dict)
    _slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(1))

    def set(self, fields: Json) -> bool:
        """setWebhook; without a URL it is deleteWebhook. Raises Refusal."""
        url = fields.get("url", "")
        webhook = self._checked(url, fields) if url else None
        if fields.get("drop_pending_updates"):
            self.updates.clear()
        self.updates.ask(fields.get("allowed_updates"))
        self._stop()
        self.webhook, self.error = webhook, None
        self.updates.webhook = webhook is not None
        if webhook is not None:
            self.updates.end_poll("terminated by setWebhook request")
            self._slots = asyncio.Semaphore(webhook.most)
            self.wake()
        return True

    def info(self) -> Json:
        """getWebhookInfo."""
        known: Json = {
            "url": self.webhook.url if self.webhook else "",
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.pending),
        }
        if self.webhook is not None:
            known["max_connections"] = self.webhook.most
            if self.webhook.ip_address:
                known["ip_address"] = self.webhook.ip_address
        if self.error is not None:
            known["last_error_date"], known["last_error_message"] = self.error
        if self.updates.allowed:
            known["allowed_updates"] = sorted(self.updates.allowed)
        return known

    def wake(self) -> None:
        """There is something to deliver."""
        if self.webhook is None:
            return
        for queue in {update.queue for update in self.updates.pending}:
            task = self._tasks.get(queue)
            if task is None or task.done():
                self._tasks[queue] = asyncio.create_task(self._serve(queue, self.webhook))

    async def close(self) -> None:
        """Deliver nothing any more."""
        tasks = list(self._tasks.values())
        self._stop()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _stop(self) -> None:
        for task in self._tasks.values():
            task.cancel()
        self._tasks.clear()

    def _checked(self, url: str, fields: Json) -> Webhook:
        if "certificate" in fields:
            raise NotEmulated("certificates of one's own")
        secret = fields.get("secret_token", "")
        if len(secret) > _LONGEST_SECRET:
            raise bad("secret token is too long")
        if not re.fullmatch(r"[A-Za-z0-9_-]*", secret):
            raise bad("secret token contains unallowed characters")
        parts = urlsplit(url)
        if parts.scheme != "https":
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if parts.port not in _PORTS:
            raise bad("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
        if re.match(r"(127|10|192\.168)\.", parts.netloc) or parts.hostname == "localhost":
            raise bad(f"bad webhook: IP address {parts.hostname} is reserved")
        target = self.proxies.get(f"https://{parts.netloc}")
        if target is None:
            raise bad("bad webhook: Failed to resolve host: Name or service not known")
        rest = url[len(f"https://{parts.netloc}") :]
        most = min(max(fields.get("max_connections", 40), 1), 100)
        return Webhook(url=url, target=target + rest, secret=secret, most=most, ip_address=fields.get("ip_address"))

    async def _serve(self, queue: Queue, webhook: Webhook) -> None:
        """Deliver what waits in that queue, in order."""
        failures = 0
        while (update := next((one for one in self.updates.pending if one.queue == queue), None)) is not None:
            async with self._slots:
                taken = await self._deliver(update, webhook)
            if taken:
                self.updates.confirm(update)
                failures = 0
            else:
                pause = self.pause * min(2 ** (failures - 1), _LONGEST_PAUSE) if failures else timedelta()
                failures += 1
                await asyncio.sleep(pause.total_seconds())

    async def _deliver(self, update: Update, webhook: Webhook) -> bool:
        entry = Delivery(at=self.journal.now, update=update.id, kind=update.kind)
        self.journal.write(entry)
        headers = {"Content-Type": "application/json", "Host": urlsplit(webhook.url).netloc}
        if webhook.secret:
            headers[_SECRET] = webhook.secret
        limit = aiohttp.ClientTimeout(total=self.patience.total_seconds())
        try:
            async with (
                aiohttp.ClientSession(timeout=limit) as session,
                session.post(webhook.target, data=json.dumps(update.wire).encode(), headers=headers) as response,
            ):
                answer = await response.read()
                entry.status = response.status
                wrong = f"Wrong response from the webhook: {response.status} {response.reason}"
        except (aiohttp.ClientError, TimeoutError, ConnectionError):
            answer, wrong = b"", "Connection failed"
        taken = entry.status is not None and 200 <= entry.status < 300
        if taken and b'"method"' in answer:
            self.problem("methods in the answer to a webhook are not emulated")
        if not taken:
            self.error = payloads.stamp(self.now()), wrong
        self.journal.stir()
        return taken
