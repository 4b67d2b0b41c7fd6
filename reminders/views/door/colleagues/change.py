"""A colleague's name, roles and locations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.models import Group, User
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from reminders.domain.common.audit import name_of
from reminders.domain.setup.colleagues import granting
from reminders.domain.setup.colleagues.changing import Changed, change_colleague
from reminders.domain.setup.colleagues.granting import GrantError
from reminders.models import Location, StaffProfile
from reminders.views.door.again import prove
from reminders.views.door.colleagues.people import theirs
from reminders.views.shared.pages import StaffRequest, go, say, staff_form


class _Roles(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name.capitalize())


class ColleagueForm(forms.ModelForm):
    """Who they are, what they may and where; what the one who asks may not give is not offered."""

    email = forms.EmailField(required=False, label="E-mail address")
    roles = _Roles(Group.objects.none(), widget=forms.CheckboxSelectMultiple)
    everywhere = forms.BooleanField(required=False, label="All locations, also those still to come")
    locations = forms.ModelMultipleChoiceField(
        Location.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = User
        fields = ("first_name", "last_name", "email")

    def __init__(self, *args: Any, by: User, everywhere: bool, **kwargs: Any) -> None:
        user: User = kwargs["instance"]
        profile = StaffProfile.objects.filter(user=user).first()
        initial = {
            "roles": list(user.groups.all()),
            "everywhere": bool(profile and profile.all_locations),
            "locations": list(profile.locations.all()) if profile else [],
        }
        super().__init__(*args, **(kwargs | {"initial": initial}))
        roles, places = self.fields["roles"], self.fields["locations"]
        if isinstance(roles, _Roles) and isinstance(places, forms.ModelMultipleChoiceField):
            roles.queryset = granting.grantable_roles(by)
            places.queryset = granting.grantable_locations(by)
        if not everywhere:
            del self.fields["everywhere"]

    def clean(self) -> dict[str, Any]:
        """At least one location, or they would see nothing."""
        given = super().clean() or self.cleaned_data
        if not given.get("everywhere") and not given.get("locations"):
            self.add_error("locations", "Please choose where they work.")
        return given


@staff_form
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """Change a colleague; proof is asked for again first."""
    user = theirs(request, pk)
    prove(request)
    everywhere = request.scope.may_change_at(None)
    form = ColleagueForm(
        request.POST or None, instance=user, by=request.user, everywhere=everywhere
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            change_colleague(request.user, user, _changed(given))
        except GrantError as error:
            form.add_error(None, str(error))
        else:
            say(request, f"Saved. It holds for {name_of(user)} from now on.")
            return go(request, reverse("people"))
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "name": name_of(user)}
    return render(request, "people/change.html", context, status=status)


def _changed(given: dict[str, Any]) -> Changed:
    return Changed(
        **{name: given[name] for name in ("first_name", "last_name", "email")},
        roles=list(given["roles"]),
        locations=list(given["locations"]),
        everywhere=bool(given.get("everywhere")),
    )
