"""Patients as staff write them down: the number they typed, adding somebody, changing them.

A change reaches the coming texts: their appointments are planned anew, in its own transaction.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from reminders.domain.common.audit import Actor, record
from reminders.domain.common.etags import refuse_if_changed
from reminders.domain.common.locks import lock_coming_of, lock_contact, retry_on_conflict
from reminders.domain.diary.alike import Person, may_be_one
from reminders.domain.diary.appointments import plain_value, raise_version
from reminders.domain.phones.parsing import PROBLEM_WORDS, PhoneProblem, read_patients_phone
from reminders.domain.planning.handed_over import PERSON, withdraw_mentioning
from reminders.domain.planning.kept_opt_outs import recall
from reminders.domain.planning.plan import PlanResult, plan_appointments
from reminders.domain.planning.withdrawal import on_their_way, withdraw_messages
from reminders.models import Appointment, Contact
from reminders.models.care.reached import reached_on, theirs_and_wards

MOST_ON_A_PHONE = 50


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
    number = read_patients_phone(written, country)
    if isinstance(number, PhoneProblem):
        raise PhoneError(PROBLEM_WORDS[number])
    return {
        "phone": number.e164,
        "phone_kind": str(number.kind),
        "phone_problem": "",
        "phone_as_given": written[:100],
    }


def known_on_phone(
    values: Mapping[str, Any], people: QuerySet[Contact], *, most: int = 5
) -> list[Contact]:
    """Of these people, those on this new patient's phone who may be the same person.

    Asked before somebody is added by hand: a brother or sister on the phone is nobody to ask about.
    """
    if not values["phone"]:
        return []
    given = values["first_name"], values["last_name"], values["preferred_name"]
    new = Person(0, *given, external_id=values.get("external_id", ""))
    found = people.filter(phone=values["phone"]).order_by("pk")[:MOST_ON_A_PHONE]
    return [one for one in found if may_be_one(new, _person(one))][:most]


def _person(one: Contact) -> Person:
    return Person(
        one.pk, one.first_name, one.last_name, one.preferred_name, one.external_id, one.diary
    )


def create_contact(values: Mapping[str, Any], *, by: Actor, now: datetime) -> Contact:
    """Add a patient; `values` are columns of Contact."""
    with transaction.atomic():
        contact = Contact.objects.create(**values)
        recall([contact.phone])
        contact.refresh_from_db()
        record("contact_created", by=by, now=now, contact_id=contact.pk)
    return contact


@retry_on_conflict
def change_contact(
    contact: Contact,
    changes: Mapping[str, Any],
    *,
    by: Actor,
    now: datetime,
    seen: str = "",
) -> PlanResult:
    """Write changed columns of one contact; number, language, channel and name reach the coming
    texts. `seen` is as in `change_appointment`.
    """
    with transaction.atomic():
        lock_coming_of(theirs_and_wards([contact.pk]), now=now)
        row = lock_contact(contact.pk)
        refuse_if_changed(row, seen)
        changed = {name: value for name, value in changes.items() if getattr(row, name) != value}
        if not changed:
            return PlanResult()
        details = {
            name: [plain_value(getattr(row, name)), plain_value(value)]
            for name, value in changed.items()
        }
        # Before the number is changed: they are found by the one that they were sent to.
        astray = on_their_way([row.pk], now=now) if _no_more_there(changed) else []
        Contact.objects.filter(pk=row.pk).update(**changed, updated_at=now)
        recall([changed.get("phone", "")])
        record("contact_changed", by=by, now=now, contact_id=row.pk, details=details)
        ids = lock_coming_of(theirs_and_wards([row.pk]), now=now)
        by_age = "birth_date" in changed and row.responsible_years is not None
        if by_age or changed.keys() & {"phone", "language", "channel"}:
            raise_version(ids, now=now)
            withdraw_messages(astray, now=now)
            return plan_appointments(ids, now=now)
        if changed.keys() & {"first_name", "last_name", "preferred_name"}:
            return PlanResult(to_withdraw=withdraw_mentioning(ids, PERSON, now=now))
    return PlanResult()


def _no_more_there(changed: Mapping[str, Any]) -> bool:
    """Whether nothing may go any more to the number that the contact has so far."""
    return "phone" in changed or changed.get("channel") == Contact.Channel.NONE


def plan_numbers(phones: Collection[str], *, now: datetime) -> PlanResult:
    """Plan the coming appointments of everyone on these numbers, after their consent changed.

    Lock them with `lock_coming_on` before writing the consent.
    """
    coming = Appointment.objects.filter(contact__in=reached_on(phones), starts_at__gt=now)
    return plan_appointments(list(coming.values_list("pk", flat=True)), now=now)
