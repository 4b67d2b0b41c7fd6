"""The detail report: finds texts and replies by time, direction and metadata.

Values match by containment, as the provider documents; an index keeps the look-up of whole values
cheap.
"""

from dataclasses import dataclass
from typing import Any

from reminders.sandbox.control_room.clock import read
from reminders.sandbox.provider_api.account import Account
from reminders.sandbox.provider_api.records import Json, StoredMessage, StoredReply
from reminders.sandbox.provider_api.validation import RequestRefused

MOST_PER_PAGE = 100
DIRECTIONS = ("all", "inbound", "outbound")


@dataclass(frozen=True, slots=True)
class DetailQuestion:
    """A checked request; times in seconds since 1970. Pages count from 0."""

    start: float
    end: float
    direction: str
    key: str | None
    values: tuple[str, ...]
    statuses: frozenset[str]
    numbers: frozenset[str]
    page: int
    page_size: int


def asked(body: Any) -> DetailQuestion:  # Any: whatever JSON the client sent
    """The question in a request. Raises Refused."""
    if not isinstance(body, dict):
        raise RequestRefused("Failed to parse message body.")
    values = body.get("metadata_values") or [body["metadata_value"]] if _has_values(body) else []
    if values and not body.get("metadata_key"):
        raise RequestRefused("/metadata_key: Metadata key must be provided with metadata values")
    return DetailQuestion(
        start=_time(body, "start_date"),
        end=_time(body, "end_date"),
        direction=_one_of(body, "direction", DIRECTIONS),
        key=body.get("metadata_key"),
        values=tuple(_texts(values, "metadata_values")),
        statuses=frozenset(_texts(body.get("status") or [], "status")),
        numbers=frozenset(
            _texts(body.get("destinations") or _single(body, "destination"), "destinations")
        ),
        page=_whole(body, "page", 0, 0, 1_000_000),
        page_size=_whole(body, "page_size", MOST_PER_PAGE, 1, MOST_PER_PAGE),
    )


def answer(account: Account, question: DetailQuestion) -> Json:
    """One page of what fits, in order of acceptance, with what is younger than the ordered lag left
    out.
    """
    with account.lock:
        account.advance()
        # The real report knows new texts only after a while: reconciling must not take that for
        # “never”.
        visible_to = min(question.end, account.clock.now() - account.settings.report_lag)
        found = _found(account, question, visible_to)
        first = question.page * question.page_size
        page = found[first : first + question.page_size]
        return {
            "messages": [item.as_detail() for item in page],
            "pagination": {
                "page": question.page,
                "page_size": question.page_size,
                "has_next": len(found) > first + question.page_size,
            },
        }


def _found(
    account: Account, question: DetailQuestion, visible_to: float
) -> list[StoredMessage | StoredReply]:
    sent: list[StoredMessage] = []
    if question.direction != "inbound":
        sent = [
            message
            for message in _with_metadata(account, question)
            if question.start <= message.accepted_at <= visible_to
            and (not question.statuses or message.status in question.statuses)
            and (not question.numbers or message.number in question.numbers)
        ]
    if question.direction == "outbound":
        return [*sent]
    return [*sent, *_replies(account, question, visible_to)]


def _replies(account: Account, question: DetailQuestion, visible_to: float) -> list[StoredReply]:
    return [
        reply
        for reply in account.received
        if question.start <= reply.at <= visible_to
        and _matches(reply.message.metadata if reply.message else {}, question)
        and (not question.statuses or "processed" in question.statuses)
        and not question.numbers
    ]


def _with_metadata(account: Account, question: DetailQuestion) -> list[StoredMessage]:
    if not question.key:
        return account.order
    if question.key not in account.by_metadata:
        return []
    by_value = account.by_metadata[question.key]
    if not question.values:
        return sorted((one for some in by_value.values() for one in some), key=lambda one: one.seq)
    longest = max(map(len, by_value), default=0)
    # A value at least as long as the longest one known can only be contained by being equal.
    whole = {value for value in question.values if len(value) >= longest}
    parts = [value for value in question.values if value not in whole]
    hits = whole & by_value.keys()
    if parts:
        hits |= {known for known in by_value if any(part in known for part in parts)}
    return sorted((one for value in hits for one in by_value[value]), key=lambda one: one.seq)


def _matches(metadata: dict[str, str], question: DetailQuestion) -> bool:
    if not question.key:
        return True
    known = metadata.get(question.key)
    if known is None:
        return False
    return not question.values or any(value in known for value in question.values)


def _has_values(body: Json) -> bool:
    return bool(body.get("metadata_values")) or body.get("metadata_value") is not None


def _single(body: Json, name: str) -> list[object]:
    return [body[name]] if body.get(name) else []


def _time(body: Json, name: str) -> float:
    try:
        return read(body[name])
    except (KeyError, TypeError, ValueError) as error:
        raise RequestRefused(f"/{name}: Date must be in ISO 8601 format") from error


def _one_of(body: Json, name: str, choices: tuple[str, ...]) -> str:
    value: object = body.get(name) or choices[0]
    if not isinstance(value, str) or value.lower() not in choices:
        raise RequestRefused(f"/{name}: must be one of {', '.join(choices)}")
    return value.lower()


def _texts(values: object, name: str) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise RequestRefused(f"/{name}: must be a list of texts")
    return values


def _whole(body: Json, name: str, default: int, least: int, most: int) -> int:
    value = body.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise RequestRefused(f"/{name}: must be a number between {least} and {most}")
    return value
