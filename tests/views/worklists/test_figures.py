"""Not sent, forecast, data quality and statistics as pages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from reminders.domain.planning.plan import plan_appointments
from tests.factories import make_confirmation_rule, make_contact, make_practitioner
from tests.views.worklists.work import booked, make_card, make_skipped, open_place

pytestmark = pytest.mark.django_db


def test_what_was_not_sent_is_listed_with_the_reason_and_can_be_sent_anyway(sign_in):
    one = booked(open_place())
    skipped = make_skipped(one, make_confirmation_rule())
    client = sign_in()

    page = client.get("/not-sent/")
    client.post(f"/reminders/{skipped.pk}/send/")
    skipped.refresh_from_db()

    assert [row.reason_words for row in page.context["rows"]] == ["Booked after this text was due"]
    assert f"/reminders/{skipped.pk}/send/" in page.content.decode()
    assert (skipped.state, skipped.forced) == ("planned", True)


def test_the_file_has_a_name_and_holds_the_same(sign_in):
    make_skipped(booked(open_place()), make_confirmation_rule(), reason="opted_out")

    response = sign_in().get("/not-sent/?as=csv&days=7")

    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="not-sent-')
    assert "The patient wants no texts,Ann," in response.content.decode()


def test_reasons_filter(sign_in):
    place, rule = open_place(), make_confirmation_rule()
    make_skipped(booked(place, "Ann"), rule, reason="opted_out")
    make_skipped(booked(place, "Ben"), rule, reason="no_phone")

    page = sign_in().get("/not-sent/?reason=no_phone")

    assert [row.name for row in page.context["rows"]] == ["Ben"]
    assert [(one["code"], one["count"]) for one in page.context["reasons"]] == [
        ("no_phone", 1),
        ("opted_out", 1),
    ]


@pytest.mark.parametrize(
    "address",
    [
        "/not-sent/?since=x&until=9999-12-31&days=z&after=%00&reason=%00",
        "/not-sent/?since=9999-12-31&until=0001-01-01",
        "/data-quality/?flaw=%00&after=x&by=99999999999999999999&who=%00",
        "/statistics/?weeks=-1&practitioner=99999999999",
        "/forecast/?x=%00",
        "/inbox/?view=%00&current=%C2%B2",
        "/calls/?day=%00&show=%00",
    ],
)
def test_nonsense_in_the_address_breaks_no_page(sign_in, address):
    open_place()

    assert sign_in("manager").get(address).status_code == 200


def test_pages_go_on_where_the_one_before_ended(sign_in):
    place, rule = open_place(), make_confirmation_rule()
    for index in range(52):
        make_skipped(booked(place, f"P{index}"), rule)
    client = sign_in()
    first = client.get("/not-sent/").context

    second = client.get("/not-sent/", {"after": first["further"]}).context

    assert (len(first["rows"]), len(second["rows"]), second["further"]) == (50, 2, "")


def test_the_forecast_counts_planned_texts(sign_in):
    place = open_place()
    make_confirmation_rule()
    one = booked(place, day=(timezone.now() + timedelta(days=4)).date())
    plan_appointments([one.pk], now=timezone.now())

    page = sign_in().get("/forecast/")

    assert page.context["forecast"].total.messages == 1
    assert "<svg" in page.content.decode()


def test_data_quality_opens_the_first_list_that_has_something(sign_in):
    booked(open_place(), contact=make_contact(first_name="Home", phone_kind="landline"))

    page = sign_in().get("/data-quality/")

    assert page.context["flaw"] == "landline"
    assert [row.name for row in page.context["rows"]] == ["Home Lee"]


def test_statistics_are_for_managers(sign_in):
    assert [
        sign_in(role).get("/statistics/").status_code for role in ("receptionist", "manager")
    ] == [
        403,
        200,
    ]


def test_statistics_show_what_happened(sign_in):
    place, doctor = open_place(name="Harbour"), make_practitioner(name="Dr Ada")
    past = timezone.now() - timedelta(days=2)
    booked(place, day=past.date(), status="no_show", practitioner=doctor)

    found = sign_in("manager").get("/statistics/").context["found"]

    assert (found.total.appointments, found.total.no_show) == (1, 1)
    assert [name for name, _ in found.practitioners] == ["Dr Ada"]


def test_figures_of_other_locations_are_left_out(sign_in):
    mine, other = open_place(), open_place()
    past = timezone.now() - timedelta(days=2)
    hidden = booked(other, day=past.date(), status="no_show", contact=make_contact(phone=""))
    make_skipped(hidden, make_confirmation_rule())
    client = sign_in("manager", mine)

    assert client.get("/not-sent/").context["rows"] == []
    assert client.get("/data-quality/?who=all").context["rows"] == []
    assert client.get("/statistics/").context["found"].total.appointments == 0


@pytest.mark.parametrize("address", ["/not-sent/", "/forecast/", "/data-quality/", "/statistics/"])
def test_a_page_costs_the_same_for_one_and_for_many(
    sign_in, address, django_assert_max_num_queries
):
    place, rule, client = open_place(), make_confirmation_rule(), sign_in("manager")

    def fill(count):
        for index in range(count):
            one = booked(place, contact=make_contact(first_name=f"P{index}", phone_kind="landline"))
            make_skipped(one, rule)
            plan_appointments([booked(place, f"Q{index}").pk], now=timezone.now())

    fill(1)
    client.get(address)
    with django_assert_max_num_queries(25) as few:
        client.get(address)
    fill(20)
    with django_assert_max_num_queries(25) as many:
        client.get(address)

    assert len(few.captured_queries) == len(many.captured_queries)


def test_how_replies_are_read_stands_below_the_statistics(sign_in):
    place = open_place()
    make_card(booked(place))

    all_of_them = sign_in("manager").get("/statistics/")
    elsewhere = sign_in("manager", open_place()).get("/statistics/")
    of_nobody = sign_in("manager").get("/statistics/?practitioner=1")

    assert [one.cards for _, one in all_of_them.context["replies"] if one.replies] == [1]
    assert "Read without a person" in all_of_them.content.decode()
    assert (elsewhere.context["replies"], of_nobody.context["replies"]) == ([], [])
