"""Who must not be texted as the diary says, and who gives that back."""

import pytest

from reminders.domain.common.audit import Actor
from reminders.domain.diary.contacts import change_contact
from reminders.domain.diary_import.undo import take_back
from reminders.models import (
    Appointment,
    AuditEntry,
    Contact,
    Import,
    ImportRow,
    Reminder,
    Suppression,
)
from tests import factories as make
from tests.domain.diary_import.importing import NOW, bring_in, csv_of, sydney
from tests.domain.diary_import.rows.asked import asked, meaning

pytestmark = pytest.mark.django_db
HEADER = "id,name,phone,date,time,SMS consent"
MAPPING = {"SMS consent": "may_text"}
ANN = "1,Ann Lee,0491 570 006,2026-03-04,10:00"
STAFF = Actor(AuditEntry.Source.STAFF, None)


def consent(answer: str, *, row: str = ANN) -> None:
    bring_in(csv_of(f"{row},{answer}", header=HEADER), mapping=MAPPING)


def channel() -> str:
    return Contact.objects.get().channel


def reasons() -> list[tuple[str, str]]:
    return list(Reminder.objects.order_by("version").values_list("state", "reason"))


def test_a_day_of_consent_is_one_and_a_day_that_is_none_is_not() -> None:
    sydney()

    consent("01/02/2026")
    assert channel() == "sms"
    consent("00/00/0000")
    assert channel() == "none"


def test_no_text_goes_to_somebody_who_did_not_consent_and_the_reason_shows() -> None:
    sydney()
    make.make_confirmation_rule()

    outcome = bring_in(
        csv_of(f"{ANN},No", "2,Bob Ray,0491 570 156,2026-03-04,11:00,Yes", header=HEADER),
        mapping=MAPPING,
    )

    assert list(Contact.objects.order_by("pk").values_list("first_name", "channel")) == [
        ("Ann", "none"),
        ("Bob", "sms"),
    ]
    assert sorted(reasons()) == [("planned", ""), ("skipped", "no_channel")]
    assert [str(problem) for problem in outcome.cannot_be_reminded] == [
        "Row 2, column “phone”: The diary says that this patient must not be texted."
    ]
    assert AuditEntry.objects.get(contact__first_name="Ann").details["channel"] == ["sms", "none"]


@pytest.mark.parametrize(
    ("column", "field", "value", "kept_from"),
    [
        ("Do not contact", "no_texts", "Yes", "none"),
        ("Do not contact", "no_texts", "No", "sms"),
        ("SMS opt-in", "may_text", "Opted out", "none"),
        ("Deceased", "deceased", "Yes", "none"),
        ("Deceased", "deceased", "No", "sms"),
        ("Deceased", "deceased", "", "sms"),
        ("SMS consent", "may_text", "", "sms"),
    ],
)
def test_each_kind_of_column_says_it(column: str, field: str, value: str, kept_from: str) -> None:
    sydney()

    bring_in(
        csv_of(f"{ANN},{value}", header=f"id,name,phone,date,time,{column}"),
        mapping={column: field},
    )

    assert channel() == kept_from


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("Ann Lee (no texts)", "Ann Lee"),
        ("Ann Lee *DECEASED*", "Ann Lee"),
        ('"Lee, Ann [do not text]"', "Ann Lee"),
        ("Ann Lee - deceased", "Ann Lee"),
        ("Ann Lee no texts", "Ann Lee"),
        ("Ann Lee do not contact", "Ann Lee"),
        ("RIP Ann Lee", "Ann Lee"),
        ("Ann Lee-Jones keine SMS", "Ann Lee-Jones"),
    ],
)
def test_marks_in_names_count_and_are_no_part_of_the_name(name: str, kept: str) -> None:
    sydney()

    bring_in(csv_of(f"1,{name},0491 570 006,2026-03-04,10:00"))

    assert Contact.objects.values_list("name", "channel").get() == (kept, "none")


def test_what_is_neither_yes_nor_no_is_asked_about() -> None:
    sydney()
    content = csv_of(f"{ANN},verbal", header=HEADER)

    assert asked(content, mapping=MAPPING) == [
        ("What does “verbal” mean in the column “SMS consent”? (1 row)", ["no", "yes"])
    ]
    bring_in(content, mapping=MAPPING, answers=meaning("SMS consent", "verbal", "no"))
    assert channel() == "none"


