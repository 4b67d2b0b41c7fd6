"""A real mail server on this machine, which keeps what it gets, and refuses whom it is told to."""

from __future__ import annotations

from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

REFUSALS = {
    "nobody": "550 5.1.1 No such mailbox",
    "unwanted": "550 5.7.1 Not from you",
    "grey": "451 4.7.1 Come again later",
}


@dataclass
class MailServer:
    """What arrived, and how it answers: by the beginning of the address."""

    mails: list[EmailMessage] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    controller: Controller | None = None
    seen: int = 0
    greylists: bool = True

    async def handle_RCPT(  # as aiosmtpd calls it
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take a recipient or not."""
        name = address.partition("@")[0].partition("-")[0]
        refusal = REFUSALS.get(name, "")
        if refusal and (name != "grey" or self.greylists):
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:
        """Take a mail; of some nobody hears whether it was taken."""
        (address,) = envelope.rcpt_tos
        self.seen += 1
        if address.startswith("spam"):
            return "554 5.7.1 Not this"
        kept = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(kept, EmailMessage)
        self.mails.append(kept)
        self.to.append(address)
        if address.startswith("lost"):
            server.transport.close()
        return "250 Taken"

    def start(self) -> MailServer:
        """Listen on any port."""
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port())
        self.controller.start()
        return self

    def stop(self) -> None:
        """Listen no more."""
        if self.controller:
            self.controller.stop()

    @property
    def options(self) -> dict[str, Any]:
        """What Django's backend needs to find it."""
        assert self.controller
        plain = {"username": "", "password": "", "use_tls": False, "use_ssl": False, "timeout": 3}
        return plain | {"host": "127.0.0.1", "port": self.controller.port}

    def reset(self) -> None:
        """As if it had seen nothing."""
        self.mails, self.to, self.seen, self.greylists = [], [], 0, True


def free_port() -> int:
    """A port that nobody listens on."""
    import socket  # only here

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def part(mail: EmailMessage, kind: str) -> str:
    """The text or HTML of a mail."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def attached(mail: EmailMessage) -> bytes:
    """The one file that hangs on it."""
    (one,) = mail.iter_attachments()
    content = one.get_content()
    return content.encode() if isinstance(content, str) else bytes(content)
