"""The addresses of the staff pages. A page's name here is what navigation, templates and redirects use."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from reminders.views import day_sheet, session

urlpatterns = [
    path("", day_sheet.show, name="day_sheet"),
    path("sign-in/", session.SignIn.as_view(), name="login"),
    path("sign-out/", LogoutView.as_view(), name="logout"),
    path("password/", session.ChangePassword.as_view(), name="password_change"),
    path("remember/", session.remember, name="remember"),
]
