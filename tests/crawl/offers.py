"""What a page offers: the addresses that its forms, buttons and links lead to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

_FORM = re.compile(r"<form\b[^>]*>")
_ATTRIBUTE = re.compile(r"""\b(method|action|hx-post|formaction)\s*=\s*["']([^"']*)["']""")
_SENT = re.compile(r"""\b(?:hx-post|formaction)\s*=\s*["']([^"']+)["']""")
_SHOWN = re.compile(r"""\b(?:href|hx-get)\s*=\s*["']([^"'#][^"']*)["']""")


def offers(page: str, *, of: str) -> Iterator[tuple[str, str]]:
    """Method and name of each address that the page at `of` leads to."""
    found = {("POST", one) for one in _SENT.findall(page)}
    found |= {("GET", one) for one in _SHOWN.findall(page)}
    for tag in _FORM.findall(page):
        named = dict(_ATTRIBUTE.findall(tag))
        if named.get("method") == "post":
            found.add(("POST", named.get("action") or of))
    for method, address in sorted(found):
        name = _name(unescape(address), of)
        if name:
            yield method, name


def _name(address: str, of: str) -> str:
    parts = urlsplit(address)
    if parts.netloc or parts.scheme:
        return ""
    path = parts.path or urlsplit(of).path
    if not path.startswith("/"):
        return ""
    try:
        return resolve(path).view_name
    # Files, and what another program answers.
    except Resolver404:
        return ""
