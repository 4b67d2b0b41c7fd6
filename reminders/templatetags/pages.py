"""What templates add to `formatting`: notes, links to this page changed, form fields."""

from __future__ import annotations

from django import template
from django.contrib.messages.storage.base import Message
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect, Select
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString

from reminders import formatting
from reminders.domain.links.addresses import hidden

register = template.Library()
LIVE_ONLY = frozenset({"token", "current", "revision", "opened"})

for as_tag in (formatting.icon, formatting.badge):
    register.simple_tag(as_tag)
for as_filter in (
    formatting.at_zone,
    formatting.inline,
    formatting.lasting,
    formatting.clock,
    formatting.phone,
    formatting.fine_share,
    formatting.share,
    hidden,
):
    register.filter(as_filter)


@register.simple_tag
def note(message: Message) -> SafeString:
    """A short note from the page before, with its tone and what would take it back."""
    tone, _, undo = (message.extra_tags or "ok").partition(" ")
    return format_html(
        '<div class="toast-note" data-tone="{}" data-undo="{}"><span>{}</span></div>',
        tone,
        undo,
        message,
    )


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """This page's query string with some parameters changed; None takes one away.

    What only a live look sends along stays out: a link from it is that of the whole page.
    """
    params: QueryDict = context["request"].GET.copy()
    # Empty ones go as well, so that the same page has one address and not many.
    for name in LIVE_ONLY | {name for name, value in params.items() if not value}:
        params.pop(name, None)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    return f"?{params.urlencode()}"


@register.inclusion_tag("partials/field.html")
def field(bound: BoundField, css: str = "", *, hide_optional: bool = False) -> dict[str, object]:
    """A form field with label, help and errors tied together for screen readers.

    `hide_optional` is for a field that is asked for only with another one's answer.
    """
    widget = bound.field.widget
    check = isinstance(widget, CheckboxInput)
    group = isinstance(widget, RadioSelect | CheckboxSelectMultiple)
    kind = (
        "form-check-input"
        if check
        else "form-select"
        if isinstance(widget, Select)
        else "form-control"
    )
    attrs: dict[str, str | bool] = {}
    # On a group the class would stand on the list around the choices, and Bootstrap draws a box.
    if not group:
        attrs["class"] = f"{kind} is-invalid" if bound.errors else kind
    control = bound.as_widget(attrs=attrs)
    shown = {"field": bound, "css": css, "check": check, "group": group, "control": control}
    return shown | {"hide_optional": hide_optional}
