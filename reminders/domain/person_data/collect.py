"""Everything that is held about a person, as plain values: for JSON, and for people to read.

Names stand for ids wherever there is one. Moments are UTC, as ISO 8601 has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q

from reminders.domain.pages.timeline import EVENT_WORDS, person
from reminders.domain.person_data.holdings import Holdings, holdings_of
from reminders.models import (
    Appointment,
    AuditEntry,
    CallAttempt,
    Contact,
    DeliveryReport,
    Erasure,
    InboxItem,
    LegalHold,
    Message,
    Reminder,
    Reply,
    Suppression,
)

Record = dict[str, Any]  # Any: what JSON holds
TITLES = {
    "person": "The person",
    "merged_from": "Entries that were found to be the same person",
    "appointments": "Appointments",
    "planned_texts": "What was planned for them",
    "texts": "Texts to them",
    "reports": "What the provider reported of these texts",
    "replies": "Replies from them",
    "opt_outs": "Opt-outs of their numbers",
    "calls": "Telephone calls",
    "cards": "Cards in the inbox",
    "history": "History",
    "imported_rows": "Rows of imported files",
    "legal_holds": "Legal holds",
    "erasures": "Wishes to be forgotten",
}
"""The parts of an export, in their order, and how people read them."""

_PERSON = (
    "id external_id diary first_name last_name preferred_name phone phone_as_given phone_kind "
    "phone_problem wrong_number language channel notes created_at updated_at"
).split()
_MERGE = (
    "person external_id diary name phone phone_as_given language preferred_name former taken "
    "merged_at split_at"
).split()
_VISIT = (
    "id uuid starts_at local_date local_time location practitioner service duration diary "
    "external_id status status_since no_more_texts notes extra version created_at updated_at"
).split()
_PLANNED = "appointment_id rule state reason due_at cutoff_at phone updated_at".split()
_TEXT = (
    "id kind appointment_id location phone source_number text purpose format segments state words "
    "status_code provider_id scheduled_at expires_at accepted_at final_at created_at"
).split()
_REPORT = "message_id provider_id status code submitted_at received_at stored_at raw".split()
_REPLY = (
    "id source message_id phone text pictures received_at stored_at intent matched_by outcome "
    "problem reading raw"
).split()
_OPT_OUT = "phone reason words since lifted_at lifted_words synced_at".split()
_CARD = "id kind appointment_id phone opened_at done_at outcome".split()


def everything(contact: Contact) -> dict[str, list[Record]]:
    """All parts of an export, each a list of records."""
    held = holdings_of(contact)
    visits = _visits(held)
    messages = Message.objects.filter(pk__in=held.texts).select_related("location", "created_by")
    reports = DeliveryReport.objects.filter(message__in=held.texts)
    planned = Reminder.objects.filter(appointment__in=held.appointments).select_related("rule")
    replies = Reply.objects.filter(pk__in=held.replies)
    # Of shared numbers, too: what is in force for the number is in force for this person.
    opt_outs = Suppression.objects.filter(phone__in=held.numbers).select_related("by")
    parts = {
        "person": _records([contact], _PERSON),
        "merged_from": _records(contact.merges.select_related("merged_by"), _MERGE, "merged_by"),
        "appointments": visits,
        "planned_texts": _records(planned.order_by("due_at"), _PLANNED),
        "texts": _records(messages.order_by("created_at"), _TEXT, "created_by"),
        "reports": _records(reports.order_by("stored_at"), _REPORT),
        "replies": _records(replies.order_by("received_at"), _REPLY),
        "opt_outs": _records(opt_outs.order_by("since"), _OPT_OUT, "by"),
        "calls": _calls(held),
        "cards": _cards(held),
        "history": _history(held),
        "imported_rows": _rows(held),
        "legal_holds": _records(
            LegalHold.objects.filter(contact=contact).select_related("by"),
            ["reason", "since", "ended_at"],
            "by",
        ),
        "erasures": _records(Erasure.objects.filter(contact=contact), ["asked_at", "done_at"]),
    }
    return {name: parts[name] for name in TITLES}


def _visits(held: Holdings) -> list[Record]:
    rows = Appointment.objects.filter(pk__in=held.appointments)
    rows = rows.select_related("location", "practitioner", "service").order_by("starts_at")
    return _records(rows, _VISIT)


def _calls(held: Holdings) -> list[Record]:
    rows = CallAttempt.objects.filter(appointment__in=held.appointments).select_related("by")
    columns = ["appointment_id", "at", "outcome", "phone", "undone_at"]
    return _records(rows.order_by("at"), columns, "by")


def _cards(held: Holdings) -> list[Record]:
    theirs = (
        Q(contact=held.contact) | Q(reply__in=held.replies) | Q(appointment__in=held.appointments)
    )
    rows = InboxItem.objects.filter(theirs).select_related("done_by").order_by("opened_at")
    return _records(rows, _CARD, "done_by")


def _history(held: Holdings) -> list[Record]:
    theirs = Q(contact=held.contact) | Q(appointment__in=held.appointments)
    rows = AuditEntry.objects.filter(theirs).select_related("user").order_by("at", "pk")
    return [
        {
            "at": _plain(row.at),
            "what": EVENT_WORDS.get(row.kind, row.kind),
            "kind": row.kind,
            "source": row.source,
            "by": person(row.user) if row.user else "",
            "appointment_id": row.appointment_id,
            "details": row.details,
        }
        for row in rows
    ]


def _rows(held: Holdings) -> list[Record]:
    return [
        {
            "file": row.of.filename,
            "imported_at": _plain(row.of.created_at),
            "row": row.number,
            "outcome": row.outcome,
            "cells": _cells(row.of.header, row.cells),
            "words": row.words,
        }
        for row in held.rows().select_related("of").order_by("of_id", "number")
    ]


def _cells(header: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells by their columns; each is given out, though a name stands twice or is missing."""
    found: dict[str, str] = {}
    for number, cell in enumerate(cells, 1):
        name = header[number - 1] if number <= len(header) else ""
        found[name if name and name not in found else f"{name} (column {number})".strip()] = cell
    return found


def _records(rows: Iterable[Any], columns: Sequence[str], *people: str) -> list[Record]:
    """Rows as records: the columns, and those of the staff by name."""
    return [
        {name: _plain(getattr(row, name)) for name in columns}
        | {name: person(user) if (user := getattr(row, name)) else "" for name in people}
        for row in rows
    ]


def _plain(value: Any) -> Any:
    """As JSON has it."""
    if value is None or isinstance(value, bool | int | float | dict | list):
        return value
    return value.isoformat() if isinstance(value, datetime | date | time) else str(value)
