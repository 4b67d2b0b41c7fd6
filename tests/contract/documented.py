"""The provider's documented shapes, restated as data: fields, their types, and which must be there.

A shape is a dict of field to type or inner shape; a name ending in `?` may be absent; `[shape]` is
a list.
"""

from typing import Any
from uuid import UUID

Shape = dict[str, Any] | list[Any] | type | str

UUID_TEXT = "uuid"
TIME = "time"
"""ISO 8601 in UTC with milliseconds."""
STATUS = "status"

STATUSES = frozenset(
    {
        "undefined",
        "queued",
        "processing",
        "processed",
        "failed",
        "scheduled",
        "cancelled",
        "delivered",
    }
    | {"expired", "enroute", "held", "submitted", "rejected", "read"}
)

VENDOR_ACCOUNT: Shape = {"vendor_id": str, "account_id": str}
MESSAGE: Shape = {
    "message_id": UUID_TEXT,
    "status": STATUS,
    "content": str,
    "destination_number": str,
    "format": str,
    "delivery_report": bool,
    "callback_url?": str,
    "message_expiry_timestamp?": str,
    "metadata?": dict,
    "scheduled?": str,
    "source_number?": str,
    "source_number_type?": str,
}
REPLY: Shape = {
    "reply_id": UUID_TEXT,
    "date_received": TIME,
    "source_number": str,
    "content": str,
    "vendor_account_id": VENDOR_ACCOUNT,
    "message_id?": UUID_TEXT,
    "metadata?": dict,
    "destination_number?": str,
    "callback_url?": str,
}
DELIVERY_REPORT: Shape = {
    "delivery_report_id": UUID_TEXT,
    "message_id": UUID_TEXT,
    "status": STATUS,
    "source_number": str,
    "date_received": TIME,
    "submitted_date": TIME,
    "original_text": str,
    "delay": int,
    "billing_units": int,
    "vendor_account_id": VENDOR_ACCOUNT,
    "metadata": dict,
    "error_code?": str,
    "callback_url?": str,
}
DETAIL: Shape = {
    "messages": [
        {
            "message_id": UUID_TEXT,
            "direction": str,
            "status": STATUS,
            "format": str,
            "timestamp": TIME,
            "source_address": str,
            "destination_address": str,
            "content": str,
            "account_id": str,
            "units": int,
            "metadata": [{"key": str, "value": str}],
            "status_code?": int,
            "delivered_timestamp?": TIME,
            "last_status_update?": TIME,
            "in_response_to?": UUID_TEXT,
        }
    ],
    "pagination": {"page": int, "page_size": int, "has_next": bool},
}
BLOCKED: Shape = {"uri": str, "numbers": [str], "pagination?": {"page": str, "next_uri": str}}
AUTHORISED: Shape = {"uri": str, "numbers": [{"number": str, "authorised": bool}]}
KEY: dict[str, Any] = {
    "key_id": UUID_TEXT,
    "cipher": str,
    "digest": str,
    "created": TIME,
    "enabled": bool,
}
NEW_KEY: Shape = {**KEY, "public_key": str}
WEBHOOK: Shape = {
    "id": UUID_TEXT,
    "url": str,
    "method": str,
    "encoding": str,
    "headers": dict,
    "events": [str],
    "template?": str,
    "read_timeout?": int,
    "retries": int,
    "retry_delay?": int,
}
INVALID: Shape = {"message": str, "details": [str]}
ERROR: Shape = {"message": str}


def differences(value: Any, shape: Shape, where: str = "") -> list[str]:
    """How `value` departs from the documented `shape`: one line each, none when it does not."""
    if isinstance(shape, str):
        return [] if _is_text_of(shape, value) else [f"{where}: {value!r} is no {shape}"]
    if isinstance(shape, type):
        right = type(value) is shape
        return [] if right else [f"{where}: {value!r} is no {shape.__name__}"]
    if isinstance(shape, list):
        if not isinstance(value, list):
            return [f"{where}: no list"]
        return [
            line
            for n, one in enumerate(value)
            for line in differences(one, shape[0], f"{where}[{n}]")
        ]
    return _object_differences(value, shape, where)


def _object_differences(value: Any, shape: dict[str, Any], where: str) -> list[str]:
    if not isinstance(value, dict):
        return [f"{where}: no object"]
    fields = {name.removesuffix("?"): inner for name, inner in shape.items()}
    lines = [f"{where}.{name}: not documented" for name in value.keys() - fields.keys()]
    lines += [
        f"{where}.{name}: missing" for name in shape if not name.endswith("?") and name not in value
    ]
    for name in value.keys() & fields.keys():
        lines += differences(value[name], fields[name], f"{where}.{name}")
    return lines


def _is_text_of(kind: str, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if kind == STATUS:
        return value in STATUSES
    if kind == UUID_TEXT:
        return str(UUID(value)) == value
    return (
        len(value) == len("2016-11-03T11:49:02.807Z") and value.endswith("Z") and value[10] == "T"
    )
