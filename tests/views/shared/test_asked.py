"""What a request asks for: whatever is written, a plain value or none comes out."""

from datetime import date
from urllib.parse import quote

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from reminders.middleware import UNREADABLE
from reminders.views.shared.asked import (
    IdConverter,
    read_choice,
    read_date,
    read_id,
    read_ids,
    read_number,
    read_text,
)
from tests.factories import make_user

IDS = {
    "7": 7,
    "007": 7,
    "9" * 18: 10**18 - 1,
    "9" * 19: 0,
    "9" * 5_000: 0,
    "0": 0,
    "-1": 0,
    "+1": 0,
    " 1": 0,
    "1 ": 0,
    "1_0": 0,
    "1.0": 0,
    "1e3": 0,
    "0x1": 0,
    "٣": 0,
    "１": 0,
    "²": 0,
    "1\0": 0,
    "\0": 0,
    "\ud800": 0,
    "": 0,
    "None": 0,
    "NaN": 0,
}


@pytest.mark.parametrize("written", IDS)
def test_an_id_is_a_few_plain_digits_or_none(written):
    assert read_id(written) == IDS[written]


@pytest.mark.parametrize("given", [None, True, 1.0, [], {"a": 1}, b"1"])
def test_what_is_no_text_is_no_id(given):
    assert read_id(given) in (0, 1)  # True counts as it does everywhere


def test_a_remembered_number_is_an_id_too():
    assert read_id(12) == 12


def test_ids_keep_what_can_be_one_and_at_most_a_hundred():
    assert read_ids("1,x,,2, 3,٣,-4,\0,0,5,99999999999999999999") == [1, 2, 5]
    assert len(read_ids("7," * 5_000)) == 100
    assert read_ids("9" * 1_000_000) == []


@pytest.mark.parametrize(
    ("written", "found"), [("0", 0), ("99999", 99999), ("100000", None), ("x", None)]
)
def test_a_number_has_at_most_so_many_digits(written, found):
    assert read_number(written, digits=5) == found


def test_a_choice_is_one_of_those_that_are_offered():
    found = [
        read_choice(written, (4, 12, 52), otherwise=12)
        for written in ("52", "4", "3", "", "\0", None)
    ]

    assert found == [52, 4, 12, 12, 12, 12]


DATES = {
    "2026-03-02": date(2026, 3, 2),
    "0001-01-01": date(1, 1, 1),
    "9999-12-31": date(9999, 12, 31),
    "2026-02-30": None,
    "20260302": None,
    "2026-W10-1": None,
    "10000-01-01": None,
    "2026-03-02T00": None,
    "2026-3-2": None,
    "": None,
    "\0": None,
}


@pytest.mark.parametrize("written", DATES)
def test_a_date_is_one_as_browsers_send_it(written):
    assert read_date(written) == DATES[written]


def test_a_text_has_no_nul_and_an_end():
    assert read_text("a\0b" * 10, longest=5) == "ababa"


@given(st.text())
def test_no_text_is_too_odd_to_be_read(written):
    (
        read_id(written),
        read_ids(written),
        read_date(written),
        read_text(written),
        read_number(written),
    )


@pytest.mark.parametrize("written", ["1", "9" * 18])
def test_an_id_in_an_address_goes_there_and_back(written):
    assert IdConverter().to_url(IdConverter().to_python(written)) == written


@pytest.mark.django_db
@pytest.mark.parametrize(
    "pk", ["9" * 19, "9" * 5_000, quote("٣"), "%00", "1%00", "-1", "%ED%A0%80", "1e3"]
)
@pytest.mark.parametrize(
    "page", ["contacts/{}/", "appointments/{}/", "inbox/{}/", "set-up/rules/{}/"]
)
def test_an_address_with_an_id_that_can_be_none_leads_nowhere(page, pk):
    client = Client()
    client.force_login(make_user(group="administrator"))

    assert client.get("/" + page.format(pk)).status_code == 404


@pytest.mark.django_db
def test_a_query_cannot_bring_nul_to_a_page():
    client = Client()
    client.force_login(make_user(group="administrator"))

    answer = client.get("/admin/reminders/contact/?channel=%00&q=a%00b", headers={"Cookie": "x=1"})

    assert answer.wsgi_request.GET.dict() == {"channel": UNREADABLE, "q": f"a{UNREADABLE}b"}


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["hex", "unicode_escape", "utf-7", "nonsense"])
def test_a_form_is_read_as_utf_8_whatever_it_says(charset):
    client = Client()
    client.force_login(make_user(group="receptionist"))
    body = b'--x\r\nContent-Disposition: form-data; name="q"\r\n\r\n\\ud800\xff\r\n--x--\r\n'

    answer = client.generic(
        "POST", "/contacts/", body, f"multipart/form-data; boundary=x; charset={charset}"
    )

    assert (answer.status_code, answer.wsgi_request.POST["q"]) == (200, "\\ud800\ufffd")


@pytest.mark.django_db
def test_a_broken_cookie_is_no_cookie():
    answer = Client().get("/contacts/", headers={"Cookie": 'sessionid="aaaaaaaa\\000aaaaaaaa"'})

    assert answer.status_code == 302
