"""Pure: what a service's refusal means for the caller: try again (and when), or have an operator act.

A provider's own sentence is not passed on: some quote the key, some quote the prompt. Its code and type are.
"""

import email.utils
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from personas.errors import GenerationError, Permanent, Retryable

_NO_QUOTA: Final = frozenset({"insufficient_quota", "billing_hard_limit_reached", "insufficient_balance"})
_TRY_AGAIN: Final = frozenset({408, 409, 425})
_STATUS: Final = re.compile(r"[1-5][0-9]{2}")
_IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")


def worth_reopening(error: GenerationError, *, begun: bool) -> bool:
    """Whether a call is to be made anew that broke after its stream had `begun`, or gave nothing at all. Calls that
    failed before their first word were tried again already, by the one policy there is for that."""
    return isinstance(error, Retryable) and (begun or error.key == "reply.empty")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """What a service said instead of a reply."""

    host: str
    model: str
    status: int | None
    """None where the error came as an event within a stream."""
    names: tuple[object, ...] = ()
    """The code, type and parameter of the error, as they came."""
    headers: Mapping[str, str] | None = None

    @property
    def code(self) -> object:
        """The names that are identifiers, for people, or that there is none."""
        names = " ".join(dict.fromkeys(str(name) for name in self.names if _is_identifier(name)))
        return names or GenerationError("generators.no_code")


def _is_identifier(name: object) -> bool:
    return isinstance(name, str) and _IDENTIFIER.fullmatch(name) is not None


def failure(refusal: Refusal) -> GenerationError:
    """The error to raise for `refusal`."""
    host, code, status = refusal.host, refusal.code, refusal.status
    if status == 402 or any(isinstance(name, str) and name in _NO_QUOTA for name in refusal.names):
        return Permanent("generators.no_quota", host=host, code=code)
    if status is None:
        return Retryable("generators.stream_failed", host=host, code=code)
    if status == 429:
        return Retryable("generators.limited", retry_after=retry_after(refusal.headers or {}), host=host, code=code)
    if status in _TRY_AGAIN or status >= 500:
        wait = retry_after(refusal.headers or {})
        return Retryable("generators.service_failed", retry_after=wait, status=status, host=host, code=code)
    if status in {401, 403}:
        return Permanent("generators.no_access", status=status, host=host, code=code)
    if status == 404:
        return Permanent("generators.not_found", model=refusal.model, host=host, code=code)
    return Permanent("generators.refused_request", status=status, host=host, code=code)


def status_in(code: object) -> int | None:
    """The HTTP status that some services write where the code of an error belongs."""
    return int(code) if isinstance(code, str) and _STATUS.fullmatch(code) else None


def root_of(error: BaseException) -> str:
    """What broke a connection, by the name that the lowest layer has for it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return type(error).__name__


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long the service asks to wait: `retry-after-ms`, else `retry-after` in seconds or as a date.

    A date is compared with the response's own `date`, so that no clock of ours is needed and none can be wrong.
    None where nothing (usable) was asked; never negative. Header names in lower case.
    """
    for name, unit in (("retry-after-ms", timedelta(milliseconds=1)), ("retry-after", timedelta(seconds=1))):
        try:
            count = float(headers.get(name, ""))
        except ValueError:
            continue
        if math.isfinite(count) and abs(count) < 1e9:
            return max(count, 0.0) * unit
    try:
        until = email.utils.parsedate_to_datetime(headers.get("retry-after", ""))
        now = email.utils.parsedate_to_datetime(headers.get("date", ""))
        return max(until - now, timedelta())
    except (ValueError, TypeError):
        return None
