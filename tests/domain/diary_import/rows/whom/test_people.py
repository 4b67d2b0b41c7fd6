"""Whom a row is about and which number is texted."""

import pytest

from reminders.domain.diary_import.questions import About
from reminders.models import Contact, Location, Practitioner
from tests import factories as make
from tests.domain.diary_import.importing import (
    ANN,
    HEADER,
    bring_in,
    csv_of,
    open_questions,
    sydney,
)
from tests.domain.diary_import.rows.asked import asked, meaning, said

pytestmark = pytest.mark.django_db
CALLED = {"Preferred Name": "preferred_name"}
PHONES = {"Home": "phone", "Cell": "second_phone", "Work": ""}


def people() -> list[tuple[str, str, str]]:
    rows = Contact.objects.order_by("pk")
    return [(row.name, row.preferred_name, row.greeting) for row in rows]


def called(*rows: str) -> None:
    bring_in(csv_of(*rows, header=f"{HEADER},Preferred Name"), mapping=CALLED)


def test_the_name_is_kept_and_the_preferred_one_greets() -> None:
    sydney()

    called(
        f"{ANN},Annie",
        "2,Tom Rhys,0491 570 156,2026-03-04,11:00,",
        "3,Cy Poe,0491 570 157,2026-03-04,11:00,N/A",
    )

    assert people() == [
        ("Ann Lee", "Annie", "Annie"),
        ("Tom Rhys", "", "Tom"),
        ("Cy Poe", "", "Cy"),
    ]


def test_who_is_called_otherwise_by_now_stays_the_same_person() -> None:
    sydney()
    bring_in(csv_of(ANN))

    called(f"{ANN},Annie")
    called(f"{ANN},")
    bring_in(csv_of(ANN))

    assert people() == [("Ann Lee", "Annie", "Annie")]


@pytest.mark.parametrize(
    ("home", "cell", "texted"),
    [
        ("(02) 5550 1234", "0491 570 156", "+61491570156"),
        ("0491 570 156", "(02) 5550 1234", "+61491570156"),
        ("0491 570 156", "0491 570 157", "+61491570156"),
        ("", "0491 570 156", "+61491570156"),
        ("n/a", "0491 570 156", "+61491570156"),
        ("(02) 5550 1234", "", "+61255501234"),
        ("", "(02) 5550 1234", "+61255501234"),
        ("12", "", ""),
    ],
)
def test_the_mobile_is_texted_wherever_it_stands(home: str, cell: str, texted: str) -> None:
    sydney()

    bring_in(
        csv_of(f"1,Ann Lee,{home},{cell},2026-03-04,10:00", header="id,name,Home,Cell,date,time"),
        mapping={"Home": "phone", "Cell": "second_phone"},
    )

    assert Contact.objects.get().phone == texted


def test_a_guardians_phone_is_texted_only_where_somebody_said_so() -> None:
    sydney()
    content = csv_of("1,Ann Lee,,2026-03-04,10:00,0491 570 156", header=f"{HEADER},Guardian mobile")

    (question,) = open_questions(content)
    assert question.words == "The patients’ own phone is blank. Whom may texts go to?"
    assert question.likeliest.words == "Nobody but the patients themselves"
    assert "phone" not in {choice.answer.meaning for choice in question.choices}
    bring_in(content, answers=said(About.COLUMN, "", "Guardian mobile"))
    assert Contact.objects.get().phone == ""

    bring_in(content, answers=said(About.COLUMN, "guardian_phone", "Guardian mobile"))
    assert Contact.objects.latest("pk").phone == "+61491570156"


@pytest.mark.parametrize("number", ["NEW", "n/a", "-", "keine", "brak", "0"])
def test_a_word_for_no_number_makes_nobody_the_same(number: str) -> None:
    sydney()

    bring_in(
        csv_of(
            f"{ANN},{number}",
            f"2,Bob Ray,0491 570 156,2026-03-04,11:00,{number}",
            header=f"{HEADER},patient id",
        )
    )

    assert list(Contact.objects.order_by("pk").values_list("name", "external_id")) == [
        ("Ann Lee", ""),
        ("Bob Ray", ""),
    ]


def test_a_language_that_nobody_knows_is_asked_about() -> None:
    sydney()
    content = csv_of(f"{ANN},Strine", header=f"{HEADER},language")

    assert asked(content) == [("Which language is “Strine”? (1 row)", ["default", "en"])]
    bring_in(content, answers=meaning("language", "Strine", "default"))
    assert Contact.objects.get().language == ""


class TestNamesOfPlaces:
    CONTENT = csv_of(f"{ANN},Main St", header=f"{HEADER},site")

    def test_an_unknown_location_is_asked_about_with_the_most_similar_first(self) -> None:
        for name in ("Harbour", "Main Street"):
            make.make_location(name=name, zone="Australia/Sydney", country="AU")

        assert asked(self.CONTENT) == [
            (
                "There is no location “Main St”. Which one is it?",
                ["Main Street", "Harbour", "create", "leave_out"],
            )
        ]

    @pytest.mark.parametrize(
        ("answer", "where"),
        [("Sydney", "Sydney"), ("create", "Main St"), ("leave_out", None)],
    )
    def test_the_answer_is_taken(self, answer: str, where: str | None) -> None:
        sydney()

        outcome = bring_in(self.CONTENT, answers=meaning("Site", "main st", answer))

        found = Location.objects.filter(appointment__isnull=False)
        assert [place.name for place in found] == ([where] if where else [])
        assert outcome.counts.left_out == ({} if where else {"location": 1})

    def test_nobody_creates_a_location_who_may_not(self) -> None:
        only = frozenset({sydney().pk})

        [(_, choices)] = asked(self.CONTENT, only_locations=only)
        assert choices == ["Sydney", "leave_out"]
        again = asked(
            self.CONTENT, only_locations=only, answers=meaning("site", "Main St", "create")
        )
        assert len(again) == 1

    def test_a_practitioner_is_another_one_by_an_answer(self) -> None:
        sydney()

        outcome = bring_in(
            csv_of(f"{ANN},Dr Patl", header=f"{HEADER},doctor"),
            answers=meaning("doctor", "Dr Patl", "Dr Patel"),
        )

        assert [name for name, _ in outcome.counts.new_practitioners] == ["Dr Patel"]
        assert Practitioner.objects.get().name == "Dr Patel"


@pytest.mark.parametrize(
    ("given", "phone", "problem"),
    [
        ("0800 123 4567", "", "no_texts"),
        ("0909 879 0000", "", "no_texts"),
        ("020 7946 0303", "+442079460303", ""),
        ("07700 900123", "+447700900123", ""),
    ],
)
def test_paid_lines_and_freephones_are_nobodys(given: str, phone: str, problem: str) -> None:
    make.make_location(name="Leeds", zone="Europe/London", country="GB")

    bring_in(csv_of(f"1,Ann Lee,{given},2026-03-04,10:00"))

    person = Contact.objects.get()
    assert (person.phone, person.phone_problem) == (phone, problem)
