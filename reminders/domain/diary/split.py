"""Split again what `diary.merge` made one: the former person comes back with all that was theirs.

What came to the kept person since stays with them, and so does what was given to somebody else.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from reminders.domain.common.audit import Actor
from reminders.domain.common.locks import (
    lock_appointments,
    lock_messages,
    lock_whole_contact,
    retry_on_conflict,
)
from reminders.domain.diary.appointments import plain_value
from reminders.domain.diary.likely_pairs import keep_apart
from reminders.domain.diary.merge import (
    HELD,
    PHONE,
    MergeError,
    Moving,
    held_by,
    keep_imports_out,
    move_wards,
    tell,
)
from reminders.models import Contact, ContactMerge, LegalHold
from reminders.models.care.reached import theirs_and_wards

TOGETHER = (
    PHONE,
    ("external_id", "diary"),
    ("first_name", "last_name"),
    ("responsible_id", "responsible_years"),
)
"""Columns that mean something only together."""


@retry_on_conflict
def split_contacts(merge_id: int, *, by: Actor, now: datetime) -> Contact:
    """Bring the former person of a merge back and return them. Raises MergeError."""
    with transaction.atomic():
        # Before all rows, and refused at once: an import is not to be waited for with rows held.
        keep_imports_out()
        kept_id = ContactMerge.objects.values_list("kept_id", flat=True).get(pk=merge_id)
        lock_appointments(held_by(theirs_and_wards([kept_id])))
        kept = lock_whole_contact(kept_id)
        # After the person, as a merge does it; read again, as somebody may have split them.
        merge = ContactMerge.objects.select_for_update().get(pk=merge_id)
        _check(merge, kept)
        changed = _gives_back(merge, kept)
        _check_number(merge, kept, changed)
        Contact.objects.filter(pk=kept.pk).update(**changed, updated_at=now)
        former = _bring_back(merge, now=now)
        moving = _still_theirs("appointments", merge)
        change = Moving(moving, before=kept, leaves=kept, now=now)
        change.carry_out(to=former, kept=Contact.objects.get(pk=kept.pk))
        _move_back(merge, former)
        wards = merge.moved.get("wards", ())
        move_wards(wards, before=kept, after=former.pk, now=now)
        _hold_both(kept, former)
        merge.split_at, merge.split_by_id = now, by.user_id
        merge.save(update_fields=["split_at", "split_by"])
        # Whoever splits two says that they are two: they are not proposed again.
        keep_apart(kept.pk, former.pk, by=by, now=now)
        tell("split", merge, moving, by=by, now=now)
    return former


def _check(merge: ContactMerge, kept: Contact) -> None:
    if merge.split_at:
        raise MergeError("They are two people again already.")
    if merge.kept_id != kept.pk:
        raise MergeError("Somebody has changed this meanwhile. Please look again.")
    if merge.within:
        raise MergeError(f"Split “{merge.within}” first: that was merged later.")


def _gives_back(merge: ContactMerge, kept: Contact) -> dict[str, Any]:
    """What the kept person took over and still has as it was taken, as it was before."""
    taken: dict[str, list[Any]] = merge.taken
    # What somebody has changed since is theirs, and stays with the kept person.
    same = {name for name, (_, after) in taken.items() if plain_value(getattr(kept, name)) == after}
    for group in TOGETHER:
        if not same.issuperset(taken.keys() & set(group)):
            same -= set(group)
    return {name: taken[name][0] for name in taken if name in same}


def _check_number(merge: ContactMerge, kept: Contact, changed: dict[str, Any]) -> None:
    """A patient number is once in a diary."""
    if not merge.external_id:
        return
    holders = Contact.objects.filter(external_id=merge.external_id, diary=merge.diary)
    if "external_id" in changed:
        holders = holders.exclude(pk=kept.pk)
    holder = holders.first()
    if holder:
        raise MergeError(
            f"{holder} has the patient number {merge.external_id} by now. Change that first."
        )


def _bring_back(merge: ContactMerge, *, now: datetime) -> Contact:
    columns = {field.attname: field for field in Contact._meta.concrete_fields}
    values = {name: columns[name].to_python(value) for name, value in merge.former.items()}
    # Whoever was responsible for them may be gone, or be somebody else's ward, by now.
    person = values.get("responsible_id")
    if not person or not Contact.objects.filter(pk=person, responsible=None).exists():
        values |= {"responsible_id": None, "responsible_years": None}
    # Under the old id, which addresses and histories name; an insert, so that it overwrites nobody.
    Contact(**values).save(force_insert=True)
    rows = Contact.objects.filter(pk=merge.person)
    # As it was, but for the moment of its last change: forms that still show it are outdated.
    rows.update(created_at=values["created_at"], updated_at=now)
    return rows.get()


def _still_theirs(name: str, merge: ContactMerge) -> list[Any]:
    rows = HELD[name]._default_manager.filter(
        pk__in=merge.moved.get(name, []), contact_id=merge.kept_id
    )
    return list(rows.order_by("pk").values_list("pk", flat=True))


def _hold_both(kept: Contact, former: Contact) -> None:
    """A hold was on both while they were one: it holds for each of them."""
    for hold in LegalHold.objects.filter(contact=kept, ended_at=None):
        LegalHold.objects.create(
            contact=former, reason=hold.reason, since=hold.since, by_id=hold.by_id
        )


def _move_back(merge: ContactMerge, former: Contact) -> None:
    # Texts are being recorded at this moment, perhaps: by their ids, as whoever records locks them.
    lock_messages(_still_theirs("messages", merge))
    for name, model in HELD.items():
        theirs = model._default_manager.filter(pk__in=_still_theirs(name, merge))
        theirs.update(contact_id=former.pk)
    earlier = ContactMerge.objects.filter(pk__in=merge.moved["merges"])
    earlier.filter(within=merge).update(within=None)
    earlier.update(kept=former)
