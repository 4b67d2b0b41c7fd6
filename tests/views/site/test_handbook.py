"""The handbook as staff meet it: by the `?` of a page, by its contents, by searching."""

import pytest
from django.test import Client
from django.urls import reverse

from reminders.domain.rights.roles import ROLES_IN_ORDER
from reminders.handbook.chapters import CHAPTERS, PICTURES, beside
from reminders.handbook.for_page import help_for

pytestmark = pytest.mark.django_db
ODD = ["nothing", "README", "readme", "rights.md", "trust", "a" * 300]
ODD_PICTURES = ["nothing.jpg", "..%2F..%2Fpyproject.toml", "..", "README.md", "%00.jpg"]


@pytest.mark.parametrize("role", ROLES_IN_ORDER)
def test_every_role_reads_it_and_a_stranger_signs_in_first(sign_in, role):
    for address in ("/help/", "/help/receptionist/", f"/help/pictures/{next(iter(PICTURES))}"):
        assert Client().get(address)["Location"].startswith("/sign-in/")
        assert sign_in(role).get(address).status_code == 200


def test_the_contents_lead_to_every_chapter(sign_in):
    contents = sign_in().get("/help/").content.decode()

    hrefs = [f'href="{reverse("help_chapter", args=[chapter.name])}"' for chapter in CHAPTERS]
    assert [href for href in hrefs if href not in contents] == []


@pytest.mark.parametrize("chapter", CHAPTERS[::9], ids=lambda chapter: chapter.name)
def test_a_chapter_is_shown_with_its_neighbours(sign_in, chapter):
    shown = sign_in().get(f"/help/{chapter.name}/").content.decode()

    assert "</article>" in shown
    for other in filter(None, beside(chapter)):
        assert f'href="/help/{other.name}/"' in shown


@pytest.mark.parametrize("name", ODD)
def test_only_chapters_are_there(sign_in, name):
    assert sign_in().get(f"/help/{name}/").status_code == 404


@pytest.mark.parametrize("name", ODD_PICTURES)
def test_only_pictures_of_the_handbook_are_there(sign_in, name):
    assert sign_in().get(f"/help/pictures/{name}").status_code == 404


def test_what_is_looked_for_is_found_and_stands_in_no_address(sign_in):
    client = sign_in()
    page = client.post("/help/", {"q": "<wrong> number"}).content.decode()
    part = client.post("/help/", {"q": "wrong number"}, headers={"HX-Request": "true"})

    assert 'value="&lt;wrong&gt; number"' in page
    assert 'href="/help/receptionist/#the-call-list"' in page
    assert "<mark>wrong</mark>" in part.content.decode()
    assert "<html" not in part.content.decode()


@pytest.mark.parametrize("query", ["", "xyzzy", "\0", "?" * 5000])
def test_without_a_find_the_contents_stay(sign_in, query):
    shown = sign_in().post("/help/", {"q": query})

    assert (shown.status_code, "At the desk" in shown.content.decode()) == (200, True)


@pytest.mark.parametrize(
    ("address", "chapter"),
    [
        ("/", "/help/receptionist/#the-morning-look"),
        ("/inbox/", "/help/receptionist/#a-reply-that-needs-a-person"),
        ("/calls/", "/help/receptionist/#the-call-list"),
        ("/account/", "/help/receptionist/#signing-in"),
        ("/recalls/", "/help/people/#recalls"),
    ],
)
def test_the_question_mark_of_a_page_leads_to_its_chapter(sign_in, address, chapter):
    page = sign_in().get(address).content.decode()

    assert f'href="{chapter}"' in page


def test_a_page_without_a_chapter_leads_to_the_contents():
    assert help_for("") == help_for("unheard_of") == "/help/"


def test_a_chapter_costs_no_more_than_the_frame_around_it(sign_in, statements):
    client = sign_in()
    client.get("/help/glossary/")

    assert statements(lambda: client.get("/help/glossary/")) <= 8