def test_the_strictest_row_about_somebody_counts() -> None:
    sydney()
    other = ANN.replace("1,", "2,", 1).replace("10:00", "11:00")

    bring_in(csv_of(f"{ANN},Yes", f"{other},No", header=HEADER), mapping=MAPPING)

    assert channel() == "none"


def test_a_later_yes_gives_back_what_the_diary_took() -> None:
    sydney()
    make.make_confirmation_rule()
    consent("Yes")
    consent("No")
    assert (channel(), reasons()[-1]) == ("none", ("skipped", "no_channel"))

    consent("Yes")

    assert (channel(), reasons()[-1]) == ("sms", ("planned", ""))


def test_a_yes_gives_back_texts_that_a_new_patient_came_without() -> None:
    sydney()
    consent("No")

    consent("Yes")

    assert channel() == "sms"


def test_a_file_that_says_nothing_gives_nothing_back() -> None:
    sydney()
    consent("No")

    consent("")
    bring_in(csv_of(ANN))

    assert channel() == "none"


def test_a_yes_never_lifts_what_staff_took() -> None:
    sydney()
    consent("Yes")
    change_contact(Contact.objects.get(), {"channel": "none"}, by=STAFF, now=NOW)

    consent("Yes")

    assert channel() == "none"


def test_a_yes_never_lifts_an_opt_out_of_the_number() -> None:
    sydney()
    make.make_confirmation_rule()
    Suppression.objects.create(phone="+61491570006", reason=Suppression.Reason.PATIENT, since=NOW)

    consent("Yes")

    assert reasons() == [("skipped", "opted_out")]


def test_undoing_the_import_gives_back_what_it_took() -> None:
    sydney()
    consent("Yes")
    consent("No")

    take_back(Import.objects.latest("pk"), now=NOW)

    assert channel() == "sms"


def test_undoing_removes_a_new_patient_who_came_without_texts() -> None:
    sydney()
    consent("No")

    take_back(Import.objects.get(), now=NOW)

    assert (Contact.objects.count(), Appointment.objects.count()) == (0, 0)


def test_a_cancelled_visit_is_not_told_as_one_that_cannot_be_reminded() -> None:
    sydney()

    bring_in(csv_of(f"{ANN},No,cancelled", header=f"{HEADER},status"), mapping=MAPPING)

    assert ImportRow.objects.get().cannot_be_reminded == ""


def test_a_blank_beside_marks_of_consent_is_asked_about() -> None:
    sydney()
    content = csv_of(f"{ANN},X", "2,Bob Ray,0491 570 156,2026-03-04,11:00,", header=HEADER)

    [(words, offered)] = asked(content, mapping=MAPPING)
    assert words.startswith("“SMS consent” says yes in some rows and nothing in others.")
    assert offered == ["no", "yes"]

    bring_in(content, mapping=MAPPING, answers=meaning("SMS consent", "", "no"))
    assert dict(Contact.objects.values_list("first_name", "channel")) == {
        "Ann": "sms",
        "Bob": "none",
    }


@pytest.mark.parametrize("column", ["Opted out on", "Widerruf", "Date of death"])
def test_a_day_since_when_it_is_so_keeps_texts_back(column: str) -> None:
    sydney()

    bring_in(
        csv_of(
            f"{ANN},2026-01-05",
            "2,Bob Ray,0491 570 156,2026-03-04,11:00,",
            header=f"id,name,phone,date,time,{column}",
        )
    )

    assert dict(Contact.objects.values_list("first_name", "channel")) == {
        "Ann": "none",
        "Bob": "sms",
    }


def test_ways_of_contact_under_an_unknown_name_are_asked_about() -> None:
    sydney()
    content = csv_of(
        f"{ANN},SMS",
        "2,Bob Ray,0491 570 156,2026-03-04,11:00,Post",
        "3,Cy Orr,0491 570 157,2026-03-04,12:00,Email",
        header="id,name,phone,date,time,Zorp",
    )

    assert asked(content) == [
        (
            "“Zorp” seems to tell who may be texted. What is it?",
            ["channel", "may_text", "no_texts", ""],
        )
    ]
