"""Phone numbers as people write them, read into E.164 or into a problem with words that say what to
do.

Decides which number a cell means and whether it can be texted; `phonenumbers` is the truth about
numbering plans. Whether someone may be texted is the business of consent, not of this module.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import phonenumbers
from phonenumbers import (
    COUNTRY_CODE_TO_REGION_CODE,
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
)

from reminders.domain.phones import notations as writings
from reminders.domain.phones.numbering_plans import (
    FICTIONAL,
    NO_REGION,
    ONE_COUNTRY,
    NumberLine,
    PhoneKind,
    RegionPlan,
    read_international,
    region_plan,
)
from reminders.domain.phones.problems import NOTE_WORDS, PROBLEM_WORDS, PhoneNote, PhoneProblem
from reminders.domain.phones.remarks import (
    is_somebody_elses,
    labelled_mobile,
    numbers_among_words,
)

__all__ = [
    "NOTE_WORDS",
    "PROBLEM_WORDS",
    "PhoneKind",
    "PhoneNote",
    "PhoneNumber",
    "PhoneProblem",
    "can_receive_sms",
    "costs_extra",
    "display",
    "read_patients_phone",
    "read_phone",
    "read_phones",
    "search_digits",
]


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A number that exists by the numbering plan: E.164, its kind, and its ISO region."""

    e164: str
    kind: PhoneKind
    region: str
    note: PhoneNote | None = None


_TEXTED = (PhoneKind.MOBILE, PhoneKind.EITHER)
_KINDS = {
    PhoneNumberType.MOBILE: PhoneKind.MOBILE,
    PhoneNumberType.FIXED_LINE: PhoneKind.LANDLINE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: PhoneKind.EITHER,
}
_PAID_LINES = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.PERSONAL_NUMBER,  # +44 70: forwarded at a price
        PhoneNumberType.PAGER,
    }
)
_ERRORS = {
    NumberParseException.INVALID_COUNTRY_CODE: PhoneProblem.UNKNOWN_COUNTRY,
    NumberParseException.NOT_A_NUMBER: PhoneProblem.TOO_SHORT,  # given digits only, it wants two
    NumberParseException.TOO_SHORT_AFTER_IDD: PhoneProblem.TOO_SHORT,
    NumberParseException.TOO_SHORT_NSN: PhoneProblem.TOO_SHORT,
    NumberParseException.TOO_LONG: PhoneProblem.TOO_LONG,
}
_REASONS = {
    ValidationResult.TOO_SHORT: PhoneProblem.TOO_SHORT,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: PhoneProblem.TOO_SHORT,
    ValidationResult.TOO_LONG: PhoneProblem.TOO_LONG,
}


def read_phone(raw: str, country: str) -> PhoneNumber | PhoneProblem:
    """The number that a person or a spreadsheet wrote, by the rules of `country` (ISO, such as
    "AU").

    Reads any usual writing, full-width digits, lost leading zeros and plus signs, and 4.91570156E+8
    if all its digits are there. Of several numbers in one cell the first that can be texted is
    taken and noted. A number with an extension is refused: no text reaches it. Raises ValueError
    for an unknown country.
    """
    return _read(raw, _home(country))


def read_phones(raws: Iterable[str], country: str) -> list[PhoneNumber | PhoneProblem]:
    """`read_phone` for each, in order; a writing that comes twice is read once."""
    home = _home(country)
    known: dict[str, PhoneNumber | PhoneProblem] = {}
    for raw in (raws := list(raws)):
        if raw not in known:
            known[raw] = _read(raw, home)
    return [known[raw] for raw in raws]


def read_patients_phone(raw: str, country: str) -> PhoneNumber | PhoneProblem:
    """`read_phone`, for a number that a patient may have: a paid line would cost the practice, and
    the owner of a freephone is no patient.
    """
    number = read_phone(raw, country)
    other = isinstance(number, PhoneNumber) and number.kind is PhoneKind.OTHER
    return PhoneProblem.NO_TEXTS if other else number


