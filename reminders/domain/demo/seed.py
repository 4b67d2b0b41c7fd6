"""Demo data: three sites in three time zones, a few hundred appointments around now, three logins.

Some texts are due within the first minute, so that a newcomer sees them arrive on the phone; what
went on before is `demo_past`'s. All names are made up and all numbers come from the ranges kept for
fiction.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from django.contrib.auth.models import Group, User
from django.db import transaction

from reminders.domain.demo.past import write_past
from reminders.domain.diary.appointments import wall_time
from reminders.domain.planning.plan import plan_future
from reminders.models import (
    Appointment,
    CannedReply,
    Contact,
    Location,
    Practitioner,
    Service,
    StaffProfile,
)

PASSWORD = "demo"  # noqa: S105 -- it is printed at the start, for data that is made up
LOGINS = [(name, PASSWORD) for name in ("receptionist", "manager", "administrator")]

SITES = (
    ("Harbour Dental", "020 7946 0123", "Europe/London", "GB"),
    ("Midtown Physio", "(212) 555-0123", "America/New_York", "US"),
    ("Bayside Clinic", "(02) 5550 0123", "Australia/Sydney", "AU"),
)
PRACTITIONERS = (
    "Dr Amara Okafor",
    "Dr Julia Stein",
    "Tom Whitfield",
    "Dr Mei Tanaka",
    "Priya Nair",
)
SERVICES = (
    ("Check-up", ""),
    ("Hygienist", ""),
    ("Physiotherapy", "Please wear comfortable clothes."),
    ("Blood test", "Please come fasting."),
    ("Follow-up", ""),
)
_FIRST = (
    "Ann Ben Chloe Dev Elena Farid Grace Hugo Ines Jamal Keiko Liam Maya Noah Olga Pablo Quinn "
    "Rosa Sam Tara Umar Vera Will Ximena Yusuf Zoe Aisha Bruno Carla Daniel Emma Felix"
)
FIRST = tuple(_FIRST.split())
_LAST = (
    "Lee Patel Novak Garcia O'Brien Haddad Kim Larsson Mbeki Nguyen Okoye Petrov Quist Rossi "
    "Silva Tan Ueda Vogel Walsh Xu Young Zhang Adler Brandt Costa Dubois Eriksen Fontaine"
)
LAST = tuple(_LAST.split())
CANNED = (
    ("Call us", "Hello {first_name}, please call us on {phone} about your appointment. {location}"),
    ("Will call back", "Thank you {first_name}, we will call you back today. {location}"),
    ("Noted", "Thank you {first_name}, noted. {location}"),
)


def seed(*, now: datetime) -> bool:
    """Make the demo data, unless there are locations already. Returns whether it did."""
    with transaction.atomic():
        # Never beside real data: demo patients would be planned and texted with the others.
        if Location.objects.exists():
            return False
        # The same demo each time, so that pictures and walk-throughs stay true.
        chance = random.Random(7)
        _logins()
        people = [Practitioner.objects.create(name=name) for name in PRACTITIONERS]
        services = [
            Service.objects.create(name=name, instructions=words) for name, words in SERVICES
        ]
        for title, text in CANNED:
            CannedReply.objects.get_or_create(title=title, defaults={"text": text})
        booked: list[Appointment] = []
        for name, phone, zone, country in SITES:
            place = Location.objects.create(
                name=name, phone=phone, zone=zone, country=country, opens=time(7), closes=time(21)
            )
            contacts = list(_contacts(country, chance))
            rows = list(_diary(place, contacts, people, services, now=now, chance=chance))
            booked += Appointment.objects.bulk_create(rows)
        write_past(booked, now=now, chance=chance)
    # After the commit: planning takes its own transactions, in portions.
    plan_future(now=now)
    return True


def _logins() -> None:
    for name, password in LOGINS:
        administers = name == "administrator"
        user = User.objects.create_user(
            name,
            password=password,
            first_name=name.capitalize(),
            is_staff=name != "receptionist",
            is_superuser=administers,
        )
        StaffProfile.objects.create(user=user, all_locations=True)
        group = Group.objects.filter(name=name).first()
        if group:
            user.groups.add(group)


def _contacts(country: str, chance: random.Random) -> Iterator[Contact]:
    """Patients of one site, each with a number that rings nowhere; some families share theirs."""
    for index, phone in enumerate(_numbers(country)):
        members = chance.choice((1, 1, 2, 3)) if country == "AU" else (2 if index % 9 == 0 else 1)
        last = chance.choice(LAST)
        for _ in range(members):
            yield Contact.objects.create(
                first_name=chance.choice(FIRST),
                last_name=last,
                phone=phone,
                phone_as_given=phone,
                phone_kind="mobile",
            )
    yield Contact.objects.create(
        first_name="Wilhelmina", last_name="Featherstonehaugh-Cholmondeley-Worthington"
    )
    if country == "GB":
        yield Contact.objects.create(
            first_name="ليلى", last_name="الحداد", phone="+447700900981", phone_kind="mobile"
        )


def _numbers(country: str) -> list[str]:
    if country == "AU":
        return [
            f"+61491570{end:03d}" for end in (6, 110, 157, 158, 159)
        ]  # 156 is the sandbox's own
    if country == "US":
        # The last ones are the sandbox's special numbers: the demo has a failed and a silent text,
        # too.
        return [f"+1212555{end:04d}" for end in range(100, 196)]
    return [f"+447700900{end:03d}" for end in (*range(80), *range(990, 996))]


def _diary(
    place: Location,
    contacts: list[Contact],
    people: list[Practitioner],
    services: list[Service],
    *,
    now: datetime,
    chance: random.Random,
) -> Iterator[Appointment]:
    """Three days back and seven ahead, and a few whose texts are due in the first minute."""
    today = now.astimezone(place.tz).date()
    most = 4 if place.country == "AU" else 12
    order = contacts[:]
    chance.shuffle(order)
    queue = iter(order * 20)
    number = 0
    for offset in range(-3, 8):
        slots = sorted(
            chance.sample(
                [time(hour, quarter) for hour in range(8, 18) for quarter in (0, 15, 30, 45)], most
            )
        )
        for at in slots:
            number += 1
            yield _booking(
                place,
                next(queue),
                today + timedelta(days=offset),
                at,
                people,
                services,
                number,
                now=now,
                chance=chance,
            )
    local = now.astimezone(place.tz)
    # A confirmation goes out a day before at the same time: so these are due within two minutes.
    for minutes in (1, 1, 2):
        number += 1
        due = local + timedelta(minutes=minutes)
        # From the moment it is due and on the wall clock, so that midnight and summer time are
        # right.
        day, at = due.date() + timedelta(days=1), due.time().replace(second=0, microsecond=0)
        yield _booking(
            place, next(queue), day, at, people, services, number, now=now, chance=chance
        )


def _booking(
    place: Location,
    contact: Contact,
    day: object,
    at: time,
    people: list[Practitioner],
    services: list[Service],
    number: int,
    *,
    now: datetime,
    chance: random.Random,
) -> Appointment:
    start = wall_time(day, at, location=place)  # type: ignore[arg-type]  # a date
    past = start["starts_at"] < now
    status = chance.choice(("arrived", "arrived", "arrived", "no_show")) if past else "booked"
    return Appointment(
        location=place,
        contact=contact,
        practitioner=chance.choice(people),
        service=chance.choice(services),
        duration=chance.choice((15, 30, 45)),
        external_id=f"{place.country}-{number:04d}",
        status=status,
        changed_at=now - timedelta(days=10),
        **start,
    )
