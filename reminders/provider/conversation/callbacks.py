"""What the Conversation API pushes: verified by its signature, then read into one of three kinds.

Anything else that is well-formed is None: the provider adds kinds unannounced, and must not be
made to repeat them.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from reminders.provider.reading import JsonObject, read_json
from reminders.provider.signatures import BadSignature

MAX_AGE = timedelta(minutes=5)
HEADER = "x-sinch-webhook-signature"
ALGORITHM = "HmacSHA256"
LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class TextReport:
    """News of a text of ours: `reference` is ours, blank where it did not come back."""

    message_id: str
    reference: str
    status: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What a patient wrote or tapped. `number` is E.164, blank where only another id came.

    `payload` is that of a tapped button; `answers` the provider's id of our text that it is to.
    """

    id: str
    number: str
    text: str
    payload: str
    answers: str
    attachments: int
    at: datetime
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class OptOutNotice:
    """Somebody wants nothing more by WhatsApp."""

    number: str


Callback = TextReport | InboundMessage | OptOutNotice


def verify_callback(secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
    """Raises BadSignature unless the provider signed these bytes within the last minutes."""
    signature, nonce = headers.get(HEADER, ""), headers.get(f"{HEADER}-nonce", "")
    stamp = headers.get(f"{HEADER}-timestamp", "")
    if not secret or not signature or headers.get(f"{HEADER}-algorithm", "") != ALGORITHM:
        raise BadSignature("it is not signed as the provider signs")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):
        raise BadSignature("its time can't be read")
    # An old one that somebody recorded; what is repeated within the minutes is known by its id.
    if abs(now - datetime.fromtimestamp(int(stamp), UTC)) > MAX_AGE:
        raise BadSignature("it is too old, or a clock is off")
    signed = body + f".{nonce}.{stamp}".encode()
    expected = base64.b64encode(hmac.new(secret.encode(), signed, hashlib.sha256).digest())
    if not hmac.compare_digest(expected, signature.encode()):
        raise BadSignature("its signature is not the provider's")


def read_callback(body: bytes, *, now: datetime) -> Callback | None:
    """What was pushed; None for a kind that is of no use here. Raises ValueError for nonsense."""
    pushed = _object(read_json(body))
    at = _time(pushed.get("event_time"), now=now)
    if "message_delivery_report" in pushed:
        return _report(_object(pushed["message_delivery_report"]), at)
    if "message" in pushed:
        return _inbound(_object(pushed["message"]), pushed, at)
    if "opt_out_notification" in pushed:
        notice = _object(pushed["opt_out_notification"])
        ended = _text(notice.get("status")) == "OPT_OUT_SUCCEEDED"
        number = _number(notice.get("identity"))
        whatsapp = _text(notice.get("channel")) in ("", "WHATSAPP")
        return OptOutNotice(number) if ended and number and whatsapp else None
    return None


def _report(report: JsonObject, at: datetime) -> TextReport:
    message_id, status = _text(report.get("message_id")), _text(report.get("status"))
    if not message_id or not status or len(message_id) > LONGEST_ID:
        raise ValueError("a report without an id or a status")
    reason = report.get("reason")
    code = _text(reason.get("code")) if isinstance(reason, dict) else ""
    reference = _text(report.get("metadata"))
    return TextReport(message_id, reference, status[:40], code[:80], at)


def _inbound(message: JsonObject, pushed: JsonObject, at: datetime) -> InboundMessage | None:
    identity, said = message.get("channel_identity"), message.get("contact_message")
    if message.get("direction") == "TO_CONTACT" or not isinstance(said, dict):
        return None
    written = identity if isinstance(identity, dict) else {}
    if _text(written.get("channel")) not in ("", "WHATSAPP"):
        return None
    found = _text(message.get("id"))
    if not found or len(found) > LONGEST_ID - 10:
        raise ValueError("a message without an id")
    tapped, text = said.get("choice_response_message"), said.get("text_message")
    tapped = tapped if isinstance(tapped, dict) else {}
    text = text if isinstance(text, dict) else {}
    quoted = said.get("reply_to")
    quoted = quoted if isinstance(quoted, dict) else {}
    answers = _text(tapped.get("message_id")) or _text(quoted.get("message_id"))
    return InboundMessage(
        id=found,
        number=_number(written.get("identity")),
        text=_text(text.get("text")),
        payload=_text(tapped.get("postback_data"))[:200],
        answers=answers[:LONGEST_ID],
        attachments=0 if tapped or text else 1,
        at=at,
        raw=pushed,
    )


def _object(value: object) -> JsonObject:
    if isinstance(value, dict):
        return value
    raise ValueError("no object")


def _text(value: Any) -> str:  # Any: JSON
    return value if isinstance(value, str) else ""


def _number(identity: object) -> str:
    """Digits, mostly without their +. Who hides the number behind a name has another id here."""
    digits = _text(identity).removeprefix("+")
    usable = digits.isascii() and digits.isdigit() and 8 <= len(digits) <= 15
    return f"+{digits}" if usable else ""


def _time(value: object, *, now: datetime) -> datetime:
    """Up to nine decimals, of which six are kept; never in the future."""
    written = _text(value).strip().replace("Z", "+00:00")
    whole, dot, rest = written.partition(".")
    if dot:
        digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
        written = f"{whole}.{digits[:6].ljust(6, '0')}{rest[len(digits) :]}"
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        return now
    return min(at if at.tzinfo else at.replace(tzinfo=UTC), now)
