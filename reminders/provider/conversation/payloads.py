"""What is handed to the Conversation API, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reminders.provider.reading import JsonObject

QUICK_REPLY = "QUICK_REPLY"


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where the three parts of the provider listen, without a slash at their ends."""

    conversation: str
    provisioning: str
    token: str

    @classmethod
    def of_region(cls, region: str) -> Hosts:
        """The provider's own, for the region of the app."""
        return cls(
            f"https://{region}.conversation.api.sinch.com",
            "https://provisioning.api.sinch.com",
            "https://auth.sinch.com",
        )

    @classmethod
    def all_at(cls, url: str) -> Hosts:
        """One address for all of them: that of an imitation."""
        return cls(url, url, url)


@dataclass(frozen=True, slots=True)
class Token:
    """What calls are made with; it holds for `seconds` from when it was asked for."""

    value: str
    seconds: int


@dataclass(frozen=True, slots=True)
class WhatsAppMessage:
    """One text to one person; `number` is E.164, `reference` ours and comes back with its news.

    With a template, `parameters` are its body's values and `payloads` what its buttons carry; else
    `text` is sent as it is, which the provider takes only within the window.
    """

    number: str
    reference: str
    text: str = ""
    template: str = ""
    language: str = ""
    parameters: Sequence[str] = ()
    payloads: Sequence[str] = ()

    def as_json(self, app: str) -> JsonObject:
        """The body of the request."""
        identity = {"channel": "WHATSAPP", "identity": self.number}
        return {
            "app_id": app,
            "recipient": {"identified_by": {"channel_identities": [identity]}},
            "message": self._message(),
            "message_metadata": self.reference,
            "correlation_id": self.reference,
            "message_content_type": "CONTENT_NOTIFICATION",
        }

    def _message(self) -> JsonObject:
        if not self.template:
            return {"text_message": {"text": self.text}}
        values = {f"body[{at}]text": one for at, one in enumerate(self.parameters, start=1)}
        for at, payload in enumerate(self.payloads):
            values[f"button[{at}]quick_reply[1]payload"] = payload
        template = {
            "template_id": self.template,
            "language_code": self.language,
            "parameters": values,
        }
        return {"template_message": {"channel_template": {"WHATSAPP": template}}}


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """A template to be approved; `language` as it is sent, such as en_GB."""

    name: str
    language: str
    body: str
    examples: Sequence[str]
    buttons: Sequence[str]
    ttl_seconds: int

    def as_json(self) -> JsonObject:
        """The body of the request; a category that WhatsApp would rather see is refused."""
        components: list[JsonObject] = [
            {"type": "BODY", "text": self.body, "examples": list(self.examples)}
        ]
        if self.buttons:
            buttons = [{"type": QUICK_REPLY, "text": words} for words in self.buttons]
            components.append({"type": "BUTTONS", "buttons": buttons})
        return {
            "name": self.name,
            # Here in capitals, and as en_GB where a text is sent.
            "language": self.language.upper(),
            "category": "UTILITY",
            "status": "SUBMIT",
            "allowCategoryChange": False,
            "details": {"messageSendTtlSeconds": self.ttl_seconds, "components": components},
        }


@dataclass(frozen=True, slots=True)
class ListedTemplate:
    """A template as the provider lists it. `ttl_seconds` is None where it says nothing: then
    WhatsApp tries for days.
    """

    name: str
    language: str
    state: str
    body: str
    buttons: tuple[str, ...]
    ttl_seconds: int | None
    reason: str = ""


def read_template(item: JsonObject) -> ListedTemplate:
    """One entry of the list; what it lacks stays blank. Raises ValueError without a name."""
    name, language = _text(item.get("name")), _text(item.get("language"))
    if not name or not language:
        raise ValueError("a template without a name or a language")
    details = item.get("details")
    details = details if isinstance(details, dict) else {}
    body, buttons = "", []
    for component in _list(details.get("components")):
        if component.get("type") == "BODY":
            body = _text(component.get("text"))
        if component.get("type") == "BUTTONS":
            buttons = [_text(one.get("text")) for one in _list(component.get("buttons"))]
    ttl = details.get("messageSendTtlSeconds")
    return ListedTemplate(
        name,
        sent_as(language),
        _text(item.get("state")).upper(),
        body,
        tuple(buttons),
        ttl if isinstance(ttl, int) and ttl > 0 else None,
        _text(item.get("rejectionCode"))[:200],
    )


def sent_as(language: str) -> str:
    """EN_GB as it is written when a text is sent: en_GB."""
    first, _, region = language.replace("-", "_").partition("_")
    return f"{first.lower()}_{region.upper()}" if region else first.lower()


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _list(value: object) -> list[JsonObject]:
    found = value if isinstance(value, list) else []
    return [one for one in found if isinstance(one, dict)]
