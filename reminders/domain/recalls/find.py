"""Find those who are due: each night, in one statement for everybody.

The last visit counts that took place as far as anybody knows: the patient arrived, or nothing else
was noted. Who was due more than a year ago is left to those who want to call.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max, Min

from reminders.models import Appointment, Service
from reminders.models.in_sql.states import as_text

LONGEST_AGO = timedelta(days=366)
MONTH = timedelta(days=31)

# Once in a few hours and for everybody: as rows of ours, a hundred thousand would go to and fro.
# The bounds on the start are where the index is entered; the exact ones depend on the service.
_FIND = """
INSERT INTO reminders_recall (contact_id, service_id, location_id, last_visit, due_on)
SELECT DISTINCT ON (last.contact_id, last.service_id)
    last.contact_id, last.service_id, last.location_id, last.local_date,
    (last.local_date + make_interval(months => service.recall_months))::date AS due_on
FROM reminders_appointment last
JOIN reminders_service service ON service.id = last.service_id
JOIN reminders_contact patient ON patient.id = last.contact_id
WHERE last.starts_at BETWEEN %(oldest)s AND %(newest)s
  AND last.status = ANY(%(attended)s)
  AND service.active AND service.recall_months IS NOT NULL
  AND last.local_date + make_interval(months => service.recall_months)
      BETWEEN %(now)s - %(longest_ago)s::interval AND %(now)s
  AND patient.channel <> 'none' AND NOT patient.no_recalls AND patient.forgotten_at IS NULL
  AND NOT EXISTS (
      SELECT 1 FROM reminders_appointment other
      WHERE other.contact_id = last.contact_id AND other.starts_at > last.starts_at
        AND (other.starts_at > %(now)s AND other.status = ANY(%(expected)s)
             OR other.starts_at <= %(now)s AND other.status = ANY(%(attended)s)
                AND other.service_id = last.service_id)
  )
ORDER BY last.contact_id, last.service_id, last.starts_at DESC
ON CONFLICT (contact_id, service_id, due_on) DO NOTHING
"""


def find_due(*, now: datetime) -> int:
    """Write down everybody who has come to be due since; return how many are new."""
    months = Service.objects.filter(active=True, recall_months__isnull=False).aggregate(
        least=Min("recall_months"), most=Max("recall_months")
    )
    if months["least"] is None:
        return 0
    given = {
        "now": now,
        "oldest": now - LONGEST_AGO - months["most"] * MONTH,
        # The shortest months there are, so that nobody is left out by the bound.
        "newest": now - months["least"] * timedelta(days=28) + timedelta(days=2),
        "longest_ago": LONGEST_AGO,
        "attended": as_text(Appointment.TOOK_PLACE),
        "expected": as_text(Appointment.EXPECTED),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_FIND, given)
        return int(cursor.rowcount)
