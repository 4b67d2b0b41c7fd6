"""The mail server of the sandbox: nothing leaves this machine, the mailbox in the browser shows it.

Only the settings choose it (`PATIENTS_MAIL`); what is sent, and how, does not know of it. It
answers with the errors that a mail server would be answered with.
"""

from __future__ import annotations

import smtplib
from collections.abc import Sequence
from typing import Any

import httpx
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class EmailBackend(BaseEmailBackend):
    """Posts each mail to the sandbox, as it would go over the wire."""

    def __init__(self, *, url: str, **kwargs: Any) -> None:  # Any: as Django gives them
        super().__init__(**kwargs)
        self._url = f"{url}/mail/caught"

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Hand them over, one by one. Raises as smtplib does."""
        for one in email_messages:
            self._send(one)
        return len(email_messages)

    def _send(self, one: EmailMessage) -> None:
        to = one.recipients()
        wire = one.message().as_bytes()
        headers = {"Content-Type": "message/rfc822"}
        try:
            answer = httpx.post(self._url, content=wire, headers=headers, timeout=10)
        except httpx.ConnectError as error:
            raise smtplib.SMTPConnectError(421, str(error)) from error
        except httpx.HTTPError as error:
            raise smtplib.SMTPServerDisconnected(type(error).__name__) from error
        if answer.status_code != 200:
            raise smtplib.SMTPServerDisconnected("no answer")
        code = answer.json()["code"]
        if code == 550:
            raise smtplib.SMTPRecipientsRefused(dict.fromkeys(to, (550, b"5.1.1 No such mailbox")))
        if code != 250:
            raise smtplib.SMTPDataError(code, b"5.7.1 Not taken")
