"""Take an import back, as far as nothing was sent because of it and nobody has changed its work
since.

New appointments vanish with their unsent texts and with contacts, practitioners, services and
locations that nothing else needs; changed ones get their old values back; cancelled ones are booked
again. What can't be undone is left and named.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from reminders.domain.changes.note import note, visits_as_known
from reminders.domain.common.audit import Actor, record_contacts, record_each
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.diary.appointments import OFF, raise_version, set_status, set_statuses
from reminders.domain.diary_import.made_names import remove_made_names
from reminders.domain.diary_import.pipeline import Progress
from reminders.domain.diary_import.restore import (
    old_patients,
    restore_appointments,
    restore_patients,
)
from reminders.domain.diary_import.write.sites import lock_sites
from reminders.domain.planning.handed_over import (
    COLUMNS,
    PERSON,
    PRACTITIONER,
    withdraw_mentioning,
)
from reminders.domain.planning.plan import plan_appointments
from reminders.domain.slots import freeing, reopening
from reminders.models import (
    Appointment,
    AuditEntry,
    CallAttempt,
    Contact,
    Import,
    ImportRow,
    InboxItem,
    Message,
    Reminder,
    Reply,
    VisitChange,
)

State = Import.State
Status = Appointment.Status
SENT = "A text about it has already gone out."
CHANGED_SINCE = "It was changed after the import."


@dataclass
class Undoable:
    """What taking an import back would do, by appointment; `kept` says why some things stay."""

    new: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    kept: dict[int, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many appointments can be put back."""
        return len(self.new) + len(self.changed) + len(self.gone)


def ask_to_undo(row: Import, *, user_id: int | None = None) -> bool:
    """Have an import taken back in the background; False when it is not one that was applied.

    The history names `user_id`.
    """
    # Without its rows nobody knows any more what it did.
    waiting = Import.objects.filter(pk=row.pk, state=State.APPLIED, forgotten_at=None)
    asked = waiting.update(
        state=State.UNDOING, words="Being taken back", progress=0, undone_by_id=user_id
    )
    enqueue_after_commit("imports")
    return bool(asked)


def undoable(row: Import) -> Undoable:
    """Look what of an applied import can be taken back."""
    found = Undoable()
    for touched in _touched(row):
        if touched.sent or touched.since or touched.patient_since:
            found.kept[touched.appointment_id] = SENT if touched.sent else CHANGED_SINCE
        else:
            getattr(found, touched.outcome).append(touched.appointment_id)
    return found


def _touched(row: Import) -> QuerySet[Any]:  # Any: rows of an import with what came after it
    """What the import wrote, and whether anything has come of it since."""
    rows = ImportRow.objects.filter(of=row, appointment_id__in=Appointment.objects.values("pk"))
    wrote = rows.filter(
        Q(outcome__in=(ImportRow.Outcome.NEW, ImportRow.Outcome.CHANGED)) | Q(before__isnull=False)
    )
    applied_at = row.applied_at or row.created_at
    # A text is because of the import when it tells of a version that the import made.
    told = Reminder.objects.filter(
        appointment_id=OuterRef("appointment_id"),
        message__created_at__gte=applied_at,
        message__state__in=Message.OUT,
    )
    changed = Appointment.objects.filter(pk=OuterRef("appointment_id"), updated_at__gt=applied_at)
    patient = Contact.objects.filter(pk=OuterRef("patient"), updated_at__gt=applied_at)
    return (
        wrote.annotate(patient=Cast(KT("before__patient__id"), BigIntegerField()))
        .annotate(sent=Exists(told), since=Exists(changed), patient_since=Exists(patient))
        .order_by("appointment_id")
    )


def take_back(row: Import, *, now: datetime, progress: Progress | None = None) -> Undoable:
    """Take an import back in one transaction; what can't be undone stands on its rows afterwards.

    Raises SitesBusyError while another import is at work at one of the locations.
    """
    tell = progress or (lambda _percent, _words: None)
    with transaction.atomic():
        sites = _lock(row)
        found = undoable(row)
        taken = reopening.seats_of([*found.new, *found.changed])
        tell(10, "Taking back what changed")
        _restore(row, found, now=now)
        tell(40, "Booking again what was cancelled")
        _book_again(row, found.gone, now=now)
        tell(60, "Taking out what was new")
        _remove(row, found.new, now=now)
        # Once all are where they were: a time that one left may be another's again.
        off = Appointment.objects.filter(pk__in=found.changed, status__in=OFF)
        reopening.give_back(taken, now=now)
        reopening.give_back_own(list(off.values_list("pk", flat=True)), now=now)
        remove_made_names(row, location_ids=sites)
        tell(95, "Noting what stays")
        _say_what_stays(row, found)
        row.state, row.undone_at, row.progress = State.UNDONE, now, 100
        row.words = _in_words(found)
        row.save(update_fields=["state", "undone_at", "progress", "words"])
    return found


def _in_words(found: Undoable) -> str:
    if not found.kept:
        return "Everything was taken back."
    taken = "appointment was taken back" if found.count == 1 else "appointments were taken back"
    return f"{found.count:,} {taken}; {len(found.kept):,} could not be: see the rows."


def _lock(row: Import) -> list[int]:
    """Keep other imports of the locations out, then everybody else from the appointments; return
    the locations.

    Before looking what can be taken back, which staff may be changing at this moment.
    """
    touched = ImportRow.objects.filter(of=row).exclude(outcome=ImportRow.Outcome.UNCHANGED)
    rows = Appointment.objects.filter(pk__in=touched.values("appointment_id"))
    sites = list(rows.order_by("location_id").values_list("location_id", flat=True).distinct())
    lock_sites(sites, wait=False)
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    return sites


