"""The practice's rule by age: under it, somebody else should be texted; off until somebody says so.

The rule sets nobody. It ends what staff chose "until they are old enough" on that birthday, and
lists children of whom nobody knows who is responsible (`pages.data_quality`).
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.locks import lock_coming_of, retry_on_conflict
from reminders.domain.diary.appointments import raise_version
from reminders.domain.planning.plan import plan_appointments
from reminders.models import AgeRule, Contact


def years_of_rule() -> int | None:
    """Under how many years somebody else is to be texted; None: there is no such rule."""
    return AgeRule.objects.values_list("years", flat=True).first()


@retry_on_conflict
def save_rule(years: int | None, *, by: Actor, now: datetime) -> int:
    """Change the rule; return how many people it now ends for at another birthday.

    Switched off, it asks nothing any more; what was chosen until a birthday still ends on it.
    """
    with transaction.atomic():
        before = years_of_rule()
        if before == years:
            return 0
        AgeRule.objects.all().delete()
        count = 0
        if years is not None:
            AgeRule.objects.create(years=years, changed_at=now)
            count = _move_birthdays(years, now=now)
        record("age_rule", by=by, now=now, details={"years": [before, years]})
    return count


def _move_birthdays(years: int, *, now: datetime) -> int:
    by_age = Contact.objects.filter(
        responsible__isnull=False, responsible_years__isnull=False
    ).exclude(responsible_years=years)
    ids = list(by_age.order_by("pk").values_list("pk", flat=True))
    if ids:
        coming = lock_coming_of(ids, now=now)
        Contact.objects.filter(pk__in=ids).update(responsible_years=years, updated_at=now)
        raise_version(coming, now=now)
        plan_appointments(coming, now=now)
    return len(ids)
