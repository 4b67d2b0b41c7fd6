"""Small pieces of writing that the work lists share."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def fine_share(value: float | None) -> str:
    """As `share`, to a tenth: “0.4 %”, where whole ones would hide what matters."""
    return "–" if value is None else f"{100 * value:.1f} %"


@register.filter
def share(value: float | None) -> str:
    """“83 %” for 0.83, a dash where there is nothing to compare."""
    return "–" if value is None else f"{100 * value:.0f} %"
