"""Who may read /metrics, and what it says while services are away."""

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from config.environment import Environment
from config.watching import Metrics, metrics
from reminders.domain.common import database_clock
from reminders.views.site import metrics as view
from tests.factories import NOON

TOKEN = "a-token-of-twenty-chars"


@pytest.fixture(autouse=True)
def figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures themselves have their own tests."""
    monkeypatch.setattr(view, "exposition", lambda **_: b"figures\n")
    monkeypatch.setattr(database_clock, "now", lambda: NOON)


@pytest.mark.parametrize(
    ("given", "header", "address", "status"),
    [
        ({}, "", "127.0.0.1", 404),
        ({}, "Bearer ", "127.0.0.1", 404),
        ({"METRICS_TOKEN": TOKEN}, f"Bearer {TOKEN}", "203.0.113.9", 200),
        ({"METRICS_TOKEN": TOKEN}, f"Basic {TOKEN}", "203.0.113.9", 404),
        ({"METRICS_TOKEN": TOKEN}, TOKEN, "203.0.113.9", 404),
        ({"METRICS_TOKEN": TOKEN}, "", "127.0.0.1", 404),
        ({"METRICS_TOKEN": TOKEN}, "Bearer ünknown", "127.0.0.1", 404),
        ({"METRICS_NETWORKS": "10.0.0.0/24, ::1"}, "", "10.0.0.77", 200),
        ({"METRICS_NETWORKS": "10.0.0.0/24, ::1"}, "", "::1", 200),
        ({"METRICS_NETWORKS": "10.0.0.0/24"}, "", "10.0.1.1", 404),
        ({"METRICS_NETWORKS": "10.0.0.0/24"}, "", "", 404),
    ],
)
def test_only_who_is_let_in_reads_figures(
    client: Client, settings: Settings, given, header: str, address: str, status: int
) -> None:
    settings.METRICS = metrics(Environment(given))
    headers = {"Authorization": header} if header else {}

    answer = client.get("/metrics", headers=headers, REMOTE_ADDR=address)

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"METRICS_TOKEN": "short"}, "METRICS_TOKEN"),
        ({"METRICS_TOKEN": "with a blank in it, long"}, "METRICS_TOKEN"),
        ({"METRICS_NETWORKS": "10.0.0.0/33"}, "METRICS_NETWORKS"),
        ({"METRICS_NETWORKS": "everywhere"}, "METRICS_NETWORKS"),
    ],
)
def test_what_lets_nobody_in_is_refused(given: dict[str, str], named: str) -> None:
    env = Environment(given)
    metrics(env)

    assert [problem.split()[0] for problem in env.problems] == [named]


def test_a_database_that_is_away_is_a_figure_of_its_own(
    client: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(**_: object) -> bytes:
        raise OperationalError

    monkeypatch.setattr(view, "exposition", away)
    settings.METRICS = Metrics(TOKEN, ())

    answer = client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer.status_code == 200
    assert b"reminders_database_up 0.0" in answer.content
