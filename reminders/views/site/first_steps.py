"""The first steps: the first login by its link, and the list that leads to the first text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import BaseUserCreationForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from reminders.domain.setup.beginning import first_login
from reminders.domain.setup.beginning.first_steps import first_steps, next_step, whom_to_ask
from reminders.views.door.adapters import enter
from reminders.views.shared.pages import StaffRequest, say, staff_page


class FirstLoginForm(BaseUserCreationForm):
    """Who the first administrator is; passwords as Django wants them."""

    first_name = forms.CharField(max_length=150, required=False, strip=True)
    last_name = forms.CharField(max_length=150, required=False, strip=True)

    class Meta:
        model = User
        fields = ("first_name", "last_name", "username")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "User name"
        self.fields["username"].help_text = "What you sign in with, such as your first name."


@sensitive_post_parameters("password1", "password2")
@require_http_methods(["GET", "HEAD", "POST"])
def make_first_login(request: HttpRequest, token: str) -> HttpResponse:
    """Make the first administrator and sign them in; a link that holds no more says so."""
    # For the page only; whether it still holds is decided under a lock when the form is taken.
    if not first_login.holds(token, now=timezone.now()):
        return _no_more(request)
    form = FirstLoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = _make(token, form)
        # Two had the link open; the slower one is told so instead of getting a second
        # administrator.
        except first_login.FirstLoginError:
            return _no_more(request)
        enter(request, user)
        say(
            request,
            f"Welcome, {user.get_full_name() or user.username}. You can sign in from now on.",
        )
        return HttpResponseRedirect(reverse("first_steps"))
    status = 422 if request.method == "POST" else 200
    return _unseen(render(request, "first_steps/login.html", {"form": form}, status=status))


def _make(token: str, form: FirstLoginForm) -> User:
    values = form.cleaned_data
    return first_login.make_administrator(
        token,
        username=values["username"],
        password=values["password1"],
        first_name=values["first_name"],
        last_name=values["last_name"],
        now=timezone.now(),
    )


def _no_more(request: HttpRequest) -> HttpResponse:
    context = {"words": first_login.USED, "needed": first_login.is_needed()}
    return _unseen(render(request, "first_steps/no_more.html", context, status=410))


def _unseen(response: HttpResponse) -> HttpResponse:
    """No copy is kept. The address goes to no other site; ours must see that the form came from
    here.
    """
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """What is done and what comes next; for those who may not, whom to ask."""
    steps = first_steps()
    coming = next_step(steps)
    rows = [
        {
            "step": step,
            "now": step is coming,
            "href": reverse(step.page) if request.scope.may(step.needs) else "",
            "ask": "" if step.done or request.scope.may(step.needs) else whom_to_ask(step.needs),
        }
        for step in steps
    ]
    context = {"rows": rows, "done": sum(step.done for step in steps), "coming": coming}
    return render(request, "first_steps/show.html", context)
