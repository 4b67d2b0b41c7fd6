"""Demo data: three sites in three time zones, twelve weeks behind and one ahead, three logins.

Some texts are due within the first minute, also about visits of today at the site that the demo
opens with, so that a newcomer sees them arrive on the phone and an answer change the open day
sheet; what went on before is `demo.past`'s. All names are made up and all numbers come from the
ranges kept for fiction.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import Group, User
from django.db import transaction

from reminders.domain.demo.past import write_past
from reminders.domain.diary.appointments import wall_time
from reminders.domain.pages.statistics import keep_figures
from reminders.domain.planning.plan import plan_future
from reminders.models import (
    Appointment,
    CannedReply,
    Contact,
    EmailRoad,
    Location,
    Practitioner,
    ReminderRule,
    Service,
    StaffProfile,
    Wording,
)

PASSWORD = "demo"  # noqa: S105  # it is printed at the start, for data that is made up
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
WITH_LINK = (
    "Hi {first_name}, see you at {location} on {date} at {time}."
    "[ Can't come, or need the way? {link}]"
)
"""The demo's reminder, so that its phone shows the page behind a link."""
OPENS, CLOSES = time(7), time(21)
DAYS_BACK, FRIDAY = 84, 5
SLOTS = [time(hour, quarter) for hour in range(8, 18) for quarter in (0, 15, 30, 45)]
OVER = ("arrived",) * 17 + ("no_show", "no_show", "declined")
"""What became of visits that are over."""
JUST_NOW = 3
NOTICE = timedelta(hours=3, minutes=10)
"""A little more than the default rule wants for asking about a visit that was booked late."""


class NotForDemoError(Exception):
    """The texts of a demo would reach a real provider; the text says what to do."""


def seed(*, now: datetime) -> bool:
    """Make the demo data, unless there is data already. Returns whether it did.

    Raises NotForDemoError where a real provider would text the demo's numbers, and anybody could
    sign in by a password that is printed in the documentation.
    """
    if not settings.PROVIDER_IS_HERE:
        raise NotForDemoError(
            "The demo is for the sandbox alone. Leave MESSAGES_API_URL out to look around, or "
            "start without the demo."
        )
    with transaction.atomic():
        # Never beside real data: demo patients would be planned and texted with the others. A
        # user alone is real, too: somebody has begun to set this up.
        if Location.objects.exists() or User.objects.exists():
            return False
        # The same demo each time, so that pictures and walk-throughs stay true.
        chance = random.Random(7)
        people = [Practitioner.objects.create(name=name) for name in PRACTITIONERS]
        services = [
            Service.objects.create(name=name, instructions=words) for name, words in SERVICES
        ]
        for title, text in CANNED:
            CannedReply.objects.get_or_create(title=title, defaults={"text": text})
        Wording.objects.create(purpose="reminder", language="en", text=WITH_LINK, changed_at=now)
        # A copy, and not first: whoever looks around answers on the phone, as the guide has it.
        EmailRoad.objects.update_or_create(pk=1, defaults={"on": True})
        ReminderRule.objects.filter(kind="confirmation").update(email_copy=True)
        booked: list[Appointment] = []
        places = [
            Location.objects.create(
                name=name, phone=phone, zone=zone, country=country, opens=OPENS, closes=CLOSES
            )
            for name, phone, zone, country in SITES
        ]
        opens_with = min(places, key=lambda place: _from_mid_morning(place, now))
        for place in places:
            contacts = list(_contacts(place.country, chance, now=now))
            rows = list(_diary(place, contacts, people, services, now=now, chance=chance))
            if place == opens_with:
                free = list(_texted_about_nothing_else(contacts, rows, now=now))
                rows += _booked_just_now(place, free, people, services, now=now, chance=chance)
            booked += Appointment.objects.bulk_create(rows)
        write_past(booked, now=now, chance=chance)
        _logins(opens_with)
    # After the commit: planning takes its own transactions, in portions.
    plan_future(now=now)
    keep_figures(now=now)
    return True


def is_shut_out(user: User) -> bool:
    """Whether this is a login of the demo, whose password everybody knows, and patients are real
    by now.
    """
    if settings.PROVIDER_IS_HERE or user.username not in dict(LOGINS):
        return False
    # By the password: whoever chose another one made the login their own.
    return check_password(PASSWORD, user.password)


