"""Files of the watched folder that leave something open: they wait for a manager, on a card."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail

from reminders.domain.diary_import import (
    pick_up_files,
    work_off_imports,
)
from reminders.domain.diary_import.asking.answering import answer_questions
from reminders.domain.diary_import.asking.stored import questions_of_import, sign_of
from reminders.domain.diary_import.uploads import discard, forget_old_files, go
from reminders.models import Import, InboxItem
from tests import factories as make
from tests.domain.diary_import.folder.test_pick_up import files, put
from tests.domain.diary_import.importing import ANN, NOW, csv_of, diary, sydney

pytestmark = pytest.mark.django_db


class TestAFileThatLeavesSomethingOpen:
    CONTENT = csv_of("1,Ann Lee,0491 570 006,03/04/2026,10:00")

    def test_waits_for_an_answer_while_the_diary_stays_as_it_was(self, tmp_path: Path) -> None:
        sydney()
        make.make_user("mia", group="manager", email="mia@example.com")
        put(tmp_path, "monday.csv", self.CONTENT)

        pick_up_files(tmp_path, now=NOW)

        row = Import.objects.get()
        assert files(tmp_path) == ["failed/monday.csv", "failed/monday.csv.errors.txt"]
        assert (row.state, row.source, diary()) == ("uploaded", "folder", [])
        assert [one.name for one in questions_of_import(row)] == ["dates"]
        assert list(InboxItem.objects.values_list("kind", "upload", "done_at")) == [
            ("diary", row.pk, None)
        ]
        [mailed] = mail.outbox
        assert mailed.subject == "A diary waits for an answer"
        assert (
            "Do the dates of the column “date” begin with the day or with the month?" in mailed.body
        )
        assert [word in mailed.body for word in ("Ann", "0491", "03/04")] == [False] * 3

    def test_goes_on_as_that_very_file_and_teaches_the_next_night(self, tmp_path: Path) -> None:
        sydney()
        boss = make.make_user("mia", group="manager")
        put(tmp_path, "monday.csv", self.CONTENT)
        pick_up_files(tmp_path, now=NOW)
        row = Import.objects.get()
        sign = sign_of(questions_of_import(row))

        answer_questions(row, {"dates": 1}, sign=sign, user_id=boss.pk)
        work_off_imports(now=NOW)
        assert InboxItem.objects.filter(done_at=None).count() == 1
        go(Import.objects.get(), gone="keep", remember_as="", confirmed=False)
        work_off_imports(now=NOW)

        assert diary()[0][3] == "2026-03-04 10:00"
        card = InboxItem.objects.get()
        assert (card.outcome, card.done_by) == ("imported", boss)
        put(tmp_path, "tuesday.csv", self.CONTENT.replace(b"03/04", b"03/05"))
        pick_up_files(tmp_path, now=NOW)
        found = files(tmp_path)
        assert ("done/tuesday.csv" in found, diary()[0][3]) == (True, "2026-03-05 10:00")

    def test_is_let_go_when_a_newer_one_of_its_diary_comes(self, tmp_path: Path) -> None:
        sydney()
        for name in ("monday.csv", "tuesday.csv"):
            put(tmp_path, name, self.CONTENT)
            pick_up_files(tmp_path, now=NOW)
        other = csv_of("Bob Ray,0491 570 156,03/04/2026,10:00", header="name,phone,date,time")
        put(tmp_path, "other.csv", other)
        pick_up_files(tmp_path, now=NOW)
        assert list(Import.objects.order_by("pk").values_list("filename", "state")) == [
            ("monday.csv", "refused"),
            ("tuesday.csv", "uploaded"),
            ("other.csv", "uploaded"),
        ]

        put(tmp_path, "wednesday.csv", csv_of(ANN))
        pick_up_files(tmp_path, now=NOW)

        cards = InboxItem.objects.order_by("pk").values_list("upload__filename", "outcome")
        assert list(cards) == [
            ("monday.csv", "newer_file"),
            ("tuesday.csv", "newer_file"),
            ("other.csv", ""),
        ]

    def test_is_settled_when_it_is_thrown_away_or_nobody_came(self, tmp_path: Path) -> None:
        sydney()
        boss = make.make_user("mia", group="manager")
        put(tmp_path, "monday.csv", self.CONTENT)
        pick_up_files(tmp_path, now=NOW)
        assert discard(Import.objects.get(), user_id=boss.pk, now=NOW)
        put(tmp_path, "tuesday.csv", self.CONTENT)
        pick_up_files(tmp_path, now=NOW)

        forget_old_files(now=NOW + timedelta(days=13))
        assert InboxItem.objects.filter(done_at=None).count() == 1
        forget_old_files(now=NOW + timedelta(days=15))

        assert list(InboxItem.objects.order_by("pk").values_list("outcome", flat=True)) == [
            "thrown_away",
            "let_go",
        ]
