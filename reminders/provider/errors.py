"""What may be done after a call to the Messages API went wrong: one small tree, one class per next
step.

This module reads an answer's status, headers and body into that tree. Which fault of the connection
belongs where is decided in `wire`; what is retried, when and how often is the caller's business.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from reminders.provider.reading import JsonObject, read_json

WORDS_LIMIT = 300  # the provider's own words are shown to staff; an error page must not flood them
NAMED_MESSAGE = re.compile(r"\s*/?messages[/\[.](\d{1,4})(?!\w)\]?[/.]?(.*)", re.DOTALL)

# 402 (the account has no credit) concerns the whole account like a wrong password: nothing goes
# until a person has acted.
REFUSES_THE_ACCOUNT = (HTTPStatus.UNAUTHORIZED, HTTPStatus.PAYMENT_REQUIRED, HTTPStatus.FORBIDDEN)
NOTHING_THERE = (HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED)
TOO_FAST = (HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS)


class MessagesApiError(Exception):
    """A call did not succeed. `str()` of it carries neither numbers nor texts, so it may be
    logged.
    """


class NotReceived(MessagesApiError):
    """The provider surely has not seen the request: sending it again is safe."""


class OutcomeUnknown(MessagesApiError):
    """The request may have taken effect: ask, never repeat blindly. For a call that only reads: ask
    later.
    """


class CredentialsRefused(MessagesApiError):
    """The account may not do this (401, 402, 403): stop until somebody has put it right.

    `message` holds the provider's own words.
    """

    def __init__(self, message: str, *, status: int = HTTPStatus.UNAUTHORIZED) -> None:
        super().__init__(
            f"The provider refused the account (HTTP {status}): {message or 'no reason given'}"
        )
        self.message = message
        self.status = status


class SlowDown(MessagesApiError):
    """Too many requests, or the provider is busy: nothing was taken. `retry_after` is in seconds,
    if told.
    """

    def __init__(self, retry_after: float | None = None) -> None:
        wait = "" if retry_after is None else f" for {retry_after:.0f} seconds"
        super().__init__(f"The provider asks to wait{wait}")
        self.retry_after = retry_after


class Refused(MessagesApiError):
    """The request is not acceptable and had no effect at all; the same request will be refused
    again.

    `by_index` tells which messages of a request are at fault, in the provider's words; it is empty
    where the details could not be read. `message` and `details` may hold phone numbers: never log
    them.
    """

    def __init__(
        self,
        message: str,
        details: Sequence[str] = (),
        by_index: Mapping[int, str] | None = None,
        *,
        status: int = HTTPStatus.BAD_REQUEST,
    ) -> None:
        super().__init__(f"The provider refused the request (HTTP {status})")
        self.message = message
        self.details = tuple(details)
        self.by_index = dict(by_index or {})
        self.status = status


class NotFound(MessagesApiError):
    """The provider knows nothing under this id, or no longer: it keeps messages for 45 days."""


def error_of(
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    success: HTTPStatus | None = None,
) -> MessagesApiError | None:
    """Read an answer into the tree; None for a success. `now` turns a Retry-After date into
    seconds.

    A success is any 2xx, or `success` alone.
    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES and success in (None, status):
        return None
    # Before the refusals: 429 is a 4xx as well, but the same request may be taken later.
    if status in TOO_FAST:
        return SlowDown(retry_after(headers.get("Retry-After"), now=now))
    if status in REFUSES_THE_ACCOUNT:
        return CredentialsRefused(_explanation(body)[0], status=status)
    if status in NOTHING_THERE:
        return NotFound(f"The provider found nothing there (HTTP {status})")
    # 408, 3xx and 5xx say nothing of what was done: a proxy may have given up on a request that
    # went on.
    if status == HTTPStatus.REQUEST_TIMEOUT or not 400 <= status < 500:
        return _unclear(status, headers, now=now)
    message, details = _explanation(body)
    return Refused(message, details, _by_index(details), status=status)


def retry_after(value: str | None, *, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or an HTTP date, into seconds from `now`; None if there is
    none.
    """
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        # Cut: so many digits would be a wait of years, or no number that a float holds.
        return float(value[:9])
    try:
        date = parsedate_to_datetime(value)
    # An unreadable wait is none: the brake has intervals of its own.
    except (ValueError, OverflowError):
        return None
    aware = date if date.tzinfo else date.replace(tzinfo=UTC)
    # A date that has passed by our clock asks for no wait, and never for a negative one.
    return max(0.0, (aware - now).total_seconds())


def _unclear(status: int, headers: Mapping[str, str], *, now: datetime) -> MessagesApiError:
    wait = retry_after(headers.get("Retry-After"), now=now)
    # Only with a time: a 503 that names one was given on purpose, before the request was worked on.
    if status == HTTPStatus.SERVICE_UNAVAILABLE and wait is not None:
        return SlowDown(wait)
    return OutcomeUnknown(
        f"The provider answered HTTP {status}, which does not tell what became of the request"
    )


def _explanation(body: bytes) -> tuple[str, tuple[str, ...]]:
    """The provider's message and details, from either of its two shapes of error; empty when
    unreadable.
    """
    try:
        answer = read_json(body)
    # A proxy answers with a page: the status alone then says what it is.
    except ValueError:
        return "", ()
    if not isinstance(answer, dict):
        return "", ()
    message = answer.get("message") or answer.get("detail") or answer.get("title")
    return str(message or "")[:WORDS_LIMIT], tuple(_details(answer))


def _details(answer: JsonObject) -> Iterator[str]:
    details = answer.get("details")
    if isinstance(details, str):
        yield details
    elif isinstance(details, list):
        yield from (detail for detail in details if isinstance(detail, str))
    fields = answer.get("invalidFields")
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, dict):
            yield f"{field.get('name', '')}: {field.get('reason', '')}"


def _by_index(details: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for detail in details:
        match = NAMED_MESSAGE.match(detail)
        if match:
            index, words = int(match[1]), match[2].strip(" :") or "refused without a reason"
            # Several complaints about one message: staff read all of them.
            found[index] = f"{found[index]}; {words}" if index in found else words
    return {index: words[:WORDS_LIMIT] for index, words in found.items()}
