"""One appointment's whole life with the real programs: file in, texts out, an answer, the day
sheet.

Everything runs as `manage.py up` starts it: database, broker, sandbox, web site, worker and beat.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import pytest

from tests.programs import Up, bare_environment_in, data_folder, wait_until

pytestmark = pytest.mark.programs

PATIENT = "+447700900123"
PASSWORD = "Open sesame, please"
TAKES_AT_MOST = 30.0
"""Seconds from a bell's cause to its effect; bells ring every second here."""


def zone_where_it_is_noon(now: datetime) -> str:
    """A zone whose clocks show 12 something now, so that no sending hours delay a text."""
    ahead = 12 - now.hour
    return f"Etc/GMT{-ahead:+d}"


@dataclass
class Clinic:
    """The running site, and the times of the story on its location's clock."""

    up: Up
    zone: ZoneInfo
    now: datetime

    @property
    def starts_at(self) -> datetime:
        """A day and half an hour from now: both texts are due within the next day, none of them
        yet.
        """
        return self.now.astimezone(self.zone) + timedelta(days=1, minutes=30)

    def at_provider(self) -> list[dict[str, Any]]:
        """What the provider's own API tells about each text that it took, in the order of
        acceptance.
        """
        with httpx.Client(
            base_url=self.up.sandbox_url, auth=("sandbox-key", "sandbox-secret")
        ) as provider:
            taken = provider.get("/sandbox/ledger").json()["messages"]
            return [provider.get(f"/v1/messages/{one['message_id']}").json() for one in taken]

    def phone(self, action: str = "", body: dict[str, str] | None = None) -> list[tuple[str, str]]:
        """Do something on the patient's phone; what it shows then: who wrote, and what."""
        url = f"{self.up.sandbox_url}/phone/conversations/{PATIENT}{action}"
        answer = httpx.get(url) if body is None else httpx.post(url, json=body)
        answer.raise_for_status()
        return [(bubble["side"], bubble["text"]) for bubble in answer.json()["bubbles"]]

    def exported(self) -> list[dict[str, str]]:
        """The appointments as `export_appointments` prints them."""
        ended = self.up.manage("export_appointments", "--format", "json")
        assert (ended.returncode, ended.stderr) == (0, "")
        return list(json.loads(ended.stdout))


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    """A new site with one member of staff, whose bells ring every second."""
    now = datetime.now(UTC).replace(second=0, microsecond=0)
    zone = zone_where_it_is_noon(now)
    with data_folder() as folder:
        environment = bare_environment_in(folder) | {
            "SEND_EVERY": "1",
            "POLL_EVERY": "1",
            "TIME_ZONE": zone,
            "DEFAULT_COUNTRY": "GB",
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        }
        up = Up(folder, environment)
        try:
            up.wait_until_welcome()
            made = up.manage(
                "createsuperuser", "--noinput", "--username", "desk", "--email", "desk@x.example"
            )
            assert made.returncode == 0, made.stderr
            yield Clinic(up, ZoneInfo(zone), now)
        finally:
            up.stop()


