"""Claims: the statements that give each worker its own share of what is due.

Each is one `SELECT ... FOR UPDATE SKIP LOCKED` over a partial index, so that its cost follows what
is due and any number of workers share the work. Call them in a transaction and write before it
ends.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.contrib.postgres.aggregates import BoolOr
from django.db import connection
from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from reminders.models.consent import Suppression
from reminders.models.in_sql.by_roads import BY_ANOTHER_FIRST, ROAD_COLUMNS, roads_set_up
from reminders.models.in_sql.rows import Row, read_rows
from reminders.models.in_sql.states import MAY_HOLD, STATES, Given
from reminders.models.in_sql.texted import CHANNEL, TEXTED
from reminders.models.messages import Message
from reminders.models.people import Contact
from reminders.models.reminders import Reminder
from reminders.models.roads.columns import Road, Step, steps_of

DAY = timedelta(days=1)


class DueReminder(NamedTuple):
    """A planned reminder that is due, locked, with all that its text is made of. Times are UTC.

    Names are the patient's; number, language and channel are those of whoever is texted, and
    `recipient` is how that person is greeted, blank where it is the patient.
    """

    id: int
    rule_id: int
    kind: str
    days_before: int | None
    current: bool
    due_at: datetime
    cutoff_at: datetime
    starts_at: datetime
    local_date: date
    local_time: time
    phone: str
    forced: bool
    appointment_id: int
    appointment_uuid: uuid.UUID
    contact_id: int
    first_name: str
    name: str
    recipient: str
    language: str
    channel: str
    phone_kind: str
    location_id: int
    practitioner: str
    service: str
    instructions: str
    extra: str
    opted_out: bool
    wrong_number: bool
    texts_lately: int
    roads: str
    email_copy: bool
    may_whatsapp: bool
    may_email: bool
    email: str

    @property
    def columns(self) -> object:
        """What the diary keeps with the visit besides."""
        # As text, read where a text is written: most wordings ask for none of it.
        return json.loads(self.extra) if self.extra != "{}" else None

    @property
    def steps(self) -> list[Step]:
        """The roads of its rule that this person can be written to by."""
        may = {Road.WHATSAPP: self.may_whatsapp, Road.EMAIL: self.may_email}
        return [step for step in steps_of(json.loads(self.roads)) if may[step.road]]

    @property
    def is_spoken(self) -> bool:
        """Whether the text is read aloud in a call; a call is about one appointment."""
        return self.channel == "voice" or self.phone_kind == "landline"

    @property
    def for_another(self) -> bool:
        """Whether it is worded for somebody else than the patient; a call has no such words."""
        return self.recipient != "" and not self.is_spoken

    @property
    def spoken_to(self) -> str:
        """Whom a call greets: the patient, or who is responsible, with the patient's name."""
        return ", ".join(filter(None, (self.recipient, self.first_name)))


class QueuedMessage(NamedTuple):
    """A message waiting in the outbox, locked.

    `wrong_number`: a call showed that this is not its person's number; `texts_lately`: how many its
    number got, or is about to get, in the day before it was written. From `rule_id` on it is of the
    reminders that it carries: rule, site, the earliest start, whether staff asked for it now. They
    are None where it carries none.
    """

    id: uuid.UUID
    kind: str
    phone: str
    source_number: str
    text: str
    format: str
    scheduled_at: datetime
    expires_at: datetime
    attempt: int
    appointment_uuid: uuid.UUID | None
    opted_out: bool
    wrong_number: bool
    texts_lately: int
    rule_id: int | None
    location_id: int | None
    starts_at: datetime | None
    forced: bool | None
    outdated: bool


