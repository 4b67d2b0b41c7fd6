"""What django-allauth asks when somebody comes back from the organisation's own sign-in service."""

from __future__ import annotations

import logging
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView, OAuth2LoginView
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from requests import RequestException

from reminders.domain.signing_in.service import NotLetIn, user_for
from reminders.views.door import noted, tokens

FAILED = "That sign-in did not work. Please try again, or sign in with your password."
log = logging.getLogger(__name__)


class SignInService(DefaultSocialAccountAdapter):
    """Who of those that the service knows gets in."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Nobody signs up: the first sign-in makes the user, or none does."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find or make the user, and give what the service says; or turn them away in words."""
        # Tying an account of the service to a login here is what an open browser would be used for.
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            _turn_away(request, FAILED)
        claims = _claims(sociallogin.account)
        tokens.note(request, claims, now=timezone.now())
        known = sociallogin.user if sociallogin.is_existing else None
        try:
            user = user_for(claims, known)
        except NotLetIn as error:
            _turn_away(request, str(error))
        if known is None:
            sociallogin.connect(request, user)

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        """The service refused, cannot be reached, or answered what cannot be read."""
        # The kind alone: what the service wrote may name the person.
        log.warning("Sign-in by the service failed: %s %s", error, type(exception).__name__)
        _turn_away(request, FAILED)


def set_out(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Lead to the service."""
    tokens.ask(request, now=timezone.now())
    return _in_words(request, OAuth2LoginView, provider_id)


def come_back(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Take in who comes back from it."""
    return _in_words(request, OAuth2CallbackView, provider_id)


def _in_words(
    request: HttpRequest, view: type[OAuth2LoginView | OAuth2CallbackView], provider_id: str
) -> HttpResponse:
    try:
        adapter = tokens.SignedTokens(request, provider_id)
        answer: HttpResponse = view.adapter_view(adapter)(request)
    except SocialApp.DoesNotExist:
        raise Http404 from None
    # Not reached, or it answered with something else than such a service does.
    except (RequestException, OAuth2Error, ValueError, KeyError) as error:
        log.warning("The sign-in service is not usable: %s", type(error).__name__)
        return _outside(request, FAILED)
    return answer


def way_to_service() -> str:
    """The address that leads there; blank without a service."""
    if not settings.OIDC_ISSUER:
        return ""
    return reverse("openid_connect_login", args=[settings.OIDC_ID])


def _claims(account: SocialAccount) -> dict[str, Any]:
    said = account.extra_data
    parts = (said.get("id_token") or {}, said.get("userinfo") or {})
    return {name: value for part in parts for name, value in part.items()}


def _turn_away(request: HttpRequest, words: str) -> NoReturn:
    noted.refused("service")
    raise ImmediateHttpResponse(_outside(request, words))


def _outside(request: HttpRequest, words: str) -> HttpResponse:
    messages.error(request, words, extra_tags="danger")
    return HttpResponseRedirect(reverse("login"))
