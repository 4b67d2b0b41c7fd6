"""Change what practitioners and services are called, and bring texts in line that the provider
holds already.

A text that names them and has not left yet is withdrawn and goes out again with the new name. Names
of locations are `location_changes`', those of patients `appointments`'.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from reminders.domain.planning import handed_over
from reminders.domain.planning.handed_over import ScheduledMessage
from reminders.models import Practitioner, Service

PRACTITIONER = {"name": "practitioner"}
SERVICE = {"name": "service", "instructions": "instructions"}
"""Which placeholder a column fills."""


def save_practitioner(row: Practitioner, *, now: datetime) -> int:
    """Write a new or changed practitioner; return how many held texts go out again.

    Raises BusyError while an import changes what is to be replaced.
    """
    return _save(row, PRACTITIONER, now=now)


def save_service(row: Service, *, now: datetime) -> int:
    """As `save_practitioner`; a service's instructions are named in texts, too."""
    return _save(row, SERVICE, now=now)


@transaction.atomic
def _save(row: Practitioner | Service, fills: dict[str, str], *, now: datetime) -> int:
    # Read in the transaction and compared by column: a save that changes no name touches no text.
    before = type(row).objects.filter(pk=row.pk).values(*fills).first()
    changed = {fills[column] for column in before or () if before[column] != getattr(row, column)}
    about = _is_with if isinstance(row, Practitioner) else _is_for

    def find() -> list[uuid.UUID]:
        return handed_over.find_mentioning(changed, lambda text: about(text, row.pk), now=now)

    held = handed_over.lock_matching(find) if changed else []
    # After the texts are held: a claim in between would write the old name into one more.
    row.save()
    return handed_over.withdraw_for_replacement(held, now=now)


def _is_with(text: ScheduledMessage, practitioner_id: int) -> bool:
    return practitioner_id in text.practitioner_ids


def _is_for(text: ScheduledMessage, service_id: int) -> bool:
    return service_id in text.service_ids
