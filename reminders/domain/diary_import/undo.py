"""Take an import back, as far as nothing was sent because of it and nobody has changed its work
since.

New appointments vanish with their unsent texts and with contacts that nothing else needs; changed
ones get their old values back; cancelled ones are booked again. What can't be undone is left and
named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from reminders.domain.common.audit import Actor, record_each
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.diary.appointments import set_status, set_statuses
from reminders.domain.diary_import.pipeline import Progress
from reminders.domain.diary_import.write.sites import lock_sites
from reminders.domain.planning.handed_over import PERSON, PRACTITIONER, withdraw_mentioning
from reminders.domain.planning.plan import plan_appointments
from reminders.models import Appointment, AuditEntry, Import, ImportRow

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
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, {"import": row.pk, "at": row.applied_at})
        for appointment_id, outcome, sent, since in cursor.fetchall():
            if sent or since:
                found.kept[appointment_id] = SENT if sent else CHANGED_SINCE
            else:
                getattr(found, outcome).append(appointment_id)
    return found


def take_back(row: Import, *, now: datetime, progress: Progress | None = None) -> Undoable:
    """Take an import back in one transaction; what can't be undone stands on its rows afterwards.

    Raises SitesBusyError while another import is at work at one of the locations.
    """
    tell = progress or (lambda _percent, _words: None)
    with transaction.atomic():
        _lock(row)
        found = undoable(row)
        tell(10, "Taking back what changed")
        _restore(row, found, now=now)
        tell(40, "Booking again what was cancelled")
        _book_again(row, found.gone, now=now)
        tell(60, "Taking out what was new")
        _remove(row, found.new, now=now)
        tell(95, "Noting what stays")
        _say_what_stays(row, found)
        row.state, row.undone_at, row.progress = State.UNDONE, now, 100
        row.words = _in_words(found)
        row.save(update_fields=["state", "undone_at", "progress", "words"])
    return found


def _in_words(found: Undoable) -> str:
    if not found.kept:
        return "Everything was taken back."
    taken = f"{found.count:,} {'appointment was' if found.count == 1 else 'appointments were'} taken back"
    return f"{taken}; {len(found.kept):,} could not be: see the rows."


def _lock(row: Import) -> None:
    """Keep other imports of the locations out, then everybody else from the appointments.

    Before looking what can be taken back, which staff may be changing at this moment.
    """
    touched = ImportRow.objects.filter(of=row).exclude(outcome=ImportRow.Outcome.UNCHANGED)
    rows = Appointment.objects.filter(pk__in=touched.values("appointment_id"))
    sites = rows.order_by("location_id").values_list("location_id", flat=True).distinct()
    lock_sites(list(sites), wait=False)
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _actor(row: Import) -> Actor:
    return Actor(AuditEntry.Source.IMPORT, row.undone_by_id)


def _restore(row: Import, found: Undoable, *, now: datetime) -> None:
    """Write the old values back, of appointments and of patients, and plan anew what matters to
    texts.
    """
    given: dict[str, Any] = {
        "import": row.pk,
        "by": row.undone_by_id,
        "ids": found.changed,
        "patients_of": [*found.changed, *found.new],
        "now": now,
        "expected": list(Appointment.EXPECTED),
    }
    with connection.cursor() as cursor:
        for statement in _RESTORE:
            cursor.execute(statement, given)
        cursor.execute("SELECT id FROM undone_matters ORDER BY id")
        plan_appointments([each[0] for each in cursor.fetchall()], now=now)
        for names, statement in ((PRACTITIONER, _OTHER_PRACTITIONER), (PERSON, _RENAMED)):
            cursor.execute(statement, given)
            withdraw_mentioning([each[0] for each in cursor.fetchall()], names, now=now)


def _book_again(row: Import, ids: Sequence[int], *, now: datetime) -> None:
    rows = ImportRow.objects.filter(of=row, outcome=ImportRow.Outcome.GONE, appointment_id__in=ids)
    was = rows.values_list("appointment_id", "before__status__0")
    statuses = {pk: Status(status) for pk, status in was if pk}
    set_statuses(statuses, by=_actor(row), now=now, kind="undone")


def _remove(row: Import, ids: Sequence[int], *, now: datetime) -> None:
    """Delete what left no trace outside; cancel what the provider holds a text of, which withdraws
    it.
    """
    with connection.cursor() as cursor:
        cursor.execute(_WITH_TRACES, {"ids": list(ids)})
        traced = [each[0] for each in cursor.fetchall()]
        set_status(traced, Status.CANCELLED, by=_actor(row), now=now)
        lines: list[tuple[int, dict[str, Any]]] = [
            (pk, {"to": "cancelled", "undone": True, "import": row.pk}) for pk in traced
        ]
        record_each("undone", lines, by=_actor(row), now=now)
        given = {"ids": sorted(set(ids) - set(traced)), "at": row.applied_at}
        for statement in _DELETE:
            cursor.execute(statement, given)


def _say_what_stays(row: Import, found: Undoable) -> None:
    for reason in (SENT, CHANGED_SINCE):
        ids = [pk for pk, why in found.kept.items() if why == reason]
        ImportRow.objects.filter(of=row, appointment_id__in=ids).update(
            words=f"Not taken back: {reason}"
        )


# A text is because of the import when it tells of a version that the import made.
_LOOK = """
SELECT w.appointment_id, w.outcome,
       EXISTS (SELECT 1 FROM reminders_reminder r JOIN reminders_message m ON m.id = r.message_id
               WHERE r.appointment_id = a.id AND m.created_at >= %(at)s
                 AND m.state IN ('enroute', 'submitted', 'delivered')),
       a.updated_at > %(at)s OR coalesce(c.updated_at > %(at)s, false)
