"""The inbox: cards for what only a person can settle, and what people do with them.

Every touch names the revision that was on the screen: of two people who act at once the second is
told who did what, and nothing is overwritten unseen. Which replies need a card is `deciding`'s to
say.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Case, Count, F, Prefetch, Q, QuerySet, When

from reminders.domain.common.access import Scope
from reminders.domain.common.audit import Actor
from reminders.domain.common.locks import lock_appointments, retry_on_conflict
from reminders.domain.consent.suppressions import is_opted_out, is_paused, is_textable
from reminders.domain.diary.appointments import set_status
from reminders.domain.replies.candidates import why_not_coming
from reminders.domain.replies.review.decided import DecidedAnswer, DecidedAnswers
from reminders.domain.replies.special.pacing import withdraw_waiting_answers
from reminders.domain.sending.outbox import queue_text
from reminders.domain.sooner.staff import wait_again
from reminders.models import Appointment, AuditEntry, FreeSlot, Import, InboxItem, Message, Reply

Status = Appointment.Status
DECIDE_FIRST = "Texts to this number are paused. Choose “No more texts” or “Keep texting” first."
ANSWERED = "answered"


class Action(StrEnum):
    """What a person decides about a reply."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    NEITHER = "neither"


_STATUS = {Action.CONFIRM: Status.CONFIRMED, Action.DECLINE: Status.DECLINED}
_WORDS = {
    "confirm": "confirmed it",
    "decline": "declined it",
    "texted": "answered by text",
    ANSWERED: "the patient has answered",
    "texts_stopped": "no more texts to this number",
    "texts_go_on": "texts go on",
    "slot_offered": "it is being offered by text",
    "slot_let_go": "the time was let go",
    "slot_filled": "somebody has the time",
    "slot_over": "the time is no longer free",
}


_URGENT = Case(When(kind=InboxItem.Kind.EMERGENCY, then=0), default=1)


class CardTouched(Exception):
    """Somebody else was faster. The text says who did what, for staff; `card` is as it is now."""

    def __init__(self, card: InboxItem) -> None:
        super().__init__(touched_words(card))
        self.card = card


def touched_words(card: InboxItem) -> str:
    """Who did what with this card last, in a sentence."""
    if card.done_at:
        who = _name(card.done_by) or "The application"
        return f"{who} closed this meanwhile: {_WORDS.get(card.outcome, 'nothing changed')}."
    if card.assigned_to:
        return f"{_name(card.assigned_to)} has taken this meanwhile."
    return "This was given back to everybody meanwhile. Look at it again."


def settle_answered(reply_ids: Collection[int], *, now: datetime) -> None:
    """Settle the cards of replies that we asked about, now that the patient has said what was
    meant.
    """
    asked = InboxItem.objects.filter(
        reply_id__in=reply_ids, kind=InboxItem.Kind.UNCLEAR, done_at=None
    )
    asked.update(done_at=now, outcome=ANSWERED, revision=F("revision") + 1)


def open_cards(location_ids: Collection[int] | None = None) -> QuerySet[InboxItem]:
    """Cards that wait for a person: what may be an emergency, then the oldest first.

    Those of no known location are everybody's.
    """
    cards = InboxItem.objects.filter(_at(location_ids), done_at=None)
    return _with_people(cards, "assigned_to").order_by(_URGENT, "opened_at", "pk")


def waiting_cards(scope: Scope) -> QuerySet[InboxItem]:
    """The cards that wait for this user at the locations that their pages are about.

    The inbox lists them and every badge counts them.
    """
    return open_cards(scope.narrowed_to).filter(scope.seen_cards())


def count_open(location_ids: Collection[int] | None = None) -> dict[str, int]:
    """How many cards wait, by kind."""
    counted = InboxItem.objects.filter(_at(location_ids), done_at=None).order_by().values("kind")
    return {row["kind"]: row["n"] for row in counted.annotate(n=Count("pk"))}


def done_cards(location_ids: Collection[int] | None = None) -> QuerySet[InboxItem]:
    """Settled cards, the latest first."""
    cards = InboxItem.objects.filter(_at(location_ids), done_at__isnull=False)
    return _with_people(cards, "done_by").order_by("-done_at")


