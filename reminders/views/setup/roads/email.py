"""Set-up: e-mail. Whether it goes, from whom, to how many, and a test."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.consent.email_addresses import PROBLEM_WORDS, EmailProblem, read_address
from reminders.domain.consent.emails import figures
from reminders.domain.roads.email import access, test_mail
from reminders.domain.setup.email_road import save_road
from reminders.models import ReminderRule, Road
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_form


class AddressField(forms.CharField):
    """One e-mail address, in any writing."""

    def clean(self, value: Any) -> str:  # Any: as it was sent
        """The address as servers know it. Raises ValidationError with what to do."""
        written = str(super().clean(value)).strip()
        if not written:
            return ""
        read = read_address(written)
        if isinstance(read, EmailProblem):
            raise forms.ValidationError(PROBLEM_WORDS[read])
        return read


class RoadForm(forms.Form):
    """How this site writes by e-mail."""

    on = forms.BooleanField(
        required=False, label="Write to patients by e-mail where a rule says so"
    )
    diary_agrees = forms.BooleanField(
        required=False,
        label="Whoever gave us an address agreed to mail about their visits",
        help_text="Then each address that the diary brings may be written to. Without it, each "
        "patient's page has a box to tick. Who unsubscribes stays so either way.",
    )
    sender = AddressField(required=False, max_length=254, label="From", help_text="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[
            "sender"
        ].help_text = (
            f"Blank: {settings.DEFAULT_FROM_EMAIL}. Your mail server has to send for its domain."
        )


class TestForm(forms.Form):
    """Where a test goes."""

    to = AddressField(max_length=254, label="Send a test to")


@staff_form
def show(request: StaffRequest) -> HttpResponse:
    """How e-mail stands, and its few settings."""
    row, now = access.road(), timezone.now()
    before = {"on": row.on, "sender": row.sender, "diary_agrees": row.diary_agrees}
    form = RoadForm(request.POST or None, initial=before)
    if request.method == "POST" and access.is_there() and form.is_valid():
        agreed = save_road(form.cleaned_data, by=request.scope.actor, now=now)
        say(request, f"Saved. {agreed} more patients agreed." if agreed else "Saved.")
        return go(request, reverse("email"))
    return _render(request, form, TestForm())


@staff_action
def test(request: StaffRequest) -> HttpResponse:
    """Send a mail about nobody."""
    form = TestForm(request.POST)
    if not access.is_there() or not form.is_valid():
        row = access.road()
        before = {"on": row.on, "sender": row.sender, "diary_agrees": row.diary_agrees}
        return _render(request, RoadForm(initial=before), form)
    problem = test_mail.send(form.cleaned_data["to"], now=timezone.now())
    say(request, problem or "The mail server took it. Look into the mailbox, also under spam.")
    return go(request, reverse("email"))


def _render(request: StaffRequest, form: RoadForm, test_form: TestForm) -> HttpResponse:
    context = {
        "there": access.is_there(),
        "has_server": settings.PATIENTS_MAIL is not None,
        "row": access.road(),
        "form": form,
        "test_form": test_form,
        "figures": figures(),
        "first": ReminderRule.objects.trying(Road.EMAIL).count(),
        "copies": ReminderRule.objects.filter(active=True, email_copy=True).count(),
        "service": settings.PATIENTS_MAIL.service if settings.PATIENTS_MAIL else "",
        "webhook": f"{settings.PUBLIC_URL.rstrip('/')}{reverse('email_webhook')}",
    }
    wrong = form.errors or test_form.errors
    return render(request, "email.html", context, status=422 if wrong else 200)
