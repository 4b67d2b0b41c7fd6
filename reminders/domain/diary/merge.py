"""Two entries are one person: what the second held moves to the first, and a diary that speaks of
the second means the first from then on.

Only staff say so. The second entry's row goes, so that nothing can reach it by mistake; all of it
is kept in `ContactMerge`, by which `diary.split` brings it back.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, Model, OuterRef

from reminders.domain.common.audit import Actor, record, record_each
from reminders.domain.common.etags import refuse_if_changed
from reminders.domain.common.locks import (
    AdvisoryLock,
    lock_appointments,
    lock_both_contacts,
    lock_messages,
    retry_on_conflict,
)
from reminders.domain.diary.appointments import plain_value, raise_version
from reminders.domain.diary.likely_pairs import forget_pair
from reminders.domain.planning.handed_over import PERSON, withdraw_mentioning
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.planning.withdrawal import on_their_way, withdraw_messages
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    ContactMerge,
    EmailState,
    Erasure,
    InboxItem,
    LegalHold,
    Message,
    Recall,
    Reply,
    SlotOffer,
)
from reminders.models.care.reached import theirs_and_wards

HELD: dict[str, type[Model]] = {
    "appointments": Appointment,
    "messages": Message,
    "replies": Reply,
    "cards": InboxItem,
    "events": AuditEntry,
    "offers": SlotOffer,
}
"""What names a contact, but for merges; appointments first, as they are locked."""
EMAIL = ("email", "email_as_given", "email_agreed_at", "email_state", "email_reached_at")
PHONE = ("phone", "phone_as_given", "phone_kind", "phone_problem", "wrong_number")
IMPORTING = "A diary is being imported just now. Please try again in a minute."
MEANWHILE = "Something new came in for one of them just now. Please try again."


class MergeError(ValueError):
    """Two people can't be made one, or one two; its text says why, for staff."""


@retry_on_conflict
def merge_contacts(
    kept_id: int,
    other_id: int,
    *,
    seen: Mapping[int, str],
    by: Actor,
    now: datetime,
) -> ContactMerge:
    """Make the second person part of the first.

    `seen` is the etag of each as the page showed them. Raises MergeError, or
    ChangedMeanwhileError.
    """
    try:
        with transaction.atomic():
            return _merge(kept_id, other_id, seen=seen, by=by, now=now)
    except IntegrityError as error:
        # A text or reply that named the second person was stored while their row went.
        raise MergeError(MEANWHILE) from error


def _merge(
    kept_id: int, other_id: int, *, seen: Mapping[int, str], by: Actor, now: datetime
) -> ContactMerge:
    keep_imports_out()
    lock_appointments(held_by(theirs_and_wards([kept_id, other_id])))
    kept, other = _lock_both(kept_id, other_id, seen=seen)
    # Read under the locks: what comes later names a row that goes, and fails as MEANWHILE.
    moved = {name: _ids(model, other.pk) for name, model in HELD.items()}
    moved["wards"] = sorted(theirs_and_wards([other.pk]) - {other.pk, kept.pk})
    moved["merges"] = list(other.merges.order_by("pk").values_list("pk", flat=True))
    taken = takes_over(kept, other)
    merge = ContactMerge.objects.create(
        kept=kept,
        former=row_of(other),
        taken={
            name: [plain_value(getattr(kept, name)), plain_value(value)]
            for name, value in taken.items()
        },
        moved=moved | {"messages": [str(pk) for pk in moved["messages"]]},
        merged_at=now,
        merged_by_id=by.user_id,
        person=other.pk,
        **{name: getattr(other, name) for name in ALIAS},
    )
    change = Moving(moved["appointments"], before=other, leaves=kept, now=now)
    number = {name: taken.pop(name) for name in ("external_id", "diary") if name in taken}
    Contact.objects.filter(pk=kept.pk).update(**taken, updated_at=now)
    change.carry_out(to=Contact.objects.get(pk=kept.pk))
    _move_the_rest(moved, merge)
    move_wards(moved["wards"], before=other, after=kept.pk, now=now)
    _move_holds(kept, other, now=now)
    other.delete()
    # Only now: the number is once in a diary.
    Contact.objects.filter(pk=kept.pk).update(**number)
    forget_pair(kept.pk, merge.person)
    tell("merged", merge, moved["appointments"], by=by, now=now)
    return merge


ALIAS = ("external_id", "diary", "name", "phone", "phone_as_given", "language", "preferred_name")
"""By what a diary is taken to speak of the former person."""


