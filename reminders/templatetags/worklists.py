"""Small pieces of writing that the work lists share."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def share(value: float | None) -> str:
    """“83 %” for 0.83, a dash where there is nothing to compare."""
    return "–" if value is None else f"{100 * value:.0f} %"
