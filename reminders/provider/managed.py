"""What is set up at the provider once: signature keys, and the webhook of the whole account.

Texts name an address of their own for their replies. What answers no text, and the notice that
somebody opted out, come only by a webhook of the account.
"""

from __future__ import annotations

from http import HTTPStatus

from reminders.provider.answers import list_in, path_to, read_any, read_body, signature_key
from reminders.provider.errors import CredentialsRefused, OutcomeUnknown, Refused
from reminders.provider.payloads import (
    ManagedWebhook,
    NewSignatureKey,
    SenderAddress,
    SignatureKey,
)
from reminders.provider.reading import JsonObject, read_id, read_text
from reminders.provider.wire import Transport

KEYS = "/v1/iam/signature_keys"
KEYS_LIMIT = 100
WEBHOOKS = "/v1/webhooks/messages"
WEBHOOKS_LIMIT = 100
SENDERS = "/v1/messaging/numbers/sender_address/addresses/"
SENDERS_LIMIT = 100
DIGEST, CIPHER = "SHA256", "RSA"
EVENTS = ("RECEIVED_SMS", "RECEIVED_MMS", "OPT_OUT_SMS")
# One for all three: what an event does not know stays as its name, which `parsing` takes for
# absent. Of pictures only their kind: nothing here looks at one.
TEMPLATE = (
    '{"account_id": "$accountId", "reply_id": "$replyId", "notification_id": "$notificationId",'
    ' "destination_number": "$destinationAddress", "source_number": "$sourceAddress",'
    ' "date_received": "$receivedTimestamp", "message_id": "$messageId",'
    ' "content": "$esc.json($!moContent)",'
    ' "attachments": [#foreach ($entry in $attachments){"content_type": "$entry.contentType"}'
    "#if( $foreach.hasNext ),#end#end],"
    ' "metadata": {"message": "$metadata.get(\'message\')"}}'
)
_READ_TIMEOUT = 20_000  # milliseconds
_RETRIES, _RETRY_DELAY = 5, 60  # the most that there is, in seconds


class Managed:
    """The part of the Messages API by which an account is set up. All methods raise
    MessagesApiError.
    """

    _wire: Transport

    def signature_keys(self) -> list[SignatureKey]:
        """The keys that webhooks may be signed with. Raises Refused where the account has no such
        feature.
        """
        query = {"page": "1", "page_size": str(KEYS_LIMIT)}
        keys = read_any(self._keys("GET", KEYS, query=query))
        return [
            key for item in (keys if isinstance(keys, list) else []) if (key := signature_key(item))
        ]

    def make_signature_key(self) -> NewSignatureKey:
        """Have a key pair made; the public half is told this once. It signs nothing until it is
        enabled.

        Raises Refused where the account has no such feature.
        """
        answer = read_body(self._keys("POST", KEYS, body={"digest": DIGEST, "cipher": CIPHER}))
        key_id, public = read_id(answer.get("key_id")), read_text(answer.get("public_key"))
        if not key_id or not public:
            raise OutcomeUnknown("The provider's answer tells no key")
        return NewSignatureKey(key_id, public.strip())

    def enable_signature_key(self, key_id: str) -> None:
        """Have everything signed by this key from now on, and by no other. NotFound if it is
        unknown.
        """
        self._keys("PATCH", f"{KEYS}/enabled", body={"key_id": key_id})

    def sender_addresses(self) -> list[SenderAddress]:
        """The first hundred that are approved for the account; what is unreadable is left out.

        Raises Refused where the account has no such feature.
        """
        answer = read_body(self._keys("GET", SENDERS, query={"page_size": str(SENDERS_LIMIT)}))
        return [one for item in list_in(answer, "data") if (one := _sender(item))]

    def webhooks(self) -> list[ManagedWebhook]:
        """Those of the account; what has no id or address is left out."""
        query = {"page": "0", "page_size": str(WEBHOOKS_LIMIT)}
        answer = read_body(self._wire.call("GET", WEBHOOKS, query=query))
        return [one for item in list_in(answer, "pageData") if (one := _webhook(item))]

    def create_webhook(self, url: str) -> None:
        """Have replies that answer no text, and opt-outs, pushed to `url`. Raises Refused where
        there is one for it already.
        """
        body: JsonObject = {
            **_wanted(url),
            "headers": {},
            "read_timeout": _READ_TIMEOUT,
            "retries": _RETRIES,
            "retry_delay": _RETRY_DELAY,
        }
        self._wire.call("POST", WEBHOOKS, body=body)

    def change_webhook(self, webhook_id: str, url: str) -> None:
        """Point one that is there to `url`, with our events and template. NotFound if it is
        unknown.
        """
        self._wire.call("PATCH", path_to(WEBHOOKS, webhook_id), body=_wanted(url))

    def _keys(
        self,
        method: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: JsonObject | None = None,
    ) -> bytes:
        try:
            return self._wire.call(method, path, query=query, body=body)
        except CredentialsRefused as error:
            # 403 here says that the account lacks the feature; as a brake it would stop all texts.
            if error.status != HTTPStatus.FORBIDDEN:
                raise
            raise Refused(error.message, status=error.status) from error


def _wanted(url: str) -> JsonObject:
    return {
        "url": url,
        "method": "POST",
        "encoding": "JSON",
        "events": list(EVENTS),
        "template": TEMPLATE,
    }


def _sender(item: object) -> SenderAddress | None:
    if not isinstance(item, dict) or not (address := read_text(item.get("sender_address"))):
        return None
    return SenderAddress(
        address,
        read_text(item.get("sender_address_type")) or "",
        read_text(item.get("label")) or "",
    )


def _webhook(item: object) -> ManagedWebhook | None:
    if not isinstance(item, dict) or not (webhook_id := read_id(item.get("id"))):
        return None
    url, template = item.get("url"), item.get("template")
    events = item.get("events")
    return ManagedWebhook(
        webhook_id,
        url if isinstance(url, str) else "",
        tuple(one for one in (events if isinstance(events, list) else []) if isinstance(one, str)),
        template if isinstance(template, str) else "",
    )
