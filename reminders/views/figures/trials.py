"""Trials of two wordings: the list, the form that begins one, how it does, and which is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.access import Scope
from reminders.domain.pages.figures.trials import TrialFigures, trial_figures
from reminders.domain.setup.trials import TrialError, aims, begin_trial, keep_wording
from reminders.domain.setup.wordings import (
    WordingKey,
    WordingRefusedError,
    standing,
)
from reminders.domain.wording import LANGUAGES, WordingProblem
from reminders.models import ReminderRule, WordingTrial
from reminders.views.setup.wordings import LONGEST
from reminders.views.shared.asked import read_choice, read_id, read_text
from reminders.views.shared.locations import zone
from reminders.views.shared.pages import (
    StaffRequest,
    forbidden,
    go,
    say,
    staff_action,
    staff_form,
    staff_page,
)

MOST = 50


@staff_page
def index(request: StaffRequest) -> HttpResponse:
    """The trials that are under way and those that ended, and the rules that may begin one."""
    rows = list(_seen(request.scope)[:MOST])
    rules = ReminderRule.objects.filter(request.scope.at_locations(), active=True)
    context = {
        "trials": rows,
        "languages": LANGUAGES,
        "rules": [rule for rule in rules if request.scope.may_change_at(rule.location_id)],
        "clock": zone(request).key,
    }
    return render(request, "trials/index.html", context)


@staff_form
def new(request: StaffRequest) -> HttpResponse:
    """The second wording of a rule beside the first, and how small a difference is to be found."""
    rule, language = _asked(request.GET, request.scope)
    if not request.scope.may_change_at(rule.location_id):
        return forbidden(request)
    choices, problems = aims(rule), list[WordingProblem]()
    first = standing(WordingKey(rule.kind, language, rule_id=rule.pk)).text
    text, points = first, request.POST.get("points")
    if request.method == "POST":
        # Browsers send line breaks as two characters; each would be counted, and paid for.
        text = read_text(request.POST.get("text"), longest=LONGEST).replace("\r\n", "\n").strip()
        aim = next((one for one in choices if str(one.points) == points), choices[0])
        try:
            trial = begin_trial(
                rule, language=language, second=text, aim=aim, by=request.scope.actor,
                now=timezone.now(),
            )  # fmt: skip
        except WordingRefusedError as error:
            problems = error.problems
        except TrialError as error:
            problems = [WordingProblem("error", str(error))]
        else:
            say(request, "Begun. It holds for texts that are handed over from now on.")
            return go(request, reverse("trial", args=[trial.pk]))
    context = {
        "rule": rule,
        "language": language,
        "languages": LANGUAGES,
        "first": first,
        "text": text,
        "problems": problems,
        "aims": [(one, str(one.points) == points) for one in choices],
        "asks": rule.kind == ReminderRule.Kind.CONFIRMATION,
        "query": urlencode({"rule": rule.pk, "language": language}),
        "preview": urlencode({"purpose": rule.kind, "rule": rule.pk, "language": language}),
    }
    return render(request, "trials/form.html", context, status=422 if problems else 200)


@staff_page
def show(request: StaffRequest, pk: int) -> HttpResponse:
    """How both wordings do, at the locations that the user sees."""
    trial = get_object_or_404(_seen(request.scope), pk=pk)
    return render(request, "trials/show.html", _context(request, trial))


@staff_action
def keep(request: StaffRequest, pk: int) -> HttpResponse:
    """End a trial; `second` says which wording everybody gets from now on."""
    trial = get_object_or_404(_seen(request.scope), pk=pk)
    if not request.scope.may_change_at(trial.rule.location_id):
        return forbidden(request)
    second = request.POST.get("second") == "yes"
    try:
        keep_wording(trial, second=second, by=request.scope.actor, now=timezone.now())
    except (TrialError, WordingRefusedError) as error:
        say(request, str(error), tone="warning")
    else:
        say(request, f"Everybody gets the {'second' if second else 'first'} wording from now on.")
    return go(request, reverse("trial", args=[pk]))


def _context(request: StaffRequest, trial: WordingTrial) -> dict[str, Any]:
    scope = request.scope
    found = trial_figures(
        trial,
        location_ids=scope.location_ids if scope.restricted else None,
        now=timezone.now(),
    )
    return {
        "trial": trial,
        "language": LANGUAGES.get(trial.language),
        "found": found,
        "halves": [
            ("First", trial.first, found.first, found.second_is_better is False, "no"),
            ("Second", trial.second, found.second, found.second_is_better is True, "yes"),
        ],
        "tone": _tone(found),
        "limited": scope.restricted,
        "may_keep": scope.may_change_at(trial.rule.location_id) and trial.ended_at is None,
        "clock": zone(request).key,
    }


def _tone(found: TrialFigures) -> str:
    if found.verdict is None:
        return "check"
    return "nothing" if found.second_is_better is None else "confirmed"


def _seen(scope: Scope) -> QuerySet[WordingTrial]:
    """Of rules that the user sees, those under way first."""
    rows = WordingTrial.objects.filter(scope.at_locations("rule__location"))
    return rows.select_related("rule", "started_by", "ended_by").order_by("-started_at", "-pk")


def _asked(given: Mapping[str, str], scope: Scope) -> tuple[ReminderRule, str]:
    """The rule and the language of the address; 404 for a rule that the user does not see."""
    rule = get_object_or_404(ReminderRule, pk=read_id(given.get("rule")))
    if not scope.sees_place(rule.location_id):
        raise Http404
    return rule, read_choice(given.get("language"), LANGUAGES, otherwise="en")
