"""What the patient hears once a person has decided what their reply meant, and why perhaps nothing.

The card shows the very text before the click, so nobody has to try what a button sends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Exists

from reminders.domain.consent.suppressions import opt_outs_in_force
from reminders.domain.planning.withdrawal import withdraw_messages
from reminders.domain.replies.auto_reply import (
    WORTH_ANSWERING,
    AnswerContext,
    Recipient,
    Visit,
    read_visits,
    write_answer,
)
from reminders.domain.replies.special.pacing import next_answers
from reminders.models import Appointment, Message, Reply

PURPOSES = {
    Appointment.Status.CONFIRMED: "confirmed",
    Appointment.Status.DECLINED: "declined",
}


@dataclass(frozen=True, slots=True)
class DecidedAnswer:
    """The text that the patient gets, not saved yet; without one, `why_not` says why, for staff."""

    message: Message | None = None
    why_not: str = ""

    @property
    def text(self) -> str:
        """The words of the text; empty without one."""
        return self.message.text if self.message else ""


@dataclass(frozen=True, slots=True)
class DecidedAnswers:
    """What is needed to answer one reply about some appointments, read once. `now` is aware."""

    reply: Reply
    visits: Mapping[int, Visit]
    desk: AnswerContext
    now: datetime
    opted_out: bool
    answered: bool
    after: datetime | None = None

    @classmethod
    def load(
        cls, reply: Reply, appointment_ids: Collection[int], *, now: datetime
    ) -> DecidedAnswers:
        """Read it; the statements are the same for one appointment and for many."""
        answers = Message.objects.filter(answers=reply, kind=Message.Kind.ANSWER)
        opted_out, answered = Reply.objects.values_list(
            Exists(opt_outs_in_force(reply.phone)),
            Exists(answers.exclude(state=Message.State.CANCELLED)),
        ).get(pk=reply.pk)
        visits = read_visits(appointment_ids)
        return cls(
            reply,
            visits,
            AnswerContext.load({visit.location_id for visit in visits.values()}),
            now,
            opted_out,
            answered,
            next_answers([reply.phone], now=now).get(reply.phone),
        )

    def to(self, status: Appointment.Status, appointment_id: int) -> DecidedAnswer:
        """The answer to somebody of whom a person says that they confirm or decline."""
        visit = self.visits[appointment_id]
        why_not = self._why_not(status, visit)
        if why_not:
            return DecidedAnswer(why_not=why_not)
        recipient = Recipient(
            self.reply.pk,
            self.reply.phone,
            self.reply.received_at,
            self.reply.contact_id,
            visit.location_id,
            visit.language,
        )
        message = write_answer(
            self.desk, PURPOSES[status], recipient, [visit], now=self.now, after=self.after
        )
        return DecidedAnswer(message, "" if message else "this automatic answer is switched off")

    def _why_not(self, status: Appointment.Status, visit: Visit) -> str:
        if visit.phone != self.reply.phone:
            # The number may be a stranger's: an answer would name the patient, the day and the
            # time.
            return "it was written from another number than the patient's"
        if self.opted_out:
            return "this number gets no texts"
        if self.now - self.reply.received_at > WORTH_ANSWERING:
            return "the reply is more than a day old"
        if self.answered and visit.status == status:
            return "the patient was told so already"
        return "the visit has begun" if visit.starts_at <= self.now else ""


def take_back_told(reply_id: int | None, *, now: datetime) -> bool:
    """Withdraw what told the patient a decision; False where it is on its way already."""
    told = Message.objects.filter(
        answers=reply_id, answers__isnull=False, kind=Message.Kind.ANSWER, created_by__isnull=False
    )
    with transaction.atomic():
        # A text that was handed over to be sent at once is too late to be taken back.
        waiting = told.filter(state=Message.State.QUEUED).values_list("pk", flat=True)
        withdraw_messages(list(waiting), now=now)
        return not told.exclude(state=Message.State.CANCELLED).exists()
