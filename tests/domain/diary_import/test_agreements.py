"""That a strange file is right may be said once, or always: then the watched folder takes the next
one.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from reminders.domain.diary_import import pick_up_files, work_off_imports
from reminders.domain.diary_import.asking.answering import answer_questions
from reminders.domain.diary_import.asking.stored import questions_of_import, sign_of
from reminders.domain.diary_import.uploads import go
from reminders.models import Import, TaughtAnswer
from tests import factories as make
from tests.domain.diary_import.folder.test_pick_up import files, put
from tests.domain.diary_import.importing import NOW, csv_of, diary, sydney

pytestmark = pytest.mark.django_db


def midnight(day: int) -> bytes:
    """A night's file, all of whose visits begin at midnight."""
    return csv_of(
        f"{day}1,Ann Lee,0491 570 006,2026-03-{day:02d},00:00",
        f"{day}2,Bo Ray,0491 570 156,2026-03-{day:02d},00:00",
    )


def answered(folder: Path, choice: str) -> None:
    """A manager answers the card of the first night's file, and says go."""
    boss = make.make_user("mia", group="manager")
    put(folder, "monday.csv", midnight(4))
    pick_up_files(folder, now=NOW)
    row = Import.objects.get()
    [question] = questions_of_import(row)
    place = [one.words for one in question.choices].index(choice)
    answer_questions(row, {question.name: place}, sign=sign_of([question]), user_id=boss.pk)
    work_off_imports(now=NOW)
    assert go(Import.objects.get(), gone="keep", remember_as="", confirmed=False)
    work_off_imports(now=NOW)
    assert len(diary()) == 2


def test_once_means_this_file_alone(tmp_path: Path) -> None:
    sydney()
    answered(tmp_path, "Yes, that is right")

    put(tmp_path, "tuesday.csv", midnight(5))
    pick_up_files(tmp_path, now=NOW)

    assert ("failed/tuesday.csv" in files(tmp_path), len(diary())) == (True, 2)
    assert not TaughtAnswer.objects.exists()


def test_always_is_taught_and_the_folder_takes_the_next_night(tmp_path: Path) -> None:
    sydney()
    answered(tmp_path, "Yes, and do not ask this again of files like it")

    put(tmp_path, "tuesday.csv", midnight(5))
    pick_up_files(tmp_path, now=NOW)

    assert ("done/tuesday.csv" in files(tmp_path), len(diary())) == (True, 4)
    [taught] = TaughtAnswer.objects.all()
    assert (taught.about, taught.value, taught.meaning) == ("check", "midnight", "midnight")


def test_forgotten_it_is_asked_again(tmp_path: Path) -> None:
    sydney()
    answered(tmp_path, "Yes, and do not ask this again of files like it")
    browser = Client()
    browser.force_login(make.make_user("ann", group="manager"))
    assert "Visits begin at midnight" in browser.get(reverse("taught_answers")).content.decode()

    browser.post(reverse("taught_answer_remove", args=[TaughtAnswer.objects.get().pk]))
    put(tmp_path, "tuesday.csv", midnight(5))
    pick_up_files(tmp_path, now=NOW)

    assert ("failed/tuesday.csv" in files(tmp_path), len(diary())) == (True, 2)
