"""Columns by their headers: what is only kept goes by our name, whatever a file calls it."""

import pytest

from reminders.models import Appointment
from tests.domain.diary_import.importing import ANN, HEADER, bring_in, csv_of, sydney

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("header", ["Room", "Operatory", "Behandlungsraum"])
def test_a_column_that_is_only_kept_goes_by_our_name(header: str) -> None:
    sydney()

    bring_in(csv_of(f"{ANN},4,blue", header=f"{HEADER},{header},Colour"))

    assert Appointment.objects.get().extra == {"Room": "4", "Colour": "blue"}
