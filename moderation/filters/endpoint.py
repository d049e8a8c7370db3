"""A service that judges elsewhere, over the OpenAI protocol. In `moderation` the only file that knows `openai`.

One call, no second attempt: a text waits for its judgement, and the guard has a deadline. What a caller may take for an
outage (`EndpointDown`) is told apart from what a text may have caused itself (`BadAnswer`).
"""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final, cast
from urllib.parse import urlsplit

import httpx2
import openai

from moderation import spending
from moderation.errors import BadAnswer, EndpointDown

_LONGEST: Final = 1_000_000
"""Bytes of an answer; no judgement is as long."""
_OF_THE_TEXT: Final = frozenset({400, 413, 422})
"""Statuses that a text can bring about: too long, refused by a filter of the service's own."""
_OPENAI: Final = "api.openai.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointSettings:
    """One model of one service."""

    model: str
    base_url: str
    """Up to and without `/moderations` or `/chat/completions`."""
    api_key: str = field(repr=False)
    """Never part of an error or a log line."""
    timeout: timedelta
    """For a whole call. Shorter than the guard's deadline, or every late answer is a BLOCK."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """A question to a chat model."""

    messages: tuple[Mapping[str, str], ...]
    max_tokens: int
    logprobs: bool = False
    """Ask for the probabilities of the words of the answer."""
    extra: Mapping[str, object] = field(default_factory=dict)
    """Further fields of the request."""


class Endpoint:
    """Calls block. Safe to use from several threads at once."""

    def __init__(self, settings: EndpointSettings, *, monotonic: Callable[[], float]) -> None:
        """Opens no connection; reads the machine's certificates, which blocks. `monotonic` gives seconds."""
        self._settings = settings
        self._monotonic = monotonic
        self._host = urlsplit(settings.base_url)
        timeout = httpx2.Timeout(settings.timeout.total_seconds())
        self._client = openai.OpenAI(
            api_key=settings.api_key,
            base_url=settings.base_url,
            max_retries=0,
            timeout=timeout,
            http_client=openai.DefaultHttpx2Client(timeout=timeout, trust_env=not self.local),
        )
        # Taken from the environment by the package, and meant for OpenAI, not for any service that speaks its protocol.
        self._client.organization = self._client.project = None

    @property
    def model(self) -> str:
        return self._settings.model

    @property
    def host(self) -> str:
        """The service as errors name it: without credentials that a URL may carry."""
        return f"{self._host.hostname}:{self._host.port}" if self._host.port else str(self._host.hostname)

    @property
    def local(self) -> bool:
        """Whether it is on this machine."""
        return self._host.hostname in {"localhost", "127.0.0.1", "::1"}

    def moderate(self, text: str) -> Any:
        """What the moderation call says of `text`: JSON, unchecked. Raises EndpointDown, BadAnswer."""
        moderations = self._client.moderations.with_streaming_response
        return self._read(moderations.create(model=self.model, input=text))

    def ask(self, chat: Chat) -> Any:
        """What the chat call answers: JSON, unchecked. Raises EndpointDown, BadAnswer."""
        at_home = self._host.hostname == _OPENAI
        limit = "max_completion_tokens" if at_home else "max_tokens"
        completions = self._client.chat.completions.with_streaming_response
        answer = self._read(
            completions.create(
                model=self.model,
                messages=cast("Any", list(chat.messages)),
                # The newest models there take no other temperature than their own.
                temperature=openai.omit if at_home else 0.0,
                logprobs=True if chat.logprobs else openai.omit,
                top_logprobs=_ALTERNATIVES if chat.logprobs else openai.omit,
                extra_body={limit: chat.max_tokens, **chat.extra},
            )
        )
        spending.tell(answer)
        return answer

    def close(self) -> None:
        """Close the connections. Idempotent."""
        self._client.close()

    def _read(self, opening: AbstractContextManager[Any]) -> Any:
        """Send the call and read the answer. The client's timeout is for each read; the one here is for all of them,
        since services keep a connection alive with blanks."""
        seconds = self._settings.timeout.total_seconds()
        end = self._monotonic() + seconds
        body = bytearray()
        try:
            with opening as answer:
                for piece in answer.iter_bytes():
                    body += piece
                    if self._monotonic() > end:
                        raise EndpointDown("endpoint.late", host=self.host, seconds=seconds)
                    if len(body) > _LONGEST:
                        raise BadAnswer("endpoint.malformed", host=self.host)
            return json.loads(body)
        except (openai.APITimeoutError, httpx2.TimeoutException):
            raise EndpointDown("endpoint.late", host=self.host, seconds=seconds) from None
        except openai.APIStatusError as error:
            kind = BadAnswer if error.status_code in _OF_THE_TEXT else EndpointDown
            raise kind("endpoint.refused", host=self.host, status=error.status_code) from None
        except (openai.APIConnectionError, httpx2.HTTPError) as error:
            reason = type(error.__cause__ or error).__name__
            raise EndpointDown("endpoint.unreachable", host=self.host, reason=reason) from None
        except (ValueError, RecursionError):
            raise BadAnswer("endpoint.malformed", host=self.host) from None


_ALTERNATIVES: Final = 10
"""Likely words to be told at each place of an answer."""
