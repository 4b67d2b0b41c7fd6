"""Speak to the mail server, and say of each mail what became of it.

Only what surely was not taken may be tried again. Where an answer is lost nobody knows, and it is
never handed over a second time.
"""

from __future__ import annotations

import re
import smtplib
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from reminders.domain.roads.email import services
from reminders.domain.roads.email.compose import Mail
from reminders.log_ids import about

HANDS = 4
Kind = Literal["accepted", "bounced", "failed", "later", "held", "unknown"]
NO_SUCH_MAILBOX = (550, 551, 553)
_ENHANCED = re.compile(rb"\b[245]\.(\d{1,3})\.\d{1,3}\b")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mail. `held`: the server wants nothing from us for now; `later`: not this
    mail, not now.
    """

    id: uuid.UUID
    kind: Kind
    words: str = ""
    provider_id: str = ""


def hand_over(mails: Sequence[Mail]) -> list[Outcome]:
    """Hand these over, each once; several at a time, each hand by a connection of its own."""
    if not mails:
        return []
    hands = [mails[number::HANDS] for number in range(min(HANDS, len(mails)))]
    with ThreadPoolExecutor(len(hands), thread_name_prefix="email") as pool:
        return [outcome for some in pool.map(_by_one_hand, hands) for outcome in some]


def connection() -> BaseEmailBackend:
    """A connection to whatever takes mail to patients. Not open yet."""
    way = settings.PATIENTS_MAIL
    if way is None:
        raise ImproperlyConfigured("No mail to patients is set up")
    options: dict[str, Any] = dict(way.options)  # Any: as each backend takes them
    found: BaseEmailBackend = get_connection(way.backend, fail_silently=False, **options)
    return found


def _by_one_hand(mails: Sequence[Mail]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    line, is_open = connection(), False
    for number, one in enumerate(mails):
        if not is_open:
            try:
                line.open()
            # Whatever it is: nothing of any mail has gone over the wire.
            except Exception as error:
                words = _why_not_open(error)
                return outcomes + [Outcome(left.id, "held", words) for left in mails[number:]]
            is_open = True
        outcomes.append(_send(line, one))
        if outcomes[-1].kind in ("unknown", "held"):
            # What a broken line answers belongs to nobody.
            _close(line)
            is_open = False
    _close(line)
    return outcomes


def _send(line: BaseEmailBackend, mail: Mail) -> Outcome:
    wire = mail.as_django_has_it()
    try:
        with about(messages=[str(mail.id)]):
            line.send_messages([wire])
    except Exception as error:  # each backend has errors of its own
        return _refused(mail, error)
    status = getattr(wire, "anymail_status", None)
    theirs = status.message_id if status else None
    return Outcome(mail.id, "accepted", provider_id=str(theirs or mail.message_id)[:100])


def _refused(mail: Mail, error: Exception) -> Outcome:
    by_service = services.refusal(error)
    if by_service:
        kind, words = by_service
        return Outcome(mail.id, kind, words)  # type: ignore[arg-type]  # one of the kinds
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
            return _no_mailbox(mail, code, said)
        case smtplib.SMTPSenderRefused() | smtplib.SMTPAuthenticationError():
            return Outcome(mail.id, "held", "The mail server does not take mail from this sender")
        case smtplib.SMTPDataError():
            if error.smtp_code < 500:
                return Outcome(mail.id, "later")
            return Outcome(mail.id, "failed", "The mail server refused it")
        case smtplib.SMTPConnectError() | smtplib.SMTPNotSupportedError():
            return Outcome(mail.id, "held", "The mail server can't be reached")
        case _:
            return Outcome(mail.id, "unknown")


def _no_mailbox(mail: Mail, code: int, said: bytes) -> Outcome:
    if code < 500:
        return Outcome(mail.id, "later")
    enhanced = _ENHANCED.search(said)
    # By RFC 3463, 1 is the address; 7 is a policy, of which the address is innocent.
    about_address = enhanced[1] == b"1" if enhanced else code in NO_SUCH_MAILBOX
    if about_address:
        return Outcome(mail.id, "bounced", "This e-mail address does not exist")
    return Outcome(mail.id, "failed", "The mail server refused it")


def _why_not_open(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "The mail server refuses our name and password"
    return "The mail server can't be reached"


def _close(line: BaseEmailBackend) -> None:
    # It is of no use any more, whatever it says.
    with suppress(Exception):
        line.close()
