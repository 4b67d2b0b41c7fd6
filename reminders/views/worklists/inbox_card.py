"""One card with everything that is needed to settle it, as the templates draw it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone

from reminders.domain.common.etags import digest
from reminders.domain.consent.suppressions import is_textable
from reminders.domain.diary_import.asking.stored import questions_of_import
from reminders.domain.pages.conversation import Bubble, opt_out_in_force, ready_lines, thread
from reminders.domain.replies.candidates import Candidate, candidates
from reminders.domain.replies.inbox import touched_words, waiting_cards, whole_cards
from reminders.domain.replies.review.decided import DecidedAnswer, DecidedAnswers
from reminders.domain.replies.review.explain import Explanation, explain
from reminders.domain.replies.review.teach import language_of_card, may_teach
from reminders.domain.wording.languages import LANGUAGES
from reminders.domain.wording.segments import measure
from reminders.models import Appointment, InboxItem, Message, Suppression
from reminders.views.shared.forms import country_of
from reminders.views.shared.pages import StaffRequest
from reminders.views.worklists.card_words import ICONS, SETTLED, TONES, WHAT_TO_DO
from reminders.views.worklists.conversation import LONGEST, shown_bubbles

CONTEXT_TEXTS = 6


def waiting(request: StaffRequest) -> QuerySet[InboxItem]:
    """The cards that wait for the user, the oldest first."""
    return waiting_cards(request.scope)


def bare(cards: QuerySet[InboxItem]) -> QuerySet[InboxItem]:
    """Without what is shown of them."""
    return cards.select_related(None).prefetch_related(None)


def list_item(one: InboxItem, request: StaffRequest, current: int | None) -> dict[str, Any]:
    """A card as a line of the list."""
    contact = one.contact or (one.appointment.contact if one.appointment else None)
    if one.slot:
        # The time is what it is about; whose it was matters to nobody.
        contact = None
    item = {
        "card": one,
        "name": str(contact) if contact else str(one.slot or _diary_name(one)),
        "text": one.reply.shown if one.reply else "",
        "icon": ICONS[InboxItem.Kind(one.kind)],
        "tone": TONES.get(InboxItem.Kind(one.kind), "check"),
        "zone": one.location.zone if one.location else zone_of(request),
        "who": who(one.done_by if one.done_at else one.assigned_to, request),
        "current": one.pk == current,
    }
    return item | {"digest": digest((one.pk, one.revision, item["name"], item["current"]))}


def _diary_name(one: InboxItem) -> str:
    """The file that waits; a card that is about no file has no such name."""
    if one.kind != InboxItem.Kind.DIARY:
        return ""
    return one.upload.filename if one.upload else "A diary"


def who(user: Any, request: StaffRequest) -> str:  # Any: the user model is the project's to choose
    """A user's name, "you" for oneself; empty for nobody."""
    if user is None:
        return ""
    return "you" if user == request.user else user.get_full_name() or user.get_username()


def zone_of(request: StaffRequest) -> str:
    """The zone of what names no location: the first one that the user sees."""
    return request.scope.locations[0].zone if request.scope.locations else "UTC"


def their_card(request: StaffRequest, pk: int) -> InboxItem:
    """The card with this id, if the user may see it; else 404."""
    rows = whole_cards().filter(request.scope.seen_cards())
    return get_object_or_404(rows, pk=pk)


def card_context(request: StaffRequest, shown: InboxItem) -> dict[str, Any]:
    """What the right side shows."""
    if shown.kind == InboxItem.Kind.DIARY:
        return _diary_context(request, shown)
    if shown.slot_id:
        return _bare_context(request, shown)
    now = timezone.now()
    choices = _choices(request, shown, now=now)
    # With several candidates nothing is assumed: a ready line with the wrong date would be sent.
    about = shown.appointment or (choices[0].appointment if len(choices) == 1 else None)
    contact = shown.contact or (about.contact if about else None)
    bubbles = thread(
        contact_id=contact.pk if contact else None,
        phone=shown.phone,
        scope=request.scope,
        limit=CONTEXT_TEXTS,
    )
    opt_out = opt_out_in_force(shown.phone)
    question = _question(request, shown)
    return {
        "card": shown,
        "item": list_item(shown, request, shown.pk),
        "contact": contact,
        "what_to_do": WHAT_TO_DO[InboxItem.Kind(shown.kind)],
        "candidates": _candidates(shown, choices, now=now),
        "question": question,
        "before": None if question else _last_before(shown, bubbles),
        "explanation": _explanation(request, shown),
        "teaches": _teaches(request, shown),
        "bubbles": shown_bubbles(bubbles, now=now),
        "zone": shown.location.zone if shown.location else zone_of(request),
        "country": country_of(request.scope, shown.location),
        "opt_out": opt_out,
        "paused": opt_out is not None and opt_out.reason == Suppression.Reason.PAUSED,
        "can_text": is_textable(shown.phone) and opt_out is None,
        "lines": ready_lines(contact, about, shown.location),
        "longest": LONGEST,
        "size": measure(""),
        "settled": _settled(request, shown) if shown.done_at else "",
    }


