"""`manage.py person`: everything about somebody given out, and forgotten."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from reminders.models import Appointment, Contact, Message
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.domain.retention.somebody import (
    PHONE,
    SIGNS,
    Somebody,
    found_in_database,
    make_somebody,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody() -> Somebody:
    """Their visit was three days ago."""
    return make_somebody(
        at=timezone.now() - timedelta(days=3),
        location=make.make_location(),
        rule=make.make_confirmation_rule(),
    )


def person(*asked: str) -> str:
    out = StringIO()
    call_command("person", *asked, stdout=out)
    return out.getvalue()


def test_it_prints_everything_by_number(somebody: Somebody) -> None:
    written = person("export", PHONE, "--format", "json")

    assert json.loads(written)["person"][0]["id"] == somebody.contact.pk
    assert [sign for sign in SIGNS if sign not in written] == []


def test_it_writes_a_file_for_its_owner_alone_and_over_no_other(
    somebody: Somebody, tmp_path: Path
) -> None:
    file = tmp_path / "somebody.html"

    person("export", str(somebody.contact.pk), "--output", str(file))

    assert file.stat().st_mode & 0o777 == 0o600
    assert "Quackenbush" in file.read_text(encoding="utf-8")
    with pytest.raises(CommandError, match="is there already"):
        person("export", str(somebody.contact.pk), "--output", str(file))


def test_it_forgets_only_when_told_so_twice(somebody: Somebody) -> None:
    assert "3 texts: words and number" in person("forget", PHONE)
    assert Contact.objects.get(pk=somebody.contact.pk).first_name == "Wilhelmina"

    assert person("forget", PHONE, "--yes").endswith("Forgotten.\n")
    assert found_in_database() == {}


@pytest.mark.parametrize("who", ["4711", "07700 900999", "Quackenbush"])
def test_whom_nobody_knows_is_an_error(who: str) -> None:
    with pytest.raises(CommandError, match="Nobody here"):
        person("export", who)


def test_of_several_on_a_number_it_asks_which(somebody: Somebody) -> None:
    other = make.make_contact(phone=PHONE)

    with pytest.raises(CommandError, match=f"{somebody.contact.pk}, {other.pk}"):
        person("forget", PHONE, "--yes")


def test_it_withdraws_at_the_provider_and_goes_on(sandbox: Sandbox) -> None:
    now = timezone.now()
    sandbox.set_clock(now)
    visit: Appointment = make.make_appointment(day=(now + timedelta(days=9)).date())
    make.make_message(
        contact=visit.contact,
        appointment=visit,
        phone=visit.contact.phone,
        scheduled_at=now + timedelta(days=8),
        expires_at=now + timedelta(days=8, hours=1),
    )

    assert "Forgotten." in person("forget", str(visit.contact_id), "--yes")
    assert Message.objects.get().text == ""


def test_it_says_what_it_waits_for_while_the_provider_is_away(
    sandbox: Sandbox,
) -> None:
    visit = make.make_appointment(day=(timezone.now() + timedelta(days=9)).date())
    make.make_message(
        contact=visit.contact, state="unknown", unknown_since=timezone.now(), phone=PHONE
    )

    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("person", "forget", str(visit.contact_id), "--yes", stdout=out)

    assert ended.value.code == 2
    assert "Waits for the provider to let go of a text" in out.getvalue()
