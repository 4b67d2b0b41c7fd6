"""The site of the administration: who may enter, by the same sign-in as the staff pages."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.views import redirect_to_login
from django.contrib.contenttypes.models import ContentType
from django.contrib.contenttypes.views import shortcut
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from unfold.sites import UnfoldAdminSite

from reminders.domain.rights.actions import ADMIN
from reminders.views.shared.pages import forbidden


class AdminSite(UnfoldAdminSite):
    """Asks for the permission to set things up, not for a flag of its own."""

    index_title = "Everything that is stored"
    login_form = AdminAuthenticationForm  # never shown: `login` leads to the one sign-in there is

    def get_urls(self) -> list[Any]:
        """Django's, with the way to a thing's own page made safe."""
        where = "r/<path:content_type_id>/<path:object_id>/"
        return [path(where, self.admin_view(page_of), name="view_on_site"), *super().get_urls()]

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the user may enter at all; each list then asks for its own permission."""
        needed = ADMIN.needs(request.method or "GET")
        return request.user.is_active and bool(needed) and request.user.has_perm(needed)

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Sign in on the staff pages; whoever is signed in already reads that this is not for
        them.
        """
        # Signed in and not allowed: sent to the sign-in, they would be sent back here, for ever.
        if request.user.is_authenticated:
            return forbidden(request)
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))

    def logout(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Leave by the staff pages' sign-out."""
        # Signs nobody out itself: that takes a POST, or an image with this address could do it.
        return HttpResponseRedirect(reverse("day_sheet"))


def page_of(request: HttpRequest, content_type_id: str, object_id: str) -> HttpResponse:
    """Lead to a thing's own page: only to what its list shows, since the answer tells that it is
    there. An id that its table cannot have is one that is not there.
    """
    try:
        model = ContentType.objects.get_for_id(int(content_type_id)).model_class()
        of = admin.site._registry.get(model) if model else None
        if of is None or not of.has_view_permission(request):
            raise Http404
        get_object_or_404(of.get_queryset(request), pk=object_id)
        return shortcut(request, content_type_id, object_id)
    except (ValidationError, ValueError, ContentType.DoesNotExist):
        raise Http404 from None
