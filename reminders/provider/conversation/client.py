"""The Conversation API as methods: ask for a token, send one text, list and register templates.

The token comes from the caller, who keeps one for all. Every fault leaves as one of `errors`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import httpx

from reminders.provider.answers import read_body
from reminders.provider.closing import Closing
from reminders.provider.conversation.payloads import (
    Hosts,
    ListedTemplate,
    NewTemplate,
    Token,
    WhatsAppMessage,
    read_template,
)
from reminders.provider.errors import NotReceived, OutcomeUnknown, error_of
from reminders.provider.reading import JsonObject
from reminders.provider.wire import SURELY_NOT_RECEIVED, USER_AGENT

LONGEST_TOKEN = 86_400
MOST_PAGES = 50


class ConversationApi(Closing):
    """One app of one project. Threads may share it; it is closed by leaving its `with` block.

    `timeout` is in seconds, for each step of a call. All methods raise MessagesApiError.
    """

    def __init__(
        self,
        *,
        hosts: Hosts,
        project: str,
        app: str,
        key: str,
        secret: str,
        timeout: float = 10.0,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._hosts, self._project, self._app = hosts, project, app
        self._basic = httpx.BasicAuth(key, secret)
        here = httpx.URL(hosts.conversation).host in ("127.0.0.1", "localhost", "::1")
        self._http = httpx.Client(
            headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
            timeout=timeout,
            # A POST that is followed might be sent twice.
            follow_redirects=False,
            transport=transport,
            trust_env=not here,
        )

    def close(self) -> None:
        """Close every connection; calls afterwards fail."""
        self._http.close()

    def new_token(self) -> Token:
        """Ask for a token; former ones hold on until their time."""
        request = self._http.build_request(
            "POST",
            f"{self._hosts.token}/oauth2/token",
            data={"grant_type": "client_credentials"},
        )
        answer = read_body(self._call(request, auth=self._basic))
        value, seconds = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(value, str) or not value or not isinstance(seconds, int):
            raise OutcomeUnknown("The provider's answer holds no token")
        return Token(value, max(0, min(seconds, LONGEST_TOKEN)))

    def send(self, message: WhatsAppMessage, *, token: str) -> str:
        """Hand over one text; return the provider's id of it. Accepted is not delivered."""
        url = f"{self._hosts.conversation}/v1/projects/{self._project}/messages:send"
        answer = read_body(self._as_json("POST", url, token=token, body=message.as_json(self._app)))
        found = answer.get("message_id")
        if not isinstance(found, str) or not 1 <= len(found) <= 100:
            raise OutcomeUnknown("The provider's answer holds no id")
        return found

    def templates(self, *, token: str) -> list[ListedTemplate]:
        """Every template of the project; one that can't be read is left out."""
        found: list[ListedTemplate] = []
        page = ""
        for _ in range(MOST_PAGES):
            answer = read_body(self._as_json("GET", self._templates_url(page), token=token))
            # Unsure: what the list is called, and how it is paged; the samples show one page.
            items = answer.get("templates")
            for item in items if isinstance(items, list) else []:
                try:
                    found.append(read_template(item if isinstance(item, dict) else {}))
                except ValueError:
                    continue
            following = answer.get("nextPageToken")
            if not isinstance(following, str) or not following:
                return found
            page = following
        return found

    def register(self, template: NewTemplate, *, token: str) -> None:
        """Hand a template in for approval. Raises Refused where its name is taken already."""
        self._as_json("POST", self._templates_url(""), token=token, body=template.as_json())

    def _templates_url(self, page: str) -> str:
        url = f"{self._hosts.provisioning}/v1/projects/{self._project}/whatsapp/templates"
        return str(httpx.URL(url, params={"pageToken": page})) if page else url

    def _as_json(
        self, method: str, url: str, *, token: str, body: JsonObject | None = None
    ) -> bytes:
        bearer = {"Authorization": f"Bearer {token}"}
        return self._call(self._http.build_request(method, url, json=body, headers=bearer))

    def _call(self, request: httpx.Request, *, auth: httpx.BasicAuth | None = None) -> bytes:
        try:
            response = self._http.send(request, auth=auth)
        # Only what fails before the first byte has left; all else may have arrived.
        except SURELY_NOT_RECEIVED as error:
            raise NotReceived(
                f"The provider could not be reached ({type(error).__name__})"
            ) from error
        except httpx.RequestError as error:
            raise OutcomeUnknown(
                f"No whole answer came from the provider ({type(error).__name__})"
            ) from error
        headers: Mapping[str, str] = response.headers
        found = error_of(response.status_code, headers, response.content, now=datetime.now(UTC))
        if found:
            raise found
        return response.content
