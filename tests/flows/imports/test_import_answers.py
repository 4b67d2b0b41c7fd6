"""The command asks what the browser would ask, and takes the answers as options."""

from __future__ import annotations

from pathlib import Path

import pytest

from reminders.domain.diary_import.questions import About, Answer
from reminders.domain.diary_import.taught import Circle, remember
from reminders.models import Appointment, Location
from tests import factories as make
from tests.factories import NOON
from tests.flows.imports.test_import_command import DAY, run, run_json

pytestmark = pytest.mark.django_db
HEADER = ["id", "who is it", "phone", "date", "time", "fee"]
FILE = f"{','.join(HEADER)}\n1,Ann Lee,0491 570 006,{DAY},10:00,20\n"
NAMES = ("Smith John", "Brown Mary")
TWICE = f"id,name,phone,date,time\n1,Ann Lee,0491 570 006,03/04/{DAY.year + 1},10:00\n"


@pytest.fixture
def site() -> Location:
    """One location in Australia."""
    return make.make_location(name="Sydney", zone="Australia/Sydney", country="AU")


@pytest.fixture
def diary(tmp_path: Path) -> str:
    """A file of which no column is called a name."""
    path = tmp_path / "diary.csv"
    path.write_text(FILE, encoding="utf-8")
    return str(path)


def test_a_question_comes_with_the_option_that_answers_it(site: Location, diary: str) -> None:
    code, told = run_json(diary)

    assert (code, told["set_aside"], told["left_out"], told["contacts_changed"]) == (1, [], {}, 0)
    [question] = told["questions"]
    assert (question["about"], question["option"]) == ("column", '--column "who is it=name"')
    assert question["examples"] == ["who is it: Ann Lee"]
    assert '--column "who is it=name"' in run(diary)[2]


def test_the_option_answers_it_and_what_was_not_read_is_named(site: Location, diary: str) -> None:
    code, told = run_json(diary, "--column", "Who is it=name")

    assert (code, told["questions"], told["set_aside"]) == (0, [], ["fee"])
    assert Appointment.objects.get().contact.name == "Ann Lee"
    assert "Set aside: fee." in run(diary, "--column", "who is it=name")[1]


def test_an_option_that_names_no_column_of_the_file_is_refused(site: Location, diary: str) -> None:
    code, _, err = run(diary, "--column", "Wer=name")

    assert (code, Appointment.objects.count()) == (1, 0)
    assert err.startswith("--column names a column “Wer”, which the file does not have.")


def test_what_was_taught_is_used_and_an_option_goes_over_it(site: Location, diary: str) -> None:
    taught = [Answer(About.COLUMN, "name", "who is it")]
    remember(taught, header=HEADER, circle=Circle(), now=NOON, user_id=None)

    assert run(diary)[0] == 0
    assert run(diary, "--column", "who is it=notes")[0] == 1


def test_the_order_of_dates_is_a_question_like_the_others(site: Location, tmp_path: Path) -> None:
    path = tmp_path / "dates.csv"
    path.write_text(TWICE, encoding="utf-8")

    code, told = run_json(str(path))

    assert code == 1
    assert [one["options"] for one in told["questions"]] == [
        ["--date-format dmy", "--date-format mdy"]
    ]
    assert run(str(path), "--date-format", "mdy")[0] == 0


def test_the_location_is_a_question_like_the_others(site: Location, tmp_path: Path) -> None:
    make.make_location(name="Perth Hills", zone="Australia/Perth", country="AU")
    path = tmp_path / "dates.csv"
    path.write_text(FILE.replace("who is it", "name"), encoding="utf-8")

    code, told = run_json(str(path))

    assert code == 1
    assert told["questions"][0]["options"] == ['--location "Perth Hills"', "--location Sydney"]
    assert run(str(path), "--location", "Perth Hills")[0] == 0


def test_the_order_of_names_is_a_question_that_is_taught(site: Location, tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    header = [*HEADER[:1], "name", *HEADER[2:5]]
    rows = [f"{n},{name},0491 570 006,{DAY},10:0{n}\n" for n, name in enumerate(NAMES)]
    path.write_text("".join([",".join(header) + "\n", *rows]), encoding="utf-8")

    code, told = run_json(str(path))
    [question] = told["questions"]
    option = ("--column", "name=name_family_first")

    assert (code, question["option"]) == (1, f'{option[0]} "{option[1]}"')
    assert run(str(path), "--dry-run", *option)[0] == 0
    taught = [Answer(About.COLUMN, "name_family_first", "name")]
    remember(taught, header=header, circle=Circle(), now=NOON, user_id=None)
    assert run(str(path))[0] == 0
    greeted = set(Appointment.objects.values_list("contact__first_name", flat=True))
    assert greeted == {"John", "Mary"}
