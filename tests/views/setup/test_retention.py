"""The page of how long things are kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from reminders.domain.retention.periods import KINDS
from reminders.domain.retention.run import forget_what_is_due
from reminders.models import KeptFor, KeptOptOut, Message
from tests import factories as make

pytestmark = pytest.mark.django_db
ADDRESS = "/set-up/retention/"
AS_IT_IS = {kind.name: str(kind.days) for kind in KINDS}


@pytest.fixture
def client(sign_in: Callable[..., Client]) -> Client:
    """An administrator who sees every location."""
    return sign_in("administrator")


def make_old_text(days: int) -> Message:
    at = timezone.now() - timedelta(days=days)
    return make.make_message(
        state="delivered", created_at=at, scheduled_at=at, expires_at=at, send_after=at
    )


def test_it_shows_every_kind_with_its_days(client: Client) -> None:
    page = client.get(ADDRESS).content.decode()

    assert [kind.title for kind in KINDS if kind.title not in page] == []
    assert 'value="90"' in page
    assert "The import folder" in page


def test_it_counts_what_would_go_tonight_by_the_days_that_are_typed(client: Client) -> None:
    make_old_text(40)

    as_it_is = client.post(f"{ADDRESS}tonight/", AS_IT_IS).content.decode()
    tried = client.post(f"{ADDRESS}tonight/", AS_IT_IS | {"texts": "30"}).content.decode()

    assert ("1 text" in as_it_is, "1 text" in tried) == (False, True)


def test_a_change_is_kept_and_said_to_hold_from_tonight_on(client: Client) -> None:
    saved = client.post(ADDRESS, AS_IT_IS | {"texts": "30"})

    assert saved.status_code == 302
    assert list(KeptFor.objects.values_list("kind", "days", "days_before")) == [("texts", 30, 90)]
    page = client.get(ADDRESS).content.decode()
    assert "30 days instead of" in page


@pytest.mark.parametrize("days", ["", "13", "many", "99999999999"])
def test_days_that_cannot_be_are_refused(client: Client, days: str) -> None:
    assert client.post(ADDRESS, AS_IT_IS | {"texts": days}).status_code == 422
    assert not KeptFor.objects.exists()
    tonight = client.post(f"{ADDRESS}tonight/", AS_IT_IS | {"texts": days}).content.decode()
    assert "Correct the days" in tonight


def test_it_tells_what_went_lately(client: Client) -> None:
    make_old_text(100)
    forget_what_is_due(now=timezone.now(), pause=lambda _: None)

    assert "1 text" in client.get(ADDRESS).content.decode()


def test_it_warns_of_opt_outs_that_another_key_made_unreadable(client: Client) -> None:
    now = timezone.now()
    KeptOptOut.objects.create(
        digest="0" * 64, key="another", reason="patient", since=now, kept_at=now
    )

    assert "OPT_OUT_KEY" in client.get(ADDRESS).content.decode()
    assert settings.OPT_OUT_KEY == ""
