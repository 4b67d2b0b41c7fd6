"""What people and spreadsheets make of phone numbers, undone before anything is read as one.

Decides what is decoration, what is damage, and where one number ends and the next begins. Whether
the digits are a number is the business of `phone_numbers`.
"""

import re
import unicodedata

LONGEST_CELL = 200  # characters; beyond this it is a text, not a number

# Separators inside of a number, and the invisible marks that phones and web pages put around one.
_INVISIBLE = (
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
    "\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad"
_DROPPED = dict.fromkeys(map(ord, " .()\u00a0\u2007\u2009\u202f" + _DASHES + _INVISIBLE))

_BLANK = frozenset(
    [
        "",
        "-",
        "--",
        "?",
        "x",
        "n/a",
        "na",
        "n.a.",
        "none",
        "nil",
        "null",
        "no",
        "unknown",
        "tba",
        "0",
    ]
)
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u201e\u00b4"
_LABEL = re.compile(
    r"^(?:(?:tel|telephone|phone|ph|mob|mobile|cell|cellphone|home|work|sms|whatsapp|callto|no"
    r"|number|[mthwp])\b[.:\s]*)+(?=[\d+(])"
    r"|^(?:https?://)?wa\.me/\+?(?=\d)",
    re.IGNORECASE,
)
_REMARK = re.compile(r"[(\[]([^()\[\]\d+]*)[)\]]")
_SCIENTIFIC = re.compile(r"\+?(\d)(?:[.,](\d*))?e\+?(\d{1,2})", re.IGNORECASE)
_HASHES = re.compile(r"#{2,}|#(?:n/a|ref!|value!|name\?|num!|null!|div/0!)", re.IGNORECASE)
_DECIMAL = re.compile(r"(\+?\d{6,})[.,]0{1,2}")
_EXTENSION = re.compile(
    r"(?<=[\d)\s])(?:;?ext(?:n|ension)?[.:=\s]*|x\.?\s*|#\s*)\d{1,7}$", re.IGNORECASE
)
_SEVERAL = re.compile(
    r"[/,|&\r\n\t]+|;(?!\s*ext)|\s{3,}|\s(?:or|and)\s|\s-\s(?=[+0])", re.IGNORECASE
)


def bare(raw: str) -> str:
    """`raw` without spaces, dots, dashes, brackets and invisible marks."""
    return (
        raw if raw.isalnum() else raw.translate(_DROPPED)
    )  # most are, and are told ten times as fast


def dialled(text: str) -> str:
    """What is dialled of one tidy number: +0061 and ++61 are +61; a plus before a trunk zero is
    dropped.
    """
    digits = re.sub(r"[\s/,]", "", bare(text))
    # A trunk zero after the plus is decoration: no country's code begins with 0.
    return re.sub(r"^\++(?=0)", "", re.sub(r"^\++(?:00)?(?!0)", "+", digits))


def tidy(raw: str) -> str:
    """`raw` in plain characters: all digits as 0 to 9, without spreadsheet quoting, labels and the
    brackets around remarks.
    """
    # Full-width digits and brackets, as from a Japanese keyboard, become the plain ones.
    text = unicodedata.normalize("NFKC", raw).strip()
    text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    # Spreadsheets are made to keep a leading zero by writing ="0491...".
    text = text.strip().removeprefix("=").strip(_QUOTES + " ")
    # What stands in brackets may be "(do not text)": it is read like words without them.
    return _LABEL.sub("", _REMARK.sub(r" \1 ", text)).strip()


def is_blank(text: str) -> bool:
    """Whether a tidy text only says that there is no number."""
    return text.lower() in _BLANK


def restored(text: str) -> str | None:
    """What a spreadsheet turned into 4.91570156E+8 or 491570156.0; None when digits are lost."""
    if _HASHES.fullmatch(text):
        return None
    if decimal := _DECIMAL.fullmatch(text):
        return decimal[1]
    if not (scientific := _SCIENTIFIC.fullmatch(text)):
        return text
    digits = scientific[1] + (scientific[2] or "")
    # With fewer digits than the exponent says, some were rounded away: another person's number.
    return digits if len(digits) == int(scientific[3]) + 1 else None


def has_extension(text: str) -> bool:
    """Whether a number ends in an extension such as "x12" or "ext. 12"."""
    return _EXTENSION.search(text) is not None


def without_extension(text: str) -> str:
    """A number without the extension at its end."""
    return _EXTENSION.sub("", text).strip()


def parts(text: str) -> list[str]:
    """The texts that separators for several numbers in one cell leave; one text when there are
    none.
    """
    return [part for part in map(str.strip, _SEVERAL.split(text)) if any(map(str.isdecimal, part))]


def are_several(texts: list[str]) -> bool:
    """Whether parts are numbers of their own: in the German 030/1234567 the second starts with no 0
    or +.
    """
    return len(texts) > 1 and any(part.lstrip("( ").startswith(("+", "0")) for part in texts[1:])
