"""An e-mail address as staff type it, with the consent to it: the columns that it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reminders.domain.consent.email_addresses import PROBLEM_WORDS, EmailProblem, read_address
from reminders.domain.consent.emails import states_of
from reminders.models import Contact, EmailState


class AddressError(ValueError):
    """What was typed is no e-mail address; the text says what to do."""


def email_columns(
    given: Mapping[str, Any], contact: Contact | None, *, now: datetime
) -> dict[str, Any]:
    """The columns of a form that asks for an address; none of a form that does not.

    Raises AddressError. An address that was stopped or is dead elsewhere is so here, too.
    """
    if "email" not in given or "by_email" not in given:
        return {}
    address = _read(given["email"])
    was = contact.email if contact else ""
    state = EmailState(contact.email_state) if contact else EmailState.WORKS
    before = contact.email_agreed_at if contact else None
    agrees = bool(given["by_email"])
    if address != was:
        before, state = None, states_of([address]).get(address, EmailState.WORKS)
    elif state == EmailState.STOPPED and agrees:
        # They unsubscribed, and have told somebody since that they want mail after all.
        state = EmailState.WORKS
    elif state == EmailState.BOUNCED and given.get("email_is_right"):
        state = EmailState.WORKS
    may = agrees and address != "" and state != EmailState.STOPPED
    return {
        "email": address,
        "email_state": str(state) if address else "",
        "email_agreed_at": (before or now) if may else None,
    }


def _read(written: str) -> str:
    if not written.strip():
        return ""
    read = read_address(written)
    if isinstance(read, EmailProblem):
        raise AddressError(PROBLEM_WORDS[read])
    return read
