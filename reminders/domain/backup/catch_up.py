"""After a restore: find out at the provider what happened since the backup, and go on when a person
says so.

Nothing leaves meanwhile (`sending.after_restore.hold`). Every step may be interrupted and begun
again: what is here already is known by its id. Once asked for, it is repeated each minute until
somebody goes on, so that what comes in meanwhile is not left behind.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from reminders.domain.backup.adopt import adopt_lines, stop
from reminders.domain.backup.lines import Copies, copies_since, lines_of
from reminders.domain.backup.numbers import count
from reminders.domain.backup.take_in import take_in_replies
from reminders.domain.common.enqueue import enqueue_after_commit
from reminders.domain.common.locks import lock_appointments_of
from reminders.domain.common.turns import GoOn, for_ever
from reminders.domain.consent.blocklist_sync import sync_blocked_numbers
from reminders.domain.replies.receive import receive_reports
from reminders.domain.sending.after_restore.hold import hold_in_force
from reminders.domain.sending.reconcile import adopt, withdraw_extras
from reminders.domain.sending.withdraw_at_provider import withdraw_stale
from reminders.models import Message, Reminder, RestoreHold
from reminders.provider import MessagesApi, MessagesApiError

logger = logging.getLogger(__name__)

STEP = 500
Clock = Callable[[], datetime]


class NotYetError(Exception):
    """Texts may not go yet; the words say why and until when."""


def ask(*, now: datetime, wake: bool = True) -> bool:
    """Have the provider asked each minute until somebody goes on, and by a worker at once unless
    the caller does it; False without a hold.
    """
    with transaction.atomic():
        asked = RestoreHold.objects.filter(pk=1, went_on_at=None).update(asked_at=now)
        if asked and wake:
            enqueue_after_commit("catch_up")
    return bool(asked)


def catch_up_if_asked(api: MessagesApi, *, clock: Clock, go_on: GoOn = for_ever) -> int:
    """The periodic task: nothing unless somebody asked. Returns 1 where it was done to the end."""
    hold = hold_in_force()
    return int(catch_up(api, clock=clock, go_on=go_on)) if hold and hold.asked_at else 0


def catch_up(api: MessagesApi, *, clock: Clock, go_on: GoOn = for_ever) -> bool:
    """Ask the provider for all that happened since the backup; whether it came to its end.

    Raises MessagesApiError when the provider can't be asked; the next run begins again, and what
    was taken over by then stays.
    """
    hold = hold_in_force()
    if hold is None:
        return False
    try:
        done = _steps(api, hold, clock=clock, go_on=go_on)
    except MessagesApiError as error:
        RestoreHold.objects.filter(pk=1).update(words=f"{type(error).__name__}: {error}"[:300])
        raise
    if done:
        # When it was begun: what happened while it ran is for the next one.
        RestoreHold.objects.filter(pk=1).update(caught_up_at=done, words="")
    return done is not None


def _steps(api: MessagesApi, hold: RestoreHold, *, clock: Clock, go_on: GoOn) -> datetime | None:
    """When the provider was asked, if all that it told was taken over."""
    began = clock()
    copies = copies_since(api, backup_at=hold.backup_at, now=began)
    withdraw_extras(api, copies)
    _move_on(copies, now=clock())
    # Before the lost texts: a text that was being withdrawn lets its reminder go, and the one that
    # took its place in the lost hours is then found to be that reminder's.
    _withdraw(api, clock=clock, go_on=go_on)
    adopt_lines(lines_of(api, copies, hold), now=clock())
    take_in_replies(api, hold, now=clock(), go_on=go_on)
    count(reports=receive_reports(api, now=clock(), go_on=go_on))
    count(blocked=sync_blocked_numbers(api, now=clock()).blocked_here)
    # Once more: what patients wrote may have made texts untrue.
    _withdraw(api, clock=clock, go_on=go_on)
    return began if go_on() else None


def _move_on(copies: Copies, *, now: datetime) -> None:
    """Texts that the backup knows: take over what became of them since."""
    here = list(Message.objects.filter(pk__in=copies).values_list("pk", flat=True))
    for start in range(0, len(here), STEP):
        some = here[start : start + STEP]
        with transaction.atomic():
            lock_appointments_of(some)
            count(known=adopt({pk: copies[pk] for pk in some}, now=now))
            _stop_called_off(some, now=now)


def _stop_called_off(message_ids: Sequence[uuid.UUID], *, now: datetime) -> None:
    """Of texts that we called off in the lost hours, without knowing it any more."""
    called_off = Reminder.objects.filter(
        message__in=message_ids,
        message__state=Message.State.CANCELLED,
        message__cancel_requested_at=None,
        state=Reminder.State.FAILED,
        updated_at=now,  # not what had failed before the backup
    )
    ids = list(called_off.values_list("pk", flat=True))
    stop(ids, (), now=now)
    count(called_off=len(ids))


def _withdraw(api: MessagesApi, *, clock: Clock, go_on: GoOn) -> None:
    while settled := withdraw_stale(api, clock=clock, go_on=go_on):
        count(withdrawn=settled)


def may_go_on_from(hold: RestoreHold) -> datetime:
    """From when on the provider's report is sure to hold all that was handed over (UTC)."""
    settles: timedelta = settings.RECONCILE_AFTER
    return hold.restored_at + settles


def go_on(*, now: datetime, user_id: int | None = None) -> None:
    """Let texts go again. Raises NotYetError where the provider was not asked, or too early."""
    with transaction.atomic():
        hold = RestoreHold.objects.select_for_update().filter(pk=1, went_on_at=None).first()
        if hold is None:
            raise NotYetError("No restore is held: texts go.")
        if hold.caught_up_at is None:
            raise NotYetError("The provider was not asked to the end yet: catch up first.")
        if hold.caught_up_at < may_go_on_from(hold):
            raise NotYetError(
                f"The provider's report may lag: catch up once more after "
                f"{may_go_on_from(hold):%H:%M:%S} UTC, then go on."
            )
        RestoreHold.objects.filter(pk=1).update(went_on_at=now, went_on_by=user_id)
        for task in ("send", "withdraw", "replies"):
            enqueue_after_commit(task)
    logger.warning("Texts go again after the restore, as user %s said", user_id or "at the console")
