"""The provider's Conversation API, as far as WhatsApp needs it: a client, what it pushes, and what
its statuses mean. Knows neither Django nor our tables.
"""

from reminders.provider.conversation.callbacks import (
    InboundMessage,
    OptOutNotice,
    TextReport,
    read_callback,
    verify_callback,
)
from reminders.provider.conversation.client import ConversationApi
from reminders.provider.conversation.payloads import (
    Hosts,
    ListedTemplate,
    NewTemplate,
    Token,
    WhatsAppMessage,
)
from reminders.provider.conversation.statuses import read_whatsapp_status

__all__ = [
    "ConversationApi",
    "Hosts",
    "InboundMessage",
    "ListedTemplate",
    "NewTemplate",
    "OptOutNotice",
    "TextReport",
    "Token",
    "WhatsAppMessage",
    "read_callback",
    "read_whatsapp_status",
    "verify_callback",
]
