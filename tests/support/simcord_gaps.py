"""What simcord 3.2.1 does not know of webhooks, as Discord documents them: those that an application made may carry
buttons, and speak in the threads of their channel. Everything else of its checks stays."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from simcord.http.routes import interactions


@contextmanager
def application_webhooks() -> Iterator[None]:
    """While this is open, webhooks of the bot are webhooks of its application."""
    find, checked = interactions._incoming_webhook, interactions._incoming_webhook_body

    def incoming_webhook(ctx: Any) -> Any:
        webhook = find(ctx)
        thread = ctx.params.get("thread_id")
        if thread is None:
            return webhook
        channel = ctx.backend.get_channel(int(thread))
        assert channel.parent_id == webhook.channel_id, "a webhook speaks in the threads of its own channel alone"
        return replace(webhook, channel_id=channel.id)

    def incoming_body(ctx: Any) -> tuple[dict[str, Any], bool]:
        with_components = str(ctx.params.get("with_components", "")).lower() in {"1", "true"}
        if find(ctx).creator_id == ctx.backend.bot_user.id and with_components:
            return dict(ctx.body()), True
        body, with_components = checked(ctx)
        return body, with_components

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(interactions, "_incoming_webhook", incoming_webhook)
        patch.setattr(interactions, "_incoming_webhook_body", incoming_body)
        yield
