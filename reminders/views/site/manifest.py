"""What makes the site installable: its name, its icons and where it opens.

There is no service worker: nothing of a patient may stay on a device that is switched off.
"""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from reminders import branding

COLOUR = "#0f766e"
PAPER = "#faf7f2"


@require_safe
def show(_request: HttpRequest) -> JsonResponse:
    """The web application's manifest; the same for everybody, signed in or not."""
    start = reverse("day_sheet")
    told = {
        "name": branding.NAME,
        "short_name": branding.NAME,
        "description": branding.TAGLINE,
        "id": start,
        "start_url": start,
        "scope": start,
        "display": "standalone",
        "theme_color": COLOUR,
        "background_color": PAPER,
        "icons": [
            _icon("favicon.svg", "any", "image/svg+xml"),
            *(_icon(f"icon-{size}.png", f"{size}x{size}", "image/png") for size in (192, 512)),
        ],
    }
    response = JsonResponse(told, content_type="application/manifest+json")
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _icon(name: str, sizes: str, kind: str) -> dict[str, str]:
    return {"src": static(f"reminders/{name}"), "sizes": sizes, "type": kind}
