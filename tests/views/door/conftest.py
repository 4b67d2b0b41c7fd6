"""What tests of signing in stand on."""

import pytest


@pytest.fixture
def mail_server(settings):
    """One is set up; what it sends is kept in the outbox."""
    settings.EMAIL_URL = "smtp://mail.example"
