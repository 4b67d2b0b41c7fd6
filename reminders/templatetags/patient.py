"""What the pages for patients need of templates."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django import template

register = template.Library()
_NOT_DIALLED = re.compile(r"[^0-9+]")


@register.filter
def dialled(phone: str) -> str:
    """A number as a telephone dials it."""
    return _NOT_DIALLED.sub("", phone)


@register.filter
def at(words: Mapping[str, str], name: str) -> str:
    """The words of this name."""
    return words[str(name)]


@register.filter
def left(words: str, count: int) -> str:
    """How many tries are left, in words."""
    return words.format(left=count)