def keep_imports_out() -> None:
    """Let no import begin until the transaction ends. Raises MergeError while one is at work.

    An import that has found out who its people are would write visits for somebody who is gone.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(bool_and(pg_try_advisory_xact_lock_shared(%s, id::int)), true) "
            "FROM reminders_location",
            [int(AdvisoryLock.IMPORTED_LOCATION)],
        )
        if not (cursor.fetchone() or (False,))[0]:
            raise MergeError(IMPORTING)


def held_by(contact_ids: Collection[int]) -> list[int]:
    """The ids of all appointments of these people."""
    return list(Appointment.objects.filter(contact__in=contact_ids).values_list("pk", flat=True))


def _lock_both(kept_id: int, other_id: int, *, seen: Mapping[int, str]) -> tuple[Contact, Contact]:
    if kept_id == other_id:
        raise MergeError("These are the same entry already.")
    found = lock_both_contacts(kept_id, other_id)
    if len(found) < 2:
        raise MergeError("One of the two entries is no longer there.")
    if Erasure.objects.filter(contact__in=found, done_at=None).exists():
        raise MergeError("One of the two waits to be forgotten.")
    for pk, row in found.items():
        refuse_if_changed(row, seen.get(pk, ""))
    return found[kept_id], found[other_id]


def _ids(model: type[Model], contact_id: int) -> list[Any]:
    rows = model._default_manager.filter(contact_id=contact_id)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def row_of(contact: Contact) -> dict[str, Any]:
    """Every column of a contact as JSON has it."""
    columns = [field for field in Contact._meta.concrete_fields if not field.generated]
    values = {field.attname: getattr(contact, field.attname) for field in columns}
    return {name: plain_value(value) for name, value in values.items()}


def takes_over(kept: Contact, other: Contact) -> dict[str, Any]:
    """The columns of the kept person that change: what was blank is filled, and the stricter word
    on texts holds.
    """
    taken: dict[str, Any] = {}
    if not kept.phone and (other.phone or not kept.phone_as_given):
        taken |= {name: getattr(other, name) for name in PHONE}
    elif kept.phone == other.phone and other.has_wrong_number:
        taken["wrong_number"] = other.wrong_number
    if not kept.external_id:
        taken |= {"external_id": other.external_id, "diary": other.diary}
    if not kept.name:
        taken |= {"first_name": other.first_name, "last_name": other.last_name}
    for name in ("language", "preferred_name", "birth_date", "second_phone"):
        if not getattr(kept, name):
            taken[name] = getattr(other, name)
    taken |= _email(kept, other)
    # Whoever asked for no messages under either entry gets none.
    if other.channel == Contact.Channel.NONE:
        taken["channel"] = other.channel
    taken |= _responsible(kept, other)
    if other.notes and other.notes not in kept.notes:
        taken["notes"] = f"{kept.notes}\n{other.notes}".strip()
    return {name: value for name, value in taken.items() if getattr(kept, name) != value}


def _email(kept: Contact, other: Contact) -> dict[str, Any]:
    """A blank address is filled, with its consent; one that is stopped stays so."""
    if not kept.email:
        return {name: getattr(other, name) for name in EMAIL}
    if kept.email == other.email and other.email_state != EmailState.WORKS:
        return {"email_state": other.email_state}
    return {}


def _responsible(kept: Contact, other: Contact) -> dict[str, Any]:
    """Who is texted in the kept person's place; nobody can be so in their own."""
    links = {name: getattr(other, name) for name in ("responsible_id", "responsible_years")}
    if kept.responsible_id == other.pk:
        return dict.fromkeys(links)
    free = kept.responsible_id is None and other.responsible_id not in (None, kept.pk)
    # Whoever is responsible for others gets their own texts.
    wards = Contact.objects.filter(responsible__in=[kept.pk, other.pk])
    return links if free and not wards.exists() else {}


def move_wards(ids: Collection[int], *, before: Contact, after: int, now: datetime) -> None:
    """Those for whom one person was responsible are another's, with their coming texts.

    Their appointments are locked.
    """
    wards = Contact.objects.filter(pk__in=ids, responsible=before.pk)
    moving = list(wards.values_list("pk", flat=True))
    if not moving:
        return
    wards.update(responsible=after, updated_at=now)
    visits = Appointment.objects.filter(contact__in=moving, starts_at__gt=now)
    coming = list(visits.values_list("pk", flat=True))
    raise_version(coming, now=now)
    plan_appointments(coming, now=now)


