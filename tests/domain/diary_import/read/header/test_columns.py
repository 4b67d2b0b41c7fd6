"""Columns by their headers: what is only kept goes by our name, whatever a file calls it."""

import pytest

from reminders.domain.diary_import.read.header.fields import KEPT
from reminders.domain.diary_import.read.header.names.vocabulary import SURE, languages
from reminders.models import Appointment
from tests.domain.diary_import.importing import ANN, HEADER, bring_in, csv_of, sydney

pytestmark = pytest.mark.django_db


def _called(kind: str) -> str:
    """What English diaries call a kept column: the name that is the least like ours."""
    names = languages()["en"].names
    return [name for name, kinds in names.items() if kinds.get(kind) == SURE][-1]


@pytest.mark.parametrize("kind", KEPT)
def test_a_column_that_is_only_kept_goes_by_our_name(kind: str) -> None:
    sydney()

    bring_in(csv_of(f"{ANN},4,blue", header=f"{HEADER},{_called(kind)},Colour"))

    assert Appointment.objects.get().extra == {KEPT[kind]: "4", "Colour": "blue"}
