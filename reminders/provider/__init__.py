"""The provider's Messages API: asking it, reading what it says, and what may be done when a call
fails.

Knows neither Django nor the product's tables.
"""

from reminders.provider.client import MessagesApi
from reminders.provider.errors import (
    CredentialsRefused,
    MessagesApiError,
    NotFound,
    NotReceived,
    OutcomeUnknown,
    Refused,
    SlowDown,
)
from reminders.provider.exchanges import ANSWERED, Exchange
from reminders.provider.parsing import parse_delivery_report, parse_reply, parse_webhook
from reminders.provider.payloads import (
    AcceptedMessage,
    DeliveryReportPayload,
    ManagedWebhook,
    MessageStatus,
    NewSignatureKey,
    OutboundMessage,
    ReplyPayload,
    ReportedMessage,
    SenderAddress,
    SignatureKey,
    Unreadable,
)
from reminders.provider.signatures import BadSignature, load_public_key, verify_webhook
from reminders.provider.statuses import (
    State,
    Verdict,
    has_no_news,
    never_came,
    read_status,
    waits_there,
)

__all__ = [
    "ANSWERED",
    "AcceptedMessage",
    "BadSignature",
    "CredentialsRefused",
    "DeliveryReportPayload",
    "Exchange",
    "ManagedWebhook",
    "MessageStatus",
    "MessagesApi",
    "MessagesApiError",
    "NewSignatureKey",
    "NotFound",
    "NotReceived",
    "OutboundMessage",
    "OutcomeUnknown",
    "Refused",
    "ReplyPayload",
    "ReportedMessage",
    "SenderAddress",
    "SignatureKey",
    "SlowDown",
    "State",
    "Unreadable",
    "Verdict",
    "has_no_news",
    "load_public_key",
    "never_came",
    "parse_delivery_report",
    "parse_reply",
    "parse_webhook",
    "read_status",
    "verify_webhook",
    "waits_there",
]
