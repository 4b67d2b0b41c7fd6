"""Phone numbers are read, shown and searched as the tables in cases/ say; add rows to try more."""

from enum import StrEnum

import phonenumbers
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reminders.domain.phones import parsing
from reminders.domain.phones.numbering_plans import NumberLine, region_plan
from reminders.domain.phones.parsing import (
    NOTE_WORDS,
    PROBLEM_WORDS,
    PhoneKind,
    PhoneNote,
    PhoneNumber,
    PhoneProblem,
    can_receive_sms,
    costs_extra,
    display,
    read_patients_phone,
    read_phone,
    read_phones,
    search_digits,
)
from tests.domain.tables import rows

Row = dict[str, str]


@pytest.mark.parametrize("row", rows("phone_numbers"))
def test_a_writing_is_read_as_the_table_says(row: Row) -> None:
    assert read_phone(row["raw"], row["country"]) == expected(row)


@pytest.mark.parametrize("row", rows("phone_search"))
def test_search_looks_for_the_digits_that_the_table_says(row: Row) -> None:
    assert search_digits(row["typed"], row["country"] or None) == row["digits"]


@pytest.mark.parametrize("row", rows("phone_display"))
def test_a_number_is_shown_as_the_table_says(row: Row) -> None:
    assert display(row["e164"], row["country"]) == row["shown"]


def test_many_numbers_are_read_in_order_and_repeats_alike() -> None:
    raws = ["0491 570 156", "", "+44 7700 900123", "0491 570 156"]

    assert read_phones(iter(raws), "AU") == [
        PhoneNumber("+61491570156", PhoneKind.MOBILE, "AU"),
        PhoneProblem.MISSING,
        PhoneNumber("+447700900123", PhoneKind.MOBILE, "GB"),
        PhoneNumber("+61491570156", PhoneKind.MOBILE, "AU"),
    ]


@pytest.mark.parametrize(
    ("e164", "can"),
    [
        ("+61491570156", True),
        ("+12125550100", True),
        ("+447700900123", True),
        ("+61255501234", False),
        ("+611800975710", False),
        ("+999", False),
        ("0491570156", False),
        ("", False),
    ],
)
def test_texts_reach_mobiles_and_what_may_be_one(e164: str, *, can: bool) -> None:
    assert can_receive_sms(e164) is can


@pytest.mark.parametrize("country", ["", "XX", "Australia", "ÄÖ", "001"])
def test_an_unknown_country_is_refused_in_words(country: str) -> None:
    with pytest.raises(ValueError, match="Give its two letters, such as AU or GB"):
        read_phone("0491 570 156", country)


def test_a_country_may_be_written_small() -> None:
    assert read_phone("0491 570 156", "au") == PhoneNumber("+61491570156", PhoneKind.MOBILE, "AU")


@pytest.mark.parametrize(
    ("words", "codes"), [(PROBLEM_WORDS, PhoneProblem), (NOTE_WORDS, PhoneNote)]
)
def test_every_code_has_words_for_staff(words: dict[str, str], codes: type[StrEnum]) -> None:
    assert set(words) == set(codes)
    assert all(text.endswith(".") for text in words.values())


def test_a_cell_of_ten_million_characters_is_refused_at_once() -> None:
    assert read_phone("0491 570 156 " * 800_000, "AU") == PhoneProblem.NOT_A_NUMBER


TYPES = range(11)


@st.composite
def writings(draw: st.DrawFn) -> tuple[str, str]:
    """A region, and digits dialled there: an example of the library's, at times with a digit
    changed.
    """
    region = draw(st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS)))
    example = phonenumbers.example_number_for_type(region, draw(st.sampled_from(TYPES)))
    if example is None:
        return region, draw(st.from_regex(r"\+?[0-9]{3,15}", fullmatch=True))
    code, digits = str(example.country_code), phonenumbers.national_significant_number(example)
    if draw(st.booleans()):
        at = draw(st.integers(0, len(digits) - 1))
        digits = digits[:at] + draw(st.text("0123456789", max_size=2)) + digits[at + 1 :]
    before = draw(
        st.sampled_from(
            ["", "0", "1", "8", code, "+" + code, f"+{code}0", "00" + code, "011" + code]
        )
    )
    home = draw(st.sampled_from([region, region, region, "AU", "GB", "US"]))
    return home, before + digits


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(writings())
def test_the_quick_reading_is_the_librarys(writing: tuple[str, str]) -> None:
    country, bare = writing
    home = region_plan(country)
    assert home is not None

    quick = parsing._plain(bare, home)

    if quick is not None:
        assert quick == parsing._by_library(bare, home)


