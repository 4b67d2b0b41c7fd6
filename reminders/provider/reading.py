"""Reading what the provider writes: JSON, times, numbers, ids and metadata, each forgiving on its
own.

A text that comes out of here can be stored: no NUL, no lone surrogate, no infinite number. What
belongs to a reply or a report is decided in `payloads`.
"""

from __future__ import annotations

import json
import math
import re
from datetime import UTC, datetime
from typing import TypeAlias

JsonObject: TypeAlias = dict[str, object]

ID_LIMIT = 100  # a documented id has 36 characters
CODE_LIMIT = 32767
SHORTEST_NUMBER, LONGEST_NUMBER = 8, 15  # digits of an E.164 number, as the provider takes it
NUMBER_LIMIT = 20  # characters of anything a text can come from; what is longer is no sender
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
MAY_HIDE_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
# Account-wide webhooks are made from a template; a variable that is not available stays there as
# its name.
UNFILLED = re.compile(r"\$!?\{?[A-Za-z][\w.]*(?:\([^()]*\))?\}?")


def read_json(body: bytes) -> object:
    """Read a JSON document; bytes that are no UTF-8 become U+FFFD. Raises ValueError when it is
    none.
    """
    try:
        # Some senders put a byte order mark first, which is no JSON.
        value: object = json.loads(
            body.decode("utf-8-sig", "replace"), parse_float=_finite, parse_constant=_no_number
        )
        # Looked for in the bytes first: walking through every value of each answer is slow.
        return _storable(value) if b"\x00" in body or MAY_HIDE_UNSTORABLE.search(body) else value
    except RecursionError as error:
        raise ValueError("The JSON is nested too deeply") from error


def read_object(body: bytes) -> JsonObject:
    """Read a JSON object. Raises ValueError when it is something else."""
    value = read_json(body)
    if not isinstance(value, dict):
        # A ValueError as for what is no JSON at all: callers know one kind of unreadable.
        raise ValueError("A JSON object was expected")  # noqa: TRY004  # the caller's kind
    return value


def read_time(value: object) -> datetime | None:
    """Read an ISO 8601 time into UTC; one without an offset is taken as UTC. None when it is no
    time.
    """
    if not isinstance(value, str):
        return None
    try:
        # Upper case: Python takes a Z for UTC, but not a z.
        read = datetime.fromisoformat(value.strip().upper())
        return (read if read.tzinfo else read.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def write_time(moment: datetime) -> str:
    """Write an aware datetime as `2016-11-03T11:49:02.807Z`. Raises ValueError if it is naive."""
    if moment.tzinfo is None:
        raise ValueError("A time for the provider needs a time zone: pass an aware datetime")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def read_text(value: object) -> str | None:
    """A text, or a number written as one; None for anything else and for an unfilled template
    variable.
    """
    # True is an int to Python; as “True” it would be somebody's id.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or UNFILLED.fullmatch(value.strip()):
        return None
    return value


def read_id(value: object) -> str | None:
    """An id of the provider's; None when it is missing, empty or longer than any id."""
    text = (read_text(value) or "").strip()
    return text if 0 < len(text) <= ID_LIMIT else None


def read_number(value: object) -> str | None:
    """A phone number or sender name; a whole number gets the plus that the provider sometimes
    omits.
    """
    text = (read_text(value) or "").strip()
    if not 0 < len(text) <= NUMBER_LIMIT:
        return None
    return normalise_number(text)


def normalise_number(number: str) -> str:
    """Put a plus before 8 to 15 bare digits; short codes and names stay as they are."""
    whole = (
        number.isascii() and number.isdigit() and SHORTEST_NUMBER <= len(number) <= LONGEST_NUMBER
    )
    return f"+{number}" if whole else number


def read_code(value: object) -> int | None:
    """A status code, which comes as an integer or as a string; None when there is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        digits = value.strip()
        value = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 5 else None
    # JSON does not tell 220 from 220.0.
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= CODE_LIMIT else None


def read_metadata(value: object) -> dict[str, str]:
    """Metadata as a plain dictionary, from either of its shapes: an object, or a list of key and
    value.
    """
    # The detail report lists pairs where everything else has an object.
    if isinstance(value, list):
        value = {pair.get("key"): pair.get("value") for pair in value if _is_pair(pair)}
    if not isinstance(value, dict):
        return {}
    texts = {key: read_text(item) for key, item in value.items()}
    return {key: text for key, text in texts.items() if text is not None}


def _is_pair(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("key"), str)


def _finite(digits: str) -> float | None:
    number = float(digits)
    # 1e999 is valid JSON and infinite to Python, and jsonb refuses it.
    return number if math.isfinite(number) else None


def _no_number(_name: str) -> None:
    """NaN and the infinities are no JSON, and PostgreSQL takes them for none."""


def _storable(value: object) -> object:
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value
