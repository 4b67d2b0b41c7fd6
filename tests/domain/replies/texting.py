"""A patient's side of the story for tests: texts that went out, and replies that come in and are
acted on.
"""

from datetime import datetime, timedelta
from itertools import count

from reminders.domain.replies.receive import apply_waiting_replies, store_replies
from reminders.models import Appointment, InboxItem, Message, ReminderRule, Reply
from reminders.provider import ReplyPayload
from tests import factories as make
from tests.factories import NOON

_numbers = count(1)
LISTS = "Appointments: 1) Ann, 2) Ben. Reply Y to confirm all, Y 2 for one only, or N."


def texted(appointment: Appointment, **values: object) -> Message:
    """The confirmation of this appointment, which reached the phone two hours before NOON."""
    rule = ReminderRule.objects.filter(kind="confirmation").first() or make.make_confirmation_rule()
    plain = {
        "appointment": appointment,
        "contact": appointment.contact,
        "location": appointment.location,
        "phone": appointment.contact.phone,
        "state": "delivered",
        "scheduled_at": NOON - timedelta(hours=2),
        "created_at": NOON - timedelta(hours=20),
    }
    message = make.make_message(**(plain | values))
    make.make_handed_over(appointment, rule, message=message)
    return message


def texted_together(*appointments: Appointment) -> Message:
    """One text that lists several appointments, in this order."""
    message = texted(appointments[0], text=LISTS)
    rule = ReminderRule.objects.get(kind="confirmation")
    for appointment in appointments[1:]:
        make.make_handed_over(appointment, rule, message=message)
    return message


def reply(
    text: str,
    *,
    to: Message | None = None,
    phone: str = "",
    at: datetime = NOON,
    notice: bool = False,
) -> ReplyPayload:
    """A reply as the provider tells of it: to a text, or from a number alone."""
    return ReplyPayload(
        reply_id=f"reply-{next(_numbers)}",
        message_id=to.provider_id if to else None,
        metadata={"message": str(to.pk)} if to else {},
        received_at=at,
        source_number=phone or (to.phone if to else make.phone()),
        destination_number=None,
        content=text,
        raw={"content": text},
        is_opt_out_notice=notice,
    )


def answers(
    text: str, *, to: Message | None = None, phone: str = "", now: datetime = NOON
) -> Reply:
    """The patient answers, and it is acted on at once; the reply as it is then."""
    return receive(reply(text, to=to, phone=phone, at=now), now=now)


def receive(payload: ReplyPayload, *, now: datetime = NOON) -> Reply:
    """A reply comes in and is acted on."""
    source = Reply.Source.NOTICE if payload.is_opt_out_notice else Reply.Source.POLL
    store_replies([payload], source=source, now=now)
    apply_waiting_replies(now=now)
    return Reply.objects.get(provider_id=payload.reply_id)


def cards() -> list[str]:
    """The kinds of the cards that wait, the oldest first."""
    return list(
        InboxItem.objects.filter(done_at=None).order_by("pk").values_list("kind", flat=True)
    )


def answer_to(reply: Reply) -> str:
    """The text of the automatic answer; empty without one."""
    found = Message.objects.filter(answers=reply, kind="answer").first()
    return found.text if found else ""


def status(appointment: Appointment) -> str:
    """The appointment's status as it is stored now."""
    return Appointment.objects.values_list("status", flat=True).get(pk=appointment.pk)


def visit(**values: object) -> Appointment:
    """Ann's appointment on Wednesday at ten, two days after NOON."""
    location = values.pop("location", None) or make.make_location(
        name="Harbour Dental", phone="020 7946 0000"
    )
    return make.make_appointment(location=location, **values)  # type: ignore[arg-type]  # passed on
