"""Making two entries one person: found, shown side by side, merged once, split again."""

from datetime import date

import pytest
from django.test import Client

from reminders.models import Contact, ContactMerge, Suppression
from tests import factories as make
from tests.factories import NOON
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db
A, B = make.phone(911), make.phone(912)


def pair(**other: object) -> tuple[Contact, Contact]:
    kept = make.make_contact(phone=A)
    return kept, make.make_contact(**{"phone": B, "first_name": "Anna"} | other)


def press(client: Client, kept: Contact, other: Contact, **changes: str):
    """Open the page and press its button."""
    page = client.get(f"/contacts/{kept.pk}/merge/?other={other.pk}")
    given = {"other": str(other.pk)}
    given |= {name: page.context[name] for name in ("seen_kept", "seen_other")}
    return client.post(f"/contacts/{kept.pk}/merge/", given | changes)


def toasts(client: Client, where: str) -> str:
    return as_read(client.get(where))


def test_the_other_one_is_found_on_the_same_phone_or_by_a_search(sign_in):
    kept, other = pair(phone=A)
    far = make.make_contact(first_name="Zoe", last_name="Zed")
    client = sign_in()

    page = client.get(f"/contacts/{kept.pk}/same/")
    found = client.post(f"/contacts/{kept.pk}/same/", {"q": "zed"}, headers={"HX-Request": "true"})

    assert page.context["people"] == [other]
    assert found.context["people"] == [far]
    assert f"/contacts/{kept.pk}/merge/?other={far.pk}" in found.content.decode()


def test_both_stand_side_by_side_with_what_is_kept(sign_in):
    kept, other = pair(language="de", notes="Stairs", external_id="7")
    Suppression.objects.create(phone=B, reason="stop", since=NOON)
    make.make_appointment(contact=other, day=date(2090, 3, 1))

    page = sign_in().get(f"/contacts/{kept.pk}/merge/?other={other.pk}")

    rows = {row.title: tuple(row)[1:] for row in page.context["rows"]}
    assert rows["Name"] == ("Ann Lee", "Anna Lee", "Ann Lee")
    assert rows["Texts to the number"] == ("May be texted", "Opted out", "May be texted")
    assert rows["Patient number"] == ("", "7", "7")
    assert rows["Notes"] == ("", "Stairs", "Stairs")
    assert rows["Coming visits"] == ("0", "1", "1")
    assert rows["Language"][0] == "" != rows["Language"][2]
    assert Contact.objects.count() == 2


def test_the_button_makes_them_one_and_says_so_with_an_undo(sign_in):
    kept, other = pair()
    visit = make.make_appointment(contact=other)
    client = sign_in()

    answer = press(client, kept, other)
    page = toasts(client, answer.headers["Location"])

    visit.refresh_from_db()
    done = ContactMerge.objects.get()
    assert (visit.contact_id, answer.headers["Location"]) == (kept.pk, f"/contacts/{kept.pk}/")
    assert "Anna Lee and Ann Lee are one person now." in page
    assert f"/contacts/merges/{done.pk}/split/" in page
    assert client.get(f"/contacts/{other.pk}/").headers["Location"] == f"/contacts/{kept.pk}/"


def test_a_second_click_changes_nothing(sign_in):
    kept, other = pair()
    client = sign_in()
    page = client.get(f"/contacts/{kept.pk}/merge/?other={other.pk}")
    given = {"other": other.pk, "seen_kept": page.context["seen_kept"]}
    given |= {"seen_other": page.context["seen_other"]}

    first, second = (client.post(f"/contacts/{kept.pk}/merge/", given) for _ in range(2))

    assert (first.status_code, second.status_code) == (302, 302)
    assert "They are one person already." in toasts(client, second.headers["Location"])
    assert ContactMerge.objects.count() == 1


@pytest.mark.parametrize("seen", ["2020-01-01T00:00:00+00:00", "", "soon"])
def test_what_nobody_has_seen_is_not_merged(sign_in, seen):
    kept, other = pair()

    answer = press(sign_in(), kept, other, seen_other=seen)

    assert answer.status_code == (409 if seen else 200)
    assert ContactMerge.objects.count() == 0


def test_split_again_stands_in_the_conversation(sign_in):
    kept, other = pair()
    client = sign_in()
    press(client, kept, other)
    done = ContactMerge.objects.get()
    page = as_read(client.get(f"/contacts/{kept.pk}/"))

    for _ in range(2):
        client.post(f"/contacts/merges/{done.pk}/split/")
    after = as_read(client.get(f"/contacts/{kept.pk}/"))

    assert "Split again" in page
    assert "Split again" not in after
    assert "and split again" in after
    assert Contact.objects.get(pk=other.pk).name == "Anna Lee"


def test_nobody_merges_or_splits_whom_they_see_only_in_part(sign_in):
    mine, theirs = make.make_location(), make.make_location()
    kept, other = pair()
    for contact in (kept, other):
        make.make_appointment(contact=contact, location=mine)
    hidden = make.make_appointment(contact=other, location=theirs)
    limited = sign_in("receptionist", mine)

    refused = limited.get(f"/contacts/{kept.pk}/merge/?other={other.pk}")
    assert "that you don&#x27;t see" in toasts(limited, refused.headers["Location"])
    press(sign_in(), kept, other)
    limited.post(f"/contacts/merges/{ContactMerge.objects.get().pk}/split/")
    assert ContactMerge.objects.get().split_at is None

    hidden.refresh_from_db()
    assert hidden.contact_id == kept.pk


def test_the_next_visits_of_both_stand_in_their_order_and_blank_details_nowhere(sign_in):
    kept, other = pair()
    place = make.make_location(name="Mill")
    for contact, days in ((kept, (1, 3, 5, 7)), (other, (2, 4, 6))):
        for day in days:
            make.make_appointment(contact=contact, location=place, day=date(2090, 3, day))

    page = sign_in().get(f"/contacts/{kept.pk}/merge/?other={other.pk}")

    rows = {row.title: row for row in page.context["rows"]}
    assert [line.split()[1] for line in rows["Next"].after.splitlines()[:5]] == list("12345")
    assert rows["Next"].after.splitlines()[5:] == ["and 2 more"]
    assert (len(rows["Next"].kept.splitlines()), rows["Texts"].is_common) == (4, True)
    assert rows.keys().isdisjoint({"Called", "Notes", "Language"})


def test_both_may_be_said_to_be_two_people(sign_in):
    kept, other = pair()
    client = sign_in()
    page = as_read(client.get(f"/contacts/{kept.pk}/merge/?other={other.pk}"))

    answer = client.post("/data-quality/apart/", {"one": kept.pk, "other": other.pk, "who": "all"})

    assert 'formaction="/data-quality/apart/"' in page
    assert "Remembered: Ann Lee and Anna Lee are two people." in as_read(
        client.get(answer.headers["Location"])
    )
    assert Contact.objects.count() == 2
