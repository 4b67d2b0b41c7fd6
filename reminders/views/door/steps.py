"""The steps behind the password, on our pages: a code or a passkey, also in the dialog."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from reminders.views.door.dialog import close, stands_in_dialog


class SecondStep(AuthenticateView):
    """A code or a passkey after the password."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Lead back to the first step where that ran out."""
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        # htmx would follow a redirect and put the page into the dialog.
        if HtmxDetails(request) and isinstance(response, HttpResponseRedirect):
            return HttpResponseClientRedirect(response.url)
        return response

    def get_template_names(self) -> list[str]:
        """The whole page or only the form."""
        here = bool(HtmxDetails(self.request))
        return ["partials/second_step.html" if here else "mfa/authenticate.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell the form where it stands."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"here": bool(HtmxDetails(self.request))}

    def form_valid(self, form: Any) -> HttpResponse:
        """Go on to the page; in the dialog, close it."""
        response: HttpResponse = super().form_valid(form)
        return close(self.request) if HtmxDetails(self.request) else response


class ByPasskey(LoginWebAuthnView):
    """A passkey instead of name and password."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """What the browser needs to ask for a passkey, for the button of the sign-in."""
        request.META["HTTP_ACCEPT"] = "application/json"  # by which the library tells a script
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def form_valid(self, form: Any) -> HttpResponse:
        """Go on to the page; in the dialog, close it."""
        response: HttpResponse = super().form_valid(form)
        return close(self.request) if self._is_in_dialog() else response

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say so where the button stands."""
        # A note may be in words that the library made; each is one sentence.
        words = " ".join(form.errors.get("credential", ["That passkey is not known here."]))
        if self._is_in_dialog():
            again = AuthenticationForm(self.request, data={})
            again.errors.clear()
            again.add_error(None, words)
            shown = {"form": again, "here": True}
            return render(self.request, "partials/sign_in_form.html", shown, status=422)
        messages.error(self.request, words, extra_tags="danger")
        return HttpResponseRedirect(reverse("login"))

    def _is_in_dialog(self) -> bool:
        return stands_in_dialog(self.request)