def _move_the_rest(moved: Mapping[str, list[Any]], merge: ContactMerge) -> None:
    lock_messages(moved["messages"])
    _move_recalls(merge.person, merge.kept_id)
    for name, model in HELD.items():
        rows = model._default_manager.filter(pk__in=moved[name])
        rows.update(contact_id=merge.kept_id)
    earlier = ContactMerge.objects.filter(pk__in=moved["merges"])
    # Those can be split only after this one: their person is now part of somebody else.
    earlier.filter(within=None).update(within=merge)
    earlier.update(kept=merge.kept_id)


def _move_recalls(before: int, after: int) -> None:
    """Nobody is invited more often because they were there twice."""
    same = Recall.objects.filter(
        contact=after, service=OuterRef("service"), due_on=OuterRef("due_on")
    )
    # Those of one due date go with the entry: the kept person's count its texts.
    Recall.objects.filter(~Exists(same), contact=before).update(contact=after)


def _move_holds(kept: Contact, other: Contact, *, now: datetime) -> None:
    """A hold on either is one on the person they are; of two, the kept entry's goes on."""
    theirs = LegalHold.objects.filter(contact=other)
    if LegalHold.objects.filter(contact=kept, ended_at=None).exists():
        # Ended before it moves: the constraint takes one open hold of a person.
        theirs.filter(ended_at=None).update(ended_at=now)
    theirs.update(contact=kept)


def tell(
    kind: str, merge: ContactMerge, appointments: list[int], *, by: Actor, now: datetime
) -> None:
    """Write the history: a line of the kept person, and one of each visit that moved."""
    kept = Contact.objects.get(pk=merge.kept_id)
    one, other = (merge.name, kept.name) if kind == "merged" else (kept.name, merge.name)
    record(
        kind, by=by, now=now, contact_id=kept.pk, details={"name": [one, other], "merge": merge.pk}
    )
    lines = [(pk, {"name": [one, other], "merge": merge.pk}) for pk in appointments]
    record_each(kind, lines, by=by, now=now)


@dataclass(frozen=True)
class Moving:
    """Appointments that go from one person to another, and what that means for texts.

    `before` is whose they were, `leaves` the kept person as they were; both are locked.
    """

    ids: list[int]
    before: Contact
    leaves: Contact
    now: datetime

    def carry_out(self, *, to: Contact, kept: Contact | None = None) -> None:
        """Move them to this person; `kept` is how the kept person is now, if that is another."""
        kept = kept or to
        coming = Appointment.objects.filter(starts_at__gt=self.now)
        moving = list(coming.filter(pk__in=self.ids).select_related("location"))
        staying = list(
            coming.filter(contact=kept).exclude(pk__in=self.ids).select_related("location")
        )
        astray = self._astray(self.leaves, kept)
        if self.before.pk != self.leaves.pk:
            # Not when split: the kept person's own texts, and what staff wrote to them, go on.
            astray += self._astray(self.before, to)
        Appointment.objects.filter(pk__in=self.ids).update(contact=to, updated_at=self.now)
        reached = [one.pk for one in moving if _reached_otherwise(self.before, to, one)]
        reached += [one.pk for one in staying if _reached_otherwise(self.leaves, kept, one)]
        raise_version(reached, now=self.now)
        withdraw_messages(astray, now=self.now)
        everything = [one.pk for one in (*moving, *staying)]
        plan_appointments(everything, now=self.now)
        renamed = [one.pk for one in moving] if _called_otherwise(self.before, to) else []
        renamed += [one.pk for one in staying] if _called_otherwise(self.leaves, kept) else []
        withdraw_mentioning(sorted(set(renamed) - set(reached)), PERSON, now=self.now)

    def _astray(self, before: Contact, after: Contact) -> list[Any]:
        """Texts to a number that is theirs no more, or to somebody who gets none any more."""
        stopped = Contact.Channel.NONE == after.channel != before.channel
        if before.phone == after.phone and not stopped:
            return []
        return on_their_way([before.pk], now=self.now)


def _reached_otherwise(before: Contact, after: Contact, visit: Appointment) -> bool:
    one, other = (who.texted_on(visit.local_date) for who in (before, after))
    languages = [who.language or visit.location.language for who in (one, other)]
    return languages[0] != languages[1] or (
        (one.phone, before.channel, one.channel, one.has_wrong_number)
        != (other.phone, after.channel, other.channel, other.has_wrong_number)
    )


def _called_otherwise(before: Contact, after: Contact) -> bool:
    return (before.name, before.greeting) != (after.name, after.greeting)
