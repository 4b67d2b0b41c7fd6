"""Whom to tell of a hole in this site: `/.well-known/security.txt`, as RFC 9116 has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

PATH = "/.well-known/security.txt"
GOOD_FOR = timedelta(days=180)


@require_safe
def security_txt(_request: HttpRequest) -> HttpResponse:
    """The contact that the operator gave; nothing is there where none was."""
    # The operator's and nobody else's: a report about this site holds what is wrong with it.
    contact = str(settings.SECURITY_CONTACT)
    if not contact:
        raise Http404
    lines = [f"Contact: {contact if '://' in contact else f'mailto:{contact}'}"]
    lines += [f"Expires: {_ends(timezone.now()):%Y-%m-%dT%H:%M:%SZ}", "Preferred-Languages: en"]
    lines += [f"Canonical: {settings.PUBLIC_URL}{PATH}"] if settings.PUBLIC_URL else []
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


def _ends(now: datetime) -> datetime:
    """At a midnight, so that it reads the same all day."""
    return datetime.combine((now + GOOD_FOR).date(), datetime.min.time(), UTC)
