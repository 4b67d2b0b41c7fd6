"""Set-up: practitioners, services and ready lines, each a list and a form of a few fields."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone

from reminders.domain.planning import handed_over
from reminders.domain.planning.rule_book import BusyError
from reminders.domain.setup import names
from reminders.domain.wording import WordingError, compile_wording
from reminders.models import CannedReply, Practitioner, Service
from reminders.views.shared.pages import StaffRequest, go, say, staff_action, staff_form, staff_page


class PractitionerForm(forms.ModelForm):
    """Whom patients come to see."""

    class Meta:
        model = Practitioner
        fields = ("name", "active")
        labels = {"active": "Works here"}
        help_texts = {"active": "Not ticked: in no list for new appointments."}


class ServiceForm(forms.ModelForm):
    """What patients come for."""

    class Meta:
        model = Service
        fields = ("name", "instructions", "recall_months", "active")
        labels = {"active": "Offered", "recall_months": "Invite again after so many months"}
        help_texts = {
            "recall_months": "After the last visit for it, patients without a coming one are "
            "listed under Recalls. Blank: never.",
            "instructions": "A whole sentence that the texts before the visit say, such as “Please "
            "come fasting.”. Everybody who reads the patient’s phone can read it.",
            "active": "Not ticked: in no list for new appointments.",
        }

    def clean_instructions(self) -> str:
        """A sentence ends: the text goes on behind it."""
        words = str(self.cleaned_data["instructions"]).strip()
        return f"{words}." if words and words[-1].isalnum() else words


class ReadyLineForm(forms.ModelForm):
    """A line to answer with."""

    class Meta:
        model = CannedReply
        fields = ("title", "text", "position")
        widgets = {"text": forms.Textarea(attrs={"rows": 4})}
        labels = {"title": "On the button", "position": "Place in the list"}
        help_texts = {
            "text": "{first_name}, {location} and {phone} are filled in; with {date} and {time} it "
            "is offered about an appointment only."
        }

    def clean_text(self) -> str:
        """With placeholders that there are."""
        text = str(self.cleaned_data["text"])
        try:
            compile_wording(text)
        except WordingError as error:
            raise forms.ValidationError(str(error)) from None
        return text


def _save_line(row: CannedReply, *, now: datetime) -> int:  # noqa: ARG001  # as the others' savers
    row.save()
    return 0


@dataclass(frozen=True)
class Listed:
    """One kind of thing: its addresses, its words, its form, and what saving takes."""

    key: str
    title: str
    one: str
    lead: str
    icon: str
    model: type[Model]
    form: type[forms.ModelForm]
    save: Callable[..., int]
    may_delete: bool = False


PRACTITIONERS = Listed(
    "practitioners",
    "Practitioners",
    "practitioner",
    "Whom patients come to see. Diaries bring their names; a text that says an old one goes out "
    "again.",
    "person",
    Practitioner,
    PractitionerForm,
    names.save_practitioner,
)
SERVICES = Listed(
    "services",
    "Services",
    "service",
    "What patients come for. What they have to do before the visit stands in its texts.",
    "diary",
    Service,
    ServiceForm,
    names.save_service,
)
READY_LINES = Listed(
    "ready_lines",
    "Ready lines",
    "ready line",
    "What you answer again and again: at a click in the inbox and in every conversation.",
    "chat",
    CannedReply,
    ReadyLineForm,
    _save_line,
    may_delete=True,
)


def addresses(kind: Listed, folder: str) -> list[Any]:
    """The list, the form of a new one and of one that is there; and deleting, where that may be."""

    @staff_page
    def show(request: StaffRequest) -> HttpResponse:
        rows = kind.model._default_manager.all()
        context: dict[str, Any] = {"kind": kind, "rows": rows}
        # Whoever may only look is offered the names alone.
        for what in ("edit", "new"):
            address = f"{kind.key}_{what}"
            context[what] = address if request.scope.opens(address) else ""
        return render(request, "practice/list.html", context)

    @staff_form
    def new(request: StaffRequest) -> HttpResponse:
        return _edited(request, kind, kind.model(), title=f"New {kind.one}")

    @staff_form
    def edit(request: StaffRequest, pk: int) -> HttpResponse:
        row = get_object_or_404(kind.model, pk=pk)
        return _edited(request, kind, row, title=str(row))

    @staff_action
    def delete(request: StaffRequest, pk: int) -> HttpResponse:
        get_object_or_404(kind.model, pk=pk).delete()
        say(request, f"The {kind.one} is deleted.")
        return go(request, reverse(kind.key))

    found = [
        path(f"{folder}/", show, name=kind.key),
        path(f"{folder}/new/", new, name=f"{kind.key}_new"),
        path(f"{folder}/<id:pk>/", edit, name=f"{kind.key}_edit"),
    ]
    if kind.may_delete:
        found.append(path(f"{folder}/<id:pk>/delete/", delete, name=f"{kind.key}_delete"))
    return found


def _edited(request: HttpRequest, kind: Listed, row: Any, *, title: str) -> HttpResponse:
    form = kind.form(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        try:
            replaced = kind.save(form.save(commit=False), now=timezone.now())
        except BusyError as error:
            form.add_error(None, str(error))
        else:
            say(request, f"Saved. {handed_over.in_words(replaced)}" if replaced else "Saved.")
            return go(request, reverse(kind.key))
    context = {
        "form": form,
        "kind": kind,
        "title": title,
        "back": reverse(kind.key),
        "delete": reverse(f"{kind.key}_delete", args=[row.pk])
        if kind.may_delete and row.pk
        else "",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "practice/form.html", context, status=status)
