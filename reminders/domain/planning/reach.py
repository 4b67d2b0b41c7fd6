"""Whether a text reaches somebody, and if not, why: one order of reasons for rules, staff, a whole
day and invitations.

Planning and claims read the same columns in sets; here they are those of one person.
"""

from __future__ import annotations

from reminders.domain.phones.parsing import costs_extra
from reminders.models import Contact, Reminder

Reason = Reminder.Reason
CALLS = "Gets calls, not texts"


def unreachable(*, channel: str, phone: str, wrong_number: bool, opted_out: bool) -> Reason:
    """Why no text goes to them; `NONE` where one can."""
    # The order is that in which staff would ask: what the patient wants, then whether there is a
    # way.
    if channel == Contact.Channel.NONE:
        return Reason.NO_CHANNEL
    if not phone:
        return Reason.NO_PHONE
    if wrong_number:
        return Reason.WRONG_NUMBER
    return Reason.OPTED_OUT if opted_out else Reason.NONE


def why_not_reached(texted: Contact, *, patient: Contact, opted_out: bool) -> Reason:
    """The same of whoever is texted about a patient; `opted_out` is of their number."""
    wants_none = Contact.Channel.NONE in (patient.channel, texted.channel)
    dear = texted.phone != "" and costs_extra(texted.phone)
    return unreachable(
        channel=Contact.Channel.NONE if wants_none else texted.channel,
        phone="" if dear else texted.phone,
        wrong_number=texted.has_wrong_number,
        opted_out=opted_out,
    )
