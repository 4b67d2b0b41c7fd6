"""Patients as staff write them down: reading the number they typed, and adding a new one.

Changing a contact is `appointments`', because coming texts depend on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from reminders.domain.common.audit import Actor, record
from reminders.domain.phones.parsing import PROBLEM_WORDS, PhoneProblem, read_phone
from reminders.domain.planning.kept_opt_outs import recall
from reminders.models import Contact


class PhoneError(ValueError):
    """What was typed is no telephone number; the text says what to do."""


def phone_columns(written: str, country: str) -> dict[str, str]:
    """The columns that hold a number as `country` reads it; blank for no number.

    Raises PhoneError for anything that is no number.
    """
    written = written.strip()
    if not written:
        columns = {"phone": "", "phone_kind": "", "phone_problem": str(PhoneProblem.MISSING)}
        return columns | {"phone_as_given": ""}
    number = read_phone(written, country)
    if isinstance(number, PhoneProblem):
        raise PhoneError(PROBLEM_WORDS[number])
    return {
        "phone": number.e164,
        "phone_kind": str(number.kind),
        "phone_problem": "",
        "phone_as_given": written[:100],
    }


def create_contact(values: Mapping[str, Any], *, by: Actor, now: datetime) -> Contact:
    """Add a patient; `values` are columns of Contact."""
    with transaction.atomic():
        contact = Contact.objects.create(**values)
        recall([contact.phone])
        contact.refresh_from_db()
        record("contact_created", by=by, now=now, contact_id=contact.pk)
    return contact