def test_typical_writings_of_every_region_take_the_quick_reading() -> None:
    missed = []
    for region in sorted(phonenumbers.SUPPORTED_REGIONS):
        example = phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE)
        if example is not None:
            e164 = phonenumbers.format_number(example, phonenumbers.PhoneNumberFormat.E164)
            if not isinstance(parsing._plain(e164, None), NumberLine):
                missed.append(region)

    assert missed == []


@settings(deadline=None)
@given(st.text(max_size=40) | st.text("+0123456789 ()-./,;xEe#=\"'\n\t", max_size=40))
def test_no_text_breaks_the_reading_and_what_is_read_reads_back(raw: str) -> None:
    read = read_phone(raw, "AU")

    if isinstance(read, PhoneNumber):
        assert read_phone(read.e164, "AU") == PhoneNumber(read.e164, read.kind, read.region)
        assert search_digits(read.e164, "GB") == read.e164[1:]
    assert isinstance(search_digits(raw, "AU"), str)


def expected(row: Row) -> PhoneNumber | PhoneProblem:
    if row["problem"]:
        return PhoneProblem(row["problem"])
    note = PhoneNote(row["note"]) if row["note"] else None
    return PhoneNumber(row["e164"], PhoneKind(row["kind"]), row["region"], note)


def test_numbers_of_every_country_are_shown_as_the_library_shows_them():
    parsed = [
        number
        for region in sorted(phonenumbers.SUPPORTED_REGIONS)
        for kind in phonenumbers.PhoneNumberType.values()
        if (number := phonenumbers.example_number_for_type(region, kind))
    ]
    e164 = [phonenumbers.format_number(one, phonenumbers.PhoneNumberFormat.E164) for one in parsed]
    again = [phonenumbers.parse(one) for one in e164]

    for country, code in (("GB", 44), ("US", 1), ("IT", 39)):
        shown = [
            phonenumbers.format_number(
                one,
                phonenumbers.PhoneNumberFormat.NATIONAL
                if one.country_code == code
                else phonenumbers.PhoneNumberFormat.INTERNATIONAL,
            )
            for one in again
        ]
        assert [display(one, country) for one in e164] == shown


@pytest.mark.parametrize(
    "odd", ["12345", "+0", "+44", "Clinic", "", "+44 7700 900123x", "+999123456789"]
)
def test_what_is_no_number_is_shown_as_the_library_reads_it(odd):
    try:
        number = phonenumbers.parse(odd)
    except phonenumbers.NumberParseException:
        shown = odd
    else:
        shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)

    assert display(odd, "GB") == shown


@pytest.mark.parametrize(
    ("e164", "costs"),
    [
        ("+61491570156", False),
        ("+447700900123", False),
        ("+442079460123", False),
        ("+18005550100", False),  # a freephone: no patient's, and no trap
        ("+19005550100", True),
        ("+449098790123", True),
        ("+447012345678", True),  # forwarded at a price; not a mobile
        ("+881612345678", True),
        ("+870773111632", True),
        ("+979123456789", True),
        ("12345", False),
        ("", False),
    ],
)
def test_paid_lines_and_satellites_cost_extra(e164: str, costs: bool) -> None:
    assert costs_extra(e164) is costs


@pytest.mark.parametrize("raw", ["+881 6 12345678", "+870 773111632", "0909 879 0123"])
def test_no_patient_has_a_number_that_costs_extra(raw: str) -> None:
    assert read_patients_phone(raw, "GB") == PhoneProblem.NO_TEXTS
