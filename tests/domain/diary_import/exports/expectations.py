"""The corpus of exports in `tests/samples/exports`, and what is right of each file."""

from __future__ import annotations

import csv
import json
import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reminders.models import Appointment, Contact

FOLDER = Path(__file__).parents[3] / "samples" / "exports"
BOOKED = {Appointment.Status.BOOKED, Appointment.Status.CONFIRMED}


@dataclass
class Expected:
    """One file with everything that a careful colleague would make of it."""

    path: Path
    facts: dict[str, Any]

    @property
    def kind(self) -> str:
        """Clear, doubtful or refused."""
        return str(self.facts["kind"])

    @property
    def zone(self) -> ZoneInfo:
        """Where the location is."""
        return ZoneInfo(self.facts["time_zone"])


def corpus(folder: Path = FOLDER) -> list[Expected]:
    """All files, by name."""
    return [
        Expected(
            path.with_name(path.name.removesuffix(".expected.json")), json.loads(path.read_text())
        )
        for path in sorted(folder.glob("*.expected.json"))
    ]


def outcomes() -> dict[str, tuple[str, int]]:
    """Of each file whether it comes in or is refused, and how many questions that takes at most."""
    with (FOLDER / "outcomes.csv").open(newline="") as lines:
        return {
            row["file"]: (row["outcome"], int(row["questions"])) for row in csv.DictReader(lines)
        }


@dataclass
class Found:
    """What became of a file: how many questions it took, and what is not as it should be."""

    questions: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    no_right_choice: list[str] = field(default_factory=list)


def differences(expected: Expected, rows: list[Appointment]) -> list[str]:
    """Where the diary is not what the file means."""
    left = list(rows)
    found: list[str] = []
    for wanted in expected.facts["rows"]:
        row = _take(expected, wanted, left)
        if row is None:
            found.append(f"row {wanted['row']} is missing: {wanted['starts_at_local']}")
        else:
            found += [f"row {wanted['row']}: {what}" for what in _differ(wanted, row)]
    found += [f"is none, but came in: {row.local_date} {row.local_time}" for row in left]
    return found


def _take(
    expected: Expected, wanted: dict[str, Any], left: list[Appointment]
) -> Appointment | None:
    for row in left:
        at = row.starts_at.astimezone(expected.zone).strftime("%Y-%m-%dT%H:%M")
        if at in _also(wanted, "starts_at_local") and _same_name(wanted, row.contact):
            left.remove(row)
            return row
    return None


def _also(wanted: dict[str, Any], key: str) -> list[Any]:
    more = wanted.get(f"{key}_also", [])
    return [wanted.get(key), *(more if isinstance(more, list) else [more])]


def _same_name(wanted: dict[str, Any], contact: Contact) -> bool:
    names = [name for name in _also(wanted, "name") if name]
    whole = [f"{n['first']} {n['last']}" if isinstance(n, dict) else n for n in names]
    there = _words(contact.name)
    if not contact.first_name:  # nobody is greeted by the initial that stays before a family name
        there = {word for word in there if len(word) > 1 or not word.isascii()}
    return any(_words(name) == there for name in whole) or any(
        _words(name) >= there and there for name in whole
    )


def _words(name: str) -> set[str]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    return set(re.findall(r"[^\W\d_]+", re.sub("[\u0300-\u036f]", "", plain)))


def _greeted_as_family(wanted: dict[str, Any], contact: Contact) -> bool:
    """Whether texts would greet by a name that is not the first one."""
    names = [name for name in _also(wanted, "name") if isinstance(name, dict) and name["first"]]
    greeted = _words(contact.first_name)
    if not greeted or not names:
        return False
    return not any(
        greeted & _words(name["first"]) or name["first"] in contact.first_name for name in names
    )


def _differ(wanted: dict[str, Any], row: Appointment) -> list[str]:
    found = []
    if _greeted_as_family(wanted, row.contact):
        found.append(f"greets {row.contact.first_name} instead of {wanted['name']['first']}")
    texted = row.contact.phone if _is_texted(row.contact) else ""
    phones = [phone or "" for phone in _also(wanted, "phone")]
    if wanted.get("may_be_texted") is False:
        phones = [""]  # whatever the number, nothing may go there
    if row.status in BOOKED and texted not in phones:
        found.append(f"texts {texted or 'nobody'} instead of {' or '.join(phones) or 'nobody'}")
    if row.status not in _also(wanted, "status"):
        found.append(f"is {row.status} instead of {wanted['status']}")
    for name in ("practitioner", "service"):
        there = getattr(row, name)
        given = "" if there is None else there.name
        # A column that was set aside, and said so, tells less than it could and nothing wrong.
        known = wanted.get(name) is not None and given
        if known and _words(given) not in map(_words, _also(wanted, name)):
            found.append(f"{name} is “{given}” instead of “{wanted[name]}”")
    told = wanted.get("duration") and row.duration
    if told and row.duration not in _also(wanted, "duration"):
        found.append(f"lasts {row.duration} instead of {wanted['duration']}")
    return found


def _is_texted(contact: Contact) -> bool:
    # A landline is called instead, and staff are told.
    spoken = contact.phone_kind == Contact.PhoneKind.LANDLINE
    return contact.channel == Contact.Channel.SMS and not contact.phone_problem and not spoken
