"""A rule is switched on, and four weeks later the figures say whether it did any good."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from reminders.domain.common.access import scope_of
from reminders.domain.common.audit import SYSTEM
from reminders.domain.pages.figures.chance import Verdict
from reminders.domain.pages.figures.change import change
from reminders.domain.pages.figures.switched_on import switched_on
from reminders.domain.pages.statistics import keep_figures
from reminders.domain.setup.rules import switch_rule
from reminders.models import ReminderRule, TextPrice
from tests import factories as make
from tests.flows.conftest import Clinic

FIRST, VISITS_A_DAY = date(2026, 2, 2), 4


def past_visits(clinic: Clinic, since: date, *, days: int, missed_each: int) -> None:
    """Four visits a day; of two days' eight so many were missed."""
    for ahead in range(days):
        for place in range(VISITS_A_DAY):
            missed = (ahead % 2) * VISITS_A_DAY + place < missed_each
            make.make_appointment(
                day=since + timedelta(days=ahead),
                at=time(9 + place),
                location=clinic.place,
                status="no_show" if missed else "arrived",
            )


def test_a_rule_that_was_switched_on_is_judged_by_what_came_after(clinic: Clinic) -> None:
    rule = make.make_reminder_rule(name="Two hours before", minutes_before=120, active=False)
    switch_rule(
        rule.pk, on=True, by=SYSTEM, now=datetime(FIRST.year, FIRST.month, FIRST.day, 9, tzinfo=UTC)
    )
    past_visits(clinic, FIRST - timedelta(days=28), days=28, missed_each=2)
    past_visits(clinic, FIRST, days=28, missed_each=0)
    TextPrice.objects.create(
        country="GB", currency="GBP", price="0.05", changed_at=clinic.world.now
    )
    # Ann is texted by the new rule as well, and answers the first text within the hour.
    ReminderRule.objects.filter(name="Two hours before").update(position=9)
    clinic.diary("1,Ann Lee,07700 900123,2026-03-03,15:00")
    clinic.wait_until(datetime(2026, 3, 2, 16, 30, tzinfo=UTC))
    clinic.hear("Y")
    clinic.wait_until(datetime(2026, 3, 4, 9, tzinfo=UTC))
    keep_figures(now=clinic.world.now)

    [(name, on)] = switched_on(scope_of(make.make_user(group="manager")), zone=clinic.place.tz)
    found = change(on, weeks=8, today=date(2026, 3, 9), places=[clinic.place])

    assert (name, on) == ("Two hours before", FIRST)
    assert found is not None
    assert (found.before.visits, found.before.missed.part, found.after.missed.part) == (112, 28, 0)
    assert found.missed is Verdict.FEWER
    assert found.words == (
        "Fewer missed visits: 25.0 % before, 0.0 % after; the difference is larger than chance "
        "would make."
    )
    texts = [words for status, words in clinic.texts() if status == "delivered"]
    spent = found.after.cost
    assert spent.texts == len(texts)
    assert spent.sums == (("GBP", Decimal("0.05") * spent.units),)
    speed = found.after.speed
    assert (speed.answered, speed.alone.part, speed.on_time.value) == (1, 1, 1.0)
    assert speed.median is not None
    assert timedelta(0) < speed.median < timedelta(hours=2)
