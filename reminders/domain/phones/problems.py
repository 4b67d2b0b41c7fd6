"""What may be wrong with a number as it was written, and what to note, in words for staff."""

from enum import StrEnum


class PhoneNote(StrEnum):
    """What staff should know about a number that was read."""

    SEVERAL = "several"


class PhoneProblem(StrEnum):
    """Why no number could be read."""

    MISSING = "missing"
    DAMAGED = "damaged"
    LETTERS = "letters"
    NOT_A_NUMBER = "not_a_number"
    EXTENSION = "extension"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    UNKNOWN_COUNTRY = "unknown_country"
    INVALID = "invalid"
    SOMEBODY_ELSES = "somebody_elses"
    SEVERAL = "several_numbers"
    NO_TEXTS = "no_texts"


NOTE_WORDS: dict[PhoneNote, str] = {
    PhoneNote.SEVERAL: "Several numbers were given; the first that can receive texts was taken.",
}

PROBLEM_WORDS: dict[PhoneProblem, str] = {
    PhoneProblem.MISSING: "There is no phone number. Add a mobile number to send texts.",
    PhoneProblem.DAMAGED: "The spreadsheet damaged this number and digits are lost. "
    "Format the phone column as text, then export it again.",
    PhoneProblem.LETTERS: (
        "There are letters in it. Enter digits only; look for an O in place of a zero."
    ),
    PhoneProblem.NOT_A_NUMBER: (
        "This is no phone number. Enter digits; from abroad, + and the country code."
    ),
    PhoneProblem.EXTENSION: (
        "This number has an extension, which no text reaches. Enter a mobile number."
    ),
    PhoneProblem.TOO_SHORT: "Digits are missing. Enter the whole number, with the area code.",
    PhoneProblem.TOO_LONG: (
        "There are too many digits. Check for one typed twice; enter one number only."
    ),
    PhoneProblem.UNKNOWN_COUNTRY: (
        "No country has the code after the +. Correct it, or leave it out at home."
    ),
    PhoneProblem.INVALID: (
        "There is no such number in this country. Check the digits; if it is from abroad, "
        "write it with + and the country code."
    ),
    PhoneProblem.NO_TEXTS: (
        "This is a freephone, a paid line, a satellite phone, a pager or a company's number, "
        "which gets no texts. Add a mobile number."
    ),
    PhoneProblem.SEVERAL: (
        "Several numbers stand in this text. Enter the patient's own number with the patient."
    ),
    PhoneProblem.SOMEBODY_ELSES: "This is somebody else's phone. Enter the patient's own number.",
}
