"""The diary says in which room a visit is, and the patient reads it."""

from __future__ import annotations

import pytest

from reminders.domain.common.access import scope_of
from reminders.domain.common.audit import SYSTEM
from reminders.domain.diary.diary_columns import diary_columns
from reminders.domain.setup.wording_preview import preview_wording
from reminders.domain.setup.wordings import WordingKey, WordingRefusedError, check, save_wording
from reminders.models import Appointment, ReminderRule
from tests import factories as make
from tests.domain.diary_import.importing import bring_in
from tests.flows.conftest import Clinic

HEAD = "id,name,phone,date,time,Room,Bring along\r\n"
ANN = "1,Ann Lee,07700 900123,2026-03-03,15:00,{room},\r\n"
BEN = "2,Ben Ray,07700 900124,2026-03-03,16:00,,\r\n"
WORDING = "Hi {first_name}, {date} {time} at {location}, room {x:room|at the desk}. Reply Y or N."
KEY = WordingKey("confirmation", "en")


def diary(clinic: Clinic, room: str) -> None:
    bring_in((HEAD + ANN.format(room=room) + BEN).encode(), now=clinic.world.now)
    clinic.world.settle()


def asked(clinic: Clinic, phone: str = "+447700900123") -> list[str]:
    return [words for status, words in clinic.texts(phone) if status != "cancelled"]


def test_each_reads_their_room_or_what_is_said_without_one(clinic: Clinic) -> None:
    clinic.place.save()
    diary(clinic, "12")
    save_wording(KEY, WORDING, by=SYSTEM, now=clinic.world.now, replace=True)
    clinic.world.settle()

    assert "room 12." in asked(clinic)[0]
    assert "room at the desk." in asked(clinic, "+447700900124")[0]


def test_a_room_that_changes_withdraws_the_text_that_named_the_old_one(clinic: Clinic) -> None:
    diary(clinic, "12")
    save_wording(KEY, WORDING, by=SYSTEM, now=clinic.world.now, replace=True)
    clinic.world.settle()

    diary(clinic, "{14}")

    assert [text for text in asked(clinic) if "room" in text] == [
        "Hi Ann, Tue 3 March 15:00 at Harbour Dental, room {14}. Reply Y or N."
    ]
    assert Appointment.objects.get(external_id="1").version == 1


def test_the_editor_knows_the_columns_of_the_diary_and_no_others(clinic: Clinic) -> None:
    diary(clinic, "12")
    elsewhere = make.make_location()
    make.make_appointment(location=elsewhere, extra={"Parking": "B"})

    assert diary_columns([clinic.place.pk])["Room"] == "12"
    assert "Parking" not in diary_columns([clinic.place.pk])
    rule = ReminderRule.objects.create(
        name="There", kind="confirmation", days_before=2, location=clinic.place,
        changed_at=clinic.world.now,
    )  # fmt: skip
    theirs = WordingKey("confirmation", "en", rule_id=rule.pk)
    unknown = WORDING.replace("x:room", "x:Parking")
    assert [one for one in check(theirs, WORDING) if one.level == "error"] == []
    assert "no column “Parking”" in check(theirs, unknown)[0].words
    with pytest.raises(WordingRefusedError):
        save_wording(theirs, unknown, by=SYSTEM, now=clinic.world.now)


def test_the_preview_shows_a_real_value_and_what_is_said_without_one(clinic: Clinic) -> None:
    diary(clinic, "12")
    scope = scope_of(make.make_user(group="manager"))

    preview = preview_wording(KEY, WORDING, now=clinic.world.now, scope=scope)

    assert preview.example
    assert "room 12." in preview.example.text
    assert preview.without
    assert "room at the desk." in preview.without.text
    long = "a long way down the corridor, then up the stairs to the left, " * 3
    Appointment.objects.filter(external_id="1").update(extra={"Room": long})
    preview = preview_wording(KEY, WORDING, now=clinic.world.now, scope=scope)
    assert preview.most_parts == 2
