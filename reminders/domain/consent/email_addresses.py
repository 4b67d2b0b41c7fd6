"""What a written e-mail address says. Pure; nothing is asked of any server.

A cell with two addresses, or with a word for “none”, is no address: nobody guesses which one, and
mail to a made-up one would only come back.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

import idna

LONGEST, LONGEST_LOCAL = 254, 64
_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_TOP = re.compile(r"[a-z]{2,63}|xn--[a-z0-9-]{1,59}")
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_AROUND_AT = re.compile(r"\s*@\s*")
_BETWEEN = re.compile(r"[\s;,|]+")
_BRACKETS = re.compile(r"<([^<>]*@[^<>]*)>")
_LEAD = re.compile(r"\b(?:mailto|e-?mail|mail)\s*:\s*", re.IGNORECASE)
_EDGES = " \t\"'<>()[]{}.,;:"
NO_SUCH_END = frozenset("invalid test local localhost lan internal none null".split())
NONE_WORDS = frozenset(
    "none noemail nomail na null nil unknown notgiven noaddress declined refused xxx xxxx "
    "keine keinemail sincorreo sinemail notiene aucun geen brak nessuna".split()
)


class EmailProblem(StrEnum):
    """Why something written is not taken for an address."""

    NONE = "none"
    SEVERAL = "several"
    NO_ADDRESS = "no_address"
    LETTERS = "letters"


PROBLEM_WORDS = {
    EmailProblem.NONE: "This says that there is no e-mail address.",
    EmailProblem.SEVERAL: "There is more than one address here. Keep one of them.",
    EmailProblem.NO_ADDRESS: "This is no e-mail address. It looks like ann@clinic.example.",
    EmailProblem.LETTERS: "Before the @ are letters that most mail servers don't take.",
}


def read_address(written: str) -> str | EmailProblem:
    """The one address that this says, in small letters and its site as servers know it."""
    plain = _INVISIBLE.sub("", unicodedata.normalize("NFKC", written))
    tidy = _AROUND_AT.sub("@", _LEAD.sub("", plain.strip()))
    named = _BRACKETS.findall(tidy)
    parts = [_bare(one) for one in (named or _BETWEEN.split(tidy))]
    found = {one for one in parts if "@" in one}
    if len(found) > 1:
        return EmailProblem.SEVERAL
    if not found:
        return EmailProblem.NONE if _says_none(plain) else EmailProblem.NO_ADDRESS
    # Beside an address other words may stand; a word before it could belong to it.
    if not named and any(one for one in parts if one and "@" not in one):
        return EmailProblem.NO_ADDRESS
    return _checked(found.pop())


def _bare(part: str) -> str:
    return part.strip(_EDGES).casefold()


def _says_none(words: str) -> bool:
    letters = re.sub(r"[\W_]+", "", words.casefold())
    return not letters or letters in NONE_WORDS


def _checked(address: str) -> str | EmailProblem:
    local, _, site = address.rpartition("@")
    if "@" in local:
        return EmailProblem.NO_ADDRESS
    # Before the form is looked at: “none@none” has none, and says so.
    name = site.rpartition(".")[0] or site
    if _says_none(local) and (_says_none(name) or local == name or name in ("email", "mail")):
        return EmailProblem.NONE
    if not local.isascii():
        return EmailProblem.LETTERS
    try:
        site = site if site.isascii() else idna.encode(site, uts46=True).decode()
    except idna.IDNAError:
        return EmailProblem.NO_ADDRESS
    labels = site.split(".")
    is_one = (
        len(labels) > 1
        and _TOP.fullmatch(labels[-1])
        and all(_LABEL.fullmatch(label) for label in labels)
        and _LOCAL.fullmatch(local)
        and len(local) <= LONGEST_LOCAL
        and len(local) + len(site) < LONGEST
        and labels[-1] not in NO_SUCH_END
    )
    return f"{local}@{site}" if is_one else EmailProblem.NO_ADDRESS