@lru_cache(maxsize=8192)
def costs_extra(e164: str) -> bool:
    """Whether a text there may cost many times the usual: paid lines, satellites and their like.

    Asked before each text leaves: an automatic answer goes to whoever wrote, and some write for it.
    """
    line = _plain(e164, None) or _by_library(e164, None)
    if not isinstance(line, NumberLine) or line.kind is not PhoneKind.OTHER:
        return False
    kind = phonenumbers.number_type(phonenumbers.parse(e164))
    return line.region == NO_REGION or kind in _PAID_LINES


def can_receive_sms(number: PhoneNumber | str) -> bool:
    """Whether a text can arrive: on mobiles, and where digits do not tell those from landlines.

    The latter is so all over North America. Takes E.164 as well; False for what is no valid number.
    """
    if isinstance(number, str):
        line = _plain(number, None) or _by_library(number, None)
        return isinstance(line, NumberLine) and line.kind in _TEXTED
    return number.kind in _TEXTED


@lru_cache(maxsize=8192)
def display(e164: str, country: str) -> str:
    """E.164 as people in `country` write it: the national format at home, else the international
    one.
    """
    try:
        number = _split(e164) or phonenumbers.parse(e164)
    except NumberParseException:
        return e164
    at_home = str(number.country_code) == _home(country).code
    form = PhoneNumberFormat.NATIONAL if at_home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, form)


def _split(e164: str) -> phonenumbers.PhoneNumber | None:
    """Part the country's code from the rest; None for what is not plainly both.

    No code begins with another one. The library looks for much more and takes half of what a number
    costs to show, of which a page has a hundred.
    """
    digits = e164[1:]
    if not (
        e164.startswith("+") and digits.isascii() and digits.isdecimal() and 7 <= len(digits) <= 15
    ):
        return None
    for length in (1, 2, 3):
        code, rest = int(digits[:length]), digits[length:]
        if code in COUNTRY_CODE_TO_REGION_CODE:
            plain = not rest.startswith(
                "0"
            )  # a zero that is part of the number is kept by the library
            return (
                phonenumbers.PhoneNumber(country_code=code, national_number=int(rest))
                if plain
                else None
            )
    return None


def search_digits(raw: str, country: str | None = None) -> str:
    """The digits to look for inside of E.164, from a number or a part of one in any writing; "" for
    none.

    With `country` a whole number is read by its dialling rules; a part only loses its leading
    zeros.
    """
    text = writings.tidy(raw[: writings.LONGEST_CELL])
    if country is not None and isinstance(number := read_phone(text, country), PhoneNumber):
        return number.e164[1:]
    # “+44 (0)20”: the zero in brackets is not dialled with the code before it.
    digits = re.sub(r"\D", "", re.sub(r"(\+\s*\d{1,3}\s*)\(0\)", r"\1", text), flags=re.ASCII)
    # A part begins anywhere; its leading zero is the trunk's, which E.164 has not.
    return digits.lstrip("0") or digits


def _home(country: str) -> RegionPlan:
    plan = region_plan(country.upper()) if country.isascii() else None
    if plan is None:
        raise ValueError(f"Unknown country {country!r}. Give its two letters, such as AU or GB.")
    return plan


def _read(raw: str, home: RegionPlan) -> PhoneNumber | PhoneProblem:
    if len(raw) > writings.LONGEST_CELL:
        return PhoneProblem.NOT_A_NUMBER
    # The ".0" of a spreadsheet is no digit, however plain the rest.
    bare = writings.bare(raw)
    if not raw.endswith((".0", ".00")) and (line := _plain(bare, home)):
        return PhoneNumber(*(line if line.kind in _TEXTED else _elsewhere(bare, home) or line))
    if is_somebody_elses(raw):
        return PhoneProblem.SOMEBODY_ELSES  # before brackets are taken for decoration
    text = writings.tidy(raw)
    return PhoneProblem.MISSING if writings.is_blank(text) else _read_cell(text, home)


def _plain(bare: str, home: RegionPlan | None) -> NumberLine | None:
    digits = bare[1:] if (international := bare.startswith("+")) else bare
    if not (digits.isascii() and digits.isdecimal()):
        return None
    if international:
        return read_international(digits)
    return None if home is None else home.read(digits)


