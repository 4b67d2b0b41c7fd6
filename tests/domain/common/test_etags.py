"""Etags of rows: who saves from an outdated form is refused, and told since when it is outdated."""

from datetime import UTC, datetime

import pytest

from reminders.domain.common.etags import ChangedMeanwhileError, etag, refuse_if_changed
from reminders.models import Contact, ReminderRule
from tests.factories import NOON

THEN = datetime(2026, 3, 1, 8, 30, tzinfo=UTC)


def test_a_row_is_known_by_the_moment_of_its_last_change():
    shown, saved = Contact(updated_at=THEN), Contact(updated_at=NOON)

    with pytest.raises(ChangedMeanwhileError) as refused:
        refuse_if_changed(saved, etag(shown))

    assert refused.value.since == THEN


def test_a_row_without_such_a_moment_is_known_by_what_it_says():
    shown, saved = ReminderRule(days_before=1), ReminderRule(days_before=2)

    with pytest.raises(ChangedMeanwhileError):
        refuse_if_changed(saved, etag(shown, of=["days_before"]), of=["days_before"])


@pytest.mark.parametrize("seen", ["", etag(Contact(updated_at=NOON))])
def test_the_same_state_or_none_at_all_may_be_saved(seen: str):
    refuse_if_changed(Contact(updated_at=NOON), seen)


def test_what_is_no_etag_of_ours_is_refused():
    with pytest.raises(ChangedMeanwhileError):
        refuse_if_changed(Contact(updated_at=NOON), "yesterday")
