"""What the sign-in service's word has to be before anything in it counts: signed, for us, for this
browser, of one person.

django-allauth takes a token that came straight from the service over TLS without looking at its
signature, which the standard allows. A proxy that ends TLS on the way would then be able to say who
somebody is.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import jwt
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest

AGAIN = "again"
"""In an address that leads to the service: it is to ask who one is, though it knows."""
_NONCE, _ASKED = "service_nonce", "service_asked_again_at"
PROVED = "reminders.proved_at_service"
"""In a request of somebody who comes back: whether they have just shown who they are."""
_SIGNED_BY = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"}
)
"""Never `none`, nor a shared secret: the public key would be taken for one."""
_CLOCKS = timedelta(minutes=1)
"""So far the clocks of the service may be off."""
_FRESH = timedelta(minutes=5)


class SignedTokens(OpenIDConnectOAuth2Adapter):
    """django-allauth's, which also looks at the signature, and at whom the parts are about."""

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Who came back. Raises OAuth2Error for a word that does not hold."""
        # A document that names another service would have that one's people taken for ours.
        if _bare(self.openid_config["issuer"]) != _bare(settings.OIDC_ISSUER):
            raise OAuth2Error("The settings of the service are another one's")
        # Without it only the answer to a question counts, which nothing ties to this browser.
        if not kwargs["response"].get("id_token"):
            raise OAuth2Error("There is no ID token")
        login = super().complete_login(request, app, token, **kwargs)
        said = login.account.extra_data
        signed, asked = said["id_token"], said.get("userinfo") or {}
        if asked and asked.get("sub") != signed.get("sub"):
            raise OAuth2Error("The ID token and the user info are about two people")
        if not hmac.compare_digest(str(signed.get("nonce")), str(request.session.get(_NONCE))):
            raise OAuth2Error("The ID token was made for another browser")
        return login

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        try:
            algorithm = jwt.get_unverified_header(id_token).get("alg")
        except jwt.PyJWTError as error:
            raise OAuth2Error("The ID token can't be read") from error
        if algorithm not in _SIGNED_BY:
            raise OAuth2Error("The ID token is not signed by a key of the service")
        claims: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token,
            keys_url=self.openid_config["jwks_uri"],
            issuer=self.openid_config["issuer"],
            audience=app.client_id,
            lookup_kid=jwtkit.lookup_kid_jwk,
            verify_signature=True,
        )
        # Checked by the library where it is there, and not missed where it is not.
        if not claims.get("exp") or not claims.get("sub"):
            raise OAuth2Error("The ID token says not for how long, or of whom")
        return claims


def _bare(issuer: str) -> str:
    """An address of a service without what only leads to its settings."""
    return issuer.removesuffix("/.well-known/openid-configuration").rstrip("/")


def ask(request: HttpRequest, *, now: datetime) -> None:
    """Put into the question to the service what its answer is held against."""
    again = AGAIN in request.GET
    # One for this browser, not for each try: two tabs that set out both come back.
    nonce = request.session.setdefault(_NONCE, secrets.token_urlsafe(24))
    wanted = {"nonce": nonce} | ({"prompt": "login", "max_age": "0"} if again else {})
    if again:
        request.session[_ASKED] = now.timestamp()
    else:
        request.session.pop(_ASKED, None)
    query = request.GET.copy()
    query["auth_params"] = urlencode(wanted)
    request.GET = query  # type: ignore[assignment]  # mutable, and read once more


def note(request: HttpRequest, claims: dict[str, Any], *, now: datetime) -> None:
    """Whether whoever comes back showed just now who they are, or the service only knew them
    still. Raises OAuth2Error where it was told to ask and did not.
    """
    asked = request.session.pop(_ASKED, None)
    told = claims.get("auth_time")
    at = float(told) if isinstance(told, int | float) else None
    if asked is not None and at is not None and at < asked - _CLOCKS.total_seconds():
        raise OAuth2Error("The service did not ask again")
    # A service that does not tell when is believed that it asked, since it was told to.
    fresh = asked is not None or (at is not None and now.timestamp() - at < _FRESH.total_seconds())
    request.META[PROVED] = fresh
