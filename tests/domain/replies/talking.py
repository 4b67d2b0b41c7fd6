"""A conversation for tests: each reply answers the text that reached its number last, as at the
provider.
"""

from datetime import datetime, timedelta

from reminders.models import Message, Reply
from tests.domain.replies.texting import receive, reply
from tests.factories import NOON


def arrive(phone: str, *, at: datetime) -> Message | None:
    """What was to go out by then reaches the phone; the last text there."""
    waiting = Message.objects.filter(phone=phone, state="queued", send_after__lte=at)
    for message in waiting.order_by("created_at", "pk"):
        message.state, message.provider_id = "delivered", f"p-{message.pk}"
        message.save(update_fields=["state", "provider_id"])
    there = Message.objects.filter(phone=phone, state="delivered", scheduled_at__lte=at)
    return there.order_by("scheduled_at", "created_at", "pk").last()


def say(text: str, *, phone: str, minute: int = 0, knows_text: bool = True) -> Reply:
    """The patient writes so many minutes after NOON; `knows_text`: the provider tells what it
    answers.
    """
    at: datetime = NOON + timedelta(minutes=minute)
    last = arrive(phone, at=at)
    return receive(reply(text, to=last if knows_text else None, phone=phone, at=at), now=at)


def heard(phone: str) -> list[str]:
    """The automatic answers that the number got, the oldest first."""
    found = Message.objects.filter(phone=phone, kind="answer").order_by("created_at", "pk")
    return list(found.values_list("text", flat=True))


def by_staff(phone: str, text: str, *, minute: int = 0) -> Message:
    """Somebody of the staff writes to the number."""
    at = NOON + timedelta(minutes=minute)
    return Message.objects.create(
        kind="staff", asks="staff", phone=phone, text=text, state="delivered",
        provider_id=f"staff-{phone}-{minute}", scheduled_at=at, send_after=at, created_at=at,
        expires_at=at + timedelta(hours=12),
    )  # fmt: skip
