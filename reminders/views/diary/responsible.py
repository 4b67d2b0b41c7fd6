"""Who is texted in a patient's place: looked up or added, chosen, and ended again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone

from reminders.domain.diary.contacts import PhoneError, create_contact, phone_columns
from reminders.domain.pages.conversation import people_at
from reminders.domain.pages.search import asks_something, find_contacts
from reminders.domain.responsible.age import years_of_rule
from reminders.domain.responsible.choose import ResponsibleError, choose, end
from reminders.domain.trail.write import look, search
from reminders.domain.wording import LANGUAGES
from reminders.models import Contact
from reminders.models.care.represented import birthday
from reminders.views.shared.asked import read_id, read_text
from reminders.views.shared.forms import SAME_AS_LOCATION, country_of
from reminders.views.shared.lists import PER_PAGE
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_form


class NewPersonForm(forms.Form):
    """Somebody who is no patient yet: who, and which number."""

    first_name = forms.CharField(max_length=150, strip=True)
    last_name = forms.CharField(max_length=150, required=False, strip=True)
    phone = forms.CharField(
        max_length=60,
        label="Mobile number",
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    language = forms.ChoiceField(
        required=False,
        choices=[SAME_AS_LOCATION, *((tag, name.own) for tag, name in LANGUAGES.items())],
    )

    def __init__(self, *args: Any, country: str, **kwargs: Any) -> None:
        self.country = country
        super().__init__(*args, **kwargs)

    @property
    def columns(self) -> dict[str, Any]:
        """As a contact has them."""
        given = self.cleaned_data
        names = {name: given[name] for name in ("first_name", "last_name", "language")}
        return names | dict(given["phone"])

    def clean_phone(self) -> dict[str, str]:
        """A number that can be texted."""
        try:
            return phone_columns(self.cleaned_data["phone"], self.country)
        except PhoneError as error:
            raise forms.ValidationError(str(error)) from None


@staff_form
def find(request: StaffRequest, pk: int) -> HttpResponse:
    """Look somebody up by a posted `q`, choose `person`, or add and choose somebody new."""
    ward = get_object_or_404(request.scope.contacts(), pk=pk)
    # An undo names the person in its address, and posts nothing else.
    named = request.GET.get("person") if request.method == "POST" else None
    person = read_id(request.POST.get("person") or named)
    if person:
        return _choose(request, ward, get_object_or_404(request.scope.contacts(), pk=person))
    form = NewPersonForm(
        request.POST if "add" in request.POST else None, country=country_of(request.scope)
    )
    if form.is_bound and form.is_valid():
        added = create_contact(form.columns, by=request.scope.actor, now=timezone.now())
        return _choose(request, ward, added)
    context = _found(request, ward) | _ends(ward) | {"form": form}
    page = "contacts/responsible_results.html" if request.htmx else "contacts/responsible.html"
    return render(request, page, context, status=422 if form.errors else 200)


@staff_action
def stop(request: StaffRequest, pk: int) -> HttpResponse:
    """Text the patient themselves from now on; `back` names who is put back by undo."""
    ward = get_object_or_404(request.scope.contacts(), pk=pk)
    before, years = ward.responsible_id, ward.responsible_years
    if not end(ward.pk, by=request.scope.actor, now=timezone.now()):
        say(request, f"{ward} gets their own texts already.")
        return go(request, ward.get_absolute_url())
    # Whom the user may not see is not to be named by an address either.
    seen = request.scope.contacts().filter(pk=before or 0).exists()
    back = f"{reverse('contact_responsible', args=[pk])}?person={before}&until={years or ''}"
    say(request, f"{ward} is texted themselves.", undo=back if seen else "")
    return go(request, ward.get_absolute_url())


def _choose(request: StaffRequest, ward: Contact, person: Contact) -> HttpResponse:
    asked = request.POST.get("until") or request.GET.get("until")
    years = years_of_rule() if asked else None
    try:
        choose(ward.pk, person.pk, years=years, by=request.scope.actor, now=timezone.now())
    except ResponsibleError as error:
        say(request, str(error), tone="warning")
        return go(request, reverse("contact_responsible", args=[ward.pk]))
    say(
        request,
        f"{person} is texted in place of {ward}.",
        undo=reverse("contact_responsible_end", args=[ward.pk]),
    )
    return go(request, ward.get_absolute_url())


def _found(request: StaffRequest, ward: Contact) -> dict[str, Any]:
    query = read_text(request.POST.get("q"))
    searching, more = asks_something(query), False
    if searching:
        found = find_contacts(query, scope=request.scope, limit=PER_PAGE)
        search(query, page="contact_responsible", found=len(found.ids))
        rows = request.scope.contacts().filter(pk__in=found.ids)
        people, more = list(rows.order_by("last_name", "first_name", "pk")), found.more
    else:
        look(ward.pk, page="contact_responsible")
        people = list(people_at(ward.phone, scope=request.scope))
    return {
        "contact": ward,
        "query": query,
        "searching": searching,
        "more": more,
        "people": [one for one in people if one.pk != ward.pk],
        "country": country_of(request.scope),
    }


def _ends(ward: Contact) -> dict[str, Any]:
    """Whether a rule by age may end it, and when that would be."""
    years, born = years_of_rule(), ward.birth_date
    until = birthday(born, years) if years and born else None
    coming = until is not None and until > timezone.now().date()
    return {"years": years, "until": until if coming else None}
