"""The card of a free time: who fits and why, what they would read, and what staff decide."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.wording_catalogue import WordingCatalogue
from reminders.domain.replies.inbox import CardTouched
from reminders.domain.replies.special.slot_cards import SlotAct, act_on_slot
from reminders.domain.sooner.fit import why_it_fits
from reminders.domain.sooner.offering import words_of_offer
from reminders.domain.sooner.staff import SlotError, who_fits
from reminders.models import FreeSlot, InboxItem, SlotOffer
from reminders.views.shared.asked import read_choice, read_id, read_number
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, with_toast
from reminders.views.worklists.inbox_card import card_context, their_card, touched

State = FreeSlot.State
WHAT_TO_DO = {
    State.NEW: "It is being looked up who fits.",
    State.WAITING: "Choose what to do with this time.",
    State.OFFERING: "It is being offered by text.",
    State.CALLING: "Call them, and give the time to who says yes.",
    State.FILLED: "Somebody from the list has this time. Change it in your diary as well, "
    "else its next file moves the visit back.",
    State.GIVEN_UP: "Nobody has it yet. Call somebody, or let it go.",
    State.LET_GO: "It was let go.",
    State.GONE: "It is no longer free.",
}
TOLD = {
    SlotAct.OFFER: "The time is being offered, one person after another.",
    SlotAct.CALL: "Kept for you: call them, and give the time to who says yes.",
    SlotAct.STOP: "It is offered to nobody else. Who was asked is told.",
    SlotAct.LET_GO: "Let go.",
    SlotAct.TAKE_BACK: "Taken back: their visit is where it was. Tell them, by text or telephone.",
}
UNDONE = (SlotAct.OFFER, SlotAct.LET_GO)


def slot_context(request: StaffRequest, shown: InboxItem) -> dict[str, Any]:
    """What the card shows of its slot."""
    slot, now = shown.slot, timezone.now()
    if slot is None:
        return {}
    may_act = not shown.done_at and slot.starts_at > now and slot.state != State.FILLED
    here = request.scope.location_ids
    ranked = who_fits(slot, now=now, location_ids=here) if may_act else []
    texts = WordingCatalogue.load()
    by_text = [one for one in ranked if one.by_text and not one.busy]
    asked = SlotOffer.objects.filter(slot=slot, appointment__location__in=here)
    return {
        "slot": slot,
        "zone": slot.location.zone,
        "what_to_do": WHAT_TO_DO[State(slot.state)],
        "may_act": may_act,
        "ranked": [
            (one, why_it_fits(one.wish, slot, now=now), one.wish.appointment) for one in ranked
        ],
        "by_text": len(by_text),
        "preview": words_of_offer(by_text[0].wish, slot, texts) if by_text else "",
        "asked": list(asked.select_related("appointment__contact")),
    }


@staff_action
def act(request: StaffRequest, pk: int) -> HttpResponse:
    """Decide about a free time (`act`); `wish` is who gets it, where somebody said so."""
    shown = their_card(request, pk)
    chosen = read_choice(request.POST.get("act"), list(SlotAct), otherwise=None)
    here = reverse("inbox_card", args=[pk])
    if chosen is None:
        say(request, "Choose what to do with this time.", tone="warning")
        return go(request, here)
    revision = read_number(request.POST.get("revision"), digits=9) or 0
    wish = _wish(request)
    try:
        visit = act_on_slot(
            shown,
            chosen,
            revision=revision,
            by=request.scope.actor,
            now=timezone.now(),
            wish_id=wish,
        )
    except CardTouched as error:
        if request.htmx:
            changed = touched(request, error.card)
            return render(request, "inbox/touched.html", changed, status=409)
        say(request, str(error), tone="warning")
        return go(request, here)
    except SlotError as error:
        if request.htmx:
            return with_toast(HttpResponse(status=204), str(error), tone="warning")
        say(request, str(error), tone="warning")
        return go(request, here)
    if visit:
        say(request, f"{visit.contact} has the time, as confirmed.")
        return go(request, reverse("appointment", args=[visit.pk]))
    back = f"{reverse('inbox_undo', args=[pk])}?revision={revision + 1}"
    say(request, TOLD[chosen], undo=back if chosen in UNDONE else "")
    return go(request, reverse("inbox") if chosen in UNDONE else here)


def _wish(request: StaffRequest) -> int:
    """The wish that was chosen, if its patient is the user's to see."""
    pk = read_id(request.POST.get("wish"))
    theirs = request.scope.appointments().filter(wishes=pk)
    return pk if pk and theirs.exists() else 0


def whole_context(request: StaffRequest, shown: InboxItem) -> dict[str, Any]:
    """What the right side of the inbox shows of any card."""
    context = card_context(request, shown)
    return context | (slot_context(request, shown) if shown.slot_id else {})
