"""`manage.py status`, also where there is nothing to ask."""

import json
import socket

import pytest

from tests.programs import free_port, run

pytestmark = pytest.mark.programs

ACCOUNT = {"SECRET_KEY": "0123456789abcdef" * 4, "ALLOWED_HOSTS": "x.example"}


def test_status_says_as_json_why_a_database_that_is_away_cannot_be_asked(
    bare_environment: dict[str, str],
) -> None:
    url = f"postgres://ann:a-password@127.0.0.1:{free_port()}/x"

    ended = run(
        ["manage.py", "status", "--json"], {**bare_environment, **ACCOUNT, "DATABASE_URL": url}
    )

    report = json.loads(ended.stdout)
    assert (ended.returncode, report["healthy"], report["troubles"]) == (2, False, ["database"])
    assert report["details"]["database"].startswith("OperationalError: ")
    assert {
        "appointments",
        "messages",
        "unknown",
        "last_poll",
        "beat_heartbeat",
        "provider",
    } <= set(report)
    assert "Traceback" not in ended.stderr
    assert "a-password" not in ended.stdout + ended.stderr


def test_status_tells_people_why(bare_environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"postgres://ann@127.0.0.1:{deaf.getsockname()[1]}/x?connect_timeout=2"
        ended = run(["manage.py", "status"], {**bare_environment, **ACCOUNT, "DATABASE_URL": url})

    assert ended.returncode == 2
    assert ended.stdout.startswith("Not healthy:\n  The database does not answer.\n")
    assert "Traceback" not in ended.stderr


@pytest.mark.django_db(transaction=True)
def test_status_asks_the_real_database(bare_environment: dict[str, str], database_url: str) -> None:
    ended = run(
        ["manage.py", "status", "--json"],
        {**bare_environment, **ACCOUNT, "DATABASE_URL": database_url},
    )

    assert (ended.returncode, json.loads(ended.stdout)["troubles"]) == (2, ["beat", "poll"])
