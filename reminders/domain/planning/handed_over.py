"""Texts that were handed over and have not left yet, and by what their words were chosen.

A text is frozen when it is handed over. When something changes that it says, it can still be
withdrawn; its reminder then goes back to the plan and is written again. Time, place and person are
planning's: they raise an appointment's version. Here it is the words, and names that only some
wordings mention.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg, BoolOr
from django.db import OperationalError
from django.db.models import Case, Count, F, Min, Q, QuerySet, Value, When

from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import (
    giving_up_soon,
    lock_appointments_of,
    lock_planned_of,
)
from reminders.domain.common.wording_catalogue import (
    SMS,
    VOICE,
    WordingCatalogue,
    Words,
    lock_wordings,
)
from reminders.domain.planning.rule_book import BusyError
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.wording import WordingError
from reminders.domain.wording.purposes import purpose_of_rule
from reminders.models import Message, Reminder, Wording

PERSON = frozenset({"first_name", "name", "recipient"})
PRACTITIONER = frozenset({"practitioner"})
COLUMNS = frozenset({"x:"})
"""Any column of a practice's own diary."""
BUSY = (
    "A diary is being imported just now, so its texts can't be replaced. "
    "Please save again in a minute."
)


@dataclass(frozen=True, slots=True)
class ScheduledMessage:
    """A text that the provider holds for later, or may hold."""

    message_id: uuid.UUID
    rule_id: int
    kind: str
    family: bool
    for_another: bool
    language: str
    location_language: str
    voice: bool
    location_id: int
    practitioner_ids: Sequence[int]
    service_ids: Sequence[int]

    @property
    def purpose(self) -> str:
        """What the text is for, as wordings are kept by it."""
        return purpose_of_rule(
            self.kind, family=self.family, for_another=self.for_another and not self.voice
        )

    @property
    def channel(self) -> str:
        """The channel of its wording: a text message or a voice call."""
        return VOICE if self.voice else SMS

    def words(self, book: WordingCatalogue) -> Words | None:
        """The wording that it gets by this book. Raises WordingError for a faulty one."""
        return book.words(
            self.rule_id, self.purpose, (self.language, self.location_language), self.channel
        )


def read_scheduled(*, now: datetime) -> Iterator[ScheduledMessage]:
    """All texts that can still be withdrawn, but for those that staff sent at once."""
    at_hand = Message.objects.withdrawable(now=now)
    # A branch for each partial index: in one condition, the whole table would be read.
    branches = [
        at_hand.filter(state__in=Message.AT_PROVIDER),
        at_hand.filter(state=Message.State.QUEUED, kind=Message.Kind.REMINDER),
        at_hand.filter(state=Message.State.SUBMITTING),
        at_hand.filter(state=Message.State.UNKNOWN),
    ]
    first, *others = (branch.order_by().values("pk") for branch in branches)
    yield from _read(first.union(*others, all=True))


def withdraw_mentioning(
    appointment_ids: Sequence[int], names: Collection[str], *, now: datetime
) -> int:
    """Withdraw the texts about these appointments whose wording has one of these placeholders.

    They go out again in time, with the new names. Returns how many. Call it in the transaction that
    changed the names, and that locked the appointments before.
    """
    if not appointment_ids or not _is_used(names):
        return 0
    # A claim that read the old name a moment ago is waited for; one that begins now passes these
    # by.
    lock_planned_of(appointment_ids)
    return withdraw_for_replacement(mentioning(appointment_ids, names, now=now), now=now)


def mentioning(
    appointment_ids: Sequence[int], names: Collection[str], *, now: datetime
) -> list[uuid.UUID]:
    """The held texts about these appointments whose wording has one of these placeholders."""
    if not appointment_ids or not _is_used(names):
        return []
    book = WordingCatalogue.load()
    about = Reminder.objects.filter(
        appointment_id__in=appointment_ids, state__in=Reminder.HANDED_OVER
    )
    at_hand = Message.objects.withdrawable(now=now).filter(pk__in=about.values("message_id"))
    held = _read(at_hand.order_by().values("pk"))
    return [text.message_id for text in held if _names(text, book) & set(names)]


