"""What Discord says no with: an HTTP status, a code of its own, and the place in the body for a form error."""

from collections.abc import Sequence

from bots.fakes.discord_server.world import Json


class Refusal(Exception):
    """The request has no effect; the bot is told why."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(f"{status} {code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    @property
    def body(self) -> Json:
        """As it goes over the wire."""
        return {"message": self.message, "code": self.code, **({"errors": self.errors} if self.errors else {})}


class NotEmulated(AssertionError):
    """The bot uses something that this server does not know: a problem of the test, whatever it is answered with."""


def form(place: Sequence[str | int], code: str, message: str) -> Refusal:
    """50035 at `place` of the body."""
    errors: Json = {"_errors": [{"code": code, "message": message}]}
    for step in reversed(place):
        errors = {str(step): errors}
    return Refusal(400, 50035, "Invalid Form Body", errors)


def too_long(place: Sequence[str | int], limit: int) -> Refusal:
    return form(place, "BASE_TYPE_MAX_LENGTH", f"Must be {limit} or fewer in length.")


def required(place: Sequence[str | int]) -> Refusal:
    return form(place, "BASE_TYPE_REQUIRED", "This field is required")


def unauthorised() -> Refusal:
    return Refusal(401, 0, "401: Unauthorized")


def no_route() -> Refusal:
    return Refusal(404, 0, "404: Not Found")


def unknown(what: str) -> Refusal:
    """What a path names is not there (any more)."""
    codes = {"Channel": 10003, "Guild": 10004, "Message": 10008, "User": 10013, "Webhook": 10015, "Interaction": 10062}
    return Refusal(404, codes[what], f"Unknown {what}")


def missing_access() -> Refusal:
    """The channel cannot be seen."""
    return Refusal(403, 50001, "Missing Access")


def missing_permissions() -> Refusal:
    return Refusal(403, 50013, "Missing Permissions")


def empty_message() -> Refusal:
    return Refusal(400, 50006, "Cannot send an empty message")


def closed() -> Refusal:
    """The person takes no direct messages."""
    return Refusal(403, 50007, "Cannot send messages to this user")


def not_yours() -> Refusal:
    return Refusal(403, 50005, "Cannot edit a message authored by another user")


def wrong_channel_type() -> Refusal:
    return Refusal(400, 50024, "Cannot execute action on this channel type")


def not_in_a_dm() -> Refusal:
    return Refusal(403, 50003, "Cannot execute action on a DM channel")


def too_many_webhooks() -> Refusal:
    return Refusal(400, 30007, "Maximum number of webhooks reached (15)")


def acknowledged() -> Refusal:
    return Refusal(400, 40060, "Interaction has already been acknowledged.")


def invalid_webhook_token() -> Refusal:
    return Refusal(401, 50027, "Invalid Webhook Token")


def archived() -> Refusal:
    return Refusal(400, 50083, "Tried to perform an operation on an archived thread")


def has_thread() -> Refusal:
    return Refusal(400, 160004, "A thread has already been created for this message")


def cannot_reply() -> Refusal:
    return Refusal(403, 160002, "Cannot reply without permission to read message history")


def invalid_json() -> Refusal:
    return Refusal(400, 50109, "The request body contains invalid JSON.")
