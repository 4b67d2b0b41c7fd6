"""Which requests to send the provider refuses, and the words it does so with.

All or nothing: one invalid message refuses the whole request. Accepting is the account's business.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from reminders.sandbox.provider_api.records import Json

MOST_MESSAGES = 100
LONGEST_CONTENT = 5_000
MOST_METADATA, LONGEST_KEY, LONGEST_VALUE = 10, 100, 256
FORMATS = ("SMS", "MMS", "TTS")
SOURCE_TYPES = ("INTERNATIONAL", "ALPHANUMERIC", "SHORTCODE")
FIELDS = (
    "callback_url",
    "content",
    "destination_number",
    "delivery_report",
    "format",
    "message_expiry_timestamp",
    "metadata",
    "scheduled",
    "source_number",
    "source_number_type",
    "media",
    "subject",
)

_NUMBER = re.compile(r"\+?[0-9]{8,15}", re.ASCII)
_URL = re.compile(r"https?://[^\s/]+\S*", re.ASCII)


class RequestRefused(Exception):
    """A request that is answered with 400 and `details`."""

    def __init__(self, *details: str) -> None:
        super().__init__(*details)
        self.details = list(details)


def checked_messages(body: Any) -> list[Json]:  # Any: whatever JSON the client sent
    """The messages of a request to send, each cut to the known fields. Raises Refused."""
    messages = body.get("messages") if isinstance(body, dict) else None
    if not isinstance(messages, list):
        raise RequestRefused("Failed to parse message body.")
    if not 1 <= len(messages) <= MOST_MESSAGES:
        raise RequestRefused(f"/messages: Number of messages must be between 1 and {MOST_MESSAGES}")
    complaints = [
        f"/messages/{position}{complaint}"
        for position, message in enumerate(messages)
        for complaint in complaints_about(message)
    ]
    if complaints:
        raise RequestRefused(*complaints)
    return [_cut(message) for message in messages]


def complaints_about(message: Any) -> Iterator[str]:  # Any: an item of the client's list
    """What is wrong with one message, as `/field: words`."""
    if not isinstance(message, dict):
        yield ": Message must be an object"
        return
    yield from _about_content(message.get("content"))
    yield from _about_number(message.get("destination_number"))
    yield from _about_choices(message)
    yield from _about_times(message)
    yield from _about_metadata(message.get("metadata"))
    yield from _about_callback(message.get("callback_url"))


def international(number: str) -> str:
    """A number as the account keeps it: with its plus."""
    return number if number.startswith("+") else f"+{number}"


def is_number(number: object) -> bool:
    """Whether it is an international number, with or without its plus."""
    return isinstance(number, str) and _NUMBER.fullmatch(number) is not None


def _cut(message: Json) -> Json:
    # Unknown fields are ignored, not refused, and are not in the answer.
    kept = {name: message[name] for name in FIELDS if message.get(name) is not None}
    return {"format": "SMS", "delivery_report": False, **kept}


def _about_content(content: object) -> Iterator[str]:
    if not isinstance(content, str) or not content:
        yield "/content: Content cannot be null or empty"
    elif len(content) > LONGEST_CONTENT:
        yield f"/content: Content must be between 1 and {LONGEST_CONTENT} characters"


def _about_number(number: object) -> Iterator[str]:
    if number is None or number == "":
        yield "/destination_number: Destination number cannot be null or empty"
        return
    if is_number(number):
        return
    words = []
    bare = str(number).removeprefix("+")
    if not 8 <= len(bare) <= 15:
        words.append(
            "International address must be between 8 and 15 characters excluding the first '+'"
        )
    if not isinstance(number, str) or not (bare.isascii() and bare.isdigit()):
        words.append("International address contains invalid characters.")
    yield f"/destination_number: {', '.join(words)}"


def _about_choices(message: Json) -> Iterator[str]:
    if message.get("format") is not None and message["format"] not in FORMATS:
        yield f"/format: [{message['format']}] is invalid"
    if not isinstance(message.get("delivery_report") or False, bool):
        yield "/delivery_report: Delivery report must be true or false"
    source, kind = message.get("source_number"), message.get("source_number_type")
    if source is not None and (not isinstance(source, str) or not 1 <= len(source) <= 16):
        yield "/source_number: Source number must be between 1 and 15 characters"
    if kind is not None and kind not in SOURCE_TYPES:
        yield f"/source_number_type: [{kind}] is invalid"
    elif kind is not None and source is None:
        yield "/source_number_type: Source number type is only valid with a source number"


def _about_times(message: Json) -> Iterator[str]:
    for name in ("scheduled", "message_expiry_timestamp"):
        if message.get(name) is not None and not _is_time(message[name]):
            yield f"/{name}: Date time must be in ISO 8601 format"


def _is_time(value: object) -> bool:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return False
    # Short of the year 9999, so that no zone carries a time beyond the calendar.
    return moment is not None and 1970 <= moment.year <= 9998


def _about_metadata(metadata: object) -> Iterator[str]:
    if metadata is None:
        return
    if not isinstance(metadata, dict):
        yield "/metadata: Metadata must be an object"
        return
    if len(metadata) > MOST_METADATA:
        yield f"/metadata: No more than {MOST_METADATA} pairs of metadata can be given"
    for key, value in metadata.items():
        if not 1 <= len(key) <= LONGEST_KEY:
            yield f"/metadata: Keys must be between 1 and {LONGEST_KEY} characters"
        if not isinstance(value, str) or len(value) > LONGEST_VALUE:
            yield f"/metadata: Values must be text of at most {LONGEST_VALUE} characters"


def _about_callback(url: object) -> Iterator[str]:
    if url is not None and not (isinstance(url, str) and _URL.fullmatch(url)):
        yield "/callback_url: URL is invalid"
