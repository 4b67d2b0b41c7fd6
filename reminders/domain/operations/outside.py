"""What is told to programs elsewhere: a sign of life while all is well, and alerts, signed.

Neither may do harm: whatever becomes of a call is logged and forgotten.
"""

from __future__ import annotations

import base64
import hmac
import json
import logging
import uuid
from datetime import datetime

import httpx
from django.conf import settings

from reminders.domain.common.connections import release_connection
from reminders.domain.operations.health import take_pulse

logger = logging.getLogger(__name__)

MAY_TAKE = 5.0
"""Seconds."""


def ping(*, now: datetime) -> int:
    """Call HEARTBEAT_URL while nothing is wrong; return how many calls were answered well.

    Who waits for the call raises the alarm when none comes, also where this whole site is gone.
    """
    url = settings.OUTSIDE.heartbeat_url
    if not url or take_pulse(now=now).troubles(now=now):
        return 0
    return int(_asked("GET", url))


def tell(code: str, *, level: str, title: str, words: str, over: bool, now: datetime) -> bool:
    """Post one alert to ALERT_WEBHOOK_URL; whether it was taken. False where none is set."""
    url = settings.OUTSIDE.webhook_url
    if not url:
        return False
    body = json.dumps(
        {
            "event": "trouble.over" if over else "trouble.began",
            "code": code,
            "level": level,
            "title": title,
            "words": words,
            "site": settings.PUBLIC_URL,
            "at": now.isoformat(timespec="seconds"),
        },
        ensure_ascii=False,
    ).encode()
    headers = {"Content-Type": "application/json", **signed(body, now=now)}
    return _asked("POST", url, headers=headers, content=body)


def signed(body: bytes, *, now: datetime, message_id: str = "") -> dict[str, str]:
    """The headers by which the receiver knows that it is ours, as standardwebhooks.com says.

    HMAC-SHA256 over id, time and body under ALERT_WEBHOOK_SECRET, in base64.
    """
    message_id, at = message_id or f"msg_{uuid.uuid4().hex}", str(int(now.timestamp()))
    key = settings.OUTSIDE.webhook_secret.encode()
    seal = hmac.digest(key, f"{message_id}.{at}.".encode() + body, "sha256")
    return {
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": f"v1,{base64.b64encode(seal).decode()}",
    }


def _asked(
    method: str, url: str, *, headers: dict[str, str] | None = None, content: bytes | None = None
) -> bool:
    # The other side may be slow, and the pool is the staff pages'.
    release_connection()
    try:
        answer = httpx.request(method, url, headers=headers, content=content, timeout=MAY_TAKE)
    # Its words may name the address, in which the secret of such services stands.
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        logger.warning("A service outside could not be told: %s", type(error).__name__)
        return False
    if not answer.is_success:
        logger.warning("A service outside answered HTTP %s", answer.status_code)
    return answer.is_success
