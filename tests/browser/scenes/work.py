"""Work to look at: calls, cards, a long conversation, texts that did not go, and figures of past
weeks.
"""

from datetime import timedelta

from reminders.domain.pages.statistics import compute_days
from reminders.domain.planning.plan import plan_appointments
from reminders.models import Appointment, CallAttempt, CannedReply, InboxItem, Reminder, Suppression
from tests.browser.scenes.days import NAMES, TEXT, Diary
from tests.factories import make_appointment, make_contact, make_message

REPLIES = (
    ("remark", "yes but I might be 10 min late, is that ok?"),
    ("unclear", "who is this?"),
    ("declined", "No sorry, work came up"),
    ("reschedule", "could we do next Thursday afternoon instead please"),
    ("may_cancel", "CANCEL"),
    ("unmatched", "Yes"),
    ("contradiction", "sorry meant NO"),
)


def nothing() -> Diary:
    """A site without any work."""
    diary = tomorrow()
    Reminder.objects.all().delete()
    return diary


def tomorrow() -> Diary:
    """An empty diary, open every day, that books for tomorrow."""
    diary = Diary()
    diary.place.open_days = [1, 2, 3, 4, 5, 6, 7]
    diary.place.save(update_fields=["open_days"])
    diary.day = diary.day + timedelta(days=1)
    for title, text in (
        (
            "Call us",
            "Hello {first_name}, please call us on {phone} about your appointment. {location}",
        ),
        ("Noted", "Thank you {first_name}, noted. {location}"),
    ):
        CannedReply.objects.get_or_create(title=title, defaults={"text": text})
    return diary


def ordinary() -> Diary:
    """A morning's work."""
    diary = tomorrow()
    calls(diary)
    cards(diary)
    past_weeks(diary, weeks=12, a_week=3)
    plan(diary)
    not_sent(diary, count=9)
    return diary


def plan(diary: Diary) -> None:
    """The texts to come; what is due goes out with the next ring, in a few minutes here."""
    plan_appointments(list(Appointment.objects.values_list("pk", flat=True)), now=diary.now)
    soon = diary.now + timedelta(minutes=10)
    Reminder.objects.filter(state="planned", due_at__lt=soon, cutoff_at__gt=soon).update(
        due_at=soon
    )


def calls(diary: Diary) -> None:
    """People to call: a family, one without a number, one opted out, one whose text failed."""
    mum = diary.book(name="Rosa Costa")
    kid = make_contact(first_name="Leo", last_name="Costa", phone=mum.contact.phone)
    diary.book(contact=kid)
    diary.ask(mum)
    diary.book(contact=make_contact(first_name="Quinn", last_name="Rossi", phone=""))
    opted_out = diary.book()
    Suppression.objects.create(
        phone=opted_out.contact.phone,
        reason="patient",
        words="STOP",
        since=diary.now - timedelta(days=2),
    )
    failed = diary.book(name="Wilhelmina Featherstonehaugh-Cholmondeley-Worthington")
    message = diary.ask(failed, "failed", "The number does not exist")
    message.reminders.update(state="failed", reason="not_delivered")
    CallAttempt.objects.create(
        appointment=failed, at=diary.now - timedelta(hours=1), outcome="no_answer"
    )
    for _ in range(3):
        diary.ask(diary.book())
    diary.book(contact=make_contact(first_name="ليلى", last_name="الحداد", phone_kind="landline"))


def cards(diary: Diary) -> None:
    """One card of several kinds."""
    for kind, text in REPLIES:
        one = diary.book()
        diary.ask(one)
        diary.answer(one, text, card=kind)
    InboxItem.objects.filter(kind="unmatched").update(appointment=None)


def past_weeks(diary: Diary, *, weeks: int, a_week: int) -> None:
    """Visits that took place, or not."""
    statuses = ("arrived", "arrived", "no_show", "declined", "confirmed", "arrived")
    for week in range(weeks):
        for index in range(a_week):
            one = make_appointment(
                day=diary.day - timedelta(days=7 * week + 2 + index),
                location=diary.place,
                status=statuses[(week + index) % 6],
                practitioner=diary.people[index % 3],
                contact=make_contact(first_name=NAMES[index % 18].split()[0]),
            )
            diary.ask(one, "delivered" if index % 3 else "failed")
    today = diary.day
    compute_days(today - timedelta(weeks=weeks + 1), today, now=diary.now)


def not_sent(diary: Diary, *, count: int) -> None:
    """Texts that did not go, for all kinds of reasons."""
    reasons = (
        "opted_out",
        "no_phone",
        "booked_late",
        "cutoff",
        "held",
        "not_delivered",
        "confirmed",
    )
    for index in range(count):
        one = diary.book(
            contact=make_contact(first_name="Quinn", phone="") if index % 7 == 1 else None
        )
        if index % 7 == 0:
            Suppression.objects.get_or_create(
                phone=one.contact.phone,
                defaults={"reason": "patient", "words": "STOP", "since": diary.now},
            )
        Reminder.objects.create(
            appointment=one,
            rule=diary.reminder,
            version=one.version,
            location=diary.place,
            state="expired" if reasons[index % 7] == "cutoff" else "skipped",
            reason=reasons[index % 7],
            due_at=diary.now - timedelta(hours=index % 150, minutes=5),
            cutoff_at=diary.now,
            phone=one.contact.phone,
            starts_at=one.starts_at,
            local_date=one.local_date,
            updated_at=diary.now,
        )


def far_too_much() -> Diary:
    """More than anybody can do in a day."""
    diary = tomorrow()
    long_name = "Extraordinarily-Long-Double-Barrelled"
    for index in range(150):
        one = diary.book(
            name=f"{NAMES[index % 18].split()[0]} {long_name if index % 3 == 0 else index}"
        )
        if index % 2:
            diary.ask(one)
        if index % 2 == 0:
            diary.answer(one, "Could we possibly move this to another day? " * 5, card="reschedule")
    busy = Appointment.objects.order_by("pk")[0]
    for index in range(60):
        at = diary.now - timedelta(hours=3 * index + 1)
        make_message(
            contact=busy.contact,
            phone=busy.contact.phone,
            location=diary.place,
            state="delivered",
            text=TEXT.format("Ann", "Tue 3 March", "10:00") * (1 + index % 3),
            scheduled_at=at,
            created_at=at,
        )
    past_weeks(diary, weeks=30, a_week=4)
    plan(diary)
    not_sent(diary, count=120)
    return diary
