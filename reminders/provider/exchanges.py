"""What one call came to, for whoever counts calls: how long it took, how it ended, and what the
provider's clock said. Never what was asked: paths hold numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Literal

from reminders.provider.errors import (
    CredentialsRefused,
    MessagesApiError,
    NotFound,
    NotReceived,
    Refused,
    SlowDown,
)

Outcome = Literal["ok", "refused", "credentials", "slow_down", "unreached", "no_answer", "error"]
ANSWERED: frozenset[str] = frozenset({"ok", "refused"})
"""The provider works: it took the request, or said what is wrong with that very request."""
ACCOUNT = "account"
_SEND, _STATUS, _WITHDRAW = "send", "status", "withdraw"
_MESSAGES = {"POST": _SEND, "PUT": _WITHDRAW}
_BEGINNINGS = (
    ("/v1/replies", "replies"),
    ("/v1/delivery_reports", "reports"),
    ("/v1/number_authorisation", "blocked"),
    ("/v2-preview/reporting", "detail"),
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call. `date` is the provider's clock, None where no answer told it."""

    call: str
    outcome: Outcome
    seconds: float
    date: datetime | None = None


Observer = Callable[[Exchange], None]


def nobody(_exchange: Exchange) -> None:
    """Who observes where nobody does."""


def call_name(method: str, path: str) -> str:
    """What a request is, in one word without anything of a person."""
    if path.startswith("/v1/messages"):
        return _MESSAGES.get(method, _STATUS)
    return next((name for start, name in _BEGINNINGS if path.startswith(start)), ACCOUNT)


def outcome_of(call: str, error: MessagesApiError | None, *, answered: bool) -> Outcome:
    """How a call ended; `answered` tells an answer that is no help from none at all."""
    if error is None:
        return "ok" if answered else "no_answer"
    if isinstance(error, Refused | NotFound):
        return "refused"
    if isinstance(error, CredentialsRefused):
        # The account lacks a feature; texts are taken all the same.
        lacks = call == ACCOUNT and error.status == HTTPStatus.FORBIDDEN
        return "refused" if lacks else "credentials"
    if isinstance(error, SlowDown):
        return "slow_down"
    if isinstance(error, NotReceived):
        return "unreached"
    return "error" if answered else "no_answer"


def date_in(headers: Mapping[str, str]) -> datetime | None:
    """The time in an answer's Date header, aware; None where there is none that can be read."""
    try:
        found = parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