# What was planned for something else than holds now is claimed, too, to be set aside and planned
# again. A number's texts of the last day are counted up to more than any limit can ask for.
_WHOM = {"texted": TEXTED, "channel": CHANNEL}
_DUE = """
SELECT
    reminder.id, reminder.rule_id, rule.kind, rule.days_before,
    reminder.version = appointment.version
        AND <may_hold>
        AND reminder.phone = contact.phone AS current,
    reminder.due_at, reminder.cutoff_at, reminder.starts_at, reminder.local_date,
    appointment.local_time, reminder.phone, reminder.forced, appointment.id AS appointment_id,
    appointment.uuid AS appointment_uuid, patient.id AS contact_id,
    coalesce(nullif(patient.preferred_name, ''), patient.first_name) AS first_name, patient.name,
    CASE WHEN contact.id <> patient.id
         THEN coalesce(nullif(contact.preferred_name, ''), contact.first_name) ELSE '' END
        AS recipient,
    contact.language, {channel} AS channel, contact.phone_kind, reminder.location_id,
    coalesce(practitioner.name, '') AS practitioner, coalesce(service.name, '') AS service,
    coalesce(service.instructions, '') AS instructions, appointment.extra::text AS extra,
    EXISTS (
        SELECT 1 FROM reminders_suppression suppression
        WHERE suppression.phone = reminder.phone AND suppression.lifted_at IS NULL
    ) AS opted_out,
    contact.wrong_number <> '' AND contact.wrong_number = reminder.phone AS wrong_number,
    (
        SELECT count(*) FROM (
            SELECT 1 FROM reminders_message message
            WHERE message.phone = reminder.phone
              AND message.created_at > %(day_ago)s
              AND message.state <> %(message_cancelled)s
              AND message.road <> 'email'
            LIMIT 200
        ) lately
    ) AS texts_lately,
    <roads>
FROM reminders_reminder reminder
JOIN reminders_appointment appointment ON appointment.id = reminder.appointment_id
{texted}
JOIN reminders_reminderrule rule ON rule.id = reminder.rule_id
LEFT JOIN reminders_practitioner practitioner ON practitioner.id = appointment.practitioner_id
LEFT JOIN reminders_service service ON service.id = appointment.service_id
WHERE reminder.state = %(reminder_planned)s
  AND {which}
  AND NOT EXISTS (
      SELECT 1 FROM reminders_reminder earlier
      WHERE earlier.appointment_id = reminder.appointment_id
        AND earlier.state = %(reminder_withdrawing)s
  )
ORDER BY reminder.due_at, reminder.id
{limit}
FOR UPDATE OF reminder SKIP LOCKED
FOR SHARE OF appointment SKIP LOCKED
""".replace("<may_hold>", MAY_HOLD).replace("<roads>", ROAD_COLUMNS)
# Sharing the appointment keeps a planning from meeting a reminder that is being claimed: it would
# hold that reminder while it waits for the message, and whoever records the message would wait for
# the reminder.

# A text about something that happened waits with us until it is due: what is undone meanwhile was
# never told to anybody. One by WhatsApp or e-mail first does, too: those roads take no time to
# send it at.
_BY_TIME = _DUE.format(
    which=f"""
      reminder.due_at <= %(until)s
      AND (reminder.due_at <= %(now)s OR rule.minutes_after IS NULL
           AND NOT {BY_ANOTHER_FIRST})""",
    limit="LIMIT %(limit)s",
    **_WHOM,
)
_FAMILY = _DUE.format(
    which="""
      (reminder.phone, reminder.location_id, reminder.local_date, reminder.rule_id) IN (
          SELECT * FROM unnest(
              %(phones)s::text[], %(locations)s::bigint[], %(dates)s::date[], %(rules)s::bigint[]
          )
      )
      AND reminder.id <> ALL(%(have)s)
      AND (rule.minutes_after IS NULL OR reminder.due_at <= %(now)s)""",
    limit="",
    **_WHOM,
)
_BY_ID = _DUE.format(which="reminder.id = ANY(%(ids)s)", limit="", **_WHOM)


def is_any_due(*, until: datetime) -> bool:
    """Whether a reminder is due by `until`: most runs find none, and need not plan the large
    statement.
    """
    # Without a lock: what comes to be due meanwhile is for the next round.
    return Reminder.objects.filter(state=Reminder.State.PLANNED, due_at__lte=until).exists()


def is_any_queued(*, now: datetime) -> bool:
    """Whether a message of the outbox may be sent now; without a lock, as above."""
    queued = Message.objects.filter(state=Message.State.QUEUED, road=Road.SMS)
    return queued.filter(send_after__lte=now).exists()


def lock_due_reminders(*, now: datetime, until: datetime, limit: int) -> list[DueReminder]:
    """Lock up to `limit` planned reminders due by `until`, the earliest first; those about
    something that happened only when they are due.
    """
    given: Given = {"now": now, "until": until, "day_ago": now - DAY, "limit": limit}
    return _claim(_BY_TIME, given, DueReminder)


