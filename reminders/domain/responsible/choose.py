"""Say who is texted in a patient's place, or that nobody is any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.locks import (
    lock_both_contacts,
    lock_coming_of,
    lock_contact,
    retry_on_conflict,
)
from reminders.domain.diary.appointments import raise_version
from reminders.domain.planning.kept_opt_outs import recall
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.withdrawal import on_their_way, withdraw_messages
from reminders.models import Contact, Erasure


class ResponsibleError(ValueError):
    """Somebody can't be responsible for somebody; the text says why, for staff."""


@retry_on_conflict
def choose(
    ward_id: int, responsible_id: int, *, years: int | None, by: Actor, now: datetime
) -> Contact:
    """Have this person texted in the ward's place, until that birthday or until somebody ends it.

    Coming visits are planned anew, and what the provider holds for the ward's own number is
    withdrawn. Returns the ward. Raises ResponsibleError.
    """
    with transaction.atomic():
        coming = lock_coming_of([ward_id], now=now)
        found = lock_both_contacts(ward_id, responsible_id)
        _check(ward_id, responsible_id, found)
        ward = found[ward_id]
        if (ward.responsible_id, ward.responsible_years) == (responsible_id, years):
            return ward
        recall([found[responsible_id].phone])
        _write(ward, responsible_id, years, coming=coming, now=now)
        details = {"person": responsible_id, "years": years}
        record("responsible_set", by=by, now=now, contact_id=ward_id, details=details)
    return Contact.objects.select_related("responsible").get(pk=ward_id)


@retry_on_conflict
def end(ward_id: int, *, by: Actor, now: datetime) -> bool:
    """Have the ward texted themselves from now on; False where they are already."""
    with transaction.atomic():
        coming = lock_coming_of([ward_id], now=now)
        ward = lock_contact(ward_id)
        if ward.responsible_id is None:
            return False
        details = {"person": ward.responsible_id, "years": ward.responsible_years}
        _write(ward, None, None, coming=coming, now=now)
        record("responsible_ended", by=by, now=now, contact_id=ward_id, details=details)
    return True


def release_wards(responsible_id: int, *, by: Actor, now: datetime) -> None:
    """End all that this person is responsible for, as before they are forgotten."""
    wards = Contact.objects.filter(responsible=responsible_id).order_by("pk")
    for pk in wards.values_list("pk", flat=True):
        end(pk, by=by, now=now)


def _check(ward_id: int, responsible_id: int, found: dict[int, Contact]) -> None:
    if ward_id == responsible_id:
        raise ResponsibleError("Nobody is texted in their own place. Choose somebody else.")
    if len(found) < 2 or any(one.forgotten_at for one in found.values()):
        raise ResponsibleError("One of the two is no longer there.")
    other = found[responsible_id]
    if other.responsible_id:
        raise ResponsibleError(
            f"Somebody else is texted in the place of {other}. Choose that person instead."
        )
    if Contact.objects.filter(responsible=ward_id).exists():
        raise ResponsibleError(
            f"{found[ward_id]} is responsible for somebody, so they get their own texts. "
            "End that first."
        )
    if Erasure.objects.filter(contact__in=found, done_at=None).exists():
        raise ResponsibleError("One of the two waits to be forgotten.")


def _write(
    ward: Contact,
    responsible_id: int | None,
    years: int | None,
    *,
    coming: Collection[int],
    now: datetime,
) -> None:
    # Before the change: they are found by where they went. Texts of staff go astray as well.
    astray = on_their_way([ward.pk], now=now)
    Contact.objects.filter(pk=ward.pk).update(
        responsible=responsible_id, responsible_years=years, updated_at=now
    )
    ids = sorted(coming)
    raise_version(ids, now=now)
    withdraw_messages(astray, now=now)
    plan_appointments(ids, now=now)
