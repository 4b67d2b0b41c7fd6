"""Every address of the site, as the resolver knows it, and every name that a page may ask a request
for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

from reminders import views
from reminders.views.setup.rule_forms import RuleForm
from reminders.views.shared.forms import AppointmentForm, ContactForm

_ARGUMENT = re.compile(r"<(?:\w+:)?\w+>|\(\?P<\w+>[^)]*\)")
_ASKED = re.compile(r"""(?:GET|POST|FILES)(?:\.get|\.getlist)?[(\[]\s*"(\w+)\"""")
_LISTS = (
    "q",
    "p",
    "o",
    "all",
    "e",
    "_popup",
    "_to_field",
    "_changelist_filters",
    "next",
    "field_name",
)
_LISTS_SENT = (
    "action",
    "select_across",
    "index",
    "_selected_action",
    "_save",
    "post",
    "app_label",
    "model_name",
)
_TURNS = ("", "__exact", "__id__exact", "__isempty", "__gte", "__lt", "__in", "__nothing")


@dataclass(frozen=True)
class Address:
    """One address: its route with a {} for each argument, and its name (with "admin:" if it is
    there).
    """

    name: str
    route: str
    arguments: int

    @property
    def in_admin(self) -> bool:
        """Whether it belongs to the administration."""
        return self.route.startswith("/admin/")

    @property
    def model(self) -> str:
        """The table of a page of the administration, such as "reminders_contact"; else blank."""
        return self.name.rpartition("_")[0] if self.in_admin else ""


def addresses() -> list[Address]:
    """All of them."""
    return list(_walk(get_resolver().url_patterns, "/"))


def _walk(patterns: list[URLPattern | URLResolver], before: str) -> Iterator[Address]:
    for one in patterns:
        written = str(one.pattern)
        plain = written if isinstance(one.pattern, RoutePattern) else written.strip("^$")
        route = before + plain
        if isinstance(one, URLResolver):
            yield from _walk(one.url_patterns, route)
        else:
            filled, count = _ARGUMENT.subn("{}", route)
            yield Address(one.name or "", re.sub(r"[\\$^?]", "", filled), count)


def names_asked(address: Address) -> list[str]:
    """What the page may look for in a query or form, and what it does not know."""
    if not address.in_admin:
        return [*_STAFF, "unheard-of"]
    fields = [
        f"{field.name}{turn}"
        for model in admin.site._registry
        if f"{model._meta.app_label}_{model._meta.model_name}" == address.model
        for field in model._meta.get_fields()
        for turn in _TURNS
    ]
    return [*_LISTS, *_LISTS_SENT, *fields]


def names_of_list(address: Address) -> list[str]:
    """What a list of the administration is filtered, sorted and turned over by."""
    found = [*_LISTS]
    for model, page in admin.site._registry.items():
        if f"{model._meta.app_label}_{model._meta.model_name}" == address.model:
            given: list[Any] = list(page.list_filter)
            filters = [one if isinstance(one, str) else one[0] for one in given]
            found += [f"{name}{turn}" for name in filters for turn in _TURNS]
            found += [f"{name}{turn}" for name in ("id", "pk") for turn in ("", "__in", "__exact")]
    return found


def _staff_names() -> list[str]:
    sources = sorted(Path(views.__file__).parent.glob("*.py"))
    found = {name for path in sources for name in _ASKED.findall(path.read_text(encoding="utf-8"))}
    forms = {*AppointmentForm.base_fields, *ContactForm.base_fields, *RuleForm.base_fields}
    prefixed = {f"new-{name}" for name in ContactForm.base_fields}
    own = {
        "username",
        "password",
        "old_password",
        "new_password1",
        "new_password2",
        "column-0",
        "here",
    }
    return sorted(found | forms | prefixed | own)


_STAFF = _staff_names()
