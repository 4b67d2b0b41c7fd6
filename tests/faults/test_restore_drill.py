"""The drill: a backup, two hours of life, the backup put back, caught up with, and life goes on.

The ledger is the sandbox's own: what it let out to phones, and what patients wrote.
"""

from collections import Counter
from datetime import time, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from reminders.domain.backup import package, put_back
from reminders.domain.backup.catch_up import NotYetError, catch_up, go_on
from reminders.domain.diary.appointments import change_appointment, set_status
from reminders.domain.sending import submit
from reminders.domain.sending.after_restore.hold import is_held
from reminders.models import Appointment, Message, Reminder, Reply, RestoreHold
from reminders.provider import MessagesApi, MessagesApiError
from reminders.sandbox import Sandbox
from tests import factories as make
from tests.faults.support.world import STAFF, World

HOUR = timedelta(hours=1)


@pytest.fixture
def clinic(transactional_db: None, sandbox: Sandbox, api: MessagesApi) -> World:
    """A clinic that asks for confirmation the day before, and reminds an hour before."""
    make.make_confirmation_rule()
    make.make_reminder_rule()
    return World(sandbox, api)


def phones_got(world: World) -> dict[str, Counter[str]]:
    """What each phone got, by the provider's own list: words, and how often."""
    got: dict[str, Counter[str]] = {}
    for line in world.ledger():
        if line["released_at"]:
            got.setdefault(line["destination"], Counter())[line["content"]] += 1
    return got


def twice(world: World) -> list[str]:
    """The phones that got the same words more than once."""
    return [phone for phone, words in phones_got(world).items() if max(words.values()) > 1]


def handed_over(rows: list[Appointment]) -> dict[tuple[int, int], str | None]:
    """Of each visit and rule, which text at the provider counts as its reminder."""
    sent = Reminder.objects.filter(appointment__in=[row.pk for row in rows], state="sent")
    return {
        (row.appointment_id, row.rule_id): row.message.provider_id
        for row in sent.select_related("message")
        if row.message
    }


def backup_of(world: World, folder: Path) -> Path:
    """A backup of the test database, as of the clinic's time."""
    return package.write(folder, now=world.now)


def restored(world: World, path: Path) -> None:
    """The backup put back in the place of what is there."""
    from django.db import connection

    put_back.restore(path, now=world.now, replace=connection.settings_dict["NAME"])


def caught_up(world: World) -> dict[str, int]:
    """Once the provider's report has settled, everything that it tells; the numbers."""
    world.pass_time(timedelta(minutes=3))
    assert catch_up(world.api, clock=world.clock)
    found: dict[str, int] = RestoreHold.objects.get().found
    return found


def cancel(row: Appointment, world: World) -> None:
    """Staff call a visit off."""
    set_status([row.pk], Appointment.Status.CANCELLED, by=STAFF, now=world.now)


def again(row: Appointment) -> Appointment:
    """The row as it is now."""
    return Appointment.objects.select_related("contact").get(pk=row.pk)


