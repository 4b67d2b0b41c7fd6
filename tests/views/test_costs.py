"""What a page asks of the database does not grow with what it shows: 10 rows cost as much as
300.
"""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.utils import timezone

from reminders.models import (
    Appointment,
    Contact,
    InboxItem,
    Location,
    Message,
    Reminder,
    ReminderRule,
    Reply,
)
from tests.factories import make_confirmation_rule, make_location, make_practitioner, make_service

pytestmark = [pytest.mark.django_db, pytest.mark.deep]

MOST = 27
TOMORROW = timezone.now() + timedelta(days=1)
PAGES = (
    f"/?date={TOMORROW:%Y-%m-%d}",
    f"/day/rows/?date={TOMORROW:%Y-%m-%d}",
    "/appointments/",
    "/contacts/",
    "/calls/",
    "/inbox/",
    "/not-sent/",
    "/forecast/",
    "/data-quality/?who=all",
    "/data-quality/?flaw=twice&who=all",
    "/statistics/",
    "/statistics/change/",
    "/appointments/export/",
    "/import/",
    "/set-up/",
    "/set-up/rules/",
    "/set-up/wordings/",
    "/set-up/connection/",
)


def fill(place: Location, rule: ReminderRule, *, start: int, count: int) -> None:
    """So many patients, each with a visit tomorrow, a text, an unclear reply and a text that did
    not go.
    """
    numbers = range(start, start + count)
    visits = fill_the_diary(place, numbers)
    text_them(place, rule, visits)
    hear_from_them(place, visits, numbers)


def fill_the_diary(place: Location, numbers: Sequence[int]) -> list[Appointment]:
    now = timezone.now()
    practitioner, service = make_practitioner(), make_service()
    people = Contact.objects.bulk_create(
        Contact(
            first_name="Pat",
            last_name=f"Number {n}",
            phone=f"+4477009{n % 1000:05d}" if n % 9 else "",
        )
        for n in numbers
    )
    return Appointment.objects.bulk_create(
        Appointment(
            location=place,
            contact=person,
            practitioner=practitioner,
            service=service,
            starts_at=TOMORROW,
            local_date=TOMORROW.date(),
            local_time=TOMORROW.time(),
            changed_at=now,
        )
        for person in people
    )


def text_them(place: Location, rule: ReminderRule, visits: Sequence[Appointment]) -> None:
    now = timezone.now()
    texts = Message.objects.bulk_create(
        Message(
            kind="reminder",
            appointment=visit,
            contact=visit.contact,
            location=place,
            phone="+447700900123",
            text="Hello",
            state="delivered",
            scheduled_at=now - timedelta(hours=1),
            expires_at=TOMORROW,
            send_after=now,
            created_at=now - timedelta(hours=1),
        )
        for visit in visits
    )
    common = {
        "location": place,
        "starts_at": TOMORROW,
        "local_date": TOMORROW.date(),
        "phone": "+447700900123",
        "cutoff_at": TOMORROW,
        "updated_at": now,
        "rule": rule,
    }
    Reminder.objects.bulk_create(
        Reminder(appointment=visit, message=text, state="sent", version=1, due_at=now, **common)
        for visit, text in zip(visits, texts, strict=True)
    )
    Reminder.objects.bulk_create(
        Reminder(
            appointment=visit,
            state="skipped",
            reason="held",
            version=2,
            due_at=now - timedelta(hours=2),
            **common,
        )
        for visit in visits
    )


def hear_from_them(place: Location, visits: Sequence[Appointment], numbers: Sequence[int]) -> None:
    now = timezone.now()
    replies = Reply.objects.bulk_create(
        Reply(
            provider_id=f"reply-{n}", contact=visit.contact, phone="+447700900123", text="Perhaps",
            received_at=now, stored_at=now, applied_at=now,
        )
        for n, visit in zip(numbers, visits, strict=True)
    )  # fmt: skip
    InboxItem.objects.bulk_create(
        InboxItem(
            kind="unclear",
            reply=reply,
            contact=visit.contact,
            appointment=visit,
            location=place,
            opened_at=now,
        )
        for reply, visit in zip(replies, visits, strict=True)
    )


def test_ten_rows_cost_as_much_as_three_hundred(sign_in, statements):
    place, rule = (
        make_location(zone="UTC", open_days=[1, 2, 3, 4, 5, 6, 7]),
        make_confirmation_rule(),
    )
    client = sign_in("administrator")

    def cost(page: str) -> int:
        client.get(page)
        # Twice: whether the database takes anything is asked once in a few seconds, by any page.
        return min(statements(lambda: client.get(page)) for _ in range(2))

    def costs() -> dict[str, int]:
        return {page: cost(page) for page in PAGES}

    fill(place, rule, start=0, count=10)
    few = costs()
    fill(place, rule, start=10, count=290)
    many = costs()

    assert many == few
    assert {page: cost for page, cost in many.items() if cost > MOST} == {}
