"""The templates that WhatsApp has approved, found by what they say.

By their words and not by their names: one that was registered by hand serves as well, and a wording
that was changed since finds none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from reminders.domain.wording.whatsapp import CODES, Button, Form
from reminders.models import WhatsAppTemplate

APPROVED = "APPROVED"
Key = tuple[str, str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class ApprovedTemplates:
    """The approved templates, read once for a whole batch of texts."""

    by_words: dict[Key, list[WhatsAppTemplate]]

    @classmethod
    def load(cls) -> ApprovedTemplates:
        """Read those that were approved when they were last listed."""
        found: dict[Key, list[WhatsAppTemplate]] = defaultdict(list)
        for one in WhatsAppTemplate.objects.filter(state=APPROVED):
            found[(one.language, one.body, tuple(one.buttons))].append(one)
        return cls(dict(found))

    def find(
        self, form: Form, buttons: Iterable[Button], language: str, *, minutes: int
    ) -> WhatsAppTemplate | None:
        """The one that says just this, and of which WhatsApp lets go within the wait."""
        key = (CODES[language], form.body, tuple(one.words for one in buttons))
        fitting = (one for one in self.by_words.get(key, ()) if lets_go(one, minutes=minutes))
        return next(fitting, None)


def lets_go(template: WhatsAppTemplate, *, minutes: int) -> bool:
    """Whether WhatsApp gives a text of this template up before the next road takes over.

    Else a phone that is switched on hours later would show both.
    """
    return template.ttl_seconds is not None and template.ttl_seconds <= minutes * 60