FROM reminders_importrow w JOIN reminders_appointment a ON a.id = w.appointment_id
LEFT JOIN reminders_contact c ON c.id = (w.before #>> '{patient,id}')::bigint
WHERE w.of_id = %(import)s AND (w.outcome IN ('new', 'changed') OR w.before IS NOT NULL)
ORDER BY w.appointment_id
"""

_RESTORE = (
    """
DROP TABLE IF EXISTS pg_temp.undone, pg_temp.undone_patient, pg_temp.undone_matters;
CREATE TEMP TABLE undone ON COMMIT DROP AS
SELECT w.appointment_id, w.before, x.location_id, x.contact_id, x.practitioner_id, x.service_id, x.starts_at,
    x.local_date, x.local_time, x.wall_flag, x.duration, x.notes, x.extra, x.diary, x.external_id,
    x.status, x.status_since,
    (a.location_id, a.contact_id, a.starts_at) IS DISTINCT FROM (x.location_id, x.contact_id, x.starts_at)
        OR a.service_id IS DISTINCT FROM x.service_id
        OR (a.status = ANY(%(expected)s)) <> (x.status = ANY(%(expected)s)) AS matters
FROM reminders_importrow w
JOIN reminders_appointment a ON a.id = w.appointment_id
CROSS JOIN LATERAL jsonb_populate_record(NULL::reminders_appointment, w.before -> 'was') x
WHERE w.of_id = %(import)s AND w.outcome = 'changed' AND w.appointment_id = ANY(%(ids)s);
CREATE TEMP TABLE undone_patient ON COMMIT DROP AS
SELECT DISTINCT ON (x.id) x.id, x.external_id, coalesce(x.diary, c.diary) AS diary, x.first_name,
    x.last_name, x.phone, x.phone_as_given, x.phone_kind, x.phone_problem, x.language,
    coalesce(x.channel, c.channel) AS channel, coalesce(x.preferred_name, c.preferred_name) AS preferred_name,
    (c.phone, c.language, c.channel)
        IS DISTINCT FROM (x.phone, x.language, coalesce(x.channel, c.channel)) AS matters,
    (c.first_name, c.last_name, c.preferred_name)
        IS DISTINCT FROM (x.first_name, x.last_name, coalesce(x.preferred_name, c.preferred_name)) AS renamed
FROM reminders_importrow w
CROSS JOIN LATERAL jsonb_populate_record(NULL::reminders_contact, w.before -> 'patient') x
JOIN reminders_contact c ON c.id = x.id
WHERE w.of_id = %(import)s AND w.appointment_id = ANY(%(patients_of)s) AND w.before ? 'patient'
""",
    """
CREATE TEMP TABLE undone_matters ON COMMIT DROP AS
SELECT appointment_id AS id FROM undone WHERE matters AND location_id IS NOT NULL
UNION SELECT a.id FROM undone_patient p JOIN reminders_appointment a ON a.contact_id = p.id
    WHERE p.matters AND a.starts_at > %(now)s
""",
    """
UPDATE reminders_appointment a SET updated_at = %(now)s, location_id = u.location_id,
    contact_id = coalesce((SELECT g.kept_id FROM reminders_contactmerge g
        WHERE g.person = u.contact_id AND g.split_at IS NULL), u.contact_id),
    practitioner_id = u.practitioner_id, service_id = u.service_id,
    starts_at = u.starts_at, local_date = u.local_date, local_time = u.local_time, wall_flag = u.wall_flag,
    duration = u.duration, notes = u.notes, extra = u.extra, diary = u.diary, external_id = u.external_id,
    status = u.status, status_since = u.status_since
FROM undone u WHERE a.id = u.appointment_id AND u.location_id IS NOT NULL
""",
    """
UPDATE reminders_contact c SET updated_at = %(now)s, external_id = p.external_id, diary = p.diary,
    first_name = p.first_name, last_name = p.last_name, phone = p.phone,
    phone_as_given = p.phone_as_given, phone_kind = p.phone_kind, phone_problem = p.phone_problem,
    language = p.language, channel = p.channel, preferred_name = p.preferred_name
FROM undone_patient p WHERE c.id = p.id
""",
    """
UPDATE reminders_appointment a SET version = a.version + 1, changed_at = %(now)s
FROM undone_matters m WHERE a.id = m.id
""",
    """
INSERT INTO reminders_auditentry (appointment_id, at, source, user_id, kind, details)
SELECT u.appointment_id, %(now)s, 'import', %(by)s, 'undone',
    jsonb_build_object('import', %(import)s::bigint) || (
    SELECT coalesce(jsonb_object_agg(each.key, jsonb_build_array(each.value -> 1, each.value -> 0)), '{}')
    FROM jsonb_each(u.before) each WHERE jsonb_typeof(each.value) = 'array')
FROM undone u;
INSERT INTO reminders_auditentry (contact_id, at, source, user_id, kind, details)
SELECT id, %(now)s, 'import', %(by)s, 'undone', jsonb_build_object('import', %(import)s::bigint)
FROM undone_patient
""",
)

_OTHER_PRACTITIONER = "SELECT appointment_id FROM undone WHERE before ? 'practitioner' ORDER BY 1"
_RENAMED = """
SELECT a.id FROM reminders_appointment a JOIN undone_patient p ON p.id = a.contact_id AND p.renamed
WHERE a.starts_at > %(now)s ORDER BY 1
"""

_WITH_TRACES = """
SELECT a.id FROM reminders_appointment a WHERE a.id = ANY(%(ids)s) AND (
    EXISTS (SELECT 1 FROM reminders_reminder r WHERE r.appointment_id = a.id AND r.message_id IS NOT NULL)
    OR EXISTS (SELECT 1 FROM reminders_message m WHERE m.appointment_id = a.id)
    OR EXISTS (SELECT 1 FROM reminders_callattempt c WHERE c.appointment_id = a.id)
    OR EXISTS (SELECT 1 FROM reminders_inboxitem c WHERE c.appointment_id = a.id)
    OR EXISTS (SELECT 1 FROM reminders_reply_appointments p WHERE p.appointment_id = a.id))
"""

_DELETE = (
    "DELETE FROM reminders_reminder WHERE appointment_id = ANY(%(ids)s)",
    "DELETE FROM reminders_auditentry WHERE appointment_id = ANY(%(ids)s)",
    """
CREATE TEMP TABLE IF NOT EXISTS undone_contact (id bigint) ON COMMIT DELETE ROWS;
TRUNCATE undone_contact;
INSERT INTO undone_contact SELECT DISTINCT contact_id FROM reminders_appointment WHERE id = ANY(%(ids)s)
""",
    "DELETE FROM reminders_appointment WHERE id = ANY(%(ids)s)",
    """
DELETE FROM reminders_auditentry e USING undone_contact u, reminders_contact c
WHERE e.contact_id = u.id AND c.id = u.id AND c.created_at = %(at)s AND c.updated_at = %(at)s
  AND e.source = 'import' AND e.at = %(at)s
  AND NOT EXISTS (SELECT 1 FROM reminders_appointment a WHERE a.contact_id = c.id)
""",
    """
DELETE FROM reminders_contact c USING undone_contact u
WHERE c.id = u.id AND c.created_at = %(at)s AND c.updated_at = %(at)s
  AND NOT EXISTS (SELECT 1 FROM reminders_appointment a WHERE a.contact_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM reminders_message m WHERE m.contact_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM reminders_auditentry e WHERE e.contact_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM reminders_reply p WHERE p.contact_id = c.id)
  AND NOT EXISTS (SELECT 1 FROM reminders_inboxitem k WHERE k.contact_id = c.id)
""",
)
