"""Give out all that is held about a person; the history says that somebody did, not what
was in it.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from reminders.domain.common.audit import Actor, record
from reminders.domain.person_data.collect import everything
from reminders.domain.person_data.readable import as_html, as_json
from reminders.domain.trail.write import Kind, note
from reminders.models import Contact

FORMS = ("html", "json")
"""For people, and for programs."""


@transaction.atomic
def give_out(contact: Contact, *, form: str, by: Actor, now: datetime) -> str:
    """The whole export in one of `FORMS`."""
    note(Kind.EXPORT, contact_id=contact.pk, details={"as": form})
    # Before it is read: the export holds the lines that it is given out, too.
    record("person_exported", by=by, now=now, contact_id=contact.pk, details={"as": form})
    parts = everything(contact)
    return as_json(parts, now=now) if form == "json" else as_html(parts, name=str(contact), now=now)
