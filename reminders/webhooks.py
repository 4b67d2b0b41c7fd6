"""What the provider pushes to us: verify, parse, store, answer. Never an error page.

Acting on it is left to a worker, so that an answer takes a few milliseconds however much is pushed.
Anything but a 2xx makes the provider try again later; polling is the safety net.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from reminders.domain.common import database_clock
from reminders.domain.common.enqueue import enqueue_debounced
from reminders.domain.operations import refused_pushes
from reminders.domain.replies.receive import store_pushed
from reminders.domain.roads.email import hooks
from reminders.domain.roads.whatsapp.callbacks import keep
from reminders.domain.sending import webhook_secrets
from reminders.provider import BadSignature, ReplyPayload, Unreadable, parse_webhook, verify_webhook
from reminders.provider.conversation import read_callback, verify_callback

logger = logging.getLogger(__name__)

LARGEST_BODY = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
"""Room for a picture that is pushed with its text; Django itself reads no more into memory."""


@csrf_exempt
@require_POST
def messages_webhook(request: HttpRequest, secret: str) -> HttpResponse:
    """Take a reply, an opt-out notice or a delivery report: 200 stored, 401, 404, 413 or 400
    refused.
    """
    # The database's: the rounds that act on what is stored here go by it as well.
    now = database_clock.now()
    length = request.headers.get("Content-Length") or "0"
    # Cut to 12 digits: turning thousands of them into a number is work that anybody could order.
    small = length.isascii() and length.isdigit() and int(length[:12]) <= LARGEST_BODY
    try:
        # Of a stranger's push the body is read only where it is small, to tell the provider's by.
        if not webhook_secrets.is_ours(secret, now=now):
            return _refuse(request.body if small else b"", now=now)
    except (DatabaseError, InterfaceError):
        # Not 404: that the secret could not be looked up must not read as “this address is not
        # ours”.
        return _answer(503, "try again")
    if not small:
        return _answer(413, "too large")
    try:
        _check_signature(request, body := request.body)
    except (DatabaseError, InterfaceError):
        return _answer(503, "try again")
    except BadSignature as error:
        # Words of our own only: headers and body hold numbers and texts of patients.
        logger.warning("A push was refused: %s", error)
        _tell_of_signature(now=now)
        return _answer(401, "bad signature")
    item = parse_webhook(body)
    if isinstance(item, Unreadable):
        logger.warning("A push could not be read: %s", item.reason)
        return _answer(400, f"unreadable: {item.reason}")
    try:
        store_pushed(item, now=now)
    except (DatabaseError, InterfaceError) as error:
        # The provider pushes it again, and polling fetches it: nothing is lost by an honest 503.
        logger.error("A push could not be stored: %s", type(error).__name__)
        return _answer(503, "try again")
    if isinstance(item, ReplyPayload):  # a patient waits for an answer; reports have time
        enqueue_debounced("apply")
    return _answer(200, "stored")


@csrf_exempt
@require_POST
def whatsapp_webhook(request: HttpRequest) -> HttpResponse:
    """Take what happened on WhatsApp: 200 stored or of no use here, 401, 404, 413 or 400
    refused.
    """
    if settings.WHATSAPP is None:
        return _answer(404, "not found")
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdigit() and int(length[:12]) <= LARGEST_BODY):
        return _answer(413, "too large")
    try:
        now = database_clock.now()
        body, secret = request.body, settings.WHATSAPP.webhook_secret
        verify_callback(secret, request.headers, body, now=now)
        kept = keep(read_callback(body, now=now), now=now)
        return _answer(200, "stored" if kept else "of no use here")
    except BadSignature as error:
        # Words of our own only, as above.
        logger.warning("A push of WhatsApp was refused: %s", error)
        return _answer(401, "bad signature")
    except ValueError as error:
        logger.warning("A push of WhatsApp could not be read: %s", error)
        return _answer(400, "unreadable")
    except (DatabaseError, InterfaceError):
        return _answer(503, "try again")


@csrf_exempt
@require_POST
def email_webhook(request: HttpRequest) -> HttpResponse:
    """Take what a mail service tells: 200 taken, 401, 404, 413 or 400 refused."""
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdigit() and int(length[:12]) <= LARGEST_BODY):
        return _answer(413, "too large")
    try:
        return hooks.receive(request) or _answer(404, "not found")
    except (PermissionDenied, SuspiciousOperation):
        logger.warning("A push of the mail service was refused")
        return _answer(401, "not known")
    except (ValueError, KeyError, TypeError):
        logger.warning("A push of the mail service could not be read")
        return _answer(400, "unreadable")
    except (DatabaseError, InterfaceError):
        return _answer(503, "try again")


def _refuse(body: bytes, *, now: datetime) -> HttpResponse:
    """Nobody's address. What looks like a push of the provider's is counted, and staff are told."""
    if not isinstance(parse_webhook(body), Unreadable):
        refused_pushes.note(now=now)
    return _answer(404, "not found")


def _tell_of_signature(*, now: datetime) -> None:
    """Only who knows our secret comes here: the provider, with a key that we do not have."""
    try:
        refused_pushes.note(now=now, code="signatures")
    except (DatabaseError, InterfaceError) as error:
        logger.error("A refused push could not be counted: %s", type(error).__name__)


def _check_signature(request: HttpRequest, body: bytes) -> None:
    """Of a real provider, and where a key is known, nothing unsigned is taken. Raises
    BadSignature.
    """
    now = database_clock.now()
    keys: dict[str, str] | str = webhook_secrets.push_keys(now=now)
    named = request.headers.get("X-MessageMedia-Key-Id", "").lower()
    # The one of the environment has no id, and stands for those that were not made by our button.
    if settings.WEBHOOK_PUBLIC_KEY and named not in keys:
        keys = settings.WEBHOOK_PUBLIC_KEY
    if not keys and settings.PROVIDER_IS_HERE:
        return
    verify_webhook(
        public_keys=keys,
        headers=request.headers,
        method=request.method or "POST",
        # With the query, as it stood on the request line: that is what the provider signed.
        path=request.get_full_path(),
        body=body,
        now=now,
    )


def _answer(status: int, words: str) -> HttpResponse:
    return HttpResponse(f"{words}\n", status=status, content_type="text/plain; charset=utf-8")