def _from_mid_morning(place: Location, now: datetime) -> float:
    """How far, in hours, the site's clock is from half past ten: with much of the day behind and
    more of it to come.
    """
    local = now.astimezone(place.tz)
    hour = local.hour + local.minute / 60
    # Before texts may go out nobody would be asked: then it is late in the day at another site.
    return abs(hour - 10.5) if OPENS.hour <= hour else 24.0


def _logins(opens_with: Location) -> None:
    for name, password in LOGINS:
        administers = name == "administrator"
        user = User.objects.create_user(
            name,
            password=password,
            first_name=name.capitalize(),
            is_staff=name != "receptionist",
            is_superuser=administers,
        )
        StaffProfile.objects.create(
            user=user, all_locations=True, remembered={"location": opens_with.pk}
        )
        group = Group.objects.filter(name=name).first()
        if group:
            user.groups.add(group)


def _contacts(country: str, chance: random.Random, *, now: datetime) -> Iterator[Contact]:
    """Patients of one site, each with a number that rings nowhere; some families share theirs.

    Each third has an e-mail address, for the mailbox in the browser.
    """
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
                email=f"patient{index}@{country.lower()}.example" if index % 3 == 0 else "",
                email_agreed_at=now if index % 3 == 0 else None,
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
        # 156 is the sandbox's own. Few numbers are kept for fiction: so some patients are British.
        here = [f"+61491570{end:03d}" for end in (6, 110, 157, 158, 159)]
        return here + [f"+447700900{end}" for end in range(800, 820)]
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
    """Twelve weeks back and seven days ahead, and a few whose texts are due in the first minute."""
    today = now.astimezone(place.tz).date()
    most = 4 if place.country == "AU" else 12
    order = contacts[:]
    chance.shuffle(order)
    queue = iter(order * 20)
    number = 0
    for offset in range(-DAYS_BACK, 8):
        # What is over is there for the statistics: working days, half as many visits.
        if offset < 0 and (today + timedelta(days=offset)).isoweekday() > FRIDAY:
            continue
        for at in sorted(chance.sample(SLOTS, most // 2 if offset < 0 else most)):
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


def _is_ordinary(phone: str) -> bool:
    """Whether the sandbox lets this number behave as most do: the first and the last of each
    country's fail or answer by themselves.
    """
    end = phone[-3:]
    return phone.startswith(("+44", "+1")) and not ("190" <= end < "200" or end > "900")


def _texted_about_nothing_else(
    contacts: list[Contact], rows: list[Appointment], *, now: datetime
) -> Iterator[Contact]:
    """One patient for each ordinary number that no other visit will soon ask about: an answer then
    is about the one visit.
    """
    soon = (now - timedelta(days=1), now + timedelta(days=3))
    taken = {row.contact.phone for row in rows if soon[0] < row.starts_at < soon[1]}
    for contact in contacts:
        if _is_ordinary(contact.phone) and contact.phone not in taken:
            taken.add(contact.phone)
            yield contact


def _booked_just_now(
    place: Location,
    reachable: list[Contact],
    people: list[Practitioner],
    services: list[Service],
    *,
    now: datetime,
    chance: random.Random,
) -> Iterator[Appointment]:
    """Visits of today that were booked this minute: their patients are asked at once.

    An answer then changes the sheet that is open, which a text about tomorrow would not.
    """
    local = (now + NOTICE).astimezone(place.tz)
    first = local.replace(minute=local.minute // 15 * 15, second=0, microsecond=0)
    for number, contact in enumerate(chance.sample(reachable, JUST_NOW), start=1):
        at = first + timedelta(minutes=15 * number)
        row = _booking(place, contact, at.date(), at.time(), people, services, 9_000 + number,
                       now=now, chance=chance)  # fmt: skip
        row.changed_at = now
        yield row


def _booking(
    place: Location,
    contact: Contact,
    day: date,
    at: time,
    people: list[Practitioner],
    services: list[Service],
    number: int,
    *,
    now: datetime,
    chance: random.Random,
) -> Appointment:
    start = wall_time(day, at, location=place)
    past = start["starts_at"] < now
    status = chance.choice(OVER) if past else "booked"
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
