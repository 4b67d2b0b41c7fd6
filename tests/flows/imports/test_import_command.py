"""The command as scripts use it: exit codes, JSON, errors by row, standard input, saved
mappings.
"""

from __future__ import annotations

import io
import json
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from reminders.models import Appointment, Import, ImportMapping, Location
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = date.today() + timedelta(days=10)  # noqa: DTZ011  # any coming day
FILE = f"id,name,phone,date,time\n1,Ann Lee,0491 570 006,{DAY},10:00\n2,Bob Ray,12,{DAY},11:00\n"


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the command."""
    out, err = io.StringIO(), io.StringIO()
    try:
        call_command("import_appointments", *arguments, stdout=out, stderr=err)
    except SystemExit as exit_:
        return int(exit_.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def run_json(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and the JSON."""
    code, out, _ = run(*arguments, "--json")
    return code, json.loads(out)


@pytest.fixture
def site() -> Location:
    """One location in Australia."""
    return make.make_location(name="Sydney", zone="Australia/Sydney", country="AU")


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    """A file of two rows, the second without a usable phone."""
    path = tmp_path / "diary.csv"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_file_is_imported_and_again_is_nothing_new(site: Location, diary: Path) -> None:
    code, out, err = run(str(diary))
    assert (code, out) == (
        0,
        "2 rows: 2 new, 0 changed, 0 unchanged, 0 gone from the file, 1 cannot be "
        "reminded.\nImported.\n",
    )
    assert "Cannot be reminded. Row 3, column “phone”: Digits are missing." in err

    code, out, _ = run(str(diary))
    assert (code, out.splitlines()[1:]) == (0, ["Nothing new.", "Imported."])
    assert Import.objects.count() == 2


def test_json_says_what_became_of_the_file(site: Location, diary: Path) -> None:
    code, outcome = run_json(str(diary))

    promised = ("rows", "new", "changed", "unchanged", "gone", "cannot_be_reminded", "errors")
    assert (code, [outcome[name] for name in promised]) == (0, [2, 2, 0, 0, 0, 1, []])


def test_errors_go_to_stderr_by_row_and_into_the_json(site: Location, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(FILE + f"3,Cy Orr,0491 570 156,{DAY},25:00\n", encoding="utf-8")

    code, out, err = run(str(path), "--json")

    message = "“25:00” is not a time: a day has the hours 0 to 23, an hour 60 minutes."
    assert code == 1
    assert err.splitlines() == [f"Row 4, column “time”: {message}", "Nothing was imported."]
    assert json.loads(out)["errors"] == [{"row": 4, "column": "time", "message": message}]
    assert (Appointment.objects.count(), Import.objects.count()) == (0, 0)


def test_a_dry_run_says_so_and_changes_nothing(site: Location, diary: Path) -> None:
    code, out, _ = run(str(diary), "--dry-run")

    assert (code, out.splitlines()[-1]) == (0, "This was a dry run: nothing was imported.")
    assert not Appointment.objects.exists()


def test_a_missing_file_is_one_line(site: Location) -> None:
    assert run("/nowhere/diary.csv") == (
        1,
        "",
        "There is no file /nowhere/diary.csv. Check the name.\nNothing was imported.\n",
    )


def test_a_dash_reads_standard_input(site: Location) -> None:
    real, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(FILE.encode()))
    try:
        assert run_json("-")[1]["new"] == 2
    finally:
        sys.stdin = real


def test_locations_are_created_only_when_asked(diary: Path) -> None:
    code, _, err = run(str(diary), "--location", "North")
    assert (code, err.splitlines()[-1]) == (1, "Nothing was imported.")

    assert run(str(diary), "--location", "North", "--create-locations")[0] == 0
    assert list(Location.objects.values_list("name", flat=True)) == ["North"]


def test_a_saved_mapping_gives_columns_and_the_writing_of_dates_a_meaning(
    site: Location, tmp_path: Path
) -> None:
    ImportMapping.objects.create(
        name="Front desk",
        columns={"Wer": "name", "Wohin": "phone", "Wann": "date", "Um": "time", "Name": ""},
        date_format="dmy",
    )
    path = tmp_path / "list.csv"
    path.write_text(
        "Wer;Wohin;Wann;Um;Name\nAnn Lee;0491 570 006;03/04/2027;9:00;x\n", encoding="utf-8"
    )

    assert run_json(str(path), "--mapping", "front desk")[1]["new"] == 1
    row = Appointment.objects.get()
    assert (row.local_date, row.extra) == (date(2027, 4, 3), {"Name": "x"})


def test_an_unknown_mapping_names_those_there_are(site: Location, diary: Path) -> None:
    ImportMapping.objects.create(name="Front desk")

    code, _, err = run(str(diary), "--mapping", "Back desk")

    assert (code, err.splitlines()[0]) == (
        1,
        "There is no mapping “Back desk”. There is “Front desk”. Mappings are saved when a file "
        "is imported "
        "in the browser.",
    )


def test_ambiguous_dates_ask_for_the_date_format(site: Location, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "name,phone,date,time\nAnn Lee,0491 570 006,03/04/2027,9:00\n", encoding="utf-8"
    )

    code, _, err = run(str(path))
    assert code == 1
    assert "may be 3 April 2027 or 4 March 2027" in err

    assert run(str(path), "--date-format", "MM/DD/YYYY")[0] == 0
    assert Appointment.objects.get().local_date == date(2027, 3, 4)


def test_what_was_imported_can_be_exported_and_imported_again(
    site: Location, diary: Path, tmp_path: Path
) -> None:
    run(str(diary))
    out = io.StringIO()
    call_command("export_appointments", stdout=out)
    path = tmp_path / "export.csv"
    path.write_text(out.getvalue(), encoding="utf-8")

    assert out.getvalue().splitlines()[0] == (
        "external_id,starts_at,location,name,phone,status,message_state,last_reply"
    )
    assert run_json(str(path))[1]["unchanged"] == 2


def test_patients_whom_the_file_changes_are_told_in_words_and_in_the_json(
    site: Location, tmp_path: Path
) -> None:
    path = tmp_path / "numbered.csv"
    header = "id,patient id,name,phone,date,time"
    path.write_text(f"{header}\n1,7,Ann Lee,0491 570 006,{DAY},10:00\n")
    run(str(path))
    path.write_text(
        f"{header}\n2,7,Ann Lee,0491 570 156,{DAY},11:00\n3,7,Cy Poe,0491 570 157,{DAY},12:00\n"
    )

    agreed = ("--agree", "one_number")
    code, out, _ = run(str(path), "--dry-run", *agreed)
    assert (
        code,
        "1 patient has changed.\n1 new with a patient number of somebody else" in out,
    ) == (0, True)
    code, outcome = run_json(str(path), *agreed)
    assert (code, outcome["new"], outcome["contacts_changed"], outcome["contacts_apart"]) == (
        0,
        2,
        1,
        1,
    )
