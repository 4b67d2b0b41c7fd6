"""Hand over what waits for e-mail: claim, call, record, as sending does by SMS.

A mail is composed when it is claimed, from the visit as it is then; its secrets are kept as digests
alone. One whose answer is lost stays `unknown` until its page is opened or the next road takes
over, and is never handed over again.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from reminders.domain.common.audit import SYSTEM
from reminders.domain.common.connections import release_connection
from reminders.domain.common.locks import lock_appointments_of, lock_messages
from reminders.domain.common.turns import GoOn
from reminders.domain.consent.emails import note_dead
from reminders.domain.links.addresses import digest_of, new_token
from reminders.domain.links.keep import NewLink, keep_links
from reminders.domain.roads.consent import agreed_to_mail
from reminders.domain.roads.email import access
from reminders.domain.roads.email.compose import Mail, Secrets, compose
from reminders.domain.roads.email.post import Outcome, hand_over
from reminders.domain.roads.handing_over import (
    CHUNK,
    in_rounds,
    leave,
    lock_waiting,
    mark_submitting,
    put_back,
    record_accepted,
    record_failed,
)
from reminders.domain.sending.claiming.queued import give_up
from reminders.domain.sending.recording.record import mark_unknown
from reminders.models import EmailText, Message, Reminder, Road, Suppression, VisitLink

PAUSE, GREYLISTED = 30.0, 300.0
State = Message.State


def submit_waiting(*, clock: Callable[[], datetime], go_on: GoOn) -> int:
    """Hand over what is due; return how many mails were dealt with."""
    return in_rounds(
        Road.EMAIL,
        lambda now: _submit_some(now=now, clock=clock),
        holds=lambda now: access.is_held(now=now),
        clock=clock,
        go_on=go_on,
    )


def _submit_some(*, now: datetime, clock: Callable[[], datetime]) -> int:
    claimed, looked_at = _claim(now=now)
    release_connection()
    outcomes = hand_over(claimed)
    record(outcomes, now=clock())
    _note_dead(outcomes, claimed, now=clock())
    return looked_at


def leave_to_next(*, now: datetime) -> int:
    """E-mail was switched off: the next road takes over at once what waits; return how many."""
    with transaction.atomic():
        ids = lock_waiting(Road.EMAIL, now=now, all=True)
        _leave(list(EmailText.objects.filter(pk__in=ids).select_related("message")), now=now)
    return len(ids)


def _claim(*, now: datetime) -> tuple[list[Mail], int]:
    """Those that go now, marked as being handed over; the others are set aside or left to the
    next road."""
    with transaction.atomic():
        ids = lock_waiting(Road.EMAIL, now=now)
        refused = Suppression.objects.filter(phone=OuterRef("message__phone"), lifted_at=None)
        agreed = agreed_to_mail().filter(email=OuterRef("address"))
        rows = EmailText.objects.filter(pk__in=ids).select_related(
            "message__location", "message__contact", "message__appointment", "copy_of"
        )
        rows = rows.annotate(opted_out=Exists(refused), agreed=Exists(agreed))
        mails, blocked, left = [], [], []
        for row in rows.order_by("message__send_after"):
            if row.opted_out:
                blocked.append(row.pk)
            elif not row.agreed or _is_too_late(row, now=now):
                left.append(row)
            elif mail := _write(row, now=now):
                mails.append(mail)
            else:
                left.append(row)
        give_up(blocked, State.CANCELLED, Reminder.Reason.OPTED_OUT, now=now)
        _leave(left, now=now)
        # As long as the slowest server may take for all that one hand has.
        until = now + CHUNK * timedelta(seconds=settings.EMAIL_TIMEOUT)
        mark_submitting([mail.id for mail in mails], until=until)
    return mails, len(ids)


def _is_too_late(row: EmailText, *, now: datetime) -> bool:
    """Whether the wait would leave no time for SMS, or the text that this is a copy of is gone."""
    if row.message.kind != Message.Kind.COPY:
        return bool(now + timedelta(minutes=row.wait_minutes) > row.sms_until)
    text = row.copy_of
    return text is None or text.cancel_requested_at is not None or text.state == State.CANCELLED


def _leave(rows: Sequence[EmailText], *, now: datetime) -> None:
    """The next road takes these over as soon as it looks; copies don't go at all."""
    copies = [row.pk for row in rows if row.message.kind == Message.Kind.COPY]
    Message.objects.filter(pk__in=copies).update(
        state=State.CANCELLED, words="Not sent: its text was withdrawn, or mail is not wanted",
        final_at=now,
    )  # fmt: skip
    EmailText.objects.filter(pk__in=copies).update(settled_at=now, words="")
    firsts = [row.pk for row in rows if row.message.kind != Message.Kind.COPY]
    leave(EmailText, firsts, now=now)


def _write(row: EmailText, *, now: datetime) -> Mail | None:
    """Compose a mail, and keep what has to be known of it before anybody is called."""
    link, stop = NewLink(new_token(), row.language), new_token()
    # Written anew where it had to be put back: what was composed then never left.
    VisitLink.objects.filter(message_id=row.pk).delete()
    keep_links([(row.pk, link)], now=now)
    kept = VisitLink.objects.select_related("message__location", "message__contact").get(pk=row.pk)
    secrets = Secrets(link.token, stop)
    mail = compose(kept, to=row.address, said=row.words, secrets=secrets, now=now)
    if mail is None:
        return None
    EmailText.objects.filter(pk=row.pk).update(unsubscribe=digest_of(stop))
    Message.objects.filter(pk=row.pk).update(text=mail.kept)
    return mail


def record(outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Write down what the mail server said of each mail, in one transaction."""
    if not outcomes:
        return
    of = {
        kind: [one for one in outcomes if one.kind == kind]
        for kind in ("accepted", "bounced", "failed", "later", "held", "unknown")
    }
    back = [one.id for one in (*of["later"], *of["held"])]
    with transaction.atomic():
        lock_appointments_of(back)
        lock_messages([one.id for one in outcomes])
        record_accepted(
            EmailText,
            of["accepted"],
            words="The mail server took it",
            emptied={"words": ""},
            now=now,
        )
        for one in (*of["bounced"], *of["failed"]):
            record_failed(EmailText, one, emptied={}, now=now)
        put_back([one.id for one in of["later"]], pause=GREYLISTED, now=now)
        put_back([one.id for one in of["held"]], pause=PAUSE, now=now)
        mark_unknown([one.id for one in of["unknown"]], now=now)
        if of["held"]:
            access.hold(of["held"][0].words, now=now)
        elif of["accepted"]:
            access.answered(now=now)


def _note_dead(outcomes: Sequence[Outcome], mails: Sequence[Mail], *, now: datetime) -> None:
    # After the record, in a transaction of its own: people are locked before messages. A process
    # that dies here learns it from the next mail.
    addresses: dict[uuid.UUID, str] = {mail.id: mail.to for mail in mails}
    for one in outcomes:
        if one.kind == "bounced":
            note_dead(addresses[one.id], by=SYSTEM, now=now)
