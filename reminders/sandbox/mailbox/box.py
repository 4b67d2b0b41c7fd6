"""The caught mails, and which addresses behave specially."""

import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

MOST = 200
BOUNCES, REFUSED, SILENT = "bounce", "refused", "silent"


@dataclass(frozen=True, slots=True)
class Caught:
    """One mail as it would have gone over the wire. `at` is the sandbox's clock (Unix time)."""

    number: int
    at: float
    mail: EmailMessage

    def header(self, name: str) -> str:
        """A header's value, or nothing."""
        return str(self.mail.get(name, ""))

    def part(self, kind: str) -> str:
        """The part that is `plain` or `html`."""
        body = self.mail.get_body((kind,))
        return str(body.get_content()) if body is not None else ""

    @property
    def calendar(self) -> bytes:
        """The file that hangs on it; empty where there is none."""
        for one in self.mail.iter_attachments():
            content = one.get_content()
            return content.encode() if isinstance(content, str) else bytes(content)
        return b""


class Mailbox:
    """The latest mails, the newest first. Any thread may call any method."""

    def __init__(self) -> None:
        self._lock, self._last = threading.Lock(), 0
        self.mails: list[Caught] = []

    def reset(self) -> None:
        """Forget all mails."""
        with self._lock:
            self.mails, self._last = [], 0

    def take(self, wire: bytes, *, at: float) -> int:
        """Take a mail; what a mail server would answer: 250, 550 no such mailbox, 554 not taken,
        501 no mail; 0 where nothing is to be heard of it, though it arrived.
        """
        mail = message_from_bytes(wire, policy=policy.default)
        if not isinstance(mail, EmailMessage) or not mail.get("To"):
            return 501
        to = str(mail["To"])
        if to.startswith(BOUNCES):
            return 550
        if to.startswith(REFUSED):
            return 554
        with self._lock:
            self._last += 1
            self.mails = [Caught(self._last, at, mail), *self.mails][:MOST]
        return 0 if to.startswith(SILENT) else 250

    def find(self, number: int) -> Caught | None:
        """The mail with this number."""
        return next((one for one in self.mails if one.number == number), None)
