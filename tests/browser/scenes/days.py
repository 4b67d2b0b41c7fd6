"""Days to look at: an ordinary one with every state, and one with far too much."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from reminders.domain.common.audit import Actor, record
from reminders.domain.diary.appointments import set_status
from reminders.domain.diary_import import work_off_imports
from reminders.models import (
    Appointment,
    AuditEntry,
    CannedReply,
    InboxItem,
    Location,
    Message,
    Reply,
    TaskRun,
)
from tests.factories import (
    make_appointment,
    make_confirmation_rule,
    make_contact,
    make_handed_over,
    make_location,
    make_message,
    make_practitioner,
    make_reminder_rule,
    make_service,
    make_user,
)

NAMES = [
    "Ann Lee",
    "Ben O'Brien",
    "Chloe Garcia",
    "Dev Patel",
    "Elena Novak",
    "Grace Kim",
    "Hugo Larsson",
    "Ines Silva",
    "Jamal Mbeki",
    "Keiko Ueda",
    "Liam Walsh",
    "Maya Haddad",
    "ليلى الحداد",
    "Noah Vogel",
    "Olga Petrov",
    "Wilhelmina Featherstonehaugh-Cholmondeley-Worthington",
    "Zoe Xu",
    "Sam Young",
]
TEXT = "Hi {}, please confirm your appointment at Harbour Dental on {} at {}. Reply Y or N."


def quiet_clockwork() -> None:
    """Everything runs, so no banner is due."""
    now = timezone.now()
    for name in ("heartbeat", "beat", "replies", "reports", "send"):
        TaskRun.objects.update_or_create(
            name=name, defaults={"succeeded_at": now, "finished_at": now}
        )


ZONE = "Europe/London"
MORNINGS = (
    "Europe/London",
    "Europe/Athens",
    "Asia/Dubai",
    "Asia/Dhaka",
    "Asia/Singapore",
    "Australia/Brisbane",
    "Pacific/Auckland",
    "Pacific/Pago_Pago",
    "Pacific/Honolulu",
    "America/Los_Angeles",
    "America/Chicago",
    "America/New_York",
    "America/Sao_Paulo",
    "Atlantic/Azores",
)


def where_it_is_morning() -> str:
    """A zone in which it is about ten o'clock now: pictures show the same morning whenever they are
    made.
    """
    now = timezone.now()
    return min(MORNINGS, key=lambda name: abs(now.astimezone(ZoneInfo(name)).hour - 10))


def harbour() -> Location:
    """A site, by itself on a clock that is UTC's in winter."""
    return make_location(name="Harbour Dental", phone="020 7946 0123", zone=ZONE)


class Diary:
    """Fills one location's day."""

    def __init__(self, *, day: date | None = None) -> None:
        quiet_clockwork()
        self.now = timezone.now()
        self.place = harbour()
        self.day = day or self.now.astimezone(self.place.tz).date()
        self.people = [
            make_practitioner(name=name)
            for name in ("Dr Amara Okafor", "Dr Julia Stein", "Tom Whitfield")
        ]
        self.services = [
            make_service(name=name) for name in ("Check-up", "Hygienist", "Root canal treatment")
        ]
        self.rule = make_confirmation_rule()
        self.reminder = make_reminder_rule()
        self.count = 0

    def book(self, *, at: time | None = None, name: str = "", **values) -> Appointment:
        """An appointment; without a time the next quarter of an hour from 08:00 on."""
        first, _, last = (name or NAMES[self.count % len(NAMES)]).partition(" ")
        slot = datetime.combine(self.day, time(8), tzinfo=UTC) + timedelta(
            minutes=15 * (self.count % 40)
        )
        contact = values.pop("contact", None) or make_contact(first_name=first, last_name=last)
        plain = {
            "practitioner": self.people[self.count % 3],
            "service": self.services[self.count % 3],
            "duration": 30,
        }
        self.count += 1
        return make_appointment(
            day=self.day,
            at=at or slot.time(),
            location=self.place,
            contact=contact,
            **(plain | values),
        )

    def ask(
        self, appointment: Appointment, state: str = "delivered", words: str = "Delivered", **values
    ) -> Message:
        """The confirmation has gone out a day before."""
        at = min(appointment.starts_at - timedelta(days=1), self.now - timedelta(minutes=3))
        message = make_message(
            appointment=appointment,
            contact=appointment.contact,
            location=self.place,
            phone=appointment.contact.phone,
            text=TEXT.format(
                appointment.contact.first_name,
                f"{appointment.local_date:%a %-d %B}",
                f"{appointment.local_time:%H:%M}",
            ),
            **(
                {
                    "state": state,
                    "words": words,
                    "scheduled_at": at,
                    "created_at": at,
                    "send_after": at,
                    "expires_at": at + timedelta(hours=20),
                    "accepted_at": at,
                }
                | values
            ),
        )
        make_handed_over(appointment, self.rule, message=message)
        return message

    def answer(self, appointment: Appointment, text: str, *, card: str = "") -> Reply:
        """The patient has answered."""
        at = self.now - timedelta(minutes=2)
        reply = Reply.objects.create(
            provider_id=f"reply-{appointment.pk}-{text[:20]}", contact=appointment.contact,
            phone=appointment.contact.phone, text=text, received_at=at, stored_at=at, applied_at=at,
        )  # fmt: skip
        reply.appointments.add(appointment)
        if card:
            InboxItem.objects.create(
                kind=card, reply=reply, appointment=appointment, contact=appointment.contact,
                location=self.place, phone=reply.phone, opened_at=at,
            )  # fmt: skip
        return reply


