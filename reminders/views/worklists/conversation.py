"""The conversation with a contact: all texts both ways, live; a composer that loses nothing;
consent.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import trigger_client_event

from reminders.domain.common.etags import digest
from reminders.domain.consent.suppressions import (
    ConsentError,
    lift,
    may_lift,
    opt_out,
    opt_out_again,
    takes_words,
)
from reminders.domain.diary.staff_actions import StaffActionError, send_text
from reminders.domain.pages.conversation import (
    SHOWN,
    Bubble,
    opt_out_in_force,
    people_at,
    ready_lines,
    thread,
    visits,
)
from reminders.domain.pages.day_sheet import DayRow
from reminders.domain.pages.moments import read_moment, write_moment
from reminders.domain.sending.client import messages_api
from reminders.domain.sending.poll_status import StatusAsked, ask_now
from reminders.domain.trail.write import look
from reminders.domain.wording.segments import measure
from reminders.formatting import lasting
from reminders.models import Appointment, Contact, ContactMerge, InboxItem, Location, Suppression
from reminders.views.diary.day_rows import LOOKS
from reminders.views.diary.histories import histories
from reminders.views.shared.asked import read_id, read_text
from reminders.views.shared.pages import (
    StaffRequest,
    go,
    note_or_back,
    say,
    staff_action,
    staff_page,
    with_toast,
)

LONGEST = 1_000
ASKABLE = 200
"""So far back a text may lie to be asked about."""
ASKED = {
    StatusAsked.NEWS: ("The provider answered: see the text.", "ok"),
    StatusAsked.NOTHING_NEW: ("The provider has nothing new to say about this text yet.", "ok"),
    StatusAsked.NO_ANSWER: (
        "The provider can't be asked right now. Please try again in a minute.",
        "warning",
    ),
}


def shown_bubbles(bubbles: Collection[Bubble], *, now: datetime) -> list[dict[str, Any]]:
    """Texts as the templates draw them."""
    return [
        {
            "bubble": one,
            "words": one.state_words(now),
            "ask": one.may_be_asked_about(now),
            "opened": opened,
            "digest": digest(
                (one.digest, one.state_words(now), one.may_be_asked_about(now), opened)
            ),
        }
        for one in bubbles
        for opened in [opened_words(one, now=now)]
    ]


def opened_words(bubble: Bubble, *, now: datetime) -> str:
    """When the page behind its link was looked at: “3 minutes ago”; blank where it was not."""
    if bubble.opened_at is None:
        return ""
    since = now - bubble.opened_at
    return f"{lasting(since)} ago" if since >= timedelta(minutes=1) else "just now"


def narrowed(request: StaffRequest) -> Collection[int] | None:
    """The locations whose texts the user may read; None for all."""
    return sorted(request.scope.location_ids) if request.scope.restricted else None


@staff_page
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """The whole page; for the live look only the texts, or 204. `?before=` shows earlier ones."""
    contact = request.scope.contacts().filter(pk=pk).first()
    if contact is None:
        # An address from before somebody was made part of another person.
        merged = get_object_or_404(ContactMerge, person=pk, split_at=None)
        return go(request, reverse("conversation", args=[merged.kept_id]))
    now = timezone.now()
    found = _thread(request, contact, now=now)
    if request.htmx and "token" in request.GET:
        if request.GET["token"] == found["token"]:
            return HttpResponse(status=204)
        return render(request, "conversation/live.html", found)
    look(contact.pk, page="conversation")
    rows = visits(contact, location_ids=narrowed(request), now=now)
    choices = _may_be_about(contact, rows, now=now)
    texted = contact.texted_on(now.date())
    about = _about(request, choices)
    context = found | {
        "visits": [
            {"row": row, "icon": LOOKS[row.state], "over": row.starts_at <= now} for row in rows
        ],
        "choices": choices,
        "lines": ready_lines(
            contact, about, request.scope.locations[0] if request.scope.locations else None
        ),
        "others": [
            one for one in people_at(contact.phone, scope=request.scope) if one.pk != contact.pk
        ],
        **_consent(request, texted),
        **_responsible(request, contact, represented=texted.pk != contact.pk),
        "cards": _cards(request, contact),
        "merges": contact.merges.select_related("merged_by", "split_by", "within")[:10],
        "longest": LONGEST,
        "size": measure(""),
        "zone": _zone(request, rows),
        "country": rows[0].country if rows else "",
        "can_text": contact.channel != Contact.Channel.NONE and _can_text(texted),
        "missed": histories(request, [contact.pk], now=now).get(contact.pk),
    }
    return render(request, "conversation.html", context)


def _consent(request: StaffRequest, contact: Contact) -> dict[str, Any]:
    """The opt-out in force, whether the user may know its words and lift it, what that takes."""
    opt_out = opt_out_in_force(contact.phone)
    known = opt_out is not None and may_lift(opt_out, scope=request.scope)
    words_needed = opt_out is not None and known and takes_words(opt_out)
    return {"opt_out": opt_out, "opt_out_known": known, "words_needed": words_needed}


def _responsible(request: StaffRequest, contact: Contact, *, represented: bool) -> dict[str, Any]:
    """Who is texted in whose place, as far as the user may see them."""
    seen, known = request.scope.contacts(), contact.responsible_id
    return {
        "represented": represented,
        "responsible": seen.filter(pk=known).first() if known else None,
        "wards": list(seen.filter(responsible=contact).order_by("pk")[:20]),
    }


def _can_text(contact: Contact) -> bool:
    return (
        # For the composer only; sending asks again, since an opt-out may come in between.
        bool(contact.phone)
        and contact.channel != Contact.Channel.NONE
        and not contact.has_wrong_number
    )


def _thread(request: StaffRequest, contact: Contact, *, now: datetime) -> dict[str, Any]:
    before = read_moment(request.GET.get("before"))
    bubbles = thread(
        contact_id=contact.pk,
        phone=contact.phone,
        scope=request.scope,
        before=before,
        limit=SHOWN + 1,
    )
    more = len(bubbles) > SHOWN
    # The earliest by its place in the pages, not by its time: a planned text was made long before.
    if more:
        first = min(bubbles, key=lambda one: one.made_at)
        bubbles = [one for one in bubbles if one is not first]
    shown = shown_bubbles(bubbles, now=now)
    earliest = min((one.made_at for one in bubbles), default=None)
    return {
        "contact": contact,
        "bubbles": shown,
        "earlier": write_moment(earliest) if more and earliest else "",
        "before": request.GET.get("before", "") if before else "",
        "zone": request.scope.locations[0].zone if request.scope.locations else "UTC",
        "token": digest([one["digest"] for one in shown]),
    }


def _zone(request: StaffRequest, rows: list[DayRow]) -> str:
    if rows:
        return rows[0].zone
    return request.scope.locations[0].zone if request.scope.locations else "UTC"


def _may_be_about(contact: Contact, rows: list[DayRow], *, now: datetime) -> list[DayRow]:
    """The coming visits that a text may be about: the person's own, then those on their phone."""
    coming = [row for row in rows if row.starts_at > now and row.status != "cancelled"]
    return sorted(coming, key=lambda row: row.contact_id != contact.pk)


