"""The practitioners, services and locations that a file named first, and their end with it.

Taking an import back leaves them where anything else has come to use or change them.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import and_
from typing import Any

from django.conf import settings
from django.db.models import Exists, ManyToOneRel, Model, OuterRef, Q, QuerySet

from reminders.models import DailyStatistics, DailyTexts, Import, Location, Practitioner, Service

_REMEMBERED: tuple[type[Model], ...] = (Import, DailyStatistics, DailyTexts)
"""Tables whose rows alone are no use of a name: what was imported, and figures reckoned since."""


def remove_made_names(row: Import, *, location_ids: Collection[int]) -> None:
    """Delete what this import named first and nothing uses now.

    `location_ids` are the locations of the appointments that were taken back.
    """
    _unused(Practitioner.objects.filter(first_named_by=row)).delete()
    # Staff who wrote instructions for a service have made it theirs.
    _unused(Service.objects.filter(first_named_by=row, instructions="")).delete()
    _unused(_locations_made(row, location_ids)).delete()


def _locations_made(row: Import, ids: Collection[int]) -> QuerySet[Location]:
    """Those that the file's rows brought, as nobody has set them up since."""
    # They are made before the import is: a look at the file names them by their ids.
    return Location.objects.filter(
        pk__in=ids,
        created_at__gte=row.created_at,
        phone="",
        zone=settings.TIME_ZONE,
        country=settings.DEFAULT_COUNTRY,
    )


def _unused(rows: QuerySet[Any]) -> QuerySet[Any]:  # Any: of one of three models
    # The hidden ones too: a user who is limited to a location points to it by such a table.
    fields = rows.model._meta.get_fields(include_hidden=True)
    pointing = [field for field in fields if isinstance(field, ManyToOneRel)]
    unused = (
        ~Exists(one.related_model._default_manager.filter(**{one.field.name: OuterRef("pk")}))
        for one in pointing
        if one.related_model not in _REMEMBERED
    )
    return rows.filter(reduce(and_, unused, Q()))