def _read_cell(text: str, home: RegionPlan) -> PhoneNumber | PhoneProblem:
    if mobile := labelled_mobile(text):
        return _read_one(mobile, home)
    texts = writings.parts(text)
    if writings.are_several(texts):
        return _best([_read_one(part, home) for part in texts])
    # As one first: Germans write 030/1234567, and the slash parts no second number.
    whole = _read_one(text, home)
    if isinstance(whole, PhoneNumber) or len(texts) < 2:
        return whole
    best = _best([_read_one(part, home) for part in texts])
    return best if isinstance(best, PhoneNumber) else whole


def _best(results: list[PhoneNumber | PhoneProblem]) -> PhoneNumber | PhoneProblem:
    numbers = [result for result in results if isinstance(result, PhoneNumber)]
    if not numbers:
        return results[0]
    # Noted, also where it is plain: nobody but staff knows which of them the patient wants.
    return replace(next(filter(can_receive_sms, numbers), numbers[0]), note=PhoneNote.SEVERAL)


def _read_one(text: str, home: RegionPlan) -> PhoneNumber | PhoneProblem:
    digits = writings.restored(writings.tidy(text))
    if digits is None:
        return PhoneProblem.DAMAGED
    if writings.has_extension(digits):
        # A mobile has no switchboard behind it: what follows is nothing that a text could miss.
        number = _read_one(writings.without_extension(digits), home)
        mobile = isinstance(number, PhoneNumber) and number.kind is PhoneKind.MOBILE
        return number if mobile else PhoneProblem.EXTENSION
    if any(char.isalpha() for char in digits):
        numbers = numbers_among_words(digits)
        if len(numbers) > 1:
            return _best([_read_one(number, home) for number in numbers])
        return _read_one(numbers[0], home) if numbers else PhoneProblem.LETTERS
    bare = writings.dialled(digits)
    if not re.fullmatch(r"\+?[0-9]+", bare):
        return PhoneProblem.NOT_A_NUMBER
    result: NumberLine | PhoneProblem = _plain(bare, home) or _by_library(bare, home)
    if isinstance(result, PhoneProblem) and bare.startswith("00"):
        # The prefix of most countries, written in one that dials 0011 or 011.
        result = read_international(bare[2:]) or result
    if isinstance(result, PhoneProblem) or result.kind not in _TEXTED:
        result = _elsewhere(bare, home) or result
    return PhoneNumber(*result) if isinstance(result, NumberLine) else result


def _elsewhere(bare: str, home: RegionPlan) -> NumberLine | None:
    """The mobile that digits mean which at home are none, or a landline; None where that is not
    sure.

    A spreadsheet loses the plus of +49151..., which as a German landline would have an area code
    and far too long a rest. And France's overseas regions dial each other, and France, as one
    country.
    """
    if not (bare.isascii() and bare.isdecimal()):
        return None
    if bare.startswith(home.code):
        line = read_international(bare)
        return line if line is not None and line.kind is PhoneKind.MOBILE else None
    if home.region not in ONE_COUNTRY or not re.fullmatch(r"0[67]\d{8}", bare):
        return None
    lines = {
        line
        for region in ONE_COUNTRY
        if (plan := region_plan(region)) and (line := plan.read(bare)) and line.kind in _TEXTED
    }
    numbers = {line.e164 for line in lines}
    return min(lines) if len(numbers) == 1 else None


def _by_library(bare: str, home: RegionPlan | None) -> NumberLine | PhoneProblem:
    try:
        number = phonenumbers.parse(bare, home.region if home else None)
    except NumberParseException as error:
        return _ERRORS.get(error.error_type, PhoneProblem.NOT_A_NUMBER)
    e164 = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    region = phonenumbers.region_code_for_number(number)
    if region is not None and phonenumbers.is_valid_number(number):
        kind = _KINDS.get(phonenumbers.number_type(number), PhoneKind.OTHER)
        # Satellite telephones and the like count as mobiles, and a text to one costs pounds.
        kind = PhoneKind.OTHER if region == NO_REGION else kind
        return NumberLine(e164, kind, region)
    # Numbers for fiction are invalid by the book, and are what demos and tests are made of.
    main = phonenumbers.region_code_for_country_code(number.country_code or 0)
    if re.fullmatch(FICTIONAL.get(main, r"(?!)"), phonenumbers.national_significant_number(number)):
        return NumberLine(e164, PhoneKind.MOBILE, main)
    return _REASONS.get(phonenumbers.is_possible_number_with_reason(number), PhoneProblem.INVALID)
