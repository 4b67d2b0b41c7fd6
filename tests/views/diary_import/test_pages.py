"""The import's pages: who may see them, what they ask, what they show, what they do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.write.identity import APART
from reminders.models import Appointment, Import, ImportMapping, Location
from tests.domain.diary_import.importing import HEADER, bring_in, csv_of, sydney
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db
DAY = (timezone.now() + timedelta(days=9)).date()
ANN = f"1,Ann Lee,0491 570 006,{DAY},10:00"
BOB = f"2,Bob <b>Ray</b>,12,{DAY},11:30"
SignIn = Callable[..., Client]


@pytest.fixture
def site() -> Location:
    """One location in Australia."""
    return sydney()


def send(client: Client, content: bytes, name: str = "diary.csv") -> str:
    """Upload, have the background do its part, and return the address of the import."""
    response = client.post("/import/", {"file": SimpleUploadedFile(name, content)})
    assert response.status_code == 302, as_read(response)
    work_off_imports(now=timezone.now())
    return str(response["Location"])


def text(client: Client, address: str) -> str:
    response = client.get(address, follow=True)
    assert response.status_code == 200
    return as_read(response).replace("> <", "><")


def test_receptionists_may_not_import(sign_in: SignIn, site: Location) -> None:
    assert sign_in("receptionist").get("/import/").status_code == 403


def test_from_upload_to_outcome(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    address = send(client, csv_of(ANN, BOB))
    preview = text(client, address)
    assert "Import 2 appointments" in preview
    assert "Digits are missing" in text(client, f"{address}?show=cannot")
    assert "<b>Ray</b>" not in preview

    client.post(f"{address}go/", {"gone": "keep", "remember_as": "Front desk"})
    assert "Waiting its turn" in text(client, address)
    work_off_imports(now=timezone.now())

    outcome = text(client, address)
    assert "Imported" in outcome
    assert Appointment.objects.count() == 2
    assert ImportMapping.objects.get().name == "Front desk"


def test_the_same_file_again_is_nothing_new(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    client.post(f"{send(client, csv_of(ANN))}go/")
    work_off_imports(now=timezone.now())

    assert "Nothing new." in text(client, send(client, csv_of(ANN)))


def test_what_is_no_table_is_told_at_once_and_not_kept(sign_in: SignIn, site: Location) -> None:
    response = sign_in("manager").post(
        "/import/", {"file": SimpleUploadedFile("diary.csv", b"%PDF-1.4")}
    )

    assert response.status_code == 422
    assert "This is a PDF document" in as_read(response)
    assert not Import.objects.exists()


def test_a_missing_column_is_asked_for(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    content = csv_of(f"1,Q,0491 570 006,{DAY},10:00", header="id,who is it,phone,date,time")
    address = send(client, content)
    page = text(client, address)
    assert "There is no name column. Which column holds the name?" in page
    assert 'value="0" checked' in page

    again = client.post(f"{address}columns/", {f"column-{n}": "" for n in range(5)})
    assert again.status_code == 422

    meanings = ("external_id", "name", "phone", "date", "time")
    client.post(
        f"{address}columns/", {f"column-{n}": meaning for n, meaning in enumerate(meanings)}
    )
    work_off_imports(now=timezone.now())
    assert "Import 1 appointment" in text(client, address)


def test_the_writing_of_dates_is_asked_in_words(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    address = send(client, csv_of(f"1,Ann Lee,0491 570 006,03/04/{DAY.year + 1},10:00"))
    assert f"3 April {DAY.year + 1}" in text(client, address)

    sign = client.get(f"{address}questions/").context["sign"]
    client.post(f"{address}questions/", {"question-0": "1", "sign": sign})
    work_off_imports(now=timezone.now())

    assert "Import 1 appointment" in text(client, address)


def test_wrong_cells_carry_their_reason(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")

    address = send(client, csv_of(ANN, "2,Bob Ray,0491 570 156,2026-02-30,25:00"))
    asked = client.get(f"{address}questions/").context
    [question] = [one.question for one in asked["asked"]]
    stop = [choice.answer.meaning for choice in question.choices].index("stop")
    client.post(f"{address}questions/", {"question-0": str(stop), "sign": asked["sign"]})
    work_off_imports(now=timezone.now())
    page = text(client, address)

    assert "there is no such day in the calendar" in page
    assert "a day has the hours 0 to 23" in page
    assert "<b>1</b> to correct" in page
    assert "Bob Ray" in page
    assert "Nothing was imported." in page


def test_changes_show_the_old_beside_the_new(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    client.post(f"{send(client, csv_of(ANN))}go/")
    work_off_imports(now=timezone.now())

    page = text(client, send(client, csv_of(ANN.replace("10:00", "12:15"))))

    assert "Time: <del><bdi>10:00</bdi></del> → <ins><bdi>12:15</bdi></ins>" in page


def test_cancelling_much_that_is_gone_wants_a_second_yes(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    client.post(f"{send(client, csv_of(ANN, BOB))}go/")
    work_off_imports(now=timezone.now())
    address = send(client, csv_of(ANN))

    assert "1 of 2 coming appointments are gone from the file" in text(client, address)
    assert "Cancel 1 that is gone" in text(client, f"{address}?gone=cancel")
    assert "50 % of those in its dates" in text(client, f"{address}?gone=cancel")

    client.post(f"{address}go/", {"gone": "cancel", "confirmed": "yes"})
    work_off_imports(now=timezone.now())
    assert Appointment.objects.get(external_id="2").status == "cancelled"


def test_the_outcome_comes_as_csv_that_no_spreadsheet_runs(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    address = send(client, csv_of(ANN, BOB.replace("Bob <b>Ray</b>", "=1+1 Ray")))
    client.post(f"{address}go/")
    work_off_imports(now=timezone.now())

    response = client.get(f"{address}outcome.csv")

    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert lines[0] == f"Row,Outcome,Why,{HEADER}"
    assert lines[1] == f"2,New,,{ANN}"
    assert lines[2].startswith('3,New,"Digits are missing.')
    assert ",'=1+1 Ray," in lines[2]


def test_the_outcome_as_csv_keeps_the_order_of_the_file_and_ends_with_what_is_gone(
    sign_in: SignIn, site: Location
) -> None:
    client = sign_in("manager")
    client.post(f"{send(client, csv_of(ANN, BOB))}go/")
    work_off_imports(now=timezone.now())
    moved = ANN.replace("10:00", "10:30")
    address = send(client, csv_of(f"9,Cy Orr,0491 570 157,{DAY},10:00", moved))
    client.post(f"{address}go/", {"gone": "keep"})
    work_off_imports(now=timezone.now())

    response = client.get(f"{address}outcome.csv")

    lines = b"".join(response).decode("utf-8-sig").splitlines()
    assert lines[1:] == [
        f"2,New,,9,Cy Orr,0491 570 157,{DAY},10:00",
        f"3,Changed,,{moved}",
        f",Gone from the file,,2,Bob <b>Ray</b>,,{DAY},11:30",
    ]


def test_rows_that_nothing_changed_are_counted_and_not_listed(
    sign_in: SignIn, site: Location
) -> None:
    client = sign_in("manager")
    for rows in ((ANN, BOB), (ANN, BOB.replace("11:30", "11:45"))):
        address = send(client, csv_of(*rows))
        client.post(f"{address}go/")
        work_off_imports(now=timezone.now())

    page = text(client, address)
    lines = b"".join(client.get(f"{address}outcome.csv")).decode("utf-8-sig").splitlines()
    assert "1 unchanged row is only counted, not listed." in page
    assert lines[-1] == ',Unchanged,"1 more, of which only the number is kept"'


def test_a_second_yes_is_asked_for_on_the_server_too(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    client.post(f"{send(client, csv_of(ANN, BOB))}go/")
    work_off_imports(now=timezone.now())
    address = send(client, csv_of(ANN))

    response = client.post(f"{address}go/", {"gone": "cancel"}, follow=True)

    page = " ".join(as_read(response).split())
    assert "say yes first to “cancel 1 appointment, 50 % of those in its dates”" in page
    assert 'name="gone" value="cancel"' in page
    work_off_imports(now=timezone.now())
    assert not Appointment.objects.filter(status="cancelled").exists()


def test_zero_bytes_in_what_is_posted_are_no_fault(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    address = send(client, csv_of(ANN))

    assert client.post(f"{address}go/", {"remember_as": "Front\0desk"}).status_code == 302
    work_off_imports(now=timezone.now())
    assert ImportMapping.objects.get().name == "Front desk"


def test_the_preview_says_what_each_column_is_read_as(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    header = "nr,Patient,Handy,date,time"

    page = text(client, send(client, csv_of(ANN, header=header)))

    assert '<bdi>Patient</bdi><span class="sub">Name</span>' in page
    assert '<bdi>Handy</bdi><span class="sub">Phone</span>' in page


def test_an_import_is_taken_back(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    address = send(client, csv_of(ANN))
    client.post(f"{address}go/")
    work_off_imports(now=timezone.now())
    assert "1 new appointment vanishes" in text(client, f"{address}undo/")

    client.post(f"{address}undo/")
    work_off_imports(now=timezone.now())

    assert not Appointment.objects.exists()
    assert "Everything was taken back." in text(client, address)


def test_progress_sends_the_page_on_when_the_work_is_done(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    response = client.post("/import/", {"file": SimpleUploadedFile("diary.csv", csv_of(ANN))})
    address = response["Location"]
    assert "Waiting to be checked" in as_read(
        client.get(f"{address}progress/", headers={"HX-Request": "true"})
    )

    work_off_imports(now=timezone.now())

    assert (
        client.get(f"{address}progress/", headers={"HX-Request": "true"})["HX-Redirect"] == address
    )


def test_a_manager_of_one_site_neither_sees_nor_imports_the_others(
    sign_in: SignIn, site: Location
) -> None:
    other = sydney("Perth")
    mine = sign_in("manager", site)
    address = send(sign_in("manager"), csv_of(f"{ANN},Perth", header=f"{HEADER},location"))
    assert mine.get(address).status_code == 404

    page = text(mine, send(mine, csv_of(f"{ANN},Perth", header=f"{HEADER},location")))

    assert "There is no location “Perth”" in page
    assert not Appointment.objects.filter(location=other).exists()


def test_the_list_costs_the_same_for_one_import_and_for_many(
    sign_in: SignIn, site: Location, statements: Callable[[Callable[[], object]], int]
) -> None:
    client = sign_in("manager")
    send(client, csv_of(ANN))
    few = statements(lambda: client.get("/import/"))
    for _ in range(3):
        send(client, csv_of(ANN))

    assert statements(lambda: client.get("/import/")) == few


def test_a_discarded_file_leaves_the_list(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    address = send(client, csv_of(ANN))

    client.post(f"{address}discard/")

    assert not Import.objects.exists()


def test_patients_whom_a_file_changes_are_counted_and_shown_before_and_after(
    sign_in: SignIn, site: Location
) -> None:
    header = f"{HEADER},patient id"
    bring_in(csv_of(f"{ANN},7", header=header), now=timezone.now())
    client = sign_in("manager")
    new = [f"{n},Ann Lee,0491 570 156,{DAY},1{n}:00,7" for n in (2, 3)]
    address = send(client, csv_of(*new, header=header))
    change = (
        '<span class="change">Phone: <del><bdi>+61491570006</bdi></del> → '
        "<ins><bdi>+61491570156</bdi></ins>"
    )

    for after in (False, True):
        if after:
            client.post(f"{address}go/", {"gone": "keep", "remember_as": ""})
            work_off_imports(now=timezone.now())
        page = text(client, f"{address}?show=patients")
        assert '<div class="tile"><b>1</b><span>patient changed</span></div>' in page
        assert page.count(change) == 1
        assert "<bdi>Ann Lee</bdi></a>" in page


def test_a_number_of_somebody_else_is_something_to_look_at(sign_in: SignIn, site: Location) -> None:
    header = f"{HEADER},patient id"
    bring_in(csv_of(f"{ANN},7", header=header), now=timezone.now())
    client = sign_in("manager")

    address = send(client, csv_of(f"2,Bob Ray,0491 570 156,{DAY},11:00,7", header=header))

    assert APART in text(client, f"{address}?show=flagged")