def _about(request: StaffRequest, choices: list[DayRow]) -> Appointment | None:
    """The appointment that a text is likely to be about: the first that is offered."""
    if not choices:
        return None
    visits = request.scope.appointments().select_related("location", "practitioner", "service")
    return visits.filter(pk=choices[0].id).first()


def _cards(request: StaffRequest, contact: Contact) -> list[InboxItem]:
    theirs = InboxItem.objects.filter(request.scope.seen_cards(), done_at=None)
    mine = Q(contact=contact)
    if contact.phone:
        mine |= Q(phone=contact.phone)
    return list(theirs.filter(mine).order_by("opened_at")[:5])


@staff_action
def send(request: StaffRequest, pk: int) -> HttpResponse:
    """Send what was written, about the appointment `about` if one is named."""
    contact = get_object_or_404(request.scope.contacts(), pk=pk)
    about = (
        request.scope.appointments()
        .select_related("location")
        .filter(
            # Somebody else's visit on the same phone may be meant: a mother asks about her child's.
            Q(contact=contact) | Q(contact__phone=contact.phone) | Q(contact__responsible=contact),
            pk=read_id(request.POST.get("about")),
        )
        # Two patients without a number do not share a phone.
        .exclude(contact__phone="")
        .first()
    )
    text = read_text(request.POST.get("text"), longest=LONGEST)
    try:
        send_text(
            contact,
            text,
            by=request.scope.actor,
            now=timezone.now(),
            appointment=about,
            place=_place(request, contact),
        )
    except StaffActionError as error:
        return _refuse(request, contact, str(error))
    if not request.htmx:
        say(request, f"Your text to {contact} is going out.")
        return go(request, reverse("conversation", args=[pk]))
    response = with_toast(HttpResponse(status=204), "Your text is going out.", changed=True)
    # Only now the browser forgets the draft: a refused text stays in its box.
    return trigger_client_event(response, "text-sent", {"draft": f"text-{pk}"})


