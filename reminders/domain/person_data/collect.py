"""Everything that is held about a person, as plain values: for JSON, and for people to read.

Names stand for ids wherever there is one. Moments are UTC, as ISO 8601 has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db.models import Q

from reminders.domain.links.addresses import hidden
from reminders.domain.pages.timeline import person
from reminders.domain.pages.words import EVENT_WORDS
from reminders.domain.person_data.holdings import Holdings, holdings_of
from reminders.domain.trail import read as trail
from reminders.models import (
    Appointment,
    AuditEntry,
    CallAttempt,
    Contact,
    DeliveryReport,
    EmailText,
    Erasure,
    InboxItem,
    LegalHold,
    Message,
    Reminder,
    Reply,
    SlotOffer,
    SoonerWish,
    Suppression,
    VisitLink,
    WhatsAppText,
)

Record = dict[str, Any]  # Any: what JSON holds
TITLES = {
    "person": "The person",
    "responsible": "Who is texted in their place, and in whose place they are texted",
    "merged_from": "Entries that were found to be the same person",
    "appointments": "Appointments",
    "planned_texts": "What was planned for them",
    "texts": "Texts to them",
    "links": "Pages about their visits, by the links in these texts",
    "reports": "What the provider reported of these texts",
    "whatsapp": "Which of these texts went by WhatsApp, and when they were read",
    "emails": "Which of these texts went by e-mail",
    "replies": "Replies from them",
    "recalls": "When they were due, and invited to come again",
    "opt_outs": "Opt-outs of their numbers",
    "calls": "Telephone calls",
    "cards": "Cards in the inbox",
    "wishes": "Wishes to come sooner",
    "offers": "Free times that they were asked about",
    "history": "History",
    "trail": "Who looked at them, and took their data away",
    "imported_rows": "Rows of imported files",
    "legal_holds": "Legal holds",
    "erasures": "Wishes to be forgotten",
}
"""The parts of an export, in their order, and how people read them."""

_PERSON = (
    "id external_id diary first_name last_name preferred_name birth_date phone phone_as_given "
    "phone_kind phone_problem second_phone no_recalls wrong_number language channel "
    "whatsapp_agreed_at email email_as_given email_agreed_at email_state email_reached_at "
    "notes created_at updated_at"
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
    "id kind appointment_id location phone source_number text purpose format road segments state "
    "words "
    "status_code provider_id scheduled_at expires_at accepted_at final_at created_at"
).split()
_REPORT = "message_id provider_id status code submitted_at received_at stored_at raw".split()
_WHATSAPP = "message_id template language read_at late_at".split()
_EMAIL = "message_id address language settled_at late_at".split()
_LINK = "message_id language made_at opened_at last_opened_at wrong_tries".split()
_REPLY = (
    "id source message_id phone text button pictures received_at stored_at intent matched_by "
    "outcome problem reading raw"
).split()
_RECALL = "service location last_visit due_on texts first_text_at last_text_at left_out_at".split()
_OPT_OUT = "phone reason words since lifted_at lifted_words synced_at".split()
_WISH = (
    "appointment_id location service practitioner days time_from time_to least_notice_hours "
    "priority until note created_at ended_at outcome"
).split()
_OFFER = "appointment_id slot state asked_at holds_until ended_at".split()
_CARD = "id kind appointment_id phone opened_at done_at outcome".split()


def everything(contact: Contact) -> dict[str, list[Record]]:
    """All parts of an export, each a list of records."""
    held = holdings_of(contact)
    visits = _visits(held)
    messages = Message.objects.filter(pk__in=held.texts).select_related("location", "created_by")
    links = VisitLink.objects.filter(message__in=held.texts)
    reports = DeliveryReport.objects.filter(message__in=held.texts)
    by_whatsapp = WhatsAppText.objects.filter(message__in=held.texts)
    by_email = EmailText.objects.filter(message__in=held.texts)
    planned = Reminder.objects.filter(appointment__in=held.appointments).select_related("rule")
    replies = Reply.objects.filter(pk__in=held.replies)
    # Of shared numbers, too: what is in force for the number is in force for this person.
    opt_outs = Suppression.objects.filter(phone__in=held.numbers).select_related("by")
    parts = {
        "person": _records([contact], _PERSON),
        "responsible": _responsible(contact),
        "merged_from": _records(contact.merges.select_related("merged_by"), _MERGE, "merged_by"),
        "appointments": visits,
        "planned_texts": _records(planned.order_by("due_at"), _PLANNED),
        "texts": _records(messages.order_by("created_at"), _TEXT, "created_by"),
        "links": _records(links.order_by("made_at"), _LINK),
        "reports": _records(reports.order_by("stored_at"), _REPORT),
        "whatsapp": _records(by_whatsapp.order_by("message__created_at"), _WHATSAPP),
        "emails": _records(by_email.order_by("message__created_at"), _EMAIL),
        "replies": _records(replies.order_by("received_at"), _REPLY),
        "recalls": _records(contact.recalls.select_related("service"), _RECALL),
        "opt_outs": _records(opt_outs.order_by("since"), _OPT_OUT, "by"),
        "calls": _calls(held),
        "cards": _cards(held),
        "wishes": _wishes(held),
        "offers": _offers(held),
        "history": _history(held),
        "trail": _trail(held),
        "imported_rows": _rows(held),
        "legal_holds": _records(
            LegalHold.objects.filter(contact=contact).select_related("by"),
            ["reason", "since", "ended_at"],
            "by",
        ),
        "erasures": _records(Erasure.objects.filter(contact=contact), ["asked_at", "done_at"]),
    }
    return {name: parts[name] for name in TITLES}


def _responsible(contact: Contact) -> list[Record]:
    """Names of the others only: their details are theirs."""
    found: list[Record] = []
    if contact.responsible:
        until = _plain(contact.responsible_until)
        found.append({"texted_in_their_place": contact.responsible.name, "until": until})
    wards = contact.wards.order_by("pk").values_list("name", flat=True)
    return found + [{"texted_in_place_of": name} for name in wards]


def _visits(held: Holdings) -> list[Record]:
    rows = Appointment.objects.filter(pk__in=held.appointments)
    rows = rows.select_related("location", "practitioner", "service").order_by("starts_at")
    return _records(rows, _VISIT)


def _calls(held: Holdings) -> list[Record]:
    rows = CallAttempt.objects.filter(appointment__in=held.appointments).select_related("by")
    columns = ["appointment_id", "at", "outcome", "phone", "undone_at"]
    return _records(rows.order_by("at"), columns, "by")


def _wishes(held: Holdings) -> list[Record]:
    rows = SoonerWish.objects.filter(appointment__in=held.appointments)
    rows = rows.select_related("location", "service", "practitioner", "created_by")
    return _records(rows.order_by("created_at"), _WISH, "created_by")


def _offers(held: Holdings) -> list[Record]:
    rows = SlotOffer.objects.filter(appointment__in=held.appointments).select_related("slot")
    return _records(rows.order_by("asked_at"), _OFFER)


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


def _trail(held: Holdings) -> list[Record]:
    # Without the address: where somebody of the staff sat says nothing of this person.
    return [
        {
            "at": _plain(row.at),
            "what": row.get_kind_display(),
            "by": trail.who(row),
            "appointment_id": row.appointment_id,
            "details": row.details,
        }
        for row in trail.of_person(held.contact.pk)
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
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    # The file goes through the hands of staff: without the secrets of links in texts.
    return hidden(str(value))