def lock_matching(find: Callable[[], list[uuid.UUID]]) -> list[uuid.UUID]:
    """What `find` finds among the held texts, also those of claims that were under way a moment
    ago.

    They and their appointments are locked until the transaction ends, and claims wait. So this
    gives up soon, and raises BusyError, where an import holds the appointments.
    """
    try:
        with giving_up_soon():
            # First, and alone: claims take it shared before they lock anything, so none is under
            # way once it is ours.
            lock_wordings(alone=True)
            held = find()
            lock_appointments_of(held)
    # Only the lock's time-out is expected here; whoever saved is asked to do it again.
    except OperationalError as error:
        raise BusyError(BUSY) from error
    return held


def withdraw_for_replacement(held: Sequence[uuid.UUID], *, now: datetime) -> int:
    """Withdraw these texts, so that they go out again in time as they read by then; return how
    many.
    """
    marked = withdraw_messages(held, now=now) if held else 0
    if marked:
        enqueue_after_commit("withdraw")
    return marked


def in_words(replaced: int) -> str:
    """What replacing came to, for staff; nothing where there was none to replace."""
    if not replaced:
        return ""
    texts = "text that the provider had is" if replaced == 1 else "texts that the provider had are"
    return f"{replaced:,} {texts} being replaced."


def find_mentioning(
    names: Collection[str], about: Callable[[ScheduledMessage], bool], *, now: datetime
) -> list[uuid.UUID]:
    """The held texts that are about something and whose wording has one of these placeholders."""
    book = WordingCatalogue.load()
    held = (text for text in read_scheduled(now=now) if about(text))
    return [text.message_id for text in held if _names(text, book) & set(names)]


def _is_used(names: Collection[str]) -> bool:
    """Whether any wording can have one: our own texts have no column of a diary."""
    return names != COLUMNS or Wording.objects.filter(text__icontains="{x:").exists()


def _names(text: ScheduledMessage, book: WordingCatalogue) -> set[str]:
    """The placeholders of its wording; the list of a family's visits has everybody's first name."""
    try:
        words = text.words(book)
    except WordingError:
        return set()
    return {
        *(words.template.placeholders if words else ()),
        *(COLUMNS if words and words.template.columns else ()),
        *(("first_name",) if text.family else ()),
    }


_TO_ANOTHER = Q(
    message__phone=F("message__contact__responsible__phone"),
    message__contact__responsible__isnull=False,
)
"""The condition that a reminder's text went to who is responsible for the patient."""


def _of_recipient(column: str) -> Case:
    theirs = F(f"message__contact__responsible__{column}")
    return Case(When(_TO_ANOTHER, then=theirs), default=F(f"message__contact__{column}"))


def _read(message_ids: QuerySet[Message, Any]) -> list[ScheduledMessage]:
    """These texts, by the reminders that they carry; what staff sent at once is left out."""
    carried = Reminder.objects.filter(
        message_id__in=message_ids,
        state__in=Reminder.HANDED_OVER,
        forced=False,
        message__contact__isnull=False,
        message__location__isnull=False,
    )
    # Of one text, rule and message are the same for all its reminders; whom they are about is not.
    texts = (
        carried.order_by()
        .values("message_id")
        .annotate(
            of_rule=Min("rule_id"),
            kind=Min("rule__kind"),
            reminders=Count("pk"),
            language=Min(_of_recipient("language")),
            for_another=BoolOr(_TO_ANOTHER),
            location_language=Min("message__location__language"),
            format=Min("message__format"),
            at_location=Min("message__location_id"),
            practitioner_ids=_each("appointment__practitioner_id"),
            service_ids=_each("appointment__service_id"),
        )
    )
    return [_scheduled(**row) for row in texts]


def _scheduled(
    *, of_rule: int, reminders: int, format: str, at_location: int, **values: Any
) -> ScheduledMessage:
    return ScheduledMessage(
        rule_id=of_rule,
        family=reminders > 1,
        voice=format == Message.Format.TTS,
        location_id=at_location,
        **values,
    )


def _each(column: str) -> ArrayAgg:
    known = Q(**{f"{column}__isnull": False})
    return ArrayAgg(column, distinct=True, filter=known, default=Value([]))
