"""A wording as WhatsApp wants it approved: numbered places for what differs, and buttons.

A wording with optional passages has two forms: with all of them and with none. A text that has some
and lacks others fits neither, and goes by SMS.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from reminders.domain.wording.own_columns import OwnColumn
from reminders.domain.wording.questions import Asks
from reminders.domain.wording.templates import (
    Optional,
    Slot,
    Template,
    TextPart,
    Values,
    clean_value,
)

LONGEST_BODY = 1024
LONGEST_BUTTON = 25
LEAD = "📅"
YES, NO = "yes", "no"
CODES = {
    "en": "en_GB",
    "es": "es_ES",
    "fr": "fr",
    "de": "de",
    "it": "it",
    "pt": "pt_PT",
    "nl": "nl",
    "pl": "pl",
    "vi": "vi",
    "zh-Hans": "zh_CN",
    "ar": "ar",
}
"""Our languages as WhatsApp calls them. The provider's samples show en_GB only: unsure for others,
and settled by what it lists."""
_FOLDER = Path(__file__).parent / "data"
_SPACES = re.compile(r"[ \t]{2,}")
_PLACE = re.compile(r"\{\{\d+\}\}")
_PLACE_AT_END = re.compile(r"\{\{\d+\}\}$")
_NEIGHBOURS = re.compile(r"(?<=\}\})\s*(?=\{\{)")


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a wording. `places` are what its numbers stand for, in order; `problem` says why
    WhatsApp would refuse it, blank where it would not.
    """

    body: str
    places: tuple[str | OwnColumn, ...]
    with_passages: bool
    problem: str = ""

    def values(self, values: Values) -> tuple[str, ...] | None:
        """What fills its places; None where one of them is blank, which WhatsApp refuses."""
        found = tuple(_value(place, values) for place in self.places)
        return found if all(found) else None


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply: what it says, and the answer that it carries."""

    answer: str
    words: str


def forms_of(template: Template) -> list[Form]:
    """The forms of a wording, that without optional passages first."""
    optional = any(isinstance(part, Optional) for part in template.parts)
    return [
        _form(template, with_passages=whole) for whole in ((False, True) if optional else (False,))
    ]


def form_for(template: Template, values: Values) -> tuple[Form, tuple[str, ...]] | None:
    """The form that says just what the text says, with what fills it; None where none does."""
    passages = [part for part in template.parts if isinstance(part, Optional)]
    shown = [
        all(_value(_place(one), values) for one in part.parts if not isinstance(one, TextPart))
        for part in passages
    ]
    if len(set(shown)) > 1:
        return None
    form = _form(template, with_passages=bool(shown) and shown[0])
    found = form.values(values)
    return None if form.problem or found is None else (form, found)


def buttons_for(asks: Asks, language: str) -> tuple[Button, ...]:
    """The buttons of a text, in its language: of one that asks yes or no, those two."""
    if asks is not Asks.YES_NO:
        return ()
    words = _button_words()[language]
    return (Button(YES, words[YES]), Button(NO, words[NO]))


def proposed_name(
    purpose: str, rule_id: int, minutes: int, form: Form, buttons: Iterable[Button]
) -> str:
    """A name to register a form under: another one as soon as anything in it changes."""
    said = "\n".join([form.body, str(minutes), *(one.words for one in buttons)])
    digest = hashlib.sha256(said.encode()).hexdigest()[:8]
    return f"{name_prefix(purpose, rule_id)}{digest}"


def name_prefix(purpose: str, rule_id: int) -> str:
    """How the names of all forms of a wording begin."""
    return f"{purpose}_r{rule_id}_"


@cache
def _button_words() -> dict[str, dict[str, str]]:
    with (_FOLDER / "whatsapp_buttons.toml").open("rb") as file:
        return tomllib.load(file)


def _form(template: Template, *, with_passages: bool) -> Form:
    places: list[str | OwnColumn] = []
    written = ""
    for part in template.parts:
        passage = part.parts if isinstance(part, Optional) else (part,)
        for one in passage if with_passages or not isinstance(part, Optional) else ():
            if isinstance(one, TextPart):
                written += one.words
            else:
                places.append(_place(one))
                written += f"{{{{{len(places)}}}}}"
    body = _framed(_SPACES.sub(" ", written).strip())
    # A link belongs to the one text that it was made for; what SMS takes over is another one.
    problem = "A text with a link goes by SMS." if "link" in places else _problem(body)
    return Form(body, tuple(places), with_passages, problem)


def _framed(body: str) -> str:
    """WhatsApp refuses a placeholder at either end, and two side by side: signs go there."""
    body = _NEIGHBOURS.sub(" – ", body)
    body = f"{LEAD} {body}" if _PLACE.match(body) else body
    return f"{body}." if _PLACE_AT_END.search(body) else body


def _problem(body: str) -> str:
    if len(body) > LONGEST_BODY:
        return f"WhatsApp takes at most {LONGEST_BODY} characters."
    return ""


def _place(part: Slot | OwnColumn) -> str | OwnColumn:
    return part.name if isinstance(part, Slot) else part


def _value(place: str | OwnColumn, values: Values) -> str:
    if isinstance(place, OwnColumn):
        return clean_value(values.columns.get(place.key, "")) or clean_value(place.fallback)
    return clean_value(getattr(values, place))
