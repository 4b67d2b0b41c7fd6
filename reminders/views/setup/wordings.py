"""Set-up: the words of every text, by language and channel, with a live preview for real
appointments.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.access import Scope
from reminders.domain.common.wording_catalogue import SMS, VOICE
from reminders.domain.planning import handed_over
from reminders.domain.planning.rule_book import BusyError
from reminders.domain.setup import rule_text, wordings
from reminders.domain.setup.wording_preview import preview_wording
from reminders.domain.setup.wordings import (
    WordingKey,
    WordingRefusedError,
    WordingStanding,
    concerned,
    standing,
    standings,
)
from reminders.domain.wording import (
    LANGUAGES,
    MAX_CHARACTERS,
    PLACEHOLDERS,
    PURPOSES,
    Purpose,
    WordingProblem,
)
from reminders.domain.wording.defaults import VOICE_PURPOSES
from reminders.domain.wording.own_columns import code_of
from reminders.domain.wording.purposes import LINKED
from reminders.models import ReminderRule, Wording
from reminders.views.shared.asked import read_choice, read_id, read_text
from reminders.views.shared.pages import (
    StaffRequest,
    forbidden,
    say,
    staff_action,
    staff_form,
    staff_page,
)

LONGEST = 2 * MAX_CHARACTERS
"""Characters of a wording that are looked at: more than may be saved, so that too long is said in
words.
"""
PLACEHOLDER_WORDS = {
    "first_name": "First name",
    "name": "Full name",
    "recipient": "Who reads it",
    "date": "Date",
    "time": "Time",
    "location": "Location",
    "practitioner": "Practitioner",
    "service": "Service",
    "phone": "Location's phone",
    "address": "Location's address",
    "map": "Link to a map",
    "video": "Link to video visits",
    "link": "Page about the visit",
    "instructions": "Instructions",
    "appointments": "List of appointments",
    "emergency": "Emergency number",
    "minutes": "Minutes of a delay",
}


@dataclass(frozen=True)
class WordingRow:
    """One wording on the list."""

    purpose: Purpose
    standing: WordingStanding
    query: str


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """All wordings of one language and channel; with `?rule=` those of one rule."""
    rule = _rule(request.GET, request.scope)
    language = read_choice(
        request.GET.get("language"), LANGUAGES, otherwise=_usual_language(request.scope)
    )
    channel = read_choice(request.GET.get("channel"), (SMS, VOICE), otherwise=SMS)
    rows = _rows(_purposes(channel, rule), language, channel, rule)
    context = {
        "rule": rule,
        "rule_sentence": rule_text.sentence(rule) if rule else "",
        "rules": [] if rule else _rules(request.scope),
        "language": language,
        "languages": LANGUAGES,
        "channel": channel,
        "texts": [row for row in rows if not row.purpose.automatic],
        "answers": [row for row in rows if row.purpose.automatic],
        "own": set(Wording.objects.filter(rule=rule).values_list("language", flat=True)),
        "may_change": _may_change(rule, request.scope) and request.scope.opens("wordings_edit"),
    }
    return render(request, "wordings.html", context)


@staff_form
def edit(request: StaffRequest) -> HttpResponse:
    """The editor of one wording."""
    # From the address in both methods: the form cannot move a text to another rule or language.
    place, rule = _place(request.GET, request.scope)
    if not _may_change(rule, request.scope):
        return forbidden(request)
    now_there = standing(place)
    text, problems = now_there.text, list[WordingProblem]()
    if request.method == "POST":
        text = _typed(request)
        try:
            saved = wordings.save_wording(
                place,
                text,
                by=request.scope.actor,
                now=timezone.now(),
                replace=request.POST.get("replace") == "yes",
                active=request.POST.get("active") == "yes",
            )
        except WordingRefusedError as error:
            problems = error.problems
        except BusyError as error:
            problems = [WordingProblem("error", str(error))]
        else:
            say(request, _saved_words(saved.replaced))
            return redirect(_list(place))
    purpose = PURPOSES[place.purpose]
    context = {
        "place": place,
        "purpose": purpose,
        "rule": rule,
        "standing": now_there,
        "text": text,
        "problems": problems,
        "language": LANGUAGES[place.language],
        "languages": LANGUAGES,
        "placeholders": _placeholders(purpose, linked=_may_link(place)),
        "may_link": _may_link(place),
        "columns": _columns(place, purpose, request.scope),
        "query": _query(place),
        "back": _list(place),
    }
    return render(request, "wordings/edit.html", context, status=422 if problems else 200)


@staff_action
def preview(request: StaffRequest) -> HttpResponse:
    """The text in the editor, filled in for real appointments."""
    # Needs no right to change: it shows, and saves nothing.
    place, _ = _place(request.GET, request.scope)
    text = _typed(request)
    now = timezone.now()
    context = {
        "preview": preview_wording(place, text, now=now, scope=request.scope),
        "voice": place.channel == VOICE,
        "held": len(concerned(place, text, now=now)),
    }
    return render(request, "wordings/preview.html", context)


@staff_action
def reset(request: StaffRequest) -> HttpResponse:
    """Go back to the text that comes with the product, or to the one for all rules."""
    place, rule = _place(request.GET, request.scope)
    if not _may_change(rule, request.scope):
        return forbidden(request)
    try:
        replaced = wordings.reset_wording(
            place,
            by=request.scope.actor,
            now=timezone.now(),
            replace=request.POST.get("replace") == "yes",
        )
        say(request, _saved_words(replaced))
    except BusyError as error:
        say(request, str(error))
    return redirect(_list(place))


@staff_action
def switch_answer(request: StaffRequest) -> HttpResponse:
    """Switch an automatic answer on or off, in every language."""
    purpose = request.POST.get("purpose", "")
    if purpose not in PURPOSES or not PURPOSES[purpose].automatic:
        raise Http404
    on = request.POST.get("on") == "yes"
    wordings.switch_answer(purpose, on=on, by=request.scope.actor, now=timezone.now())
    say(request, "This answer is sent again." if on else "This answer is not sent any more.")
    query = urlencode(
        {"language": read_choice(request.POST.get("language"), LANGUAGES, otherwise="en")}
    )
    return redirect(f"{reverse('wordings')}?{query}")


def _typed(request: StaffRequest) -> str:
    # Browsers send line breaks as two characters; each would be counted, and paid for, as one more.
    return read_text(request.POST.get("text"), longest=LONGEST).replace("\r\n", "\n").strip()


def _saved_words(replaced: int) -> str:
    if not replaced:
        return "Saved. It applies to every text from now on."
    return f"Saved. {handed_over.in_words(replaced)}"


def _rows(
    purposes: list[Purpose], language: str, channel: str, rule: ReminderRule | None
) -> list[WordingRow]:
    places = [
        WordingKey(purpose.key, language, channel, rule.pk if rule else None)
        for purpose in purposes
    ]
    return [
        WordingRow(purpose, stands, _query(stands.place))
        for purpose, stands in zip(purposes, standings(places), strict=True)
    ]


def _purposes(channel: str, rule: ReminderRule | None) -> list[Purpose]:
    keys = VOICE_PURPOSES if channel == VOICE else tuple(PURPOSES)
    if rule:
        keys = tuple(key for key in keys if key in (rule.kind, f"family_{rule.kind}"))
    return [PURPOSES[key] for key in keys]


def _may_link(place: WordingKey) -> bool:
    return place.purpose in LINKED and place.channel == SMS


def _placeholders(purpose: Purpose, *, linked: bool) -> list[tuple[str, str]]:
    return [
        (f"{{{name}}}", PLACEHOLDER_WORDS[name])
        for name in PLACEHOLDERS
        if (name != "appointments" or purpose.lists)
        and (name != "minutes" or purpose.key == "running_late")
        and (name != "link" or linked)
    ]


def _columns(place: WordingKey, purpose: Purpose, scope: Scope) -> list[tuple[str, str, str]]:
    """Columns of the diary: what is inserted, the name, and a value that stands there."""
    if purpose.automatic:
        return []
    seen = scope.location_ids if scope.restricted else None
    found = wordings.columns_for(place, location_ids=seen)
    return [(code_of(name, ""), name, value) for name, value in found.items()]


def _place(given: Mapping[str, str], scope: Scope) -> tuple[WordingKey, ReminderRule | None]:
    rule = _rule(given, scope)
    place = WordingKey(
        given.get("purpose", ""),
        given.get("language", "en"),
        given.get("channel", SMS),
        rule.pk if rule else None,
    )
    # A rule has its own kind of text only: another purpose would be saved and never be sent.
    if not place.is_known or (rule and place.purpose not in (rule.kind, f"family_{rule.kind}")):
        raise Http404
    return place, rule


def _rule(given: Mapping[str, str], scope: Scope) -> ReminderRule | None:
    if not given.get("rule"):
        return None
    rules = ReminderRule.objects.select_related("location", "service")
    rule = get_object_or_404(rules, pk=read_id(given["rule"]))
    if not scope.sees_place(rule.location_id):
        raise Http404
    return rule


def _rules(scope: Scope) -> list[ReminderRule]:
    rules = ReminderRule.objects.order_by("position", "pk")
    return [rule for rule in rules if scope.sees_place(rule.location_id)]


def _may_change(rule: ReminderRule | None, scope: Scope) -> bool:
    return scope.may_change_at(rule.location_id if rule else None)


def _usual_language(scope: Scope) -> str:
    spoken = [place.language for place in scope.locations if place.language in LANGUAGES]
    # The commonest among their locations, so that most people land on their own language.
    return max(spoken, key=spoken.count) if spoken else "en"


def _query(place: WordingKey) -> str:
    given = {"purpose": place.purpose, "language": place.language, "channel": place.channel}
    return urlencode(given | ({"rule": place.rule_id} if place.rule_id else {}))


def _list(place: WordingKey) -> str:
    given = {"language": place.language, "channel": place.channel}
    of_rule = {"rule": place.rule_id} if place.rule_id else {}
    return f"{reverse('wordings')}?{urlencode(given | of_rule)}"
