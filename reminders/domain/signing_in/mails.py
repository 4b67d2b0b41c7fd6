"""E-mails about a sign-in, to the person whose sign-in it is; none without a mail server.

They go beside the request: how long a mail server takes would tell a stranger whether a name
exists.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.contrib.auth.models import User
from django.core.mail import send_mail

from reminders import branding

# What waits here dies with the process: nothing may depend on one of these e-mails arriving.
_poster = ThreadPoolExecutor(1, thread_name_prefix="mail")
log = logging.getLogger(__name__)
SIGNED = f"\n\n{branding.NAME}"
NOT_YOU = (
    "If that was you, all is well. If not, change your password at once and tell an administrator."
)


def can_send() -> bool:
    """Whether a mail server is set up."""
    return settings.EMAIL_URL is not None


def post(user: User, subject: str, text: str) -> bool:
    """Send to a user's address; return whether there is one and a server."""
    if not can_send() or not user.email:
        return False
    greeting = f"Hello {user.first_name or user.get_username()},\n\n"
    _poster.submit(_send, user.email, f"{branding.NAME}: {subject}", greeting + text + SIGNED)
    return True


def tell(user: User, what: str) -> bool:
    """Tell somebody what happened to their sign-in, in a sentence."""
    return post(user, "your sign-in", f"{what}\n\n{NOT_YOU}")


def _send(address: str, subject: str, text: str) -> None:
    try:
        send_mail(subject, text, None, [address])
    # Nobody waits for it; the kind alone, since the server's words name the address.
    except Exception as error:
        log.warning("An e-mail about a sign-in was not sent: %s", type(error).__name__)
