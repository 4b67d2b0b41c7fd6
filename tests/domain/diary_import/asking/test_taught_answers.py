"""What was answered is remembered for files like it, and for nobody else's."""

from datetime import timedelta

import pytest

from reminders.domain.diary_import.questions import About, Answer, Choice, Question
from reminders.domain.diary_import.taught import (
    Circle,
    circle_of,
    forget,
    kept_answer,
    likeliest_first,
    remember,
    taught_again,
    taught_encoding,
    taught_for,
    taught_sheets,
)
from reminders.models import Location, TaughtAnswer
from tests import factories as make
from tests.domain.diary_import.importing import NOW

pytestmark = pytest.mark.django_db
HEADER = ["Patient", "Mobile (H)", "Status", "Start"]
PHONE = Answer(About.COLUMN, "phone", "Mobile (H)")
BROKEN = Answer(About.MEANING, "cancelled", "Status", "Broken")
DATES = Answer(About.DATES, "mdy")
EVERYWHERE = Circle()


def teach(*answers: Answer, header: list[str] = HEADER, circle: Circle = EVERYWHERE) -> int:
    return remember(answers, header=header, circle=circle, now=NOW, user_id=None)


def test_an_answer_holds_for_the_same_columns_in_any_order_and_case() -> None:
    teach(PHONE, BROKEN, DATES)

    found = taught_for(["start", "STATUS", "mobile  (h)", "Patient", ""], EVERYWHERE)

    assert set(found) == {
        Answer(About.COLUMN, "phone", "mobile  (h)"),
        Answer(About.MEANING, "cancelled", "STATUS", "broken"),
        DATES,
    }


@pytest.mark.parametrize("header", [HEADER[:3], [*HEADER, "Created"], ["Name", *HEADER[1:]]])
def test_a_file_of_other_columns_may_mean_something_else(header: list[str]) -> None:
    teach(PHONE, BROKEN, DATES)

    assert taught_for(header, EVERYWHERE) == []


def test_there_it_is_offered_ready_to_be_chosen() -> None:
    teach(PHONE)
    work = Choice(Answer(About.COLUMN, "phone", "Mobile (W)"), "“Mobile (W)”")
    home = Choice(PHONE, "“Mobile (H)”")
    question = Question(About.COLUMN, "phone", "Which phone is texted?", (work, home))

    [ready] = likeliest_first([question], EVERYWHERE)

    assert ready.choices == (home, work)
    assert likeliest_first([question], Circle("North")) == [question]


def test_it_is_kept_apart_by_diary_and_by_location() -> None:
    mill, main = make.make_location(), make.make_location()
    teach(PHONE, circle=Circle("North"))
    teach(BROKEN, circle=Circle(location_id=mill.pk))

    def known(circle: Circle) -> set[Answer]:
        return set(taught_for(HEADER, circle))

    here = {Answer(About.MEANING, "cancelled", "Status", "broken")}
    assert known(Circle("North")) == {PHONE}
    assert known(Circle(location_id=mill.pk)) == here
    assert (known(Circle(location_id=main.pk)), known(EVERYWHERE)) == (set(), set())


def test_a_locations_own_answer_goes_over_the_one_of_all() -> None:
    mill = make.make_location()
    teach(DATES, circle=Circle(location_id=mill.pk))
    teach(Answer(About.DATES, "dmy"))

    found = taught_for(HEADER, Circle(location_id=mill.pk))

    assert [answer.meaning for answer in found] == ["dmy", "mdy"]  # of two the later one holds


@pytest.mark.parametrize(
    "answer",
    [
        Answer(About.CHECK, "past"),
        Answer(About.ERRORS, "leave"),
        Answer(About.LOCATION, "Mill"),
        Answer(About.MEANING, "cancelled", "Status", "x" * 300),
    ],
)
def test_what_concerns_one_file_alone_is_not_remembered(answer: Answer) -> None:
    assert (teach(answer), TaughtAnswer.objects.count()) == (0, 0)


class TestSomebodyKeptToSomeLocations:
    @pytest.fixture
    def places(self) -> list[Location]:
        """Two locations."""
        return [make.make_location(), make.make_location()]

    def test_teaches_for_the_one_they_have(self, places: list[Location]) -> None:
        only = frozenset({places[0].pk})

        assert circle_of("", None, only) == Circle(location_id=places[0].pk)

    def test_teaches_nothing_with_a_file_of_no_location_of_theirs(
        self, places: list[Location]
    ) -> None:
        only = frozenset(place.pk for place in places)
        other = make.make_location()

        for location_id in (None, other.pk):
            assert teach(PHONE, circle=circle_of("", location_id, only)) == 0
        assert teach(PHONE, circle=circle_of("", places[1].pk, only)) == 1

    def test_never_changes_what_holds_for_others(self, places: list[Location]) -> None:
        teach(DATES)

        teach(Answer(About.DATES, "dmy"), circle=circle_of("", None, frozenset({places[0].pk})))

        assert taught_for(HEADER, EVERYWHERE) == [DATES]


def test_an_encoding_is_known_again_whatever_the_header_was_read_with() -> None:
    answer = Answer(About.ENCODING, "cp1250")
    teach(answer, header=["Příjmení", "Telefon", "Datum"])

    assert taught_encoding(["P\ufffd\ufffdjmen\ufffd", "Telefon", "Datum"], EVERYWHERE) == answer
    assert taught_encoding(["P\ufffdjmen", "Mobil", "Datum"], EVERYWHERE) is None


def test_a_sheet_is_known_by_the_names_of_all_and_its_columns() -> None:
    def asked(*names: str) -> Question:
        choices = tuple(Choice(Answer(About.SHEET, name), name) for name in names)
        return Question(About.SHEET, "sheet", "Which sheet?", choices)

    teach(kept_answer(asked("A", "B"), Answer(About.SHEET, "B")))

    [(answer, layout)] = taught_sheets(asked("B", "A"), EVERYWHERE)
    assert (answer.meaning, layout) == ("B", TaughtAnswer.objects.get().layout)
    assert taught_sheets(asked("A", "B", "C"), EVERYWHERE) == []


def test_what_was_forgotten_comes_back_unless_it_was_taught_anew() -> None:
    teach(PHONE)
    kept = forget(TaughtAnswer.objects.get())
    assert taught_for(HEADER, EVERYWHERE) == []

    assert taught_again(kept)
    row = TaughtAnswer.objects.get()
    assert (row.meaning, row.taught_at, row.shown) == ("phone", NOW, "Mobile (H)")
    assert not taught_again(kept)


def test_the_last_answer_to_the_same_holds() -> None:
    teach(BROKEN)
    later = NOW + timedelta(days=1)
    answer = Answer(About.MEANING, "no_show", "status", " broken ")
    remember([answer], header=HEADER, circle=EVERYWHERE, now=later, user_id=None)

    row = TaughtAnswer.objects.get()
    assert (row.meaning, row.taught_at) == ("no_show", later)
