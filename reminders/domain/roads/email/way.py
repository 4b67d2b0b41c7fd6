"""How the next road takes over from e-mail. That one arrived says nothing: it is to be opened."""

from __future__ import annotations

from reminders.domain.roads.next_road import Way
from reminders.models import EmailText, Message

WAY = Way(
    road=Message.Road.EMAIL,
    texts=EmailText,
    by="by_email",
    emptied={"sms_text": "", "words": ""},
    sms_text=lambda row: str(row.sms_text),
    not_taken="The mail server did not take it in time",
    not_known="Not known whether the mail server took it",
    too_late="Not opened in time",
    withdrawn="Withdrawn; not known whether the mail server had it",
    arrived="Opened",
)
