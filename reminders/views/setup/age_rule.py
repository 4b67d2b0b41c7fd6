"""Set-up: under which age somebody else is to be texted."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.pages.data_quality import COUNTED_TO, Flaw, FlawSearch, count_flaws
from reminders.domain.responsible.age import save_rule, years_of_rule
from reminders.models import Contact
from reminders.models.care.represented import OLDEST, YOUNGEST
from reminders.views.shared.pages import StaffRequest, go, say, staff_form


class AgeRuleForm(forms.Form):
    """A number of years; blank for no rule."""

    years = forms.IntegerField(
        required=False,
        min_value=YOUNGEST,
        max_value=OLDEST,
        label="Under how many years",
        help_text="Blank: no rule.",
    )


@staff_form
def show(request: StaffRequest) -> HttpResponse:
    """The rule as it stands, to be changed, and whom it is about."""
    years, now = years_of_rule(), timezone.now()
    form = AgeRuleForm(request.POST or None, initial={"years": years})
    if request.method == "POST" and form.is_valid():
        moved = save_rule(form.cleaned_data["years"], by=request.scope.actor, now=now)
        say(request, f"Saved. {_patients(moved)} at another birthday now." if moved else "Saved.")
        return go(request, reverse("age_rule"))
    look = FlawSearch(None, coming=False, now=now)
    alone = count_flaws(look).get(Flaw.MINOR, 0)
    context = {
        "form": form,
        "years": years,
        "alone": f"over {COUNTED_TO}" if alone >= COUNTED_TO else alone,
        "by_age": Contact.objects.filter(
            responsible__isnull=False, responsible_years__isnull=False
        ).count(),
        "always": Contact.objects.filter(responsible__isnull=False, responsible_years=None).count(),
    }
    return render(request, "practice/age_rule.html", context, status=422 if form.errors else 200)


def _patients(number: int) -> str:
    return "1 patient is of age" if number == 1 else f"{number:,} patients are of age"
