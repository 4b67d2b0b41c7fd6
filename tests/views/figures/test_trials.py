"""Trials of two wordings as pages."""

import pytest

from reminders.domain.common.audit import SYSTEM
from reminders.domain.setup.trials import Aim, begin_trial
from reminders.models import Wording, WordingTrial
from tests.factories import NOON, make_confirmation_rule, make_location
from tests.views.reading import as_read

pytestmark = pytest.mark.django_db
SECOND = "Dear {first_name}, {location} on {date} at {time}. Reply Y or N."


def begun(rule):
    return begin_trial(rule, language="en", second=SECOND, aim=Aim(10, 385), by=SYSTEM, now=NOON)


def test_a_trial_is_begun_looked_at_and_ended(sign_in):
    make_location()
    rule, client = make_confirmation_rule(name="Day before"), sign_in("manager")
    new = f"/set-up/wordings/trials/new/?rule={rule.pk}&language=en"

    form = as_read(client.get(new))
    client.post(new, {"text": SECOND, "points": "10"})
    trial = WordingTrial.objects.get()
    page = as_read(client.get(f"/set-up/wordings/trials/{trial.pk}/"))
    client.post(f"/set-up/wordings/trials/{trial.pk}/keep/", {"second": "yes"})
    ended = as_read(client.get(f"/set-up/wordings/trials/{trial.pk}/"))

    assert "takes 385 visits of each half" in form
    assert f"Not yet: 0 of {trial.least} visits each." in page
    assert page.count("Keep this one") == 2
    assert "The second wording was kept." in ended
    assert "Keep this one" not in ended
    assert Wording.objects.get(rule=rule).text == SECOND


def test_the_list_says_where_each_stands(sign_in):
    make_location()
    begun(make_confirmation_rule(name="Day before"))

    assert "Under way" in as_read(sign_in("manager").get("/set-up/wordings/trials/"))


def test_what_is_no_wording_is_said_beside_it(sign_in):
    rule = make_confirmation_rule()

    page = sign_in("manager").post(
        f"/set-up/wordings/trials/new/?rule={rule.pk}&language=en", {"text": "Hello {nobody}"}
    )

    assert (page.status_code, WordingTrial.objects.count()) == (422, 0)


def test_a_limited_user_looks_at_a_general_trial_and_ends_none(sign_in):
    place = make_location()
    trial = begun(make_confirmation_rule())
    client = sign_in("manager", place)

    page = as_read(client.get(f"/set-up/wordings/trials/{trial.pk}/"))
    ended = client.post(f"/set-up/wordings/trials/{trial.pk}/keep/", {"second": "yes"})
    new = client.get(f"/set-up/wordings/trials/new/?rule={trial.rule_id}")

    assert "The figures are of your locations." in page
    assert "Keep this one" not in page
    assert (ended.status_code, new.status_code) == (403, 403)
    assert WordingTrial.objects.get().ended_at is None


def test_another_locations_trial_is_not_there(sign_in):
    theirs, other = make_location(), make_location()
    trial = begun(make_confirmation_rule(location=other))
    client = sign_in("manager", theirs)

    assert client.get(f"/set-up/wordings/trials/{trial.pk}/").status_code == 404
    assert client.get(f"/set-up/wordings/trials/new/?rule={trial.rule_id}").status_code == 404
    assert client.post(f"/set-up/wordings/trials/{trial.pk}/keep/").status_code == 404
