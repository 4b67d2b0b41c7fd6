"""Forget people of whom nothing is left: their row stays, nameless, for what was counted.

Also what a person at their wish is forgotten by. A number that nobody has any more goes from the
opt-outs as well; the opt-out itself stays under a digest (`planning.kept_opt_outs`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from reminders.domain.planning.kept_opt_outs import forget_numbers
from reminders.domain.retention.holds import Held
from reminders.domain.retention.portions import Forgotten, Portion, Rows, claim
from reminders.domain.retention.texts import blank_replies, blank_texts
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    ContactMerge,
    Erasure,
    InboxItem,
    LegalHold,
    Message,
    Recall,
    Reply,
    Suppression,
)

WINDOW = 10
"""So many people are looked at for each one that may be forgotten in a step."""
BLANK: dict[str, str | None] = dict.fromkeys(
    (
        "external_id",
        "diary",
        "first_name",
        "last_name",
        "preferred_name",
        "phone",
        "phone_as_given",
        "phone_kind",
        "phone_problem",
        "language",
        "wrong_number",
        "second_phone",
        *("email", "email_as_given", "email_state"),
        "notes",
    ),
    "",
) | {
    "birth_date": None,
    "responsible": None,
    "responsible_years": None,
    "whatsapp_agreed_at": None,
    "email_agreed_at": None,
    "email_reached_at": None,
}
"""The columns of a contact that say anything about somebody."""


def due_people(cutoff: datetime, held: Held) -> Rows:
    """People without appointments, words or open cards, and unchanged since the cutoff."""
    theirs = {"contact": OuterRef("pk")}
    words = ~Q(phone="") | ~Q(text="")
    rows = Contact.objects.filter(
        ~Exists(Appointment.objects.filter(**theirs)),
        ~Exists(Message.objects.filter(**theirs).exclude(phone="")),
        ~Exists(Reply.objects.filter(words, **theirs)),
        ~Exists(InboxItem.objects.filter(done_at=None, **theirs)),
        # Whoever is texted in the place of somebody is needed, without a visit of their own.
        ~Exists(Contact.objects.filter(responsible=OuterRef("pk"))),
        # Whoever waits to be forgotten is `person_data`'s: the provider has to let go before.
        ~Exists(Erasure.objects.filter(done_at=None, **theirs)),
        forgotten_at=None,
        # Somebody who was added just now has no visit yet, either.
        updated_at__lt=cutoff,
    )
    return rows.exclude(pk__in=held.ids) if held.ids else rows


def forget_due_people(portion: Portion) -> Forgotten:
    """One portion of `due_people`, by the order of their ids."""
    # By windows of ids: those who stay would else be looked at again in each step.
    behind = Contact.objects.filter(pk__gt=portion.cursor, forgotten_at=None).order_by("pk")
    window = list(behind.values_list("pk", flat=True)[: WINDOW * portion.limit])
    if not window:
        return Forgotten(0, over=True, cursor=portion.cursor)
    # Locked whole, and looked at again: a visit may have been booked while we chose.
    due = due_people(portion.cutoff, portion.held).filter(pk__in=window)
    locked = claim(due.order_by("pk"), limit=portion.limit, no_key=False)
    ids = list(due.filter(pk__in=locked).values_list("pk", flat=True))
    forget_people(ids, now=portion.now)
    # Where the limit cut the window short, the rest of it comes next.
    last = locked[-1] if len(locked) == portion.limit else window[-1]
    return Forgotten(len(ids), over=False, cursor=last)


def forget_people(ids: Sequence[int], *, now: datetime) -> None:
    """Forget these people, whom the caller has locked, with all that says anything about them."""
    # Before the numbers go: afterwards nobody could tell which opt-outs were theirs.
    phones = numbers_of(ids)
    blank_texts(list(Message.objects.filter(contact__in=ids).values_list("pk", flat=True)))
    blank_replies(list(Reply.objects.filter(contact__in=ids).values_list("pk", flat=True)))
    InboxItem.objects.filter(contact__in=ids).exclude(phone="").update(phone="")
    AuditEntry.objects.filter(contact__in=ids).exclude(details={}).update(details={})
    ContactMerge.objects.filter(kept__in=ids).delete()
    Recall.objects.filter(contact__in=ids).delete()
    # Why somebody was on hold may name them; that they were, when and by whom stays.
    LegalHold.objects.filter(contact__in=ids).update(reason="")
    # Of a ward who is left: there is nobody any more to text in their place.
    Contact.objects.filter(responsible__in=ids).update(responsible=None, responsible_years=None)
    Contact.objects.filter(pk__in=ids).update(
        **BLANK, channel=Contact.Channel.NONE, forgotten_at=now, updated_at=now
    )
    # Last, when they have the number no more: an opt-out stays as long as anybody has it.
    forget_numbers(phones, now=now)


def numbers_of(ids: Collection[int]) -> set[str]:
    """All numbers of these people: now, as entries they were made of, and where texts went."""
    theirs = Contact.objects.filter(pk__in=ids).values_list("phone", "second_phone")
    own = {phone for pair in theirs for phone in pair}
    former = ContactMerge.objects.filter(kept__in=ids).values_list("phone", flat=True)
    texted = Message.objects.filter(contact__in=ids).values_list("phone", flat=True)
    return {*own, *former, *texted.distinct()} - {""}


def due_numbers(cutoff: datetime, held: Held) -> Rows:
    """Opt-outs of numbers that nobody has, of whom nobody was heard since the cutoff."""
    rows = Suppression.objects.filter(
        ~Exists(Contact.objects.filter(phone=OuterRef("phone"))),
        ~Exists(ContactMerge.objects.filter(phone=OuterRef("phone"), split_at=None)),
        ~Exists(Message.objects.filter(phone=OuterRef("phone"))),
        ~Exists(Reply.objects.filter(phone=OuterRef("phone"))),
        # Changes that the provider was not told yet: then nobody could tell it any more.
        Q(synced_at__isnull=False) | Q(reason=Suppression.Reason.PAUSED),
        since__lt=cutoff,
    ).order_by("pk")
    return rows.exclude(phone__in=held.phones) if held.phones else rows


def forget_due_numbers(portion: Portion) -> Forgotten:
    """One portion of `due_numbers`: the numbers go, what is in force stays under a digest."""
    due = due_numbers(portion.cutoff, portion.held).filter(pk__gt=portion.cursor)
    found = list(due.values_list("pk", "phone")[: portion.limit])
    if not found:
        return Forgotten(0, over=True, cursor=portion.cursor)
    count = forget_numbers({phone for _, phone in found}, now=portion.now)
    # Behind what was looked at, not what went: one that somebody holds would come up for ever.
    return Forgotten(count, over=False, cursor=found[-1][0])
