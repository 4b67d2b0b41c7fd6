"""What stands in an answer of the Messages API, and in the addresses that are asked: the client's
tools.

An answer that can't be read leaves as OutcomeUnknown: it may have been a success.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar
from urllib.parse import quote

import httpx

from reminders.provider.errors import OutcomeUnknown
from reminders.provider.payloads import SignatureKey
from reminders.provider.reading import (
    JsonObject,
    read_id,
    read_json,
    read_number,
    read_object,
    read_text,
)

_T = TypeVar("_T")


def portions(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The items, as many at a time as a request takes."""
    left = iter(items)
    while portion := list(islice(left, size)):
        yield portion


def path_to(folder: str, name: str) -> str:
    """A path that ends in an id or number, whatever it holds."""
    if name in ("", ".", ".."):
        raise ValueError("An id of the provider's is needed, not an empty text")
    return f"{folder}/{quote(name, safe='+,')}"


def unreadable_answer(error: ValueError) -> OutcomeUnknown:
    """An answer came and says nothing: whatever was asked may have been done."""
    return OutcomeUnknown(f"The provider's answer can't be read: {error}")


def read_any(answer: bytes) -> object:
    """An answer that may be a list by itself. Raises OutcomeUnknown."""
    try:
        return read_json(answer)
    except ValueError as error:
        raise unreadable_answer(error) from error


def read_body(answer: bytes) -> JsonObject:
    """An answer that has to be an object. Raises OutcomeUnknown."""
    try:
        return read_object(answer)
    except ValueError as error:
        raise unreadable_answer(error) from error


def list_in(answer: JsonObject, name: str) -> list[object]:
    """The list of this name in an answer. Raises OutcomeUnknown where there is none."""
    # A missing list is no empty one: "there are no replies" must not be read out of a fault.
    items = answer.get(name)
    if not isinstance(items, list):
        raise OutcomeUnknown(f"The provider's answer can't be read: it holds no list of {name}")
    return items


def _pagination(answer: JsonObject) -> JsonObject:
    pagination = answer.get("pagination")
    return pagination if isinstance(pagination, dict) else {}


def has_next_page(answer: JsonObject, count: int, *, full: int) -> bool:
    """Whether another page follows; where the answer does not tell, a full page hints at it."""
    has_next = _pagination(answer).get("has_next")
    return has_next if isinstance(has_next, bool) else count >= full


def next_token(answer: JsonObject) -> str | None:
    """The token of the next page: what its address says, else `page`. The address is never
    followed.
    """
    pagination = _pagination(answer)
    address = read_text(pagination.get("next_uri"))
    if address:
        try:
            return read_id(httpx.URL(address).params.get("token"))
        except httpx.InvalidURL as error:
            raise OutcomeUnknown("The provider's address of the next page can't be read") from error
    return read_id(pagination.get("page"))


def authorisations(items: Iterable[object]) -> Iterator[tuple[str, bool]]:
    """Numbers with a leading plus, and whether each may be texted; what is unreadable is left
    out.
    """
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("authorised"), bool):
            number = read_number(item.get("number"))
            if number:
                yield number, item["authorised"]


def signature_key(item: object) -> SignatureKey | None:
    """One key of the list, None where it has no id."""
    if not isinstance(item, dict) or not (key_id := read_id(item.get("key_id"))):
        return None
    cipher, digest = read_text(item.get("cipher")), read_text(item.get("digest"))
    return SignatureKey(key_id, cipher or "", digest or "", item.get("enabled") is True)