def whole_cards() -> QuerySet[InboxItem]:
    """All cards, with everything that is needed to settle one."""
    appointments = Appointment.objects.select_related(
        "contact", "location", "practitioner", "service"
    )
    slots = FreeSlot.objects.select_related(
        "location", "practitioner", "service", "filled_by__contact"
    )
    # Few cards are about a slot: joined to all, planning the joins took most of the time.
    return InboxItem.objects.select_related(
        "reply", "location", "contact", "assigned_to", "done_by"
    ).prefetch_related(Prefetch("appointment", appointments), Prefetch("slot", slots))


def _with_people(cards: QuerySet[InboxItem], who: str) -> QuerySet[InboxItem]:
    """With what a list shows, and no more: forty whole rows of five tables took most of its time.

    Three statements: planning one of nine joins took longer.
    """
    appointments = Appointment.objects.select_related("contact").only(
        *(f"contact__{name}" for name in _PERSON)
    )
    files = Import.objects.only("pk", "filename")
    shown = (
        *("reply__text", "reply__pictures", "location__name", "location__zone"),
        *(f"contact__{name}" for name in _PERSON),
        *(f"slot__{name}" for name in ("local_date", "local_time")),
        *(f"{who}__{name}" for name in ("username", "first_name", "last_name")),
    )
    own = (field.name for field in InboxItem._meta.concrete_fields)
    return (
        cards.select_related("reply", "contact", "location", "slot", who)
        .only(*own, *shown)
        .prefetch_related(Prefetch("appointment", appointments), Prefetch("upload", files))
    )


_PERSON = ("name", "first_name", "last_name", "preferred_name")


def assign(
    card: InboxItem, user_id: int | None, *, revision: int, by: Actor, now: datetime
) -> InboxItem:
    """Take a card, give it to somebody, or put it back (None). Raises CardTouched."""
    return touch(card.pk, revision, assigned_to_id=user_id)


def done(
    card: InboxItem, *, revision: int, by: Actor, now: datetime, outcome: str = "done"
) -> InboxItem:
    """Settle a card without any change. Raises CardTouched, and ValueError while the number is
    paused.
    """
    check_decided(card)
    return touch(card.pk, revision, done_at=now, done_by_id=by.user_id, outcome=outcome)


def reopen(card: InboxItem, *, revision: int, by: Actor, now: datetime) -> InboxItem:
    """Put a settled card back into the inbox, its free slot before staff. Raises CardTouched."""
    with transaction.atomic():
        if card.slot_id:
            # A later card of the same slot is the one to act on.
            if InboxItem.objects.filter(slot=card.slot_id, done_at=None).exists():
                raise CardTouched(card)
            wait_again(card.slot_id, now=now)
        return touch(card.pk, revision, was_done=True, done_at=None, done_by_id=None, outcome="")


class Settled(NamedTuple):
    """What a decision did: history lines for undo, and the text that goes out.

    Without a text `why_not` says why, for staff; both are empty where none was wanted.
    """

    events: list[AuditEntry]
    text: str = ""
    why_not: str = ""


@retry_on_conflict
def settle(
    card: InboxItem,
    action: Action | str,
    *,
    appointment_id: int | None,
    revision: int,
    by: Actor,
    now: datetime,
    answer: bool = True,
) -> Settled:
    """Decide what a reply meant: confirm or decline an appointment, or neither; the card is done.

    With `answer` the patient is told, as an answer to the reply that said so would tell them.
    Raises CardTouched, and ValueError in words for staff: when an appointment is needed, or is over
    or cancelled, and while the number is paused.
    """
    action = Action(action)
    status = _STATUS.get(action)
    if status and appointment_id is None:
        raise ValueError("Choose the appointment that the reply is about.")
    check_decided(card)
    with transaction.atomic():
        if status and appointment_id is not None:
            _check_coming(appointment_id, now=now)
        touched = touch(card.pk, revision, done_at=now, done_by_id=by.user_id, outcome=str(action))
        if appointment_id is not None:
            _remember_match(touched, appointment_id)
        if not status or appointment_id is None:
            return Settled([])
        # Put together before the status changes: what holds already was told already.
        told = _answer(touched, status, appointment_id, now=now) if answer else DecidedAnswer()
        events = set_status([appointment_id], status, by=by, now=now)
        if told.message:
            told.message.created_by_id = by.user_id
            withdraw_waiting_answers([told.message], now=now)  # what they say is older
            told.message.save(force_insert=True)
    return Settled(events, told.text, told.why_not)


