"""A mail about nobody, to see whether mail arrives, and from whom."""

from __future__ import annotations

from datetime import datetime

from django.core.mail import EmailMessage

from reminders.domain.roads.email import access
from reminders.domain.roads.email.post import connection

WORDS = """This is a test from your appointment reminders.

Patients' mails come from this address. If you read this in the inbox, and not under spam, all is
well.
"""


def send(to: str, *, now: datetime) -> str:
    """Send it; what went wrong in words, blank where the mail server took it."""
    headers = {"Auto-Submitted": "auto-generated"}
    mail = EmailMessage(
        "Test of appointment e-mails", WORDS, access.sender(), [to], headers=headers
    )
    try:
        connection().send_messages([mail])
    except Exception as error:  # each backend has errors of its own
        return f"It was not taken ({type(error).__name__}). Look at the mail server's settings."
    access.answered(now=now)
    return ""
