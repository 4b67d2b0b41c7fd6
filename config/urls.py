"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from reminders.views.site.metrics import metrics
from reminders.views.site.readiness import healthz, readyz

urlpatterns = [
    path("admin/", admin.site.urls),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("", include("reminders.urls.root")),
]
handler403 = "reminders.views.shared.pages.forbidden"
