"""The people who sign in: what that takes, helping somebody back in, switching off who has left."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group, User
from django.core.validators import MaxValueValidator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.common.audit import name_of
from reminders.domain.rights.permissions import SEE_ROLES
from reminders.domain.setup.colleagues import helping, switching
from reminders.domain.setup.colleagues.granting import GrantError
from reminders.domain.signing_in import desks, limits, mails, second_factor
from reminders.domain.signing_in import people as listing
from reminders.models import TrustedDesk
from reminders.views.door.again import prove
from reminders.views.door.lock import keep_desk
from reminders.views.shared.asked import read_text
from reminders.views.shared.pages import (
    StaffRequest,
    forbidden,
    go,
    say,
    staff_action,
    staff_page,
)


class LimitsForm(forms.Form):
    """Minutes without a click and hours in all, never more than the environment allows."""

    minutes = forms.IntegerField(label="Minutes without a click", min_value=limits.LEAST_MINUTES)
    hours = forms.IntegerField(label="Hours in all", min_value=limits.LEAST_HOURS)

    def __init__(self, *args: Any, held: limits.Choice, **kwargs: Any) -> None:
        initial = {"minutes": held.minutes, "hours": held.hours}
        super().__init__(*args, **(kwargs | {"initial": initial}))
        for name, most in (("minutes", held.most_minutes), ("hours", held.most_hours)):
            field = self.fields[name]
            field.help_text = f"At most {most}"
            field.validators.append(MaxValueValidator(most, f"This site allows at most {most}."))
            field.widget.attrs |= {"inputmode": "numeric", "max": most, "class": "narrow-field"}


@staff_page
def show(request: StaffRequest) -> HttpResponse:
    """The roles, and everybody who signs in."""
    return _shown(request, LimitsForm(held=limits.choice()))


def _shown(request: StaffRequest, form: LimitsForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "desks": TrustedDesk.objects.all() if request.scope.may(SEE_ROLES) else [],
        "people": listing.people(request.scope.seen_users()),
        "most": listing.MOST,
        "off": [(one, name_of(one)) for one in listing.switched_off(request.scope.seen_users())],
        "may_see_users": request.scope.opens("admin:auth_user_changelist"),
        "may_switch_on": helping.grants(request.user),
        "roles": listing.roles() if request.scope.may(SEE_ROLES) else [],
        "helped": set(helping.helped_by(request.user).values_list("pk", flat=True)),
        "zone": request.scope.locations[0].zone if request.scope.locations else "UTC",
    }
    return render(request, "people.html", context, status=status)


@staff_action
def choose(request: StaffRequest, pk: int) -> HttpResponse:
    """Whether a role needs a second factor."""
    role = get_object_or_404(Group, pk=pk)
    prove(request, back=reverse("people"))
    needed = request.POST.get("second_factor") == "yes"
    second_factor.choose(role, second_factor=needed)
    more = "more than a password" if needed else "a password only"
    say(request, f"From their next sign-in on, {role.name}s need {more}.")
    return go(request, reverse("people"))


@staff_action
def limit(request: StaffRequest) -> HttpResponse:
    """For how long a sign-in lasts."""
    prove(request, back=reverse("people"))
    form = LimitsForm(request.POST, held=limits.choice())
    if not form.is_valid():
        return _shown(request, form, status=422)
    changed = limits.choose(**form.cleaned_data, by=request.scope.actor, now=timezone.now())
    words = "Saved. It holds from now on, also for who is signed in."
    say(request, words if changed else "Nothing was changed.")
    return go(request, reverse("people"))


@staff_action
def trust_desk(request: StaffRequest) -> HttpResponse:
    """Trust this very browser as a shared desk."""
    prove(request, back=reverse("people"))
    name = read_text(request.POST.get("desk"), longest=60).strip() or "Shared desk"
    token = desks.trust(name, by=request.scope.actor, now=timezone.now())
    say(request, "This browser is a shared desk from the next sign-in on.")
    return keep_desk(go(request, reverse("people")), token)


@staff_action
def end_desk(request: StaffRequest, pk: int) -> HttpResponse:
    """Trust a desk no more."""
    prove(request, back=reverse("people"))
    desk = get_object_or_404(TrustedDesk, pk=pk)
    desks.end(desk, by=request.scope.actor, now=timezone.now())
    say(request, f"{desk.name} is no shared desk any more.")
    return go(request, reverse("people"))


@staff_action
def forget_factors(request: StaffRequest, pk: int) -> HttpResponse:
    """For somebody who lost the telephone: from now on the password alone, until a new one is set
    up.
    """
    user = theirs(request, pk)
    prove(request, back=reverse("people"))
    second_factor.forget_factors(user)
    mails.tell(user, "Your second step was taken away, so that you get in again.")
    say(request, f"{user.get_full_name() or user.username} signs in with the password alone now.")
    return go(request, reverse("people"))


@staff_action
def switch(request: StaffRequest, pk: int) -> HttpResponse:
    """Switch somebody off who left, or on again (`to`)."""
    off = request.POST.get("to") != "on"
    # It gives them what they had, and the help desk gives nothing.
    if not off and not helping.grants(request.user):
        return forbidden(request)
    user = theirs(request, pk, active=off)
    prove(request, back=reverse("people"))
    try:
        (switching.switch_off if off else switching.switch_on)(request.user, user)
    except GrantError as error:
        say(request, str(error), tone="warning")
    else:
        how = "is switched off and signed out everywhere" if off else "may sign in again"
        say(request, f"{name_of(user)} {how}.")
    return go(request, reverse("people"))


def theirs(request: StaffRequest, pk: int, *, active: bool = True) -> User:
    """A user whom one may help back in; else it is a page that is not there."""
    helped = helping.helped_by(request.user)
    return get_object_or_404(helped, request.scope.seen_users(), pk=pk, is_active=active)
