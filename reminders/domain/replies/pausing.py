"""What staff decide about a number that is paused: no more texts to it, or go on.

A number is paused when its patient seems to want no more texts, in words that are no opt-out by
themselves.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from django.db import transaction

from reminders.domain.common.audit import Actor
from reminders.domain.common.locks import lock_coming_on, retry_on_conflict
from reminders.domain.consent.suppressions import (
    OptOut,
    is_paused,
    opt_in_all,
    opt_out_all,
    withdraw_waiting,
)
from reminders.domain.diary.contacts import plan_numbers
from reminders.domain.replies.inbox import touch
from reminders.models import InboxItem, Suppression

GOES_ON = "Staff decided to go on"


class Texts(StrEnum):
    """What staff decide about the texts to a number."""

    STOP = "stop"
    GO_ON = "go_on"


@retry_on_conflict
def decide_texts(card: InboxItem, wish: Texts, *, revision: int, by: Actor, now: datetime) -> None:
    """Opt a paused number out, or let it be texted again and plan its texts; the card is done.

    Raises CardTouched, and ValueError in words for staff when the number is not paused (any more).
    """
    with transaction.atomic():
        lock_coming_on([card.phone], now=now)
        if card.kind != InboxItem.Kind.OPT_OUT or not is_paused(card.phone):
            raise ValueError(
                "Texts to this number are not paused any more. Look at the patient's texts."
            )
        outcome = "texts_stopped" if wish is Texts.STOP else "texts_go_on"
        touched = touch(card.pk, revision, done_at=now, done_by_id=by.user_id, outcome=outcome)
        if wish is Texts.STOP:
            words = touched.reply.text if touched.reply else ""
            wanted = OptOut(card.phone, Suppression.Reason.STAFF, words, touched.reply_id)
            changed = opt_out_all([wanted], by=by, now=now)
        else:
            changed = opt_in_all([(card.phone, GOES_ON)], by=by, now=now)
        plan_numbers(changed, now=now)
        if wish is Texts.STOP:
            withdraw_waiting(changed, now=now)
