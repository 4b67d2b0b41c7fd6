"""What is kept of WhatsApp: texts to patients, what they wrote and tapped, and templates. Times are
seconds since 1970.
"""

from dataclasses import dataclass, field

from reminders.sandbox.control_room.clock import written, written_or_none
from reminders.sandbox.provider_api.records import OUR_NUMBER, Json


@dataclass(slots=True)
class OutText:
    """One text to a patient. `steps` are the statuses to come, with their times and reasons."""

    message_id: str
    number: str
    metadata: str
    words: str
    buttons: list[tuple[str, str]]
    accepted_at: float
    ttl: float
    status: str = "ACCEPTED"
    reason: str = ""
    changed_at: float = 0.0
    delivered_at: float | None = None
    read_at: float | None = None
    tapped: str = ""
    steps: list[tuple[float, str, str]] = field(default_factory=list)

    def bubble(self) -> Json:
        """As the phone shows it."""
        arrived = self.delivered_at is not None
        return {
            "id": self.message_id,
            "road": "whatsapp",
            "side": "clinic" if arrived else "undelivered",
            "text": self.words,
            "at": written(self.delivered_at or self.changed_at),
            "sender": OUR_NUMBER,
            "format": "WHATSAPP",
            "status": self.status,
            "code": self.reason,
            "read": self.read_at is not None,
            "buttons": [{"words": words, "payload": payload} for words, payload in self.buttons],
            "tapped": self.tapped,
        }

    def as_ledger(self) -> Json:
        """The sandbox's own record."""
        return {
            "message_id": self.message_id,
            "destination": self.number,
            "metadata": self.metadata,
            "content": self.words,
            "status": self.status,
            "reason": self.reason,
            "delivered_at": written_or_none(self.delivered_at),
            "read_at": written_or_none(self.read_at),
        }


@dataclass(slots=True)
class InText:
    """What a patient wrote, or the words of the button that they tapped."""

    id: str
    number: str
    words: str
    at: float

    def bubble(self) -> Json:
        """As the phone shows it."""
        return {
            "id": self.id,
            "road": "whatsapp",
            "side": "patient",
            "text": self.words,
            "at": written(self.at),
            "collected": True,
            "answered": "",
            "picture": "",
        }


@dataclass(slots=True)
class Template:
    """A template that was handed in; it is approved from `approved_at` on."""

    submitted: Json
    approved_at: float
    rejected: str = ""

    @property
    def body(self) -> str:
        """What it says, with its places."""
        return next(str(one["text"]) for one in self._components() if one.get("type") == "BODY")

    @property
    def buttons(self) -> list[str]:
        """What its buttons say."""
        found = [one for one in self._components() if one.get("type") == "BUTTONS"]
        return [str(each["text"]) for one in found for each in one["buttons"]]

    @property
    def ttl(self) -> float:
        """Seconds for which WhatsApp tries; thirty days where it names none."""
        return float(self.submitted["details"].get("messageSendTtlSeconds") or 30 * 86_400)

    def state(self, now: float) -> str:
        """How far its review is."""
        if self.rejected:
            return "REJECTED"
        return "APPROVED" if now >= self.approved_at else "IN_PROGRESS"

    def listed(self, now: float) -> Json:
        """Its entry in the list."""
        shown = {**self.submitted, "state": self.state(now)}
        return shown | ({"rejectionCode": self.rejected} if self.rejected else {})

    def _components(self) -> list[Json]:
        found: list[Json] = self.submitted["details"]["components"]
        return found