def _answer(
    card: InboxItem, status: Appointment.Status, appointment_id: int, *, now: datetime
) -> DecidedAnswer:
    if card.reply is None:
        return DecidedAnswer(why_not="there is no reply to answer")
    return DecidedAnswers.load(card.reply, [appointment_id], now=now).to(status, appointment_id)


def _check_coming(appointment_id: int, *, now: datetime) -> None:
    """Lock the appointment. Raises ValueError where it is over or cancelled by now."""
    lock_appointments([appointment_id])
    reason = why_not_coming(Appointment.objects.get(pk=appointment_id), now=now)
    if reason:
        raise ValueError(reason)


def check_decided(card: InboxItem) -> None:
    """Raises ValueError while the number is paused and this card is where that is decided."""
    if card.kind == InboxItem.Kind.OPT_OUT and is_paused(card.phone):
        raise ValueError(DECIDE_FIRST)


def reply_by_text(
    card: InboxItem, text: str, *, revision: int, by: Actor, now: datetime, keep_open: bool = False
) -> Message:
    """Answer by a text of one's own; the card is done unless it is kept open.

    Raises CardTouched, and ValueError with words for staff when this can't be texted.
    """
    text = text.strip()
    if not text:
        raise ValueError("Write what the patient should read.")
    if not is_textable(card.phone):
        raise ValueError(
            "This sender is no full telephone number, so it can't be texted. Call instead."
        )
    if is_paused(card.phone):
        raise ValueError(
            "Texts to this number are paused, so it can't be texted now. Decide first, or call."
        )
    if is_opted_out(card.phone):
        raise ValueError("This number has opted out of texts. Call instead.")
    if card.contact and card.contact.wrong_number == card.phone:
        raise ValueError("A call showed that this number is wrong. Correct the number first.")
    with transaction.atomic():
        if keep_open:
            touched = touch(card.pk, revision, assigned_to_id=by.user_id)
        else:
            touched = touch(card.pk, revision, done_at=now, done_by_id=by.user_id, outcome="texted")
        return queue_text(
            kind=Message.Kind.STAFF,
            phone=touched.phone,
            text=text,
            location=touched.location,
            contact=touched.contact,
            appointment=touched.appointment,
            answers=touched.reply,
            created_by_id=by.user_id,
            now=now,
        )


def touch(pk: int, revision: int, *, was_done: bool = False, **changes: Any) -> InboxItem:
    """Change a card if it still is as it was on the screen; the conditional update is the claim.

    Raises CardTouched.
    """
    changed = InboxItem.objects.filter(
        pk=pk, revision=revision, done_at__isnull=not was_done
    ).update(revision=F("revision") + 1, **changes)
    cards = InboxItem.objects.select_related(
        "reply", "location", "contact", "appointment", "assigned_to", "done_by"
    )
    card = cards.get(pk=pk)
    if not changed:
        raise CardTouched(card)
    return card


def _remember_match(card: InboxItem, appointment_id: int) -> None:
    InboxItem.objects.filter(pk=card.pk).update(appointment_id=appointment_id)
    if card.reply_id is None:
        return
    contact = Appointment.objects.filter(pk=appointment_id).values("contact_id")
    Reply.objects.filter(pk=card.reply_id).update(
        matched_by=Reply.MatchedBy.STAFF, contact_id=contact
    )
    Reply.appointments.through.objects.bulk_create(
        [Reply.appointments.through(reply_id=card.reply_id, appointment_id=appointment_id)],
        ignore_conflicts=True,
    )


def _at(location_ids: Collection[int] | None) -> Q:
    if location_ids is None:
        return Q()
    return Q(location_id__in=location_ids) | Q(location_id=None)


def _name(user: Any) -> str:  # Any: whatever the project's user model is
    return (user.get_full_name() or user.get_username()) if user else ""
