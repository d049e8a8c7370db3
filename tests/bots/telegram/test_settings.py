"""What can be set of the Telegram bot, and what is refused before anything starts."""

import pytest

from bots.app import platforms_of
from bots.config import Settings
from bots.errors import SettingsError

TOKEN = {"TELEGRAM_TOKEN": "1:x", "TALCHUM_LANGUAGE": "en"}


def load(document: str, **environ: str) -> Settings:
    return Settings.load(f"[telegram]\n{document}".encode(), {**TOKEN, **environ})


def test_a_section_and_a_token_are_enough() -> None:
    assert [platform.name for platform in platforms_of(load(""))] == ["telegram"]


def test_both_platforms_can_be_served_at_once() -> None:
    both = Settings.load(b"[telegram]\n[discord]\n", {**TOKEN, "DISCORD_TOKEN": "y"})

    assert [platform.name for platform in platforms_of(both)] == ["discord", "telegram"]


@pytest.mark.parametrize(
    ("document", "environ", "told"),
    [
        ("", {"TELEGRAM_TOKEN": ""}, "TELEGRAM_TOKEN"),
        ('token_variable = "OTHER"', {}, "OTHER"),
        ('webhook_url = "https://bot.example/x"', {}, "TELEGRAM_SECRET"),
        ('webhook_url = "https://bot.example/x"', {"TELEGRAM_SECRET": "no/slash"}, "TELEGRAM_SECRET"),
        ('webhook_url = "http://bot.example/x"', {"TELEGRAM_SECRET": "s"}, "telegram.webhook_url"),
        ('webhook_url = "https://bot.example:8444/x"', {"TELEGRAM_SECRET": "s"}, "443, 80, 88, 8443"),
        ('webhook_url = "https://bot.example:99999/x"', {"TELEGRAM_SECRET": "s"}, "telegram.webhook_url"),
        ('webhook_url = "https://bot.example/health"', {"TELEGRAM_SECRET": "s"}, "/health"),
        ('base_url = "nowhere"', {}, "telegram.base_url"),
        ("port = 0", {}, "telegram.port"),
        ("draft_interval = 0.0", {}, "telegram.draft_interval"),
        ('unheard = "of"', {}, "telegram.unheard"),
    ],
)
def test_what_is_wrong_is_named(document: str, environ: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as error:
        platforms_of(load(document, **environ))

    assert told in error.value.explain("en")
    assert error.value.explain("ko")


@pytest.mark.parametrize("port", ["", ":443", ":80", ":88", ":8443"])
def test_a_webhook_with_its_secret_is_served(port: str) -> None:
    settings = load(f'webhook_url = "https://bot.example{port}/x"', TELEGRAM_SECRET="s3cret")

    assert [platform.name for platform in platforms_of(settings)] == ["telegram"]
    assert "s3cret" not in repr(settings)
