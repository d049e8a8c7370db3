"""The way to Telegram: what goes over it stays out of the log, and waiting for it is our own business."""

import json
import logging
from http import HTTPStatus
from typing import Any, Final, TypeGuard

import telegram
from telegram.error import EndPointNotFound, TelegramError

from bots.telegram_bot.transport import Transport

_log = logging.getLogger(__name__)

_NO_ANSWER: Final = "Invalid server response"


class Flooded(TelegramError):
    """Too much was sent there: nothing came of this call, and nothing will for some seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__("Too Many Requests")
        self.seconds = seconds


class _Answer(dict[str, Any]):
    def __missing__(self, key: str) -> Any:
        raise TelegramError(_NO_ANSWER)


class Wire(Transport):
    """Requests as the library makes them, but that refusals are told apart which it throws together."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        """See `BaseRequest.do_request`. Raises Flooded for 429, EndPointNotFound for 404, which the library takes for a
        wrong token."""
        code, payload = await super().do_request(*args, **kwargs)
        if code == HTTPStatus.TOO_MANY_REQUESTS:
            raise Flooded(_seconds(payload))
        if code == HTTPStatus.NOT_FOUND:
            raise EndPointNotFound("Not Found")
        return code, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """See `BaseRequest.parse_json_payload`, which would log what it cannot read. Whoever asks for a result that is
        not there, as it was not Telegram that answered, gets a TelegramError."""
        try:
            parsed = json.loads(payload.decode("utf-8", "replace"))
        except ValueError:
            raise TelegramError(_NO_ANSWER) from None
        if not isinstance(parsed, dict) or parsed.get("result", "") is None:
            raise TelegramError(_NO_ANSWER)
        return _Answer(parsed)


class UpdateWire(Wire):
    """The same for updates. The library would lose all that come together for one that it cannot read, and write it
    into the log: such a one is left empty."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """See `Wire.parse_json_payload`."""
        answer = Wire.parse_json_payload(payload)
        if "result" not in answer:
            return answer
        found = answer["result"]
        if not isinstance(found, list):
            raise TelegramError(_NO_ANSWER)
        kept = [given if readable(given) else {"update_id": given["update_id"]} for given in found if _numbered(given)]
        if kept != found:
            _log.warning("updates cannot be read: count=%d", sum(given not in found for given in kept))
        return _Answer({**answer, "result": kept})


def readable(given: object, bot: telegram.Bot | None = None) -> telegram.Update | None:
    """An update as it comes; None where it is none."""
    if not _numbered(given):
        return None
    try:
        return telegram.Update.de_json(given, bot)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _numbered(given: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(given, dict) and isinstance(given.get("update_id"), int)


def _seconds(payload: bytes) -> float:
    """How long to wait, or a second where that is not said."""
    try:
        return max(0.0, float(json.loads(payload)["parameters"]["retry_after"]))
    except (ValueError, TypeError, KeyError):
        return 1.0