def _diary_context(request: StaffRequest, shown: InboxItem) -> dict[str, Any]:
    """A file that waits: what it leaves open, and the way there."""
    return {
        "card": shown,
        "item": list_item(shown, request, shown.pk),
        "what_to_do": WHAT_TO_DO[InboxItem.Kind.DIARY],
        "upload": shown.upload,
        "questions": questions_of_import(shown.upload) if shown.upload else [],
        "zone": shown.location.zone if shown.location else zone_of(request),
        "settled": _settled(request, shown) if shown.done_at else "",
    }


def _bare_context(request: StaffRequest, shown: InboxItem) -> dict[str, Any]:
    """What every card shows."""
    return {
        "card": shown,
        "item": list_item(shown, request, shown.pk),
        "settled": _settled(request, shown) if shown.done_at else "",
    }


class Choice(NamedTuple):
    """A candidate, whether it may be decided, and what the patient would then be told."""

    one: Candidate
    acts: bool
    confirm: DecidedAnswer
    decline: DecidedAnswer


def _candidates(shown: InboxItem, choices: list[Candidate], *, now: datetime) -> list[Choice]:
    # What a patient would be told is worked out only for what can still be decided.
    acting = [one.appointment.pk for one in choices if one.acts(now)] if not shown.done_at else []
    answers = DecidedAnswers.load(shown.reply, acting, now=now) if shown.reply and acting else None

    def told(pk: int, status: Appointment.Status) -> DecidedAnswer:
        return answers.to(status, pk) if answers and pk in acting else DecidedAnswer()

    return [
        Choice(
            one,
            one.acts(now),
            told(one.appointment.pk, Appointment.Status.CONFIRMED),
            told(one.appointment.pk, Appointment.Status.DECLINED),
        )
        for one in choices
    ]


def _question(request: StaffRequest, shown: InboxItem) -> Message | None:
    """Our text that the reply answers, if the user may read it."""
    if shown.reply is None or shown.reply.message_id is None:
        return None
    # The reply may be theirs to read while our text was of another location.
    texts = Message.objects.filter(request.scope.seen_messages())
    return texts.filter(pk=shown.reply.message_id).first()


def _last_before(shown: InboxItem, bubbles: Collection[Bubble]) -> Bubble | None:
    """What we wrote last before a reply that answers no text for certain: it may mean that."""
    if shown.reply is None:
        return None
    at = shown.reply.received_at
    earlier = [one for one in bubbles if one.outgoing and not one.failed and one.at <= at]
    return max(earlier, key=lambda one: one.at, default=None)


def _explanation(request: StaffRequest, shown: InboxItem) -> Explanation | None:
    zone = ZoneInfo(shown.location.zone if shown.location else zone_of(request))
    return explain(shown.reply, shown.kind, zone=zone) if shown.reply else None


def _teaches(request: StaffRequest, shown: InboxItem) -> dict[str, str] | None:
    """What this text would teach; None for those who may not, and where it may not be taught."""
    may = request.scope.opens("inbox_teach", "POST")
    words = may_teach(shown) if may and not shown.done_at else ""
    if not words:
        return None
    return {"words": words, "language": LANGUAGES[language_of_card(shown)].english}


def _choices(request: StaffRequest, shown: InboxItem, *, now: datetime) -> list[Candidate]:
    """The appointments it may be about, of the user's locations only; the one already known is
    first.
    """
    here = request.scope.location_ids
    found = [one for one in candidates(shown, now=now) if one.appointment.location_id in here]
    known = shown.appointment
    # Known from the reply, but perhaps of a site that this user does not see.
    theirs = known and (not request.scope.restricted or known.location_id in here)
    if known and theirs and known.pk not in {one.appointment.pk for one in found}:
        found.insert(0, Candidate(known, None, ""))
    return sorted(found, key=lambda one: one.appointment.pk != shown.appointment_id)[:12]


def _settled(request: StaffRequest, shown: InboxItem) -> str:
    name = who(shown.done_by, request) or "The application"
    return f"{name[:1].upper()}{name[1:]} {SETTLED.get(shown.outcome, 'closed this')}"


def touched(request: StaffRequest, shown: InboxItem) -> dict[str, Any]:
    """Who was faster with a card, and when."""
    at = shown.done_at
    zone = shown.location.zone if shown.location else zone_of(request)
    return {"card": shown, "words": touched_words(shown), "at": at, "zone": zone}
