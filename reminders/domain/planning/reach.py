"""Whether a text reaches somebody, and if not, why: one order of reasons for rules, staff, a whole
day and invitations.

Planning and claims read the same columns in sets; here they are those of one person, and for a
count those of many visits.
"""

from __future__ import annotations

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from reminders.domain.phones.parsing import costs_extra
from reminders.models import Appointment, Contact, Reminder, Suppression
from reminders.models.care.represented import of_texted

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


def count_reached(visits: QuerySet[Appointment]) -> int:
    """Of how many of these visits a text reaches whoever is texted about them."""
    refused = Suppression.objects.filter(phone=OuterRef("whom"), lifted_at=None)
    told = (
        visits.order_by()
        .annotate(
            whom=of_texted("phone"),
            how=of_texted("channel"),
            wrong=of_texted("wrong_number"),
            line=of_texted("phone_kind"),
        )
        .exclude(Q(contact__channel=Contact.Channel.NONE) | Q(how=Contact.Channel.NONE))
        .exclude(Q(whom="") | Q(wrong=F("whom")))
        .filter(~Exists(refused), no_more_texts=False)
    )
    # Few lines are neither a mobile nor a landline; only they can cost extra, which digits tell.
    odd = Contact.PhoneKind.OTHER
    cheap = [
        phone
        for phone in told.filter(line=odd).values_list("whom", flat=True)
        if not costs_extra(phone)
    ]
    return told.exclude(line=odd).count() + len(cheap)
