"""Robin's first morning: from a page that is not understood to the section that explains it."""

import re

import pytest
from django.test import Client

from tests.factories import make_location, make_user

pytestmark = pytest.mark.django_db
HELP = re.compile(r'href="([^"]+)"\s+title="Help with this page"')


def test_a_new_receptionist_finds_their_way() -> None:
    robin = Client()
    robin.force_login(make_user(group="receptionist", locations=(make_location(),)))

    # The call list is empty, and Robin wonders who would stand on it.
    where = HELP.findall(robin.get("/calls/").content.decode())
    assert where == ["/help/receptionist/#the-call-list"]
    chapter = robin.get("/help/receptionist/").content.decode()
    assert "today and the next two working days" in " ".join(chapter.split())

    # A patient rings: somebody else answers their number. What now?
    found = robin.post("/help/", {"q": "wrong numbers"}).content.decode()
    assert "/help/receptionist/#the-call-list" in found

    # The chapter leads on to what is not in it, and that one back to all of them.
    assert 'href="/help/people/"' in chapter
    people = robin.get("/help/people/").content.decode()
    assert "Somebody else is texted" in people
    assert 'href="/help/"' in people