def ordinary_day() -> Diary:
    """Eighteen appointments in every state there is."""
    diary = Diary()
    CannedReply.objects.get_or_create(
        title="Call us", text="Hello {first_name}, please call us on {phone}."
    )
    desk = Actor.staff(make_user(group="receptionist", first_name="Maria", last_name="Fox").pk)
    for index in range(18):
        one = diary.book(
            contact=make_contact(first_name="Quinn", last_name="Rossi", phone="")
            if index == 9
            else None
        )
        if index in (0, 1):
            diary.ask(one)
            reply = diary.answer(one, "Y")
            told_of(one, reply, by=desk, now=diary.now)
        else:
            bring_into_a_state(diary, one, index)
    return diary


def bring_into_a_state(diary: Diary, one: Appointment, index: int) -> None:
    """What became of the day's appointment of this number."""
    if index == 2:
        Appointment.objects.filter(pk=one.pk).update(status="no_show")
        diary.ask(one)
    elif index in (3, 6, 7, 11, 12, 15):
        diary.ask(one)
        diary.answer(one, "Yes" if index % 2 else "Y see you then")
        Appointment.objects.filter(pk=one.pk).update(status="confirmed")
    elif index == 4:
        diary.ask(one)
        diary.answer(one, "No sorry, work came up", card="declined")
        Appointment.objects.filter(pk=one.pk).update(status="declined")
    elif index == 5:
        diary.ask(one)
        diary.answer(one, "yes but I might be 10 min late, is that ok?", card="remark")
        Appointment.objects.filter(pk=one.pk).update(status="confirmed")
    elif index == 8:
        diary.ask(one, "failed", "The number does not exist")
    elif index == 13:
        Appointment.objects.filter(pk=one.pk).update(status="cancelled")
    elif index == 14:
        message = diary.ask(one)
        message.reminders.update(starts_at=one.starts_at - timedelta(hours=2))
    elif index in (10, 16):
        diary.ask(one)


def told_of(one: Appointment, reply: Reply, *, by: Actor, now: datetime) -> None:
    """A visit with a story: booked, moved, confirmed by text, and come."""
    record("created", by=by, now=now - timedelta(days=20), appointment_id=one.pk)
    changes = {
        "local_time": ["11:30:00", f"{one.local_time}"],
        "service_id": [None, one.service_id],
    }
    record("moved", by=by, now=now - timedelta(days=6), appointment_id=one.pk, details=changes)
    patient = Actor(AuditEntry.Source.PATIENT)
    set_status([one.pk], Appointment.Status.CONFIRMED, by=patient, now=reply.received_at)
    set_status([one.pk], Appointment.Status.ARRIVED, by=by, now=now)


def far_too_much() -> Diary:
    """Three hundred appointments in one day."""
    diary = Diary()
    for index in range(300):
        one = diary.book(
            name=f"{NAMES[index % 18].split()[0]} "
            f"{'Extraordinarily-' * (index % 3)}Long Name {index}"
        )
        if index % 3:
            diary.ask(one)
        if index % 7 == 0:
            diary.answer(one, "Could we possibly move this to another day? " * 4, card="reschedule")
    return diary


def an_upload() -> None:
    """A diary that somebody has just uploaded: new visits, a moved one, one without a usable
    number.
    """
    diary = ordinary_day()
    moved = diary.book(at=time(9), name="Ann Lee", external_id="1042")
    day = diary.day + timedelta(days=3)
    rows = ["Id,Patient,Mobile,Date,Time,Doctor"]
    rows.append(f"1042,Ann Lee,{moved.contact.phone},{day:%d/%m/%Y},11:30,Dr Julia Stein")
    rows.append(f"1043,Zoe Quist,see file,{day:%d/%m/%Y},12:00,Tom Whitfield")
    rows += [
        f"{1044 + n},{name},07700 900{300 + n},{day:%d/%m/%Y},{13 + n}:15,Dr Amara Okafor"
        for n, name in enumerate(("Hugo Silva", "Maya Tan", "Omar Haddad", "Ines Costa"))
    ]
    client = Client()
    client.force_login(make_user("robin", group="manager", first_name="Robin", last_name="Reed"))
    body = "\r\n".join(rows).encode()
    client.post("/import/", {"file": SimpleUploadedFile("diary-export.csv", body, "text/csv")})
    asked = _a_file_with_questions(day.year + 1)
    client.post("/import/", {"file": SimpleUploadedFile("north-mill.csv", asked, "text/csv")})
    work_off_imports(now=timezone.now())


def _a_file_with_questions(year: int) -> bytes:
    """What comes first in its dates, and what two of its words mean, only a person can say."""
    rows = ["Ref,Patient,Mobile,Date,Time,Appt Status"]
    rows += [
        f"{2001 + n},{name},07700 900{400 + n},0{3 + n}/04/{year},{9 + n}:30,{status}"
        for n, (name, status) in enumerate(
            (("Lena Ortiz", "Booked"), ("Sam Reid", "Broken"), ("Noor Aziz", "Wait 2nd call"))
        )
    ]
    return "\r\n".join(rows).encode()
