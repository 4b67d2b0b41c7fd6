"""Django's own mail backend, that kills its process before or after a mail."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage
from django.core.mail.backends import smtp

from tests.faults.support.crashing import die

_LOCK = threading.Lock()
_NUMBERS = itertools.count(1)
"""Over all connections of this process: a forked one goes on counting from what it was given."""


class EmailBackend(smtp.EmailBackend):
    """Dies before the nth mail, or once the server took one. Each child counts from one."""

    def __init__(self, *, before: int = 0, after: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._before, self._after = before, after

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Send, unless this is the one."""
        with _LOCK:
            number = next(_NUMBERS)
        if number == self._before:
            die()
        sent = super().send_messages(email_messages)
        # A mail that was refused has raised: this one was taken.
        if self._after:
            die()
        return int(sent or 0)
