"""The handbook at /help/: its contents with a search, its chapters, and their pictures.

For whoever is signed in, of any role: it tells about the product and of nobody.
"""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.middleware import HtmxDetails

from reminders.handbook.chapters import BY_NAME, PARTS, PICTURES, beside, part_of
from reminders.handbook.find import find
from reminders.handbook.page import page_of

LONGEST_QUERY = 100
ON_THE_SIDE = 3
"""How deep the headings go that a chapter's own contents list."""
KNOWN_FOR = 86400


@require_http_methods(["GET", "HEAD", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """All chapters by reader; or, for what is looked for, the sections that tell of it."""
    # Posted as every search is: somebody may type a patient's name, and addresses stand in logs.
    query = request.POST.get("q", "")[:LONGEST_QUERY].strip()
    context = {"parts": PARTS, "query": query, "found": find(query) if query else []}
    part = "help/results.html" if HtmxDetails(request) else "help/index.html"
    return render(request, part, context)


@require_safe
def chapter(request: HttpRequest, name: str) -> HttpResponse:
    """One chapter."""
    wanted = BY_NAME.get(name)
    if wanted is None:
        raise Http404
    page = page_of(wanted)
    before, after = beside(wanted)
    contents = [one for one in page.headings[1:] if one.level <= ON_THE_SIDE]
    context = {"page": page, "part": part_of(wanted), "before": before, "after": after}
    return render(request, "help/chapter.html", context | {"contents": contents})


@require_safe
@cache_control(private=True, max_age=KNOWN_FOR)
def picture(_request: HttpRequest, name: str) -> FileResponse:
    """A picture, by a name that the handbook knows."""
    path = PICTURES.get(name)
    if path is None:
        raise Http404
    return FileResponse(path.open("rb"), content_type="image/jpeg")
