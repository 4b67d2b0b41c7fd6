"""Which templates the rules want by WhatsApp, and how each stands: approved, in review, refused,
or with other words than the wording has by now.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from reminders.domain.common.asking import asked_by_purpose
from reminders.domain.common.wording_catalogue import WordingCatalogue
from reminders.domain.sending.claiming.approved import APPROVED, lets_go
from reminders.domain.wording import LANGUAGES, PURPOSES, WordingError
from reminders.domain.wording.own_columns import OwnColumn
from reminders.domain.wording.purposes import purpose_of_rule
from reminders.domain.wording.whatsapp import (
    CODES,
    Button,
    Form,
    buttons_for,
    forms_of,
    name_prefix,
    proposed_name,
)
from reminders.models import Contact, Location, ReminderRule, Road, WhatsAppTemplate
from reminders.provider.conversation import NewTemplate

FOR_ANOTHER = (ReminderRule.Kind.CONFIRMATION, ReminderRule.Kind.REMINDER)
EXAMPLES = {
    "first_name": "Amina",
    "name": "Amina Yusuf",
    "recipient": "Sara",
    "date": "Tue 8 December",
    "time": "09:40",
    "location": "Harbour Clinic",
    "practitioner": "Dr Silva",
    "service": "Check-up",
    "phone": "020 7946 0000",
    "address": "1 Harbour Street",
    "map": "https://maps.example/1",
    "video": "https://video.example/1",
    "instructions": "Please bring your card.",
    "minutes": "20",
}


class Standing(StrEnum):
    """How one wanted template stands."""

    APPROVED = "Approved"
    WAITS = "In review"
    REJECTED = "Refused by WhatsApp"
    STOPPED = "Stopped by WhatsApp"
    DIFFERS = "The wording differs from what is registered"
    TOO_SLOW = "WhatsApp would try for longer than the rule waits"
    MISSING = "Not registered"
    IMPOSSIBLE = "WhatsApp would refuse it"


@dataclass(frozen=True, slots=True)
class TemplateRow:
    """One form of one wording in one language, as it is wanted, and how it stands."""

    rule: ReminderRule
    purpose: str
    language: str
    form: Form
    buttons: tuple[Button, ...]
    standing: Standing
    known_as: str
    why: str

    @property
    def label(self) -> str:
        """What the text is for."""
        return PURPOSES[self.purpose].label

    @property
    def spoken(self) -> str:
        """Its language, in English."""
        return LANGUAGES[self.language].english

    @property
    def name(self) -> str:
        """The name under which it is registered, or would be."""
        return self.known_as or proposed_name(
            self.purpose, self.rule.pk, self.rule.wait(Road.WHATSAPP) or 0, self.form, self.buttons
        )

    @property
    def variables(self) -> list[str]:
        """What its numbers stand for, as it stands in the wording."""
        return [
            one.code if isinstance(one, OwnColumn) else f"{{{one}}}" for one in self.form.places
        ]

    @property
    def is_good(self) -> bool:
        return self.standing is Standing.APPROVED

    @property
    def may_be_registered(self) -> bool:
        """Whether handing it in would help."""
        return self.standing in (Standing.MISSING, Standing.DIFFERS, Standing.TOO_SLOW)

    @property
    def new(self) -> NewTemplate:
        """As it is handed in. WhatsApp tries for as long as the rule waits, and no longer."""
        examples = [
            one.fallback or "1" if isinstance(one, OwnColumn) else EXAMPLES.get(one, "1")
            for one in self.form.places
        ]
        return NewTemplate(
            self.name,
            CODES[self.language],
            self.form.body,
            examples,
            [one.words for one in self.buttons],
            (self.rule.wait(Road.WHATSAPP) or 0) * 60,
        )


def rows_of_templates() -> list[TemplateRow]:
    """All that the rules want, in the order of the rules; a fixed number of statements."""
    rules = list(ReminderRule.objects.trying(Road.WHATSAPP))
    return rows_of_rules(rules) if rules else []


def rows_of_rules(rules: Sequence[ReminderRule]) -> list[TemplateRow]:
    """What these want, as they are at hand, saved or not."""
    listed = list(WhatsAppTemplate.objects.all())
    catalogue, languages = WordingCatalogue.load(), _languages()
    return [
        row
        for rule in rules
        for purpose in _purposes(rule)
        for language in languages
        for row in _rows(rule, purpose, language, catalogue, listed)
    ]


def _languages() -> list[str]:
    """Those of the locations, and of the patients who are written to by WhatsApp."""
    spoken = {
        one.split("-")[0]
        for one in Location.objects.filter(active=True).values_list("language", flat=True)
    }
    theirs = Contact.objects.filter(whatsapp_agreed_at__isnull=False)
    spoken |= {one.split("-")[0] for one in theirs.values_list("language", flat=True).distinct()}
    return [tag for tag in LANGUAGES if tag.split("-")[0] in spoken]


def _purposes(rule: ReminderRule) -> Iterator[str]:
    yield purpose_of_rule(rule.kind, family=False)
    if rule.kind in FOR_ANOTHER:
        yield purpose_of_rule(rule.kind, family=False, for_another=True)


def _rows(
    rule: ReminderRule,
    purpose: str,
    language: str,
    catalogue: WordingCatalogue,
    listed: Sequence[WhatsAppTemplate],
) -> Iterator[TemplateRow]:
    try:
        words = catalogue.words(rule.pk, purpose, (language,))
    except WordingError:
        return
    if words is None or words.language != language:
        return
    buttons = buttons_for(asked_by_purpose(purpose), language)
    forms = forms_of(words.template)
    # What is registered under this wording's names and says none of this is a former wording.
    prefix, bodies = name_prefix(purpose, rule.pk), {form.body for form in forms}
    of_language = [one for one in listed if one.language == CODES[language]]
    former = any(one.name.startswith(prefix) and one.body not in bodies for one in of_language)
    for form in forms:
        standing, known_as, why = _standing(rule, form, buttons, of_language, former=former)
        yield TemplateRow(rule, purpose, language, form, buttons, standing, known_as, why)


def _standing(
    rule: ReminderRule,
    form: Form,
    buttons: Sequence[Button],
    there: Sequence[WhatsAppTemplate],
    *,
    former: bool,
) -> tuple[Standing, str, str]:
    """How it stands, the name of what is registered, and the provider's reason."""
    if form.problem:
        return Standing.IMPOSSIBLE, "", form.problem
    labels = [one.words for one in buttons]
    same = [one for one in there if one.body == form.body and list(one.buttons) == labels]
    quick = [one for one in same if lets_go(one, minutes=rule.wait(Road.WHATSAPP) or 0)]
    for one in sorted(quick, key=lambda each: each.state != APPROVED):
        return _of_state(one.state), one.name, one.reason
    if same:
        return Standing.TOO_SLOW, "", ""
    return (Standing.DIFFERS if former else Standing.MISSING), "", ""


def _of_state(state: str) -> Standing:
    if state == APPROVED:
        return Standing.APPROVED
    if state == "REJECTED":
        return Standing.REJECTED
    # Unsure which other words there are: what is neither approved nor refused is waited for.
    return Standing.STOPPED if state in ("PAUSED", "DISABLED") else Standing.WAITS
