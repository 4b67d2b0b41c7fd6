"""What a request may hold that no page expects: values for addresses, queries, forms, cookies,
headers.
"""

from __future__ import annotations

from urllib.parse import quote

VALUES: dict[str, str | bytes] = {
    "nothing": "",
    "zero": "0",
    "negative": "-1",
    "no id of any row": "999999999",
    "wider than the narrow ids": "99999999999",
    "wider than any id": "9223372036854775808",
    "hundreds of digits": "9" * 300,
    "thousands of digits": "9" * 5_000,
    "digits of another script": "٣",
    "full-width digits": "１２",
    "superscript": "²",
    "fraction": "1.5",
    "exponent": "1e400",
    "not a number": "NaN",
    "NUL": "\0",
    "NUL inside": "a\0b",
    "lone surrogate": b"\xed\xa0\x80",
    "broken UTF-8": b"\xff\xfe\x80",
    "open brace": "{",
    "unknown placeholder": "{unknown}",
    "attribute": "{location.__class__}",
    "closing bracket": "]",
    "percent": "%s%n%(x)d",
    "first day of all": "0001-01-01",
    "last day of all": "9999-12-31",
    "no day": "2026-02-30",
    "week date": "2026-W10-1",
    "UK": "UK",
    "None": "None",
    "list": "[]",
    "object": '{"a": [1, {"b": null}]}',
    "ids": "1,2,,x,99999999999999999999," + "7," * 500,
    "very long": "x" * 20_000,
    "path": "../../../../etc/passwd",
    "other site": "//evil.example/\\",
    "broken address": "http://[",
    "quotes": "'\"`;--",
    "new lines": "a\r\nX-Injected: b",
    "right to left": "\u202e\u2066\u200d\ufeff",
    "emoji": "👨‍👩‍👧 é̂",
}

CHARSETS = (
    "utf-16",
    "utf-7",
    "unicode_escape",
    "raw_unicode_escape",
    "hex",
    "idna",
    "punycode",
    "nonsense",
)
COOKIES = (
    'sessionid="aaaaaaaa\\000aaaaaaaa"',
    "sessionid=" + "x" * 4_000,
    'csrftoken="\\000"; messages="\\000[["',
    "sessionid=\xff\xfe; =; ;;",
)
HEADERS: tuple[dict[str, str], ...] = (
    {"HX-Request": "true", "HX-Current-URL": "http://["},
    {"HX-Request": "true", "HX-Current-URL": "%ED%A0%80", "HX-Current-URL-URI-AutoEncoded": "true"},
    {"HX-Request": "maybe", "HX-Boosted": "\x85", "HX-Target": "x" * 9_000},
    {"Referer": "http://[", "Origin": "null"},
    {"Accept-Language": "x" * 9_000 + ",*;q=nan", "Accept": "*/*;q=x"},
    {"X-Forwarded-For": "unknown", "Forwarded": "for=_x"},
    {"X-Forwarded-For": "[2001:db8::1]:443"},
    {"Host": "evil.example:port"},
    {"If-Modified-Since": "yesterday", "If-None-Match": '"', "Range": "bytes=9-1,-"},
)


def encoded(value: str | bytes) -> str:
    """As it stands in an address or in a form that is sent."""
    return quote(value, safe="")


def form(names: list[str], values: list[str | bytes], *, first: int) -> str:
    """Each name with the next value, from the `first` on."""
    turns = ((name, values[(first + at) % len(values)]) for at, name in enumerate(names))
    return "&".join(f"{quote(name)}={encoded(value)}" for name, value in turns)


def exchanged(given: dict[str, str], name: str, value: str | bytes) -> str:
    """A form as it is given, with another value for one name."""
    return "&".join(
        f"{quote(key)}={encoded(value if key == name else text)}" for key, text in given.items()
    )
