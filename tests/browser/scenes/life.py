"""The diary's life to look at: who did not come, who would come sooner, who is due, closed days."""

from datetime import date, time, timedelta

from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.pages.figures.daily import STEPS
from reminders.domain.pages.statistics import compute_days
from reminders.domain.recalls.find import find_due
from reminders.domain.setup.wordings import WordingKey, save_wording
from reminders.domain.sooner.ring import work_off_slots
from reminders.models import (
    Appointment,
    CallAttempt,
    Contact,
    DailyStatistics,
    DailyTexts,
    ReminderRule,
    TextPrice,
)
from tests.browser.scenes.days import NAMES, Diary
from tests.browser.scenes.work import tomorrow
from tests.factories import (
    make_appointment,
    make_closed_day,
    make_contact,
    make_event_rule,
    make_wish,
)

CHILD = "Mia"
WITH_ROOM = (
    "Hi {first_name}, your appointment at {location} is on {date} at {time}, room "
    "{x:Room|at the desk}. Reply Y to confirm or N if you can't come."
)


def ordinary() -> Diary:
    """A week in which something of everything happened."""
    return week(people=4)


def far_too_much() -> Diary:
    """More than anybody can do in a day."""
    return week(people=120)


def week(*, people: int) -> Diary:
    """So many of each."""
    diary = tomorrow()
    for kind in (ReminderRule.Kind.MOVED, ReminderRule.Kind.MISSED):
        make_event_rule(kind)
    booked = [diary.book() for _ in range(people * 2)]
    for row in booked[:3]:
        change_appointment(row, {"local_time": time(16)}, by=SYSTEM, now=diary.now)
    _missed(diary, people)
    _sooner(diary, people)
    _due(diary, people)
    _closed(diary, people)
    _responsible(diary)
    _columns(diary)
    compute_days(diary.day - timedelta(weeks=4), diary.day, now=diary.now)
    _figures(diary)
    return diary


def _named(number: int) -> dict[str, str]:
    first, _, last = NAMES[number % len(NAMES)].partition(" ")
    return {"first_name": first, "last_name": last}


def _missed(diary: Diary, people: int) -> None:
    for number in range(people):
        person = make_contact(**_named(number))
        for days in (1, 90, 180):
            row = make_appointment(
                contact=person,
                day=diary.day - timedelta(days=days + 1),
                at=time(9 + number % 8, 30),
                location=diary.place,
                practitioner=diary.people[number % 3],
                service=diary.services[number % 3],
                status="arrived" if days == 90 else "no_show",
            )
            if days == 1 and number % 3 == 1:
                CallAttempt.objects.create(
                    appointment=row, at=diary.now - timedelta(hours=1), outcome="no_answer"
                )


def _sooner(diary: Diary, people: int) -> None:
    practitioner, service = diary.people[0], diary.services[0]

    def visit(number: int, days: int) -> Appointment:
        return make_appointment(
            contact=make_contact(**_named(number)),
            day=diary.day + timedelta(days=days),
            at=time(9, 30),
            location=diary.place,
            practitioner=practitioner,
            service=service,
            changed_at=diary.now - timedelta(days=9),
        )

    for number in range(people):
        note = "Works next door, mornings are best" if number % 3 == 0 else ""
        make_wish(
            visit(number, 12 + number),
            priority=1 + number % 3,
            note=note,
            practitioner=practitioner if number % 2 else None,
        )
    freed = visit(people, 3)
    set_status([freed.pk], Appointment.Status.DECLINED, by=SYSTEM, now=diary.now)
    work_off_slots(clock=lambda: diary.now)


def _due(diary: Diary, people: int) -> None:
    service = diary.services[1]
    service.recall_months = 6
    service.save()
    for number in range(people):
        make_appointment(
            contact=make_contact(**_named(number), **({"phone": ""} if number % 9 == 8 else {})),
            day=diary.day - timedelta(days=200 + number % 60),
            location=diary.place,
            service=service,
            status="arrived",
        )
    find_due(now=diary.now)


def _closed(diary: Diary, people: int) -> None:
    eve = date(diary.day.year, 12, 24)
    make_closed_day(diary.place, first_day=eve, last_day=eve + timedelta(days=2))
    for number in range(people):
        day = diary.day + timedelta(days=7 * number + 20)
        make_closed_day(diary.place, name="Team training", first_day=day)


def _responsible(diary: Diary) -> None:
    """A child whose mother is texted in her place, until she is sixteen."""
    mother = make_contact(first_name="Grace", last_name="Hopper-Lee")
    make_contact(
        first_name=CHILD,
        last_name="Hopper-Lee",
        birth_date=date(diary.day.year - 11, 5, 4),
        responsible=mother,
        responsible_years=16,
    )
    diary.book(contact=Contact.objects.get(first_name=CHILD))


def _columns(diary: Diary) -> None:
    """What the practice's own diary brings besides, and a wording that uses it."""
    Appointment.objects.filter(starts_at__gt=diary.now).update(extra={"Room": "12"})
    key = WordingKey("confirmation", "en")
    save_wording(key, WITH_ROOM, by=SYSTEM, now=diary.now, replace=True)


def _figures(diary: Diary) -> None:
    """Eight weeks: fewer missed visits in the later four, and what the texts cost."""
    TextPrice.objects.create(country="GB", currency="GBP", price="0.045", changed_at=diary.now)
    today = diary.now.date()
    days = [today - timedelta(days=ago) for ago in range(1, 57)]
    DailyStatistics.objects.filter(day__in=days).delete()
    DailyTexts.objects.filter(day__in=days).delete()
    for ago, day in enumerate(days, start=1):
        missed = 1 if ago <= 28 else 3 + ago % 2
        counts = {"appointments": 34, "confirmed": 27, "arrived": 34 - missed, "no_show": missed}
        made = {"location": diary.place, "day": day, "computed_at": diary.now}
        DailyStatistics.objects.create(**made, **counts)
        waits = [max(0, 6 - step // 3) for step in range(len(STEPS) + 1)]
        DailyTexts.objects.create(
            **made, replies=31, alone=27, handed_over=68, late=ago % 5 == 0, charged=74, units=81,
            billed=81, waits=waits,
        )  # fmt: skip
