"""Inviting a colleague, and a link for somebody who forgot the password."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.setup.colleagues import granting, helping
from reminders.domain.setup.colleagues.granting import GrantError
from reminders.domain.setup.colleagues.inviting import Colleague, invite
from reminders.domain.signing_in import links, mails
from reminders.models import Location
from reminders.views.door.again import prove
from reminders.views.door.colleagues.links import address_of
from reminders.views.door.colleagues.people import theirs
from reminders.views.shared.pages import StaffRequest, staff_action, staff_form


class _Role(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name.capitalize())


class InviteForm(forms.ModelForm):
    """Who comes, as what, and where; what the one who invites may not give is not offered."""

    email = forms.EmailField(
        required=False, label="E-mail address", help_text="The link goes there, too."
    )
    role = _Role(Group.objects.none())
    everywhere = forms.BooleanField(required=False, label="All locations, also those still to come")
    locations = forms.ModelMultipleChoiceField(
        Location.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "username", "email")
        help_texts = {"username": "What they sign in with, such as their first name."}

    def __init__(self, *args: Any, by: User, everywhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles, places = self.fields["role"], self.fields["locations"]
        if isinstance(roles, _Role) and isinstance(places, forms.ModelMultipleChoiceField):
            roles.queryset = helping.invitable_roles(by)
            places.queryset = granting.grantable_locations(by).filter(active=True)
        if not everywhere:
            del self.fields["everywhere"]

    def clean_username(self) -> str:
        """Two names that nobody tells apart are one."""
        name = str(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError("Somebody has this name already.")
        return name

    def clean(self) -> dict[str, Any]:
        """At least one location, or they would see nothing."""
        given = super().clean() or self.cleaned_data
        if not given.get("everywhere") and not given.get("locations"):
            self.add_error("locations", "Please choose where they work.")
        return given


@staff_form
def new(request: StaffRequest) -> HttpResponse:
    """Ask who comes; make the user and the link."""
    prove(request)
    form = InviteForm(
        request.POST or None, by=request.user, everywhere=request.scope.may_change_at(None)
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            user = invite(request.user, _colleague(given))
        except GrantError as error:
            form.add_error(None, str(error))
        else:
            return _show(request, user)
    status = 422 if request.method == "POST" else 200
    return render(request, "people/invite.html", {"form": form}, status=status)


def _colleague(given: dict[str, Any]) -> Colleague:
    names = ("username", "first_name", "last_name", "email", "role")
    places = list(given["locations"])
    everywhere = bool(given.get("everywhere"))
    return Colleague(
        **{name: given[name] for name in names}, locations=places, everywhere=everywhere
    )


@staff_action
def link(request: StaffRequest, pk: int) -> HttpResponse:
    """A link for somebody who is there already; the password stays until it is used."""
    user = theirs(request, pk)
    prove(request, back=reverse("people"))
    return _show(request, user)


def _show(request: StaffRequest, user: User) -> HttpResponse:
    address = address_of(request, links.make(user, now=timezone.now()))
    text = (
        f"by this link you choose a password for {user.get_username()}, within a week:\n\n{address}"
    )
    sent = mails.post(user, "choose a password", text)
    # Who has it could sign in as that person: the help desk reads it only where nothing else is
    # left.
    shown = not sent or granting.may_change_user(request.user, user)
    context = {
        "name": user.get_full_name() or user.get_username(),
        "email": user.email,
        "sent": sent,
        "link": address if shown else "",
        "days": links.HANDED_OVER.days,
    }
    # Shown once and never stored: the database keeps a digest of it.
    response = render(request, "people/link.html", context)
    response.headers["Cache-Control"] = "no-store"
    return response
