"""Pictures of every page: wide and narrow, light and dark, with nothing, a day's work and too much.

They go to docs/screenshots/; `make screenshots` makes them again. Each page must also fit its
window: nothing sticks out sideways.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from reminders.models import Appointment, Contact, Import, InboxItem, ReminderRule
from tests.browser.scenes import days as scenes
from tests.browser.scenes import life, work
from tests.factories import make_user

FOLDER = Path(__file__).parents[2] / "docs" / "screenshots"
ONLY = os.environ.get("ONLY", "")
WINDOWS = {1280: 900, 390: 844}

pytestmark = pytest.mark.screenshots

Pages = dict[str, str]
Scene = Callable[[], object]


def the_day() -> Pages:
    """The day sheet and what it leads to."""
    pages = {
        "day-sheet": "/",
        "appointments": "/appointments/",
        "appointment-new": "/appointments/new/",
        "contacts": "/contacts/",
        "contact-new": "/contacts/new/",
    }
    row = Appointment.objects.order_by("pk").first()
    if row:
        pages |= {
            "appointment": f"/appointments/{row.pk}/",
            "appointment-edit": f"/appointments/{row.pk}/edit/",
            "contact-edit": f"/contacts/{row.contact_id}/edit/",
        }
    return pages


def the_work() -> Pages:
    """What is to be done, and what the figures say."""
    pages = {
        "call-list": "/calls/",
        "inbox": "/inbox/",
        "not-sent": "/not-sent/",
        "forecast": "/forecast/",
        "data-quality": "/data-quality/?who=all",
        "statistics": "/statistics/",
    }
    card = InboxItem.objects.order_by("pk").first()
    row = Appointment.objects.order_by("pk").first()
    pages |= {"inbox-card": f"/inbox/{card.pk}/"} if card else {}
    return pages | ({"conversation": f"/contacts/{row.contact_id}/"} if row else {})


def the_set_up() -> Pages:
    """What is set up rarely, and the import."""
    pages = {
        "setup": "/set-up/",
        "rules": "/set-up/rules/",
        "rule-new": "/set-up/rules/new/",
        "wordings": "/set-up/wordings/",
        "retention": "/set-up/retention/",
        "trail": "/set-up/trail/",
        "connection": "/set-up/connection/",
        "help": "/help/",
        "help-chapter": "/help/receptionist/",
        "import": "/import/",
        "import-example": "/import/example/",
        "taught-answers": "/set-up/taught-answers/",
        "admin": "/admin/",
        "admin-locations": "/admin/reminders/location/",
    }
    rule = ReminderRule.objects.order_by("pk").first()
    pages |= {"rule": f"/set-up/rules/{rule.pk}/"} if rule else {}
    upload = Import.objects.order_by("pk").first()
    asked = Import.objects.filter(state="uploaded").first()
    pages |= {"import-questions": f"/import/{asked.pk}/questions/"} if asked else {}
    return pages | ({"import-preview": f"/import/{upload.pk}/"} if upload else {})


def the_life() -> Pages:
    """What the diary's life brings: missed visits, free times, invitations, many visits at once."""
    pages = {
        "did-not-come": "/did-not-come/",
        "short-notice": "/short-notice/",
        "recalls": "/recalls/",
        "recall-batch": "/recalls/batch/",
        "closed-days": "/set-up/closed-days/",
        "trials": "/set-up/wordings/trials/",
        "statistics-change": "/statistics/change/",
        "prices": "/statistics/prices/",
        "wording-columns": "/set-up/wordings/edit/?purpose=confirmation&language=en",
    }
    child = Contact.objects.filter(first_name=life.CHILD).exclude(responsible=None).first()
    pages |= {"who-is-texted": f"/contacts/{child.pk}/"} if child else {}
    rule = ReminderRule.objects.filter(kind=ReminderRule.Kind.MOVED).first()
    pages |= {"event-rule": f"/set-up/rules/{rule.pk}/"} if rule else {}
    free = InboxItem.objects.filter(kind="free_slot").first()
    pages |= {"free-slot": f"/inbox/{free.pk}/"} if free else {}
    row = Appointment.objects.filter(starts_at__gt=timezone.now()).order_by("starts_at").first()
    day = row.local_date.isoformat() if row else ""
    return pages | {"whole-day": f"/day/several/?date={day}"}


def nothing_yet() -> None:
    """A site that has just been set up."""
    scenes.harbour()


ROUNDS: dict[str, tuple[Callable[[], Pages], dict[str, Scene]]] = {
    "day": (
        the_day,
        {"none": nothing_yet, "ordinary": scenes.ordinary_day, "too-much": scenes.far_too_much},
    ),
    "work": (
        the_work,
        {"none": work.nothing, "ordinary": work.ordinary, "too-much": work.far_too_much},
    ),
    "life": (
        the_life,
        {"none": nothing_yet, "ordinary": life.ordinary, "too-much": life.far_too_much},
    ),
    "set-up": (
        the_set_up,
        {"none": nothing_yet, "ordinary": scenes.an_upload, "too-much": scenes.far_too_much},
    ),
}


def looks() -> Iterator[tuple[int, str]]:
    """Every width in both themes."""
    for width in WINDOWS:
        for theme in ("light", "dark"):
            yield width, theme


@pytest.mark.parametrize("amount", ["none", "ordinary", "too-much"])
@pytest.mark.parametrize("part", list(ROUNDS))
def test_every_page_fits_its_window(
    part: str, amount: str, open_page: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scenes, "ZONE", scenes.where_it_is_morning())
    pages_of, scene = ROUNDS[part][0], ROUNDS[part][1][amount]
    scene()
    scenes.quiet_clockwork()
    user = make_user(
        group="administrator",
        first_name="Robin",
        last_name="Reed",
        is_staff=True,
        is_superuser=True,
    )
    folder = FOLDER / amount
    folder.mkdir(parents=True, exist_ok=True)
    sticking_out = []
    for width, theme in looks():
        page = open_page(
            "/healthz", user=user, color_scheme=theme, locale="en-GB",
            viewport={"width": width, "height": WINDOWS[width]}
        )  # fmt: skip
        root = page.url.removesuffix("/healthz")
        # Once before: the typeface is there from the second page on.
        page.goto(root + "/set-up/", wait_until="networkidle")
        for name, path in pages_of().items():
            if ONLY and name not in ONLY.split(","):
                continue
            page.goto(root + path)
            page.wait_for_load_state("networkidle")
            page.wait_for_timeout(100)
            page.screenshot(path=folder / f"{name}-{width}-{theme}.jpg", type="jpeg", quality=72)
            if page.evaluate("document.documentElement.scrollWidth - innerWidth") > 0:
                sticking_out.append((name, width))
        page.context.close()
    assert sticking_out == []


def test_sign_in_fits_its_window(open_page: Callable[..., Page]) -> None:
    for width, theme in looks():
        page = open_page(
            "/sign-in/",
            role="",
            color_scheme=theme,
            viewport={"width": width, "height": WINDOWS[width]},
        )
        folder = FOLDER / "none"
        folder.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=folder / f"sign-in-{width}-{theme}.jpg", type="jpeg", quality=72)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
