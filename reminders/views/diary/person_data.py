"""All that is held about one person: look at it, give it out, keep it on hold, forget it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.pages.timeline import person
from reminders.domain.pages.words import EVENT_WORDS
from reminders.domain.person_data.erase import ErasureError, forget_person
from reminders.domain.person_data.give_out import FORMS, give_out
from reminders.domain.person_data.holdings import holdings_of
from reminders.domain.person_data.preview import preview, waits_for
from reminders.domain.retention.holds import HoldError, end_hold, hold_of, set_hold
from reminders.domain.trail.write import look
from reminders.models import AuditEntry, Contact, ContactMerge, Erasure
from reminders.views.door.again import prove
from reminders.views.shared.asked import read_choice, read_text
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_page

ELSEWHERE = (
    "Somebody who looks after all their locations has to do this: this patient is also known at a "
    "location that you don't see."
)
DONE_WITH = ("person_exported", "hold_set", "hold_ended", "erasure_asked")
SHOWN = 20


@staff_page
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """What is held, what forgetting would take and leave, and what was done with it so far."""
    contact, elsewhere = _asked_for(request, pk)
    if elsewhere:
        return elsewhere
    look(contact.pk, page="contact_data")
    now, held = timezone.now(), holdings_of(contact)
    hold = hold_of(contact.pk)
    erasure = Erasure.objects.filter(contact=contact, done_at=None).first()
    seen = preview(held, now=now)
    context = {
        "contact": contact,
        "going": seen.going,
        "staying": seen.staying,
        "hold": hold,
        "hold_by": _who(hold.by) if hold else "",
        "erasure": erasure,
        "waits": waits_for(held) if erasure else [],
        "done": _done_with(contact),
        "zone": request.scope.locations[0].zone if request.scope.locations else "UTC",
    }
    return render(request, "contacts/data.html", context)


def _asked_for(request: StaffRequest, pk: int) -> tuple[Contact, HttpResponse | None]:
    """The person, also by the id of an entry that was merged; and where to go instead."""
    contact = request.scope.contacts().filter(pk=pk).first()
    if contact is None:
        merged = get_object_or_404(ContactMerge, person=pk, split_at=None)
        contact = get_object_or_404(request.scope.contacts(), pk=merged.kept_id)
    # An export names what other locations wrote, and an erasure takes it.
    if request.scope.sees_whole([contact.pk]):
        return contact, None
    say(request, ELSEWHERE, tone="warning")
    return contact, go(request, contact.get_absolute_url())


def _done_with(contact: Contact) -> list[dict[str, Any]]:
    rows = AuditEntry.objects.filter(contact=contact, kind__in=DONE_WITH).select_related("user")
    return [
        {
            "at": row.at,
            "words": EVENT_WORDS[row.kind],
            "by": _who(row.user),
        }
        for row in rows.order_by("-at")[:SHOWN]
    ]


def _who(user: User | None) -> str:
    return person(user) if user else "the command line"


@staff_action
def export(request: StaffRequest, pk: int) -> HttpResponse:
    """All of it as a file, for people or for programs."""
    contact, elsewhere = _asked_for(request, pk)
    if elsewhere:
        return elsewhere
    prove(request, back=reverse("contact_data", args=[contact.pk]))
    form = read_choice(request.POST.get("as"), FORMS, otherwise="html")
    written = give_out(contact, form=form, by=request.scope.actor, now=timezone.now())
    kind = "application/json" if form == "json" else "text/html"
    response = HttpResponse(written, content_type=f"{kind}; charset=utf-8")
    # By id: a file's name ends up in lists of downloads.
    response["Content-Disposition"] = f'attachment; filename="person-{contact.pk}.{form}"'
    return response


@staff_action
def hold(request: StaffRequest, pk: int) -> HttpResponse:
    """Put somebody on legal hold, or end it."""
    contact, elsewhere = _asked_for(request, pk)
    if elsewhere:
        return elsewhere
    by, now = request.scope.actor, timezone.now()
    try:
        if request.POST.get("to") == "end":
            end_hold(contact.pk, by=by, now=now)
            say(request, f"The hold on {contact} is ended.")
        else:
            reason = read_text(request.POST.get("reason"))
            set_hold(contact.pk, reason=reason, by=by, now=now)
            say(request, f"{contact} is on legal hold: nothing is forgotten.")
    except HoldError as error:
        say(request, str(error), tone="warning")
    return go(request, reverse("contact_data", args=[contact.pk]))


@staff_action
def forget(request: StaffRequest, pk: int) -> HttpResponse:
    """Forget somebody, once it was confirmed that what goes was read."""
    contact, elsewhere = _asked_for(request, pk)
    if elsewhere:
        return elsewhere
    back = reverse("contact_data", args=[contact.pk])
    prove(request, back=back)
    if "sure" not in request.POST:
        say(request, "Confirm that you have read what goes.", tone="warning")
        return go(request, back)
    try:
        erasure = forget_person(contact.pk, by=request.scope.actor, now=timezone.now())
    except ErasureError as error:
        say(request, str(error), tone="warning")
        return go(request, back)
    if not erasure.done_at:
        say(request, "Their texts are being withdrawn; then they are forgotten by themselves.")
        return go(request, back)
    # Without the name, which nobody here knows any more.
    say(request, "This person is forgotten.")
    return go(request, reverse("contacts"))