def test_from_the_diary_to_the_day_sheet(clinic: Clinic) -> None:
    starts_at = clinic.starts_at
    diary = (
        "id,name,phone,date,time,location\n"
        f"A-1,Ann Lee,07700 900123,{starts_at:%Y-%m-%d},{starts_at:%H:%M},Harbour Dental\n"
    )
    when = f"{starts_at:%a} {starts_at.day} {starts_at:%B} at {starts_at:%H:%M}"

    imported = clinic.up.manage(
        "import_appointments", "-", "--create-locations", "--json", given=diary
    )
    assert (imported.returncode, imported.stderr) == (0, "")
    outcome = json.loads(imported.stdout)
    assert (outcome["rows"], outcome["new"], outcome["errors"]) == (1, 1, [])

    # Both texts are with the provider, long before their time.
    assert wait_until(lambda: len(clinic.at_provider()) == 2, seconds=TAKES_AT_MOST), clinic.up.log
    confirmation, reminder = sorted(clinic.at_provider(), key=lambda text: str(text["scheduled"]))
    appointment = confirmation["metadata"]["appointment"]
    references = [confirmation["metadata"]["message"], reminder["metadata"]["message"]]
    assert len({UUID(one) for one in (*references, appointment)}) == 3
    rules = [confirmation["metadata"]["rule"], reminder["metadata"]["rule"]]
    assert len(set(rules)) == 2
    both = {
        "callback_url": confirmation["callback_url"],
        "status": "scheduled",
        "destination_number": PATIENT,
        "delivery_report": True,
        "format": "SMS",
    }
    assert without_id(confirmation) == both | {
        "content": f"Hi Ann, your appointment at Harbour Dental is on {when}. "
        "Reply Y to confirm or N if you can't come.",
        "scheduled": written(starts_at - timedelta(days=1)),
        "message_expiry_timestamp": written(starts_at - timedelta(hours=2)),
        "metadata": {
            "message": references[0],
            "appointment": appointment,
            "rule": rules[0],
        },
    }
    assert without_id(reminder) == both | {
        "content": f"Hi Ann, a reminder of your appointment at Harbour Dental on {when}. See you "
        f"then!",
        "scheduled": written(starts_at - timedelta(hours=1)),
        "message_expiry_timestamp": written(starts_at - timedelta(minutes=10)),
        "metadata": {
            "message": references[1],
            "appointment": appointment,
            "rule": rules[1],
        },
    }

    # The day before, the confirmation arrives and Ann answers.
    asked = ("clinic", confirmation["content"])
    clinic.phone("/deliver-next", {})
    assert wait_until(lambda: clinic.phone() == [asked], seconds=TAKES_AT_MOST)
    clinic.phone("/reply", {"content": "Y"})
    thanked = ("clinic", f"Thanks Ann, see you {when} at Harbour Dental.")
    conversation = [asked, ("patient", "Y"), thanked]
    assert wait_until(lambda: clinic.phone() == conversation, seconds=TAKES_AT_MOST), clinic.up.log

    # The receptionist sees it, and so do other programs.
    assert day_sheet(clinic) == [(f"{starts_at:%H:%M}", "Ann Lee", "Confirmed", "Asked", "Y")]
    assert clinic.exported() == [
        {
            "external_id": "A-1",
            "starts_at": starts_at.isoformat(timespec="seconds"),
            "location": "Harbour Dental",
            "name": "Ann Lee",
            "phone": PATIENT,
            "status": "confirmed",
            "message_state": "delivered",
            "last_reply": "Y",
        }
    ]
    assert wait_until(lambda: clinic.up.manage("status").returncode == 0, seconds=TAKES_AT_MOST)

    assert clinic.up.interrupt() == 0
    assert "Traceback" not in clinic.up.log


def without_id(text: dict[str, Any]) -> dict[str, Any]:
    """A text as the provider tells of it, but for the id that it gave."""
    return {name: value for name, value in text.items() if name != "message_id"}


def written(at: datetime) -> str:
    """A moment as the Messages API writes it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def day_sheet(clinic: Clinic) -> list[tuple[str, ...]]:
    """Time, name, state, text and answer of each row of the day, as a signed-in browser gets
    them.
    """
    with httpx.Client(base_url=clinic.up.url, follow_redirects=True) as browser:
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get("/").text)
        assert token
        browser.post(
            "/sign-in/?next=/",
            data={"csrfmiddlewaretoken": token[1], "username": "desk", "password": PASSWORD},
        ).raise_for_status()
        page = (
            browser.get("/", params={"date": f"{clinic.starts_at:%Y-%m-%d}"})
            .raise_for_status()
            .text
        )
    rows = re.findall(r'<tr id="row-.*?</tr>', page, flags=re.DOTALL)
    words = r'<(?:time|a\s+class="who"|span\s+class="state|span\s+class="said).*?</(?:time|a|span)>'
    return [tuple(plain(part) for part in re.findall(words, row, flags=re.DOTALL)) for row in rows]


def plain(markup: str) -> str:
    """The words of a piece of a page."""
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", markup).split()))
