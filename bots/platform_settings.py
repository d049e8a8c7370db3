"""Settings of the platforms that are served."""

from typing import Annotated

from pydantic import AfterValidator, Field

from bots.addresses import Address, gateway, webhook
from bots.filter_settings import Section


class DiscordSection(Section):
    """Serve Discord (`talchum run`)."""

    token_variable: str = "DISCORD_TOKEN"  # noqa: S105 - the name of a variable
    """Name of the environment variable that holds the bot's token."""
    message_content: bool = False
    """Whether the bot may read messages that do not call it (Message Content Intent in the developer portal)."""
    interval: Annotated[float, Field(ge=1.2, le=10)] = 1.5
    """Seconds between two edits in one channel."""
    burst: Annotated[float, Field(ge=0, le=10)] = 0.8
    """Seconds of silence after which what somebody writes in several messages is answered."""
    longest_burst: Annotated[float, Field(ge=0, le=60)] = 4.0
    shards: Annotated[int, Field(ge=0, le=10_000)] = 0
    """Connections to Discord; 0: as many as it advises."""
    base_url: Address = "https://discord.com/api/v10"
    """Where the API is served: by Discord, or by a proxy of your own."""
    gateway_url: Annotated[str, AfterValidator(gateway)] = ""
    """Where a new session begins; "": where Discord says."""


class TelegramSection(Section):
    """Serve Telegram (`talchum run`)."""

    token_variable: str = "TELEGRAM_TOKEN"  # noqa: S105 - the name of a variable
    """Name of the environment variable that holds the bot's token."""
    webhook_url: Annotated[str, AfterValidator(webhook)] = ""
    """Where Telegram brings updates to (a proxy answers there and passes them on); "": they are asked for."""
    listen: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65_535)] = 8443
    secret_variable: str = "TELEGRAM_SECRET"  # noqa: S105 - the name of a variable
    """Name of the environment variable that holds what Telegram proves itself with at `webhook_url`."""
    base_url: Address = "https://api.telegram.org"
    """Where the Bot API is served: by Telegram, or by a server of your own."""
    name_line: bool = True
    """Whether the persona's name stands above its words; without it only the sign that it is an AI does (`mark`)."""
    draft_interval: Annotated[float, Field(ge=0.3, le=10)] = 0.5
    """Seconds between two drafts of a reply to somebody who is alone with the bot."""
    burst: Annotated[float, Field(ge=0, le=10)] = 0.8
    """Seconds of silence after which what somebody writes in several messages is answered."""
    longest_burst: Annotated[float, Field(ge=0, le=60)] = 4.0
