"""What the provider pushes to us: verify, parse, store, answer. Never an error page.

Acting on it is left to a worker, so that an answer takes a few milliseconds however much is pushed.
Anything but a 2xx makes the provider try again later; polling is the safety net.
"""

from __future__ import annotations

import hmac
import logging

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from reminders.domain.doorbell import ring_apart
from reminders.domain.receiving import store_pushed
from reminders.provider import BadSignature, ReplyPayload, Unreadable, parse_webhook, verify_webhook

logger = logging.getLogger(__name__)

LARGEST_BODY = 1024 * 1024


@csrf_exempt
@require_POST
def messages_webhook(request: HttpRequest, secret: str) -> HttpResponse:
    """Take a reply, an opt-out notice or a delivery report: 200 stored, 401, 404, 413 or 400 refused."""
    if not hmac.compare_digest(secret.encode(), settings.WEBHOOK_SECRET.encode()):
        return _answer(404, "not found")
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdigit() and int(length[:12]) <= LARGEST_BODY):
        return _answer(413, "too large")
    now = timezone.now()
    try:
        _check_signature(request, body := request.body)
    except BadSignature as error:
        logger.warning("A push was refused: %s", error)
        return _answer(401, "bad signature")
    item = parse_webhook(body)
    if isinstance(item, Unreadable):
        logger.warning("A push could not be read: %s", item.reason)
        return _answer(400, f"unreadable: {item.reason}")
    try:
        store_pushed(item, now=now)
    except (DatabaseError, InterfaceError) as error:
        logger.error("A push could not be stored: %s", type(error).__name__)  # noqa: TRY400 -- no personal data
        return _answer(503, "try again")
    if isinstance(item, ReplyPayload):  # a patient waits for an answer; reports have time
        ring_apart("apply")
    return _answer(200, "stored")


def _check_signature(request: HttpRequest, body: bytes) -> None:
    """Where a public key is configured, nothing unsigned is taken. Raises BadSignature."""
    if not settings.WEBHOOK_PUBLIC_KEY:
        return
    verify_webhook(
        public_keys=settings.WEBHOOK_PUBLIC_KEY,
        headers=request.headers,
        method=request.method or "POST",
        path=request.get_full_path(),
        body=body,
        now=timezone.now(),
    )


def _answer(status: int, words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
