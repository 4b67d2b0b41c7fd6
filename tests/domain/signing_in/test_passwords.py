"""What is no good as a password: broken before, or made of what everybody here knows."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tests.factories import make_location

pytestmark = pytest.mark.django_db


def refused(password: str) -> list[str]:
    try:
        validate_password(password)
    except ValidationError as error:
        return [str(one.code) for one in error.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    ["TillReminders1", "receptionist7", "Harbour-2026", "harbourdental", "Manager.Clinic"],
)
def test_little_more_than_words_of_the_house_is_refused(password: str) -> None:
    make_location(name="Harbour Dental")

    assert "password_of_the_house" in refused(password)


@pytest.mark.parametrize(
    "password",
    ["harbour-otter-velvet", "quiet otters read maps", "ünïcödé is fïne hëre", "x" * 50 + "7q" * 7],
)
def test_any_characters_and_any_length_are_fine(password: str) -> None:
    make_location(name="Harbour Dental")

    assert refused(password) == []


def test_what_was_broken_elsewhere_is_refused() -> None:
    assert "password_broken" in refused("Qwertyuiop123")
