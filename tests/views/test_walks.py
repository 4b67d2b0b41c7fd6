"""Fifty steps of each role: from the first page along whatever it offers, and every page says what
it is, opens, and uses one word for one thing.
"""

from __future__ import annotations

import re
from collections import deque
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from reminders.domain.rights.roles import ROLES_IN_ORDER
from tests.factories import make_location, make_user
from tests.views.access_things import things
from tests.views.test_words import twins_in, visible

pytestmark = [pytest.mark.django_db, pytest.mark.deep]

STEPS = 50
LINK = re.compile(r'<a\b[^>]*\bhref="([^"#?]+[^"#]*)"[^>]*>')
TITLE = re.compile(r"<title>\s*(.*?)\s*</title>", re.S)


def offered(page: Any, here: str) -> list[str]:
    """Where the links of a page lead within the site, in their order."""
    found = [urljoin(here, href.replace("&amp;", "&")) for href in LINK.findall(text_of(page))]
    return [
        one for one in found if not urlsplit(one).netloc and not one.startswith(("tel:", "mailto:"))
    ]


def text_of(page: Any) -> str:
    """The markup of a page; blank for a file."""
    shown = page.headers.get("Content-Type", "").startswith("text/html") and not page.streaming
    return page.content.decode() if shown else ""


def kind_of(path: str) -> str:
    """Pages that differ by a number or a filter alone are of one kind."""
    return re.sub(r"[0-9a-f-]{8,}|\d+", "#", urlsplit(path).path)


@pytest.mark.parametrize("role", ROLES_IN_ORDER)
def test_fifty_steps_meet_no_refusal_and_no_second_word(role: str) -> None:
    user = make_user(group=role, is_staff=role == "administrator")
    things(make_location(name="Harbour Dental"), user=user)
    client = Client()
    client.force_login(user)
    ahead, kinds, wrong = deque(["/"]), {"/": 1}, []
    titles: dict[str, str] = {}
    for _ in range(STEPS):
        if not ahead:
            break
        path = ahead.popleft()
        page = client.get(path, follow=True)
        if page.status_code != 200:
            wrong.append((path, f"answers {page.status_code}"))
            continue
        markup = text_of(page)
        if not markup:
            continue
        found = TITLE.search(markup)
        titles[path] = found[1] if found else ""
        # Documents of the machinery may name a process; tests/handbook looks at those for the desk.
        if not path.startswith(("/admin/", "/help/")):
            wrong += [(path, twin) for twin in twins_in(visible(markup))]
        for link in offered(page, path):
            kind = kind_of(link)
            if kinds.get(kind, 0) < 2:
                kinds[kind] = kinds.get(kind, 0) + 1
                ahead.append(link)
    assert wrong == []
    assert len(titles) > 5
    assert "" not in titles.values()
