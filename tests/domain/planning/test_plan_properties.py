"""What holds for every set of rules and every appointment: each text once, in its hours, none too
late.
"""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminders.domain.clock.rule_schedule import SendingHours, is_quiet, local_date
from reminders.domain.planning.desired import PlannableAppointment, desired_reminders
from reminders.domain.planning.rule_book import ActiveRule, RuleSet
from reminders.models import Appointment, Contact
from tests.domain.clock.test_rule_schedule_properties import instants, open_hours, schedules
from tests.domain.tables import hours, schedule

PLACES = (1, 2)
SERVICES = (1, 2)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
PLAIN = schedule("confirmation", "1 day")
HOURS = dict.fromkeys(PLACES, hours("Europe/London", "08:00-20:00"))


@st.composite
def books(draw: st.DrawFn, *, timed: bool) -> RuleSet:
    """Up to four rules for everywhere, for a place, for a service, or for both; and two places'
    hours.
    """
    rules = tuple(
        ActiveRule(
            id=number,
            kind=draw(st.sampled_from(["confirmation", "reminder"])),
            location_id=draw(st.none() | st.sampled_from(PLACES)),
            service_id=draw(st.none() | st.sampled_from(SERVICES)),
            schedule=draw(schedules()) if timed else PLAIN,
            not_if_confirmed=draw(st.booleans()),
            changed_at=LONG_AGO,
        )
        for number in range(1, draw(st.integers(0, 4)) + 1)
    )
    return RuleSet(rules=rules, hours=dict.fromkeys(PLACES, draw(open_hours)) if timed else HOURS)


@st.composite
def subjects(
    draw: st.DrawFn, places: dict[int, SendingHours], now: datetime
) -> PlannableAppointment:
    place = draw(st.sampled_from(PLACES))
    starts_at = now + draw(st.timedeltas(timedelta(days=-2), timedelta(days=30)))
    return PlannableAppointment(
        id=draw(st.integers(1, 3)),
        version=draw(st.integers(1, 2)),
        status=draw(st.sampled_from([str(status) for status in Appointment.Status])),
        starts_at=starts_at,
        local_date=local_date(starts_at, places[place].zone),
        changed_at=now - draw(st.timedeltas(timedelta(0), timedelta(days=40))),
        location_id=place,
        service_id=draw(st.none() | st.sampled_from(SERVICES)),
        no_more_texts=draw(st.booleans()),
        phone=draw(st.sampled_from(["", "+447700900123"])),
        channel=draw(st.sampled_from([str(channel) for channel in Contact.Channel])),
        opted_out=draw(st.booleans()),
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), books(timed=True), instants)
def test_each_rule_speaks_once_of_each_appointment_and_only_when_it_may(
    data: st.DataObject, book: RuleSet, now: datetime
) -> None:
    subject = data.draw(subjects(book.hours, now))

    wanted = list(desired_reminders([subject], book=book, now=now))

    rules = [row.rule_id for row in wanted]
    assert len(rules) == len(set(rules))
    assert list(desired_reminders([subject], book=book, now=now)) == wanted
    if subject.status not in ("booked", "confirmed") or subject.starts_at <= now:
        assert wanted == []
    for row in wanted:
        if row.reason:
            continue
        assert subject.changed_at <= row.due_at <= row.cutoff_at <= subject.starts_at
        assert not is_quiet(row.due_at, book.hours[subject.location_id])
        assert (subject.phone != "", subject.opted_out, subject.no_more_texts) == (
            True,
            False,
            False,
        )
        assert subject.channel != "none"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(books(timed=False), st.sampled_from(PLACES), st.none() | st.sampled_from(SERVICES))
def test_of_each_kind_only_the_most_special_rules_apply(
    book: RuleSet, place: int, service: int | None
) -> None:
    applied = book.rules_for(place, service)

    for kind in ("confirmation", "reminder"):
        fitting = [
            rule
            for rule in book.rules
            if rule.kind == kind
            and rule.location_id in (None, place)
            and rule.service_id in (None, service)
        ]
        for_both = [rule for rule in fitting if rule.service_id and rule.location_id]
        for_service = [rule for rule in fitting if rule.service_id and not rule.location_id]
        for_place = [rule for rule in fitting if rule.location_id and not rule.service_id]
        expected = for_both or for_service or for_place or fitting
        assert [rule for rule in applied if rule.kind == kind] == expected
