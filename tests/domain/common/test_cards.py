"""Cards of one number: enough to see that somebody writes, never so many that others get lost."""

import pytest

from reminders.domain.common.cards import MOST_OF_A_NUMBER, NewCard, open_all
from reminders.models import InboxItem
from tests.factories import NOON

pytestmark = pytest.mark.django_db
Kind = InboxItem.Kind


def opened(kind: InboxItem.Kind, phone: str = "+447700900001") -> int:
    open_all([NewCard(kind, phone=phone) for _ in range(7)], now=NOON)
    return InboxItem.objects.filter(kind=kind, phone=phone, done_at=None).count()


def test_a_number_has_so_many_open_cards_of_a_kind_and_no_more() -> None:
    assert [opened(Kind.UNCLEAR) for _ in range(3)] == [7, MOST_OF_A_NUMBER, MOST_OF_A_NUMBER]


def test_other_kinds_other_numbers_and_cards_without_one_are_not_held_up_by_that() -> None:
    opened(Kind.UNCLEAR)
    opened(Kind.UNCLEAR)

    assert opened(Kind.EMERGENCY) == 7
    assert opened(Kind.UNCLEAR, "+447700900002") == 7
    assert [opened(Kind.DIARY, "") for _ in range(2)] == [7, 14]


def test_settled_cards_make_room() -> None:
    opened(Kind.UNCLEAR)
    InboxItem.objects.update(done_at=NOON)

    assert opened(Kind.UNCLEAR) == 7
