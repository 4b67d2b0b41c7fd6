"""The site as a WSGI application."""

import os

from django.core.wsgi import get_wsgi_application

from config.launcher import memory

os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"  # there is no other one

application = get_wsgi_application()
memory.settle()
