"""What lies elsewhere: the provider and our account there, the mail server, our own address.

Nothing here asks the database, so that all of it can be asked at once.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import get_connection

from reminders.domain.common import database_clock
from reminders.domain.operations.doctor.findings import Finding, Findings, danger, ok, warning
from reminders.domain.sending.calls.counted import clock_off
from reminders.provider import (
    CredentialsRefused,
    MessagesApi,
    MessagesApiError,
    NotFound,
    Refused,
    SenderAddress,
)

SLOW = 2.0
MAY_TAKE = 5.0
"""Seconds, both."""
ENDS_SOON = timedelta(days=14)


def provider(api: MessagesApi) -> Findings:
    """Whether it answers, takes our key, and has the time that we have."""
    began = time.monotonic()
    try:
        # An id that nobody has: “not found” comes only after the credentials were taken.
        api.status(str(uuid.uuid4()))
    except NotFound:
        took = time.monotonic() - began
        words = f"It answers within {took:.1f} s and takes our key."
        if took > SLOW:
            yield warning("provider", "Provider", words, "Look at the line to it, and its status.")
        else:
            yield ok("provider", "Provider", words)
        yield from _its_clock()
    except CredentialsRefused as error:
        yield danger(
            "provider",
            "Provider",
            str(error),
            "Set MESSAGES_API_KEY, MESSAGES_API_SECRET and MESSAGES_API_ACCOUNT "
            "right, then start all programs again.",
        )
    except MessagesApiError as error:
        yield danger(
            "provider",
            "Provider",
            str(error),
            "Look at MESSAGES_API_URL, at the line to it, and at the provider's status page.",
        )


def _its_clock() -> Findings:
    off = clock_off()
    if off is None:
        return
    if abs(off) > database_clock.TOLERATED:
        yield danger(
            "provider_clock",
            "Provider's clock",
            f"The database is {database_clock.in_words(off)} of the provider.",
            "Have the time of the database's machine set by the network (NTP).",
        )
    else:
        yield ok("provider_clock", "Provider's clock", "It agrees with ours.")


def account(api: MessagesApi, senders: Sequence[str]) -> Findings:
    """What can be seen of the account: signed pushes, and whether our senders are approved."""
    try:
        yield _signed(api)
        yield from _senders(api.sender_addresses(), senders)
    except Refused:
        yield ok("account", "The account", "The provider shows no more of it; see the switches.")
    except MessagesApiError:
        return  # said by the check of the provider itself


def _signed(api: MessagesApi) -> Finding:
    if not settings.PUBLIC_URL:
        return ok("pushes", "Pushed replies", "Replies are fetched; PUBLIC_URL is not set.")
    try:
        enabled = [key for key in api.signature_keys() if key.enabled]
    except Refused:
        return warning(
            "pushes",
            "Pushed replies",
            "The account cannot sign what it pushes.",
            "Ask the provider to switch signature keys on.",
        )
    if not enabled and not settings.PROVIDER_IS_HERE:
        return warning(
            "pushes",
            "Pushed replies",
            "They are not signed, so none is taken.",
            "Choose “Have pushes signed” on the Connection page.",
        )
    return ok("pushes", "Pushed replies", "They are signed." if enabled else "By the sandbox.")


def _senders(approved: Sequence[SenderAddress], used: Sequence[str]) -> Findings:
    known = {one.address.lstrip("+").lower() for one in approved}
    missing = [one for one in used if one.lstrip("+").lower() not in known]
    if known and missing:
        yield danger(
            "senders",
            "Senders",
            f"Not approved there: {', '.join(missing[:5])}.",
            "Register them at the provider, or choose others under Set-up, Locations.",
        )
    elif used:
        yield ok(
            "senders",
            "Senders",
            "All are approved. Own numbers have to be verified "
            "again every 12 months: the provider writes before one runs out.",
        )


def certificate(*, now: datetime | None = None) -> Findings:
    """Until when the certificate of our address holds, as browsers see it."""
    address = urlsplit(settings.PUBLIC_URL)
    if address.scheme != "https":
        return
    mend = "Renew the certificate at the proxy in front, and look why it was not renewed by itself."
    try:
        ends = _ends_at(address.hostname or "", address.port or 443)
    except ssl.SSLCertVerificationError as error:
        yield danger("certificate", "Certificate", error.verify_message, mend)
        return
    except OSError as error:
        yield warning(
            "certificate",
            "Certificate",
            f"{address.hostname} can't be reached from here ({type(error).__name__}).",
            "Look at PUBLIC_URL, the proxy in front and the name's address.",
        )
        return
    left = ends - (now or datetime.now(UTC))
    words = f"It holds until {ends:%d %B %Y}."
    if left < ENDS_SOON:
        yield warning("certificate", "Certificate", words, mend)
    else:
        yield ok("certificate", "Certificate", words)


def _ends_at(host: str, port: int) -> datetime:
    context = ssl.create_default_context()
    with (
        socket.create_connection((host, port), timeout=MAY_TAKE) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        told = secure.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(told["notAfter"])), UTC)


def mail() -> Findings:
    """Whether the mail server takes our name and password; nothing is sent."""
    if not settings.EMAIL_URL:
        return
    try:
        server = get_connection()
        server.open()
        server.close()
    except (smtplib.SMTPException, OSError) as error:
        yield danger(
            "mail",
            "Mail server",
            f"It can't be used ({type(error).__name__}).",
            "Look at EMAIL_URL: host, port, user and password.",
        )
    else:
        yield ok("mail", "Mail server", "It takes e-mails from us.")
