"""No address answers with a server error, whoever asks, whatever is asked."""

import pytest
from django.contrib.contenttypes.models import ContentType

from reminders.models import Message
from tests.crawl.crawler import WHO, crawl
from tests.crawl.hostile import VALUES, encoded

pytestmark = pytest.mark.django_db

SHARE = 293
"""Every run asks one of so many; the fault tests ask more. A prime, so that it meets all kinds in
turn.
"""


@pytest.mark.parametrize("who", WHO)
def test_no_value_anywhere_in_a_request_is_a_server_error(crawler, who, record_property):
    one = crawler(who)

    crawl(one, one_of=SHARE)

    record_property("requests", one.asked)
    assert one.crashes == []


@pytest.mark.parametrize("name", VALUES)
def test_the_way_to_a_thing_that_is_none_leads_nowhere(crawler, name):
    kind = ContentType.objects.get_for_model(Message)

    answer = crawler("administrator").client.get(f"/admin/r/{kind.pk}/{encoded(VALUES[name])}/")

    assert answer.status_code == 404
