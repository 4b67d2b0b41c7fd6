"""The page after a restore in each of its states: it fits, is accessible, and lets texts go."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from reminders.domain.sending.after_restore.hold import is_held
from reminders.models import RestoreHold
from tests.browser.setting_up.test_set_up_pages import SIZES, look
from tests.factories import make_location

ADDRESS = "/set-up/after-restore/"
NUMBERS = {"adopted": 1_240, "called_off": 12, "doubtful": 3, "unplaced": 7, "replies": 40}


def hold() -> RestoreHold:
    """A backup of yesterday, restored an hour ago and not caught up with yet."""
    make_location()
    at = timezone.now() - timedelta(hours=1)
    return RestoreHold.objects.create(backup_at=at - timedelta(days=1), restored_at=at)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_each_state_fits_and_is_accessible(
    open_page: Callable[..., Page],
    accessible: Callable[[Page], list[str]],
    size: str,
    scheme: str,
) -> None:
    found = {}
    row = hold()
    states: dict[str, dict[str, Any]] = {  # Any: columns of the model
        "held": {},
        "failed": {"words": "OutcomeUnknown: the provider did not answer within 10 seconds"},
        "caught-up": {"words": "", "found": NUMBERS, "caught_up_at": timezone.now()},
        "gone-on": {"went_on_at": timezone.now()},
    }
    for name, values in states.items():
        RestoreHold.objects.filter(pk=row.pk).update(**values)
        page = look(open_page, ADDRESS, f"after-restore-{name}", size, scheme)
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found[name] = (wide, accessible(page))

    assert found == dict.fromkeys(found, (0, []))


def test_texts_go_again_when_somebody_says_so(open_page: Callable[..., Page]) -> None:
    RestoreHold.objects.filter(pk=hold().pk).update(caught_up_at=timezone.now(), found=NUMBERS)
    page = open_page(ADDRESS, role="administrator")
    expect(page.locator("#banners")).to_contain_text("no texts go out until")

    page.get_by_role("button", name="Let texts go again").click()

    expect(page.locator("#after-restore")).to_contain_text("Texts go again since")
    assert not is_held()
