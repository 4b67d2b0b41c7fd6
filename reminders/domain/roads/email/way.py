"""How SMS takes over from e-mail, and when it need not: the page was opened, or the visit was
answered by whatever way since the mail went.
"""

from __future__ import annotations

from reminders.domain.roads.next_road import Way
from reminders.models import Appointment, EmailNews, EmailText, Message

ANSWERED = (Appointment.Status.CONFIRMED, Appointment.Status.DECLINED)


def has_answer(row: EmailText) -> bool:
    """Whether nobody has to be asked any more."""
    # Also news that came since this round looked for it: a text too many can't be taken back.
    if EmailNews.objects.filter(message_uuid=row.pk, kind=EmailNews.Kind.OPENED).exists():
        return True
    if not row.status_then or row.message.appointment_id is None:
        return False
    visit = Appointment.objects.filter(pk=row.message.appointment_id, status__in=ANSWERED)
    return visit.exclude(status=row.status_then).exists()


WAY = Way(
    road=Message.Road.EMAIL,
    texts=EmailText,
    by="by_email",
    emptied={"sms_text": ""},
    sms_text=lambda row: str(row.sms_text),
    has_answer=has_answer,
    not_taken="The mail server did not take it in time",
    not_known="Not known whether the mail server took it",
    too_late="Not opened in time",
    withdrawn="Withdrawn; not known whether the mail server had it",
    arrived="Opened",
    arrived_late="Opened after the SMS had gone",
)
