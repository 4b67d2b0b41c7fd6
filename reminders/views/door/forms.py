"""The library's forms for codes and passkeys, with failures counted as those of passwords are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.forms import ReauthenticateForm as ReauthenticateByPassword
from allauth.core import context
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from reminders.domain.operations.sign_ins import is_paused, note_failure
from reminders.domain.signing_in.second_factor import use_code
from reminders.views.door import noted

TOO_MANY = "Too many wrong tries. Please wait 15 minutes, then try again."
USED = "That code was used already. Please wait for the next one."


def counted(name: str, check: Callable[[], Any], *, why: str, user: Any = None) -> Any:
    """What a check returns, unless too many failed before; a failure is counted and noted."""
    address, now = str(context.request.META.get("REMOTE_ADDR", "")), timezone.now()
    # Six digits are few: without a count, a stolen password and a night would be enough.
    if is_paused(name, address, now=now):
        noted.told_to_wait()
        raise ValidationError(TOO_MANY)
    try:
        return check()
    except ValidationError:
        pause = note_failure(name, address, now=now)
        noted.refused(why, user_id=user.pk if user else None, pause=pause)
        if pause:
            raise ValidationError(TOO_MANY) from None
        raise


def _plain(field: forms.Field, label: str) -> None:
    field.label = label
    field.widget.attrs = {
        "autocomplete": "one-time-code",
        "inputmode": "numeric",
        "autofocus": True,
        "maxlength": 20,
    }


class Code(forms.Form):
    """A code of an app, or a recovery code."""

    user: Any
    authenticator: Authenticator

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], "Code")
        self.fields["code"].help_text = "The six digits in your app, or one of your recovery codes."

    def clean_code(self) -> str:
        """The code, once; a wrong one is counted."""
        return str(counted(self.user.get_username(), self._check, why="code", user=self.user))

    def _check(self) -> str:
        code = str(super().clean_code())  # type: ignore[misc]  # the library's form stands behind
        # Only a right code is noted as used: else anybody could use them up by guessing.
        app = self.authenticator.type == Authenticator.Type.TOTP
        if app and not use_code(self.authenticator.pk, code, now=timezone.now()):
            raise ValidationError(USED)
        return code


class AppForm(ActivateTOTPForm):
    """The first code of a new app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self.fields["code"], "The six digits")


class ProofForm(ReauthenticateByPassword):
    """Proof again by the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].widget.attrs = {
            "autocomplete": "current-password",
            "autofocus": True,
        }


class SecondFactorForm(Code, AuthenticateForm):
    """The second step of signing in."""


class ProofByCodeForm(Code, ReauthenticateForm):
    """Proof again by a code."""


class Passkey(forms.Form):
    """What a passkey answered."""

    user: Any

    def clean_credential(self) -> Authenticator:
        """Whose passkey it was; a wrong one is counted."""
        # Without a name each address counts by itself, or one visitor could pause all the others.
        address = context.request.META.get("REMOTE_ADDR", "")
        name = self.user.get_username() if self.user else f"passkey {address}"
        check = super().clean_credential  # type: ignore[misc]  # stands behind
        found = counted(name, check, why="passkey", user=self.user)
        assert isinstance(found, Authenticator)  # noqa: S101  # what the library returns
        return found


class PasskeySecondForm(Passkey, AuthenticateWebAuthnForm):
    """A passkey as the second step."""


class ProofByPasskeyForm(Passkey, ReauthenticateWebAuthnForm):
    """Proof again by a passkey."""


class PasskeyForm(Passkey, LoginWebAuthnForm):
    """A passkey instead of name and password."""


class AddPasskeyForm(AddWebAuthnForm):
    """A new passkey, which signs in by itself where the device can check who holds it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = "Name of this passkey"
        self.fields[
            "name"
        ].help_text = "So that you know it again, such as “Phone” or “Front desk”."
        self.fields["passwordless"].label = "Sign in with it alone, without name and password"
        self.fields["passwordless"].help_text = "The device then asks for its PIN or your finger."
        self.fields["passwordless"].initial = True