def test_after_a_restore_nobody_is_texted_twice_and_no_reply_is_lost(
    clinic: World, tmp_path: Path
) -> None:
    before = clinic.book(3)
    clinic.settle()
    rows = clinic.book(40)
    path = backup_of(clinic, tmp_path)

    # Two hours of life: all are handed over, two change, four answer.
    clinic.settle()
    yes, no, stop, moved, cancelled, late, *_ = rows
    change_appointment(again(moved), {"local_time": time(15, 30)}, by=STAFF, now=clinic.now)
    cancel(cancelled, clinic)
    cancel(before[0], clinic)
    clinic.settle()
    clinic.pass_time(HOUR + timedelta(minutes=2))
    clinic.ring()
    for row, words in ((yes, "Y"), (no, "N"), (stop, "STOP")):
        clinic.hear(row.contact.phone, words)
    clinic.settle()
    clinic.pass_time(timedelta(minutes=50))
    clinic.ring()
    lived, lived_through = phones_got(clinic), handed_over(rows)
    answers = Message.objects.filter(kind=Message.Kind.ANSWER).count()
    clinic.hear(late.contact.phone, "yes")

    restored(clinic, path)

    # Held: whatever rings, nothing reaches the provider.
    taken = len(clinic.ledger())
    clinic.send()
    said = StringIO()
    call_command("run_once", stdout=said)
    assert said.getvalue().count("held after a restore") == 6
    assert (len(clinic.ledger()), is_held()) == (taken, True)

    found = caught_up(clinic)
    assert len(clinic.ledger()) == taken
    assert handed_over(rows) == lived_through
    assert found["adopted"] == len(lived_through)
    assert (found["doubtful"], found["replies"], found["answered"]) == (1, 4, answers)
    assert Reply.objects.count() == 4
    statuses = [again(row).status for row in (yes, no, late)]
    assert statuses == ["confirmed", "declined", "confirmed"]
    assert caught_up(clinic) == found  # once more changes nothing

    go_on(now=clinic.now)
    # The diary's next file brings what was entered meanwhile.
    change_appointment(again(moved), {"local_time": time(15, 30)}, by=STAFF, now=clinic.now)
    cancel(cancelled, clinic)
    cancel(before[0], clinic)
    clinic.settle()
    clinic.play(timedelta(hours=30), step=timedelta(hours=1))

    got = phones_got(clinic)
    assert twice(clinic) == []
    assert cancelled.contact.phone not in got
    assert before[0].contact.phone not in got
    for phone in (no.contact.phone, stop.contact.phone):
        assert got[phone] == lived[phone], "nothing more to who declined or wants no texts"
    asked = {row.contact.phone for row in (*rows, *before)} - {
        row.contact.phone for row in (cancelled, before[0])
    }
    assert set(got) == asked


def test_a_visit_that_the_diary_brings_back_finds_its_text(clinic: World, tmp_path: Path) -> None:
    place = clinic.place()
    path = backup_of(clinic, tmp_path)
    (row,) = clinic.book(place=place)
    clinic.settle()
    person = row.contact.phone
    clinic.pass_time(2 * HOUR)
    clinic.ring()

    restored(clinic, path)
    found = caught_up(clinic)
    go_on(now=clinic.now)
    (same,) = clinic.book(place=place, starts_in=row.starts_at - clinic.now)
    same.contact.phone = person
    same.contact.save(update_fields=["phone"])
    Reminder.objects.filter(appointment=same).update(phone=person)
    clinic.settle()
    clinic.play(timedelta(hours=30), step=HOUR)

    assert found["unplaced"] == 2
    assert twice(clinic) == []
    assert [len(words) for words in phones_got(clinic).values()] == [2]  # to confirm, to remind
    assert set(handed_over([same]).values()) == {line["message_id"] for line in clinic.ledger()}


def test_catching_up_may_be_interrupted_and_begun_again(clinic: World, tmp_path: Path) -> None:
    rows = clinic.book(5)
    path = backup_of(clinic, tmp_path)
    clinic.settle()
    clinic.pass_time(HOUR + timedelta(minutes=2))
    clinic.hear(rows[0].contact.phone, "Y")
    lived_through = handed_over(rows)
    restored(clinic, path)

    with pytest.raises(NotYetError, match="not asked to the end"):
        go_on(now=clinic.now)
    clinic.sandbox.order_fault("503", endpoint="replies", times=1)
    with pytest.raises(MessagesApiError):
        catch_up(clinic.api, clock=clinic.clock)
    assert RestoreHold.objects.get().caught_up_at is None
    assert catch_up(clinic.api, clock=clinic.clock)
    with pytest.raises(NotYetError, match="may lag"):
        go_on(now=clinic.now)

    found = caught_up(clinic)
    assert (handed_over(rows), found["replies"]) == (lived_through, 1)
    go_on(now=clinic.now)
    clinic.settle()
    clinic.play(timedelta(hours=30), step=HOUR)
    assert twice(clinic) == []


def test_texts_from_before_they_told_their_rule_are_known_by_their_time(
    clinic: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = clinic.book(3)
    path = backup_of(clinic, tmp_path)
    with monkeypatch.context() as former:
        former.setattr(submit, "RULE_KEY", "other")
        clinic.settle()
    lived_through = handed_over(rows)

    restored(clinic, path)
    caught_up(clinic)

    assert lived_through
    assert handed_over(rows) == lived_through
