"""What django-allauth asks and tells at each step of a sign-in.

Nobody makes an account by themselves: administrators do, and a sign-in service where one is set up.
"""

from __future__ import annotations

import base64
from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from reminders.domain.demo.seed import is_shut_out
from reminders.domain.signing_in import devices, mails, proof, second_factor
from reminders.domain.signing_in.granted import BACKEND

DEVICE, DEVICE_COOKIE = "reminders.device", "device"
"""Where a request carries what its browser is to keep, and the cookie that it keeps it in."""
DUE = "second_factor_due"
"""In the session of somebody who must set a second factor up before anything else."""
_TOLD = {
    "mfa/email/totp_activated": "An app that shows codes was set up for your sign-in.",
    "mfa/email/totp_deactivated": "The app that shows codes was removed from your sign-in.",
    "mfa/email/webauthn_added": "A passkey was added to your sign-in.",
    "mfa/email/webauthn_removed": "A passkey was removed from your sign-in.",
    "mfa/email/recovery_codes_generated": "New recovery codes were made for your sign-in.",
    "socialaccount/email/account_connected": "You signed in by your organisation's own service.",
}
DEMO_ONLY = "This login is the demo's, and works with the sandbox only."
_UNSAID = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class Door(DefaultAccountAdapter):
    """How somebody gets in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up by themselves."""
        return False

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """Before any way in is gone to its end: nobody gets in by the demo's password for real."""
        if is_shut_out(user):
            messages.error(request, DEMO_ONLY, extra_tags="danger")
            return HttpResponseRedirect(reverse("login"))
        return cast("HttpResponse | None", super().pre_login(request, user, **kwargs))

    def login(self, request: HttpRequest, user: Any) -> None:
        """Sign in; who has no second factor and needs one is led to it from now on."""
        # Several backends are set, and the first of them finds no users.
        user.backend = BACKEND
        super().login(request, user)
        request.META[DEVICE] = devices.note(
            user,
            request.COOKIES.get(DEVICE_COOKIE, ""),
            user_agent=request.META.get("HTTP_USER_AGENT", ""),
            address=str(request.META.get("REMOTE_ADDR", "")),
            now=timezone.now(),
        )
        # Here and not at each page: tests and commands that sign somebody in pass no door.
        # Who came from the organisation's own service was asked there for what it takes.
        steps = get_authentication_records(request, user)
        by_service = any(step["method"] == "socialaccount" for step in steps)
        if not by_service and second_factor.is_due(user):
            request.session[DUE] = True

    def send_notification_mail(
        self,
        template_prefix: str,
        user: Any,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell somebody what changed in how they sign in, at the address that we know."""
        if template_prefix in _TOLD:
            mails.tell(user, _TOLD[template_prefix])

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whether the library's own pages ask for proof again."""
        sent = self.request.method == "POST"
        return not proof.is_fresh(self.request.session, now=timezone.now(), sent=sent)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Somebody who left and still has a passkey."""
        messages.error(request, "This login is switched off.", extra_tags="danger")
        return HttpResponseRedirect(reverse("login"))

    def add_message(  # the library's own signature
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it as our own notes are said; that one signed in is seen anyway."""
        if message_template not in _UNSAID:
            tone = "danger" if level >= messages.ERROR else "ok"
            super().add_message(request, level, message_template, message_context, tone, message)


class SecondFactors(DefaultMFAAdapter):
    """How second factors are named and kept."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "That did not match. Please try again.",
    }

    def get_totp_label(self, user: Any) -> str:
        """What stands in the app: the name one signs in with."""
        return str(user.get_username())

    def encrypt(self, text: str) -> str:
        """A copy of the database is no copy of anybody's app."""
        return _cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The secret; one that nobody knows where the key is another one by now."""
        try:
            return _cipher().decrypt(encrypted_text.encode()).decode()
        # Never a fixed text: its codes could be worked out by anybody.
        except InvalidToken:
            return str(generate_totp_secret())

    def generate_authenticator_name(self, user: Any, type: Any) -> str:  # the library's own names
        """What a passkey is called until it gets a better name."""
        today = timezone.localdate()
        return f"Passkey of {today.day} {today:%B %Y}"


def enter(request: HttpRequest, user: User) -> None:
    """Sign somebody in who needs no further step."""
    Door(request).login(request, user)


def _cipher() -> Fernet:
    # By an info of its own: what else is made of SECRET_KEY must not open these.
    derive = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"second factors")
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.SECRET_KEY.encode())))