def _place(request: StaffRequest, contact: Contact) -> Location | None:
    """Whose a limited user's text is: of their location that saw the patient last, else of their
    first.
    """
    if not request.scope.restricted:
        return None
    visits = request.scope.appointments().filter(contact=contact).select_related("location")
    last = visits.order_by("-starts_at").first()
    return last.location if last else next(iter(request.scope.locations), None)


@staff_action
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask the provider now what became of `text`, which we sent to this contact or their number."""
    contact = get_object_or_404(request.scope.contacts(), pk=pk)
    bubbles = thread(contact_id=contact.pk, phone=contact.phone, scope=request.scope, limit=ASKABLE)
    now = timezone.now()
    # Looked for in this conversation: by its id alone anybody's text could be asked about.
    wanted = f"m{request.POST.get('text', '')}"
    found = next(
        (one for one in bubbles if one.key == wanted and one.may_be_asked_about(now)), None
    )
    if found is None:
        return _refuse(request, contact, "There is nothing to ask about this text.")
    asked = ask_now(messages_api(), found.message_id, clock=timezone.now)
    words, tone = ASKED[asked]
    return note_or_back(request, words, tone=tone, back=reverse("conversation", args=[pk]))


def _refuse(request: StaffRequest, contact: Contact, words: str) -> HttpResponse:
    back = reverse("conversation", args=[contact.pk])
    return note_or_back(request, words, tone="warning", changed=False, back=back)


@staff_action
def consent(request: StaffRequest, pk: int) -> HttpResponse:
    """Opt the contact's number out of texts or in again (`to` is out or in), with a word on why.

    `back` takes an opting in back.
    """
    contact = get_object_or_404(request.scope.contacts(), pk=pk)
    wanted = request.POST.get("to") or request.GET.get("to")
    words = read_text(request.POST.get("words"), longest=300).strip()
    # Checked before anything is written; an unknown word must not count as “in”.
    if not contact.phone or wanted not in ("in", "out", "back"):
        return _refuse(request, contact, "There is no number to opt in or out.")
    by, now = request.scope.actor, timezone.now()
    if wanted == "out":
        changed = opt_out(
            contact.phone, reason=Suppression.Reason.STAFF, words=words, by=by, now=now
        )
        told = f"No more texts to the number of {contact}."
    elif wanted == "back":
        changed = opt_out_again(contact.phone, by=by, now=now)
        told = f"No more texts to the number of {contact}."
    else:
        try:
            changed = lift(contact.phone, words=words, scope=request.scope, now=now)
        except ConsentError as error:
            return _refuse(request, contact, str(error))
        told = f"{contact} gets texts again."
    if not changed:
        return _refuse(request, contact, "Somebody has changed this meanwhile.")
    # Undoing an opt-in is no new opt-out of the staff: it brings the old one back, with its words.
    back = f"{reverse('conversation_consent', args=[pk])}?to={'back' if wanted == 'in' else 'in'}"
    say(request, told, undo=back)
    return go(request, reverse("conversation", args=[pk]))
