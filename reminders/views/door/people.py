"""Set-up of signing in: which roles need a second factor, and helping somebody back in."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from reminders.domain.common import access
from reminders.domain.setup import granting
from reminders.domain.signing_in import mails, second_factor
from reminders.domain.signing_in import people as listing
from reminders.views.door.again import prove
from reminders.views.shared.pages import (
    StaffRequest,
    forbidden,
    go,
    say,
    staff_action,
    staff_page,
)


@staff_page(access.USERS)
def show(request: StaffRequest) -> HttpResponse:
    """The roles, and everybody who signs in."""
    context = {
        "people": listing.people(request.scope.seen_users()),
        "most": listing.MOST,
        "roles": listing.roles(),
        "may_choose": _may_choose(request),
        "zone": request.scope.locations[0].zone if request.scope.locations else "UTC",
    }
    return render(request, "people.html", context)


@staff_action(access.USERS)
def choose(request: StaffRequest, pk: int) -> HttpResponse:
    """Whether a role needs a second factor."""
    role = get_object_or_404(Group, pk=pk)
    if not _may_choose(request):
        return forbidden(request)
    prove(request, back=reverse("people"))
    needed = request.POST.get("second_factor") == "yes"
    second_factor.choose(role, second_factor=needed)
    more = "more than a password" if needed else "a password only"
    say(request, f"From their next sign-in on, {role.name}s need {more}.")
    return go(request, reverse("people"))


@staff_action(access.USERS)
def forget_factors(request: StaffRequest, pk: int) -> HttpResponse:
    """For somebody who lost the telephone: from now on the password alone, until a new one is set
    up.
    """
    user = theirs(request, pk)
    prove(request, back=reverse("people"))
    second_factor.forget_factors(user)
    mails.tell(user, "An administrator took your second step away, so that you get in again.")
    say(request, f"{user.get_full_name() or user.username} signs in with the password alone now.")
    return go(request, reverse("people"))


def _may_choose(request: StaffRequest) -> bool:
    # A role holds for all locations, so it takes somebody who sees them all.
    return request.scope.may(access.ROLES) and request.scope.may_change_at(None)


def theirs(request: StaffRequest, pk: int) -> User:
    """A user whom one may help back in; else it is a page that is not there."""
    user = get_object_or_404(User, request.scope.seen_users(), pk=pk, is_active=True)
    # Who lets somebody in may do what they may: they could sign in as them.
    if user == request.user or not granting.may_change_user(request.user, user):
        raise Http404
    return user
