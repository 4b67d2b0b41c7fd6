"""The provider's messages, replies and reports as plain values.

How its JSON is read into them is `parsing`'s. What a reply or a report means for an appointment is
decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from reminders.provider.reading import JsonObject, write_time

SourceNumberType = Literal["INTERNATIONAL", "ALPHANUMERIC", "SHORTCODE"]
Format = Literal["SMS", "MMS", "TTS"]


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to hand over.

    `scheduled` and `expires_at` are aware datetimes; without `scheduled` it goes at once, after
    `expires_at` never. Up to 10 pairs of `metadata` come back with every reply and report.
    """

    content: str
    destination_number: str
    scheduled: datetime | None = None
    expires_at: datetime | None = None
    delivery_report: bool = True
    metadata: Mapping[str, str] = field(default_factory=dict)
    callback_url: str | None = None
    source_number: str | None = None
    source_number_type: SourceNumberType | None = None
    format: Format = "SMS"

    def as_json(self) -> JsonObject:
        """The message as the provider takes it. Raises ValueError for a time without a zone."""
        fields: JsonObject = {
            "content": self.content,
            "destination_number": self.destination_number,
            "format": self.format,
            "delivery_report": self.delivery_report,
        }
        if self.scheduled:
            fields["scheduled"] = write_time(self.scheduled)
        if self.expires_at:
            fields["message_expiry_timestamp"] = write_time(self.expires_at)
        if self.metadata:
            fields["metadata"] = dict(self.metadata)
        if self.callback_url:
            fields["callback_url"] = self.callback_url
        if self.source_number:
            fields["source_number"] = self.source_number
            if self.source_number_type:
                fields["source_number_type"] = self.source_number_type
        return fields


@dataclass(frozen=True, slots=True)
class AcceptedMessage:
    """One message as the provider took it; only its metadata tells for sure which of ours it is."""

    message_id: str
    status: str
    metadata: dict[str, str]


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """What the provider says about one message when asked. Times are UTC."""

    message_id: str
    status: str
    metadata: dict[str, str]
    scheduled: datetime | None
    destination_number: str | None


@dataclass(frozen=True, slots=True)
class ReportedMessage:
    """One message as the detail report lists it. Times are UTC."""

    message_id: str
    status: str
    code: int | None
    metadata: dict[str, str]
    submitted_at: datetime | None
    destination_number: str | None
    content: str = ""


@dataclass(frozen=True, slots=True)
class ReplyPayload:
    """One text from a phone, or the notice that it opted out. `received_at` is UTC, None if
    unreadable.

    `pictures`: how many pictures or other files came with it. Pushed ones without an id get one
    made from their content, the same for each repetition.
    """

    reply_id: str
    message_id: str | None
    metadata: dict[str, str]
    received_at: datetime | None
    source_number: str
    destination_number: str | None
    content: str
    raw: JsonObject
    is_opt_out_notice: bool = False
    pictures: int = 0


@dataclass(frozen=True, slots=True)
class DeliveryReportPayload:
    """One step in a message's life. `source_number` is the patient's; times are UTC."""

    delivery_report_id: str
    message_id: str | None
    metadata: dict[str, str]
    status: str
    code: int | None
    received_at: datetime | None
    submitted_at: datetime | None
    source_number: str | None
    billing_units: int | None
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that could not be read: to be stored as it is, shown to staff and, by its id,
    confirmed.
    """

    raw: JsonObject
    reason: str
    provider_id: str | None


@dataclass(frozen=True, slots=True)
class SignatureKey:
    """A key that the provider may sign webhooks with; its public half is shown only when it is
    made.
    """

    key_id: str
    cipher: str
    digest: str
    enabled: bool


@dataclass(frozen=True, slots=True)
class SenderAddress:
    """A number or name that the provider lets an account send from."""

    address: str
    kind: str
    label: str


@dataclass(frozen=True, slots=True)
class NewSignatureKey:
    """A key that was just made, with its public half: base64 of the DER."""

    key_id: str
    public_key: str


@dataclass(frozen=True, slots=True)
class ManagedWebhook:
    """A webhook of the account, which pushes what happens to `url` in the words of its template."""

    webhook_id: str
    url: str
    events: tuple[str, ...]
    template: str