def lock_planned_reminders(ids: Sequence[int], *, day_ago: datetime) -> list[DueReminder]:
    """Lock those of these reminders that are planned, whenever they are due."""
    return _claim(_BY_ID, {"ids": list(ids), "day_ago": day_ago}, DueReminder)


def lock_family_reminders(
    keys: Sequence[tuple[str, int, date, int]], *, have: Sequence[int], now: datetime
) -> list[DueReminder]:
    """Lock the other planned reminders with one of these phones, locations, days and rules; those
    about something that happened only when they are due.
    """
    # As arrays side by side: a list of values would be another statement for each length.
    phones, locations, dates, rules = map(list, zip(*keys, strict=True))
    given: Given = {"phones": phones, "locations": locations, "dates": dates, "rules": rules}
    given |= {"have": list(have), "now": now, "day_ago": now - DAY}
    return _claim(_FAMILY, given, DueReminder)


def lock_queued_messages(*, now: datetime, limit: int) -> list[QueuedMessage]:
    """Lock up to `limit` messages of the outbox that may be sent now."""
    due = Message.objects.filter(
        state=Message.State.QUEUED,
        road=Road.SMS,
        send_after__lte=now,
        cancel_requested_at=None,
    )
    # Locked by their ids first: most runs find none, and putting the question below together costs
    # more than asking it. Of the message alone: a change of its appointment must not wait for us.
    locked = due.order_by("send_after").select_for_update(skip_locked=True)
    ids = list(locked.values_list("pk", flat=True)[:limit])
    if not ids:
        return []
    carried = _carried_by(ids)
    refused = Suppression.objects.filter(phone=OuterRef("phone"), lifted_at=None)
    texted = Q(pk=OuterRef("contact_id")) | Q(wards=OuterRef("contact_id"))
    not_theirs = Contact.objects.filter(texted, wrong_number=OuterRef("phone"))
    earlier = Message.objects.filter(
        phone=OuterRef("phone"),
        # Of several that wait at once each counts those before it, else they would all be too many.
        created_at__lt=OuterRef("created_at"),
        created_at__gt=OuterRef("created_at") - DAY,
    ).exclude(Q(state=Message.State.CANCELLED) | Q(road=Road.EMAIL))
    counted = earlier.order_by().values("phone").annotate(many=Count("pk")).values("many")
    waiting = (
        Message.objects.filter(pk__in=ids)
        .select_related("appointment")
        .annotate(
            opted_out=Exists(refused),
            wrong_number=Exists(not_theirs),
            texts_lately=Coalesce(Subquery(counted), 0),
        )
    )
    return [
        _queued(row, *carried.get(row.pk, (None, None, None, None)))
        for row in waiting.order_by("send_after")
    ]


def _carried_by(message_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Any]]:
    """Of the reminders that these messages carry: rule, location, first start, whether forced."""
    reminders = Reminder.objects.filter(message_id__in=message_ids).order_by()
    of_each = reminders.values("message_id").annotate(
        rule=Min("rule_id"),
        place=Min("location_id"),
        start=Min("starts_at"),
        at_once=BoolOr("forced"),
    )
    return {
        pk: carried
        for pk, *carried in of_each.values_list("message_id", "rule", "place", "start", "at_once")
    }


def _queued(
    row: Any,  # a `Message` with what `lock_queued_messages` asks besides
    rule_id: int | None,
    location_id: int | None,
    starts_at: datetime | None,
    forced: bool | None,
) -> QueuedMessage:
    about = row.appointment
    return QueuedMessage(
        id=row.pk,
        kind=row.kind,
        phone=row.phone,
        source_number=row.source_number,
        text=row.text,
        format=row.format,
        scheduled_at=row.scheduled_at,
        expires_at=row.expires_at,
        attempt=row.attempt,
        appointment_uuid=about.uuid if about else None,
        opted_out=row.opted_out,
        wrong_number=row.wrong_number,
        texts_lately=row.texts_lately,
        rule_id=rule_id,
        location_id=location_id,
        starts_at=starts_at,
        forced=forced,
        # An answer speaks of the appointment as it was when it was written; an offer is no earlier
        # time to somebody who was moved since.
        outdated=row.kind in (Message.Kind.ANSWER, Message.Kind.OFFER)
        and about is not None
        and about.changed_at > row.created_at,
    )


def _claim(statement: str, given: Given, kind: type[Row]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, STATES | roads_set_up() | given)
        return read_rows(cursor, kind)
