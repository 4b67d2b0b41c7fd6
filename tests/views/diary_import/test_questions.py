"""The page of questions: what it asks, which answers it takes, and that they can be changed."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from reminders.domain.diary_import import work_off_imports
from reminders.domain.diary_import.questions import About, Answer, Choice, Question
from reminders.models import Import, ImportPart, InboxItem, Location, TaughtAnswer
from tests.domain.diary_import.importing import csv_of, sydney
from tests.factories import NOON, make_location
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db
YEAR = (timezone.now() + timedelta(days=400)).year
HEADER = "id,who is it,phone,date,time,fee"
CONTENT = csv_of(f"1,Q,0491 570 006,03/04/{YEAR},10:00,20", header=HEADER)
SignIn = Callable[..., Client]


@pytest.fixture
def site() -> Location:
    """One location in Australia."""
    return sydney()


def question(name: str, about: About = About.COLUMN, *, column: str = "", n: int = 2) -> Question:
    """A question with so many choices."""
    choices = tuple(
        Choice(Answer(about, f"m{one}", column, name), f"Choice {one}", f"so {one}")
        for one in range(n)
    )
    return Question(about, name, f"What about {name}?", choices, ("<i>x</i>",), 3, column)


def value(
    text: str, words: str = "What does “{}” mean in the column “Status”? (7 rows)"
) -> Question:
    """A question about a value of a column."""
    choices = tuple(
        Choice(Answer(About.MEANING, to, "Status", text), to) for to in ("booked", "cancelled")
    )
    return Question(About.MEANING, text, words.format(text), choices, column="Status")


def waiting(*questions: Question, **values: object) -> Import:
    """A file that waits with these questions."""
    plain = {"filename": "diary.csv", "created_at": NOON, "state": "uploaded"}
    row = Import.objects.create(
        **(plain | {"problems": [one.as_stored() for one in questions]} | values)
    )
    ImportPart.objects.create(of=row, position=0, data=CONTENT)
    return row


def send(client: Client, content: bytes = CONTENT) -> str:
    """Upload, and return the address of the import."""
    return str(client.post("/import/", {"file": SimpleUploadedFile("d.csv", content)})["Location"])


def answer(client: Client, address: str, *places: int) -> None:
    """Choose these answers, and have the background do its part."""
    page = client.get(f"{address}questions/")
    given = {f"question-{n}": str(place) for n, place in enumerate(places)}
    assert (
        client.post(f"{address}questions/", given | {"sign": page.context["sign"]}).status_code
        == 302
    )
    work_off_imports(now=timezone.now())


def test_questions_follow_each_other_on_the_same_page_until_none_is_left(
    sign_in: SignIn, site: Location
) -> None:
    client = sign_in("manager")
    address = send(client)
    assert "Which column holds the name?" in as_read(client.get(address, follow=True))

    answer(client, address, 0)
    assert "which" in as_read(client.get(address, follow=True))
    answer(client, address, 1)

    page = as_read(client.get(address, follow=True))
    assert "Import 1 appointment" in page
    assert "How this file was read" in page
    assert f"4 March {YEAR}" in page
    assert "<bdi>fee</bdi>" in page


def test_what_was_answered_is_taught_unless_it_was_for_this_file_only(
    sign_in: SignIn, site: Location
) -> None:
    client = sign_in("manager")
    for teach in ({}, {"teach": "yes"}):
        address = send(client)
        answer(client, address, 0)
        answer(client, address, 1)
        client.post(f"{address}go/", {"answered": "yes", "remember_as": ""} | teach)
        work_off_imports(now=timezone.now())
        assert TaughtAnswer.objects.count() == 2 * len(teach)

    address = send(client)
    work_off_imports(now=timezone.now())
    assert "(as you said" in as_read(client.get(address))


def test_an_answer_is_changed_from_the_preview(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    address = send(client)
    answer(client, address, 0)
    answer(client, address, 0)
    row = Import.objects.get()
    dates = next(n for n, one in enumerate(row.answers) if one[0] == "dates")

    client.post(f"{address}questions/again/", {"answer": str(dates), "is": row.answers[dates][:4]})
    work_off_imports(now=timezone.now())
    assert "which" in as_read(client.get(address, follow=True))
    answer(client, address, 1)

    assert f"4 March {YEAR}" in as_read(client.get(address, follow=True))


def test_a_change_of_something_else_than_was_shown_changes_nothing(
    sign_in: SignIn, site: Location
) -> None:
    client = sign_in("manager")
    address = send(client)
    answer(client, address, 0)
    before = Import.objects.get().answers

    for given in ({"answer": "0", "is": ["column", "x", "", "name"]}, {"answer": "77"}, {}):
        assert client.post(f"{address}questions/again/", given).status_code == 302

    assert Import.objects.get().answers == before


def test_every_question_wants_an_answer_and_keeps_the_others(sign_in: SignIn) -> None:
    row = waiting(question("a"), question("b", About.CHECK))
    client = sign_in("manager")
    page = client.get(f"/import/{row.pk}/questions/")
    assert [one.picked for one in page.context["asked"]] == [0, None]

    again = client.post(
        f"/import/{row.pk}/questions/",
        {"question-0": "1", "question-1": "9", "sign": page.context["sign"]},
    )

    assert again.status_code == 422
    assert [one.picked for one in again.context["asked"]] == [1, None]
    assert "Choose an answer for one more question" in " ".join(as_read(again).split())
    assert Import.objects.get().answers == []


def test_a_page_that_is_no_longer_the_newest_answers_nothing(
    sign_in: SignIn, site: Location
) -> None:
    client = sign_in("manager")
    address = send(client)
    old = client.get(f"{address}questions/").context["sign"]
    answer(client, address, 0)
    before = Import.objects.get().answers

    for _ in range(2):
        response = client.post(f"{address}questions/", {"question-0": "1", "sign": old})
        assert response.status_code == 302
    assert Import.objects.get().answers == before


def test_what_the_file_says_is_shown_as_text(sign_in: SignIn) -> None:
    row = waiting(question("<b>bold</b>"))

    page = as_read(sign_in("manager").get(f"/import/{row.pk}/questions/"))

    assert "<i>x</i>" not in page
    assert "<b>bold</b>" not in page


def test_the_values_of_one_column_stand_together(sign_in: SignIn) -> None:
    values = [value(f"v{n}") for n in range(38)]
    other = value("v38", "“v38” says that a coming visit is over. What is it?")
    row = waiting(question("a"), *values, other)

    page = as_read(sign_in("manager").get(f"/import/{row.pk}/questions/"))

    assert page.count("<legend") == 40
    assert len(re.findall(r'id="group-\d+"', page)) == 1
    assert "What does “…” mean in the column “Status”?" in page
    assert page.count("<bdi>7 rows</bdi>") == 38
    assert "“v38” says that a coming visit is over. What is it?" in page


def test_many_choices_are_a_list(sign_in: SignIn) -> None:
    row = waiting(question("a", n=30))

    page = as_read(sign_in("manager").get(f"/import/{row.pk}/questions/"))

    assert (page.count("<option"), page.count('type="radio"')) == (30, 0)


def test_without_a_question_the_page_leads_on(sign_in: SignIn) -> None:
    client = sign_in("manager")
    for state, where in (("uploaded", "columns/"), ("ready", ""), ("applied", "")):
        row = waiting(state=state)
        response = client.get(f"/import/{row.pk}/questions/")
        assert response["Location"] == f"/import/{row.pk}/{where}"


def test_columns_set_by_hand_take_the_place_of_answers(sign_in: SignIn, site: Location) -> None:
    client = sign_in("manager")
    address = send(client)
    answer(client, address, 0)
    page = as_read(client.get(f"{address}columns/"))
    assert '<option value="name" selected>' in " ".join(page.split())

    meanings = ("external_id", "name", "phone", "date", "time", "duration")
    given = {f"column-{n}": meaning for n, meaning in enumerate(meanings)}
    client.post(f"{address}columns/", given | {"date_format": "mdy"})
    work_off_imports(now=timezone.now())

    row = Import.objects.get()
    assert (row.state, row.answers, row.mapping["fee"]) == ("ready", [], "duration")


def test_a_card_leads_those_who_import_everywhere_to_the_questions(
    sign_in: SignIn, site: Location
) -> None:
    make_location()
    row = waiting(question("a"), source="folder")
    card = InboxItem.objects.create(kind="diary", upload=row, opened_at=NOON)

    page = as_read(sign_in("manager").get(f"/inbox/{card.pk}/"))

    assert "What about a?" in page
    assert f'href="/import/{row.pk}/"' in page
    for other in (sign_in("receptionist"), sign_in("manager", site)):
        assert other.get(f"/inbox/{card.pk}/").status_code == 404
        assert "diary.csv" not in as_read(other.get("/inbox/"))
