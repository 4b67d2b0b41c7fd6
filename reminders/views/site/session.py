"""Signing in and out, changing the password, and what the pages remember for a user."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse, reverse_lazy
from django_htmx.middleware import HtmxDetails

from reminders.domain.common import access
from reminders.domain.signing_in import mails
from reminders.sessions import LOCKED
from reminders.views.door.dialog import close, stands_in_dialog
from reminders.views.door.service import way_to_service
from reminders.views.shared.pages import StaffRequest, go_back, say, staff_action

TOO_MANY = "Too many wrong passwords. Please wait 15 minutes, then try again."
BUSY = "Many people are signing in at this moment. Please try again in a few seconds."


class SignIn(LoginView):
    """Sign in on a page of its own, or in a dialog over the page where the session ended
    (`?here=1`).
    """

    template_name = "login.html"
    redirect_authenticated_user = True

    @property
    def here(self) -> bool:
        """Whether the form stands in a dialog."""
        return stands_in_dialog(self.request)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the form in the dialog even to somebody who is signed in by now."""
        # Signed in meanwhile in another tab: a redirect would end in the dialog instead of closing
        # it.
        self.redirect_authenticated_user = "here" not in request.GET
        # At a shared desk the page is only locked: the dialog asks for what opens it.
        if request.session.get(LOCKED) and stands_in_dialog(request) and request.method == "GET":
            return HttpResponseRedirect(reverse("unlock", query={"here": "1"}))
        return super().dispatch(request, *args, **kwargs)

    def get_template_names(self) -> list[str]:
        """The whole page or only the form."""
        return ["partials/sign_in_form.html"] if self.here else [self.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell the form where it stands."""
        context = super().get_context_data(**kwargs, here=self.here)
        # Out of the dialog the service leads away, and back to the page under it.
        under = HtmxDetails(self.request).current_url_abs_path if self.here else context["next"]
        service = {"service": way_to_service(), "service_next": under or ""}
        return context | service | {"service_name": settings.OIDC_NAME}

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Go on to the second step or the page; in the dialog, close it once all is done."""
        user = form.get_user()
        login = Login(user=user, redirect_url=self.get_success_url())
        name = {"username": user.get_username()}
        response = perform_password_login(self.request, name, login)
        done = isinstance(self.request.user, User)
        return close(self.request) if self.here and done else response


def locked_out(request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
    """Say when to try again after too many wrong passwords, where the form stands."""
    return _not_now(request, TOO_MANY, status=429)


def busy(request: HttpRequest) -> HttpResponse:
    """Say that too many people are signing in or changing passwords at this moment."""
    response = _not_now(request, BUSY, status=503)
    response.headers["Retry-After"] = "5"
    return response


def _not_now(request: HttpRequest, words: str, *, status: int) -> HttpResponse:
    if request.resolver_match and request.resolver_match.url_name != "login":
        return render(request, "errors/busy.html", {"words": words}, status=status)
    # Without the password: the form is cleaned here, and would hash one where there is no turn for
    # it.
    form = AuthenticationForm(request, data={"username": request.POST.get("username", "")})
    form.errors.clear()
    form.add_error(None, words)
    here = stands_in_dialog(request)
    template = "partials/sign_in_form.html" if here else "login.html"
    context = {"form": form, "here": here, "next": request.POST.get("next", "")}
    # Of errors, htmx is told to show 409 and 422; with 429 or 503 the dialog would stay silent.
    return render(request, template, context, status=422 if here else status)


class ChangePassword(PasswordChangeView):
    template_name = "session/password.html"
    success_url = reverse_lazy("mfa_index")

    def form_valid(
        self, form: Any
    ) -> HttpResponse:  # Any: Django's password forms share no public type
        say(self.request, "Your password is changed.")
        mails.tell(form.user, "Your password was changed.")
        return super().form_valid(form)


@staff_action
def remember(request: StaffRequest) -> HttpResponse:
    """Keep the location that the pages are set to; blank for all of them. Goes back to where one
    was.
    """
    # One that is not theirs reads as “all of them”, which the scope narrows anyway.
    chosen = request.scope.location(request.POST.get("location", ""))
    access.remember(request.scope.profile, location=chosen.pk if chosen else None)
    return go_back(request)
