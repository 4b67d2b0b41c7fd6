"""WhatsApp as the provider keeps it: takes texts, moves them through their life, takes what
patients write and tap. Shares lock, clock and phones with the account.
"""

import uuid

from reminders.sandbox.control_room.clock import written
from reminders.sandbox.conversation_api.callbacks import Callbacks
from reminders.sandbox.conversation_api.numbers import OnWhatsApp, on_whatsapp
from reminders.sandbox.conversation_api.texts import InText, OutText, Template
from reminders.sandbox.provider_api.account import Account
from reminders.sandbox.provider_api.records import Json

WINDOW = 24 * 3600.0
DELIVERED, TAP, REVIEW = 1.0, 3.0, 5.0
"""Seconds at pace 1: until a text arrives, until who answers by themselves taps, of a review."""
TOKEN_HOLDS = 3600.0


class WhatsAppSide:
    """Everything of WhatsApp. Any thread may call any public method."""

    def __init__(self, account: Account) -> None:
        self._account, self.callbacks = account, Callbacks()
        account.beside.append(self)
        self.reset()

    def reset(self) -> None:
        """Forget everything but where to push."""
        self.texts: dict[str, OutText] = {}
        self.templates: dict[tuple[str, str], Template] = {}
        self.tokens: dict[str, float] = {}
        self.wrote_at: dict[str, float] = {}
        self.callbacks.clear()

    # Tokens and templates

    def new_token(self) -> str:
        """A token that holds for an hour."""
        with self._account.lock:
            token = uuid.uuid4().hex
            self.tokens[token] = self._account.clock.now() + TOKEN_HOLDS
            return token

    def is_good(self, token: str) -> bool:
        """Whether calls may be made with it."""
        return self.tokens.get(token, 0.0) > self._account.clock.now()

    def add_template(self, submitted: Json) -> bool:
        """Take one in for review; False where the name is taken in this language. One whose name
        begins with "reject" is rejected.
        """
        with self._account.lock:
            key = (submitted["name"], submitted["language"].lower())
            if key in self.templates:
                return False
            at = self._account.clock.now() + REVIEW * self._account.settings.pace
            rejected = "INVALID_FORMAT" if submitted["name"].startswith("reject") else ""
            self.templates[key] = Template(submitted, at, rejected)
            return True

    def listed_templates(self) -> list[Json]:
        """All of them, with how far they are."""
        with self._account.lock:
            now = self._account.clock.now()
            return [one.listed(now) for one in self.templates.values()]

    # Texts

    def accept(self, number: str, message: Json, metadata: str) -> OutText:
        """Take a text in; what is wrong with it shows as FAILED, as with the provider."""
        with self._account.lock:
            now = self._account.clock.now()
            words, buttons, ttl, wrong = self._read(number, message, now)
            text = OutText(str(uuid.uuid4()), number, metadata, words, buttons, now, ttl)
            text.steps = [(now, "FAILED", wrong)] if wrong else self._life(text, now)
            self.texts[text.message_id] = text
            self.advance(now)
            return text

    def _read(
        self, number: str, message: Json, now: float
    ) -> tuple[str, list[tuple[str, str]], float, str]:
        """The words as they are shown, the buttons, the time to live, and what is wrong."""
        if "text_message" in message:
            lately = now - self.wrote_at.get(number, -WINDOW) < WINDOW
            wrong = "" if lately else "OUTSIDE_ALLOWED_SENDING_WINDOW"
            return str(message["text_message"].get("text", "")), [], WINDOW, wrong
        wanted = message["template_message"]["channel_template"]["WHATSAPP"]
        key = (wanted["template_id"], wanted["language_code"].lower())
        template = self.templates.get(key)
        if template is None or template.state(now) != "APPROVED":
            return "", [], WINDOW, "TEMPLATE_NOT_FOUND"
        given = wanted.get("parameters") or {}
        words, at = template.body, 1
        while f"{{{{{at}}}}}" in words:
            value = given.get(f"body[{at}]text", "")
            if not value or "\n" in value or "\t" in value:
                return "", [], WINDOW, "TEMPLATE_INSUFFICIENT_PARAMETERS"
            words, at = words.replace(f"{{{{{at}}}}}", value), at + 1
        buttons = []
        for place, label in enumerate(template.buttons):
            payload = given.get(f"button[{place}]quick_reply[1]payload")
            if payload is None:
                return "", [], WINDOW, "TEMPLATE_INSUFFICIENT_PARAMETERS"
            buttons.append((label, payload))
        return words, buttons, template.ttl, ""

    def _life(self, text: OutText, now: float) -> list[tuple[float, str, str]]:
        pace, kind = self._account.settings.pace, on_whatsapp(text.number)
        if kind is OnWhatsApp.NO_WHATSAPP:
            return [(now, "FAILED", "RECIPIENT_NOT_REACHABLE")]
        plan = [(now, "QUEUED_ON_CHANNEL", "")]
        if kind is OnWhatsApp.SWITCHED_OFF:
            plan.append((now + text.ttl, "FAILED", "DELIVERY_TIMED_OUT"))
        elif kind is not OnWhatsApp.SILENT:
            plan.append((now + DELIVERED * pace, "DELIVERED", ""))
        if kind is OnWhatsApp.TAPS_YES and text.buttons:
            plan.append((now + TAP * pace, "TAP", ""))
        return plan

    def advance(self, now: float) -> None:
        """Let everything happen that is due. Called under the account's lock."""
        for text in [one for one in self.texts.values() if one.steps]:
            while text.steps and text.steps[0][0] <= now:
                self._step(text, *text.steps.pop(0))

    def _step(self, text: OutText, at: float, status: str, reason: str) -> None:
        if status == "TAP":
            self._tapped(text, text.buttons[0][1], at)
            return
        text.status, text.reason, text.changed_at = status, reason, at
        if status == "DELIVERED":
            text.delivered_at = at
        if status in ("DELIVERED", "FAILED"):
            self._account.conversations.show(text)
        self._changed()
        self._report(text, status, reason, at)

    def read(self, number: str) -> None:
        """The phone's owner has looked at what arrived there."""
        with self._account.lock:
            now = self._account.clock.now()
            for text in self.texts.values():
                if text.number == number and text.delivered_at is not None and not text.read_at:
                    text.read_at, text.status = now, "READ"
                    self._changed()
                    self._report(text, "READ", "", now)

    # What patients do

    def tap(self, number: str, message_id: str, payload: str) -> bool:
        """A button of a text is tapped; False where there is none like it."""
        with self._account.lock:
            text = self.texts.get(message_id)
            known = text and payload in [one for _, one in text.buttons]
            if text is None or not known or text.number != number:
                return False
            self._tapped(text, payload, self._account.clock.now())
            return True

    def _tapped(self, text: OutText, payload: str, at: float) -> None:
        text.tapped = payload
        label = next(words for words, one in text.buttons if one == payload)
        said: Json = {"message_id": text.message_id, "postback_data": payload}
        self._said(text.number, label, {"choice_response_message": said}, at, text.metadata)

    def write(self, number: str, words: str) -> None:
        """A patient writes by WhatsApp."""
        with self._account.lock:
            now = self._account.clock.now()
            self._said(number, words, {"text_message": {"text": words}}, now, "")

    def _said(self, number: str, words: str, said: Json, at: float, metadata: str) -> None:
        self.wrote_at[number] = at
        reply = InText(str(uuid.uuid4()), number, words, at)
        self._account.conversations.show(reply)
        self._changed()
        message = {
            "id": reply.id,
            "direction": "TO_APP",
            "contact_message": said,
            "channel_identity": _identity(number),
            "conversation_id": "",
            "contact_id": "",
            "metadata": metadata,
            "accept_time": written(at),
            "processing_mode": "DISPATCH",
            "injected": False,
        }
        self._push({"message": message}, at)

    # Telling

    def _report(self, text: OutText, status: str, reason: str, at: float) -> None:
        report = {
            "message_id": text.message_id,
            "conversation_id": "",
            "contact_id": "",
            "status": status,
            "metadata": text.metadata,
            "processing_mode": "DISPATCH",
            "channel_identity": _identity(text.number),
        }
        if reason:
            report["reason"] = {"code": reason, "sub_code": "UNSPECIFIED_SUB_CODE"}
        self._push({"message_delivery_report": report}, at)

    def _push(self, body: Json, at: float) -> None:
        common = {"app_id": "01KSANDBOX", "project_id": "sandbox", "accepted_time": written(at)}
        times = {"event_time": written(at), "message_metadata": "", "correlation_id": ""}
        self.callbacks.push({**common, **times, **body})

    def _changed(self) -> None:
        self._account.version += 1


def _identity(number: str) -> Json:
    # Mostly without its +, as with the provider.
    return {"channel": "WHATSAPP", "identity": number.removeprefix("+"), "app_id": ""}
