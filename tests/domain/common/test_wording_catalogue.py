"""Which words apply: by rule, language and channel, from staff or from the starter texts."""

from datetime import UTC, datetime
from typing import Any

import pytest

from reminders.domain.common.wording_catalogue import WordingCatalogue, values_for
from reminders.domain.wording import Values, WordingError
from reminders.models import Location, Wording
from tests import factories as make

pytestmark = pytest.mark.django_db

BLANK = Values(first_name="Ann", date="today", time="10:00", location="Here", phone="1")


def write(text: str, *, purpose: str = "confirmed", language: str = "en", **values: object) -> None:
    Wording.objects.create(purpose=purpose, language=language, text=text, **values)


def words(
    *languages: str, purpose: str = "confirmed", rule: int | None = None
) -> tuple[str, str] | None:
    found = WordingCatalogue.load().words(rule, purpose, languages)
    return (found.template.render(BLANK), found.language) if found else None


def test_without_wordings_of_their_own_staff_get_the_starter_texts() -> None:
    assert words("de-AT") == ("Danke Ann, bis today um 10:00 Uhr bei Here.", "de-AT")


def test_a_voice_call_has_no_words_for_a_family_until_staff_write_them() -> None:
    with pytest.raises(WordingError, match="no wording for this purpose"):
        WordingCatalogue.load().words(None, "family_reminder", ("en",), "voice")


def test_a_language_that_nobody_speaks_falls_back_to_the_location_and_then_to_english() -> None:
    assert words("sv", "fr") == words("fr")
    assert words("sv") == words("en")


def test_staff_may_write_a_language_that_has_no_starter_texts() -> None:
    write("Tack {first_name}", language="sv")

    assert words("sv-SE", "en") == words("en")
    assert words("sv", "en") == ("Tack Ann", "sv")


def test_a_regional_wording_comes_before_that_of_its_language() -> None:
    write("Obrigado {first_name}", language="pt")
    write("Valeu {first_name}", language="pt-BR")

    assert words("pt_BR") == ("Valeu Ann", "pt_BR")
    assert words("pt-PT") == ("Obrigado Ann", "pt-PT")


def test_a_rules_own_wording_comes_before_the_general_one() -> None:
    rule = make.make_confirmation_rule()
    write("General {location}", purpose="confirmation")
    write("Own {location}", purpose="confirmation", rule=rule)

    assert words("en", purpose="confirmation", rule=rule.pk) == ("Own Here", "en")
    assert words("en", purpose="confirmation") == ("General Here", "en")


def test_an_automatic_answer_that_is_off_is_none_and_a_reminder_is_never_off() -> None:
    write("Off", active=False)
    write("Off {location}", purpose="reminder", active=False)

    assert words("en") is None
    found = words("en", purpose="reminder")
    assert found is not None
    assert found[0].startswith("Hi Ann, a reminder of your appointment at Here")


def test_a_book_is_read_in_one_statement(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(1):  # type: ignore[operator]  # the plugin's context manager
        book = WordingCatalogue.load()
        for language in ("en", "de", "vi"):
            book.words(None, "confirmed", (language,))


def test_dates_are_on_the_wall_clock_of_the_place_and_in_the_language_of_the_text() -> None:
    plain: dict[str, Any] = {
        "first_name": "Ann",
        "name": "Ann Lee",
        "starts_at": datetime(2026, 3, 3, 23, 0, tzinfo=UTC),
        "place": Location(
            name="Harbour Dental", zone="Australia/Sydney", country="AU", address="1 Quay St"
        ),
    }

    english = values_for(**plain, language="en")
    german = values_for(**plain, language="de", service=None)

    assert (english.date, english.time) == ("Wed 4 March", "10:00 am")
    assert (english.location, english.address) == ("Harbour Dental", "1 Quay St")
    assert (german.date, german.time, german.service) == ("Mi., 4. März", "10:00", "")