def _actor(row: Import) -> Actor:
    return Actor(AuditEntry.Source.IMPORT, row.undone_by_id)


def _restore(row: Import, found: Undoable, *, now: datetime) -> None:
    """Write the old values back, of appointments and of patients, and plan again what matters to
    texts.
    """
    changed = _rows(row, found.changed).filter(outcome=ImportRow.Outcome.CHANGED)
    before = {pk: old for pk, old in changed.values_list("appointment_id", "before") if pk}
    of_patients = _rows(row, [*found.changed, *found.new]).filter(before__has_key="patient")
    patients = old_patients(
        of_patients.order_by("number").values_list("before__patient", flat=True)
    )
    # Before anybody is put back: it is those who have them now whose texts no longer hold.
    matters = _coming_visits(patients.matter, now=now)
    known = visits_as_known(before)
    matters |= restore_appointments(before, now=now)
    coming = Appointment.objects.filter(pk__in=before, status__in=Appointment.EXPECTED)
    freeing.take_back(list(coming.values_list("pk", flat=True)), now=now)
    restore_patients(patients, now=now)
    raise_version(sorted(matters), now=now)
    note(known, now=now)
    about = {"import": row.pk}
    lines = ((pk, about | _turned_round(old)) for pk, old in before.items())
    record_each("undone", lines, by=_actor(row), now=now)
    record_contacts("undone", ((pk, about) for pk in patients.ids), by=_actor(row), now=now)
    plan_appointments(sorted(matters), now=now)
    others = [pk for pk, old in before.items() if "practitioner" in old]
    withdraw_mentioning(sorted(others), PRACTITIONER, now=now)
    columns = [pk for pk, old in before.items() if "other columns" in old]
    withdraw_mentioning(sorted(columns), COLUMNS, now=now)
    withdraw_mentioning(sorted(_coming_visits(patients.renamed, now=now)), PERSON, now=now)


def _rows(row: Import, ids: Sequence[int]) -> QuerySet[ImportRow]:
    return ImportRow.objects.filter(of=row, appointment_id__in=ids)


def _coming_visits(contact_ids: Collection[int], *, now: datetime) -> set[int]:
    visits = Appointment.objects.filter(contact_id__in=contact_ids, starts_at__gt=now)
    return set(visits.values_list("pk", flat=True))


def _turned_round(old: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The changes of a row, as pairs of old and new value, the other way round."""
    return {what: [*reversed(pair)] for what, pair in old.items() if isinstance(pair, list)}


def _book_again(row: Import, ids: Sequence[int], *, now: datetime) -> None:
    rows = ImportRow.objects.filter(of=row, outcome=ImportRow.Outcome.GONE, appointment_id__in=ids)
    was = rows.values_list("appointment_id", "before__status__0")
    statuses = {pk: Status(status) for pk, status in was if pk}
    set_statuses(statuses, by=_actor(row), now=now, kind="undone")


def _remove(row: Import, ids: Sequence[int], *, now: datetime) -> None:
    """Delete what left no trace outside; cancel what the provider holds a text of, which withdraws
    it.
    """
    traced = list(_with_traces(ids).values_list("pk", flat=True))
    # They were never booked: what was planned for them goes, and nobody is told of anything.
    nobody = VisitChange.Telling.NOBODY
    set_status(traced, Status.CANCELLED, by=_actor(row), now=now, telling=nobody)
    freeing.end_of_unbooked(traced, now=now)
    lines: list[tuple[int, dict[str, Any]]] = [
        (pk, {"to": "cancelled", "undone": True, "import": row.pk}) for pk in traced
    ]
    record_each("undone", lines, by=_actor(row), now=now)
    traceless = Appointment.objects.filter(pk__in=set(ids) - set(traced))
    patients = set(traceless.values_list("contact_id", flat=True))
    # With what hangs on them: reminders that were never sent, and their history.
    traceless.delete()
    if row.applied_at:
        _remove_patients(patients, made_at=row.applied_at)


def _with_traces(ids: Sequence[int]) -> QuerySet[Appointment]:
    """Those of these appointments about which a text, a call, a reply or a card speaks."""
    theirs = {"appointment": OuterRef("pk")}
    traces: list[QuerySet[Any]] = [
        Reminder.objects.filter(message__isnull=False, **theirs),
        Message.objects.filter(**theirs),
        CallAttempt.objects.filter(**theirs),
        InboxItem.objects.filter(**theirs),
        Reply.appointments.through.objects.filter(**theirs),
    ]
    any_trace = reduce(or_, (Q(Exists(trace)) for trace in traces))
    return Appointment.objects.filter(any_trace, pk__in=ids)


def _remove_patients(ids: Collection[int], *, made_at: datetime) -> None:
    """Delete the people whom the import made, and whom nothing else knows by now."""
    theirs = {"contact": OuterRef("pk")}
    made = Contact.objects.filter(
        ~Exists(Appointment.objects.filter(**theirs)),
        pk__in=ids,
        created_at=made_at,
        updated_at=made_at,
    )
    # That the import made them is no trace; whatever else their history tells keeps them.
    AuditEntry.objects.filter(
        contact__in=made, source=AuditEntry.Source.IMPORT, at=made_at
    ).delete()
    made.filter(
        ~Exists(Message.objects.filter(**theirs)),
        ~Exists(AuditEntry.objects.filter(**theirs)),
        ~Exists(Reply.objects.filter(**theirs)),
        ~Exists(InboxItem.objects.filter(**theirs)),
    ).delete()


def _say_what_stays(row: Import, found: Undoable) -> None:
    for reason in (SENT, CHANGED_SINCE):
        ids = [pk for pk, why in found.kept.items() if why == reason]
        ImportRow.objects.filter(of=row, appointment_id__in=ids).update(
            words=f"Not taken back: {reason}"
        )
