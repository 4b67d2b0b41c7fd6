"""Every setting of the product, each from the environment or fixed here: no other file has any.

Without `DATABASE_URL` everything is meant for one machine: the embedded services, a generated
secret key and local host names stand in for what is not given. With it, the product runs in
production and asks for its own.
"""

import os
import socket
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from config import proxy, roads, watching
from config.administration.unfold import UNFOLD as UNFOLD  # /admin/ takes its theme from here
from config.database import database_settings, forget_client_variables, replica_settings
from config.environment import Environment
from config.launcher import local
from config.ringing import queues
from config.safety import production, sign_in
from reminders import branding

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

# What the program is and where it keeps things
DEBUG = env.flag("DEBUG", default=False)
DATA_DIR = env.folder("DATA_DIR", BASE_DIR / "var") or BASE_DIR / "var"
ONE_MACHINE = env.flag(
    "ONE_MACHINE", default=DEBUG or not (env.has("DATABASE_URL") or env.has("DEBUG"))
)
PUBLIC_URL = env.web_address("PUBLIC_URL")
_public = urlsplit(PUBLIC_URL)

# Secrets and hosts
SECRET_KEY = env.secret("SECRET_KEY")
SECURITY_CONTACT = env.pattern(
    "SECURITY_CONTACT",
    "",
    regex=r"https://\S+|[^@\s:/]+@[^@\s]+",
    takes="an e-mail address or an https address, for who finds a hole in this site",
)
OPT_OUT_KEY = env.secret("OPT_OUT_KEY")  # else SECRET_KEY; what is kept of forgotten numbers
TRAIL_KEY = env.secret("TRAIL_KEY")  # else SECRET_KEY; seals the trail of who did what
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS")
if not SECRET_KEY and ONE_MACHINE:
    SECRET_KEY = local.secret_key(DATA_DIR, env)
if not ALLOWED_HOSTS and ONE_MACHINE:
    ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", socket.gethostname()]
    ALLOWED_HOSTS += [_public.hostname] if _public.hostname else []
production.refuse_what_is_missing(
    env, secret_key=SECRET_KEY, hosts=ALLOWED_HOSTS, one_machine=ONE_MACHINE
)

# Database
forget_client_variables(os.environ, embedded=not env.has("DATABASE_URL"))
DATABASES = {"default": database_settings(env, DATA_DIR)}
# Figures may be read from a copy; nothing else is, and nothing is written there.
if replica := replica_settings(env):
    DATABASES["statistics"] = replica
EMBEDDED_DATABASE = not env.has("DATABASE_URL")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Celery: the doorbell. The rings themselves are interval schedules in the database.
CELERY_BROKER_URL = local.broker_url(env, DATA_DIR)
EMBEDDED_BROKER = not env.has("CELERY_BROKER_URL")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_TIMEOUT = 4
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_HEARTBEAT = 30
CELERY_BROKER_TRANSPORT_OPTIONS = local.broker_options(CELERY_BROKER_URL)
CELERY_TASK_PUBLISH_RETRY = True  # beat keeps one connection, which only a retry makes again
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_max": 0.2}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_DEFAULT_QUEUE = queues.URGENT
CELERY_TASK_QUEUES = queues.ALL
CELERY_TASK_ROUTES = queues.ROUTES
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_MAX_LOOP_INTERVAL = 5
CELERY_WORKER_POOL = "threads"
CELERY_WORKER_CONCURRENCY = env.whole_number("WORKER_THREADS", 8, least=1, most=200)
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = CELERY_WORKER_SEND_TASK_EVENTS = False

# The provider
MESSAGES_API_URL = env.web_address("MESSAGES_API_URL", local.sandbox_url(DATA_DIR))
MESSAGES_API_GIVEN = env.has("MESSAGES_API_URL")
# By the address: `manage.py up` gives its programs that of the sandbox which it started.
MESSAGES_API_IS_SANDBOX = local.sandbox_url(DATA_DIR) == MESSAGES_API_URL
# Wider than that: whatever imitates a provider beside us texts nobody, and listens to nobody else.
PROVIDER_IS_HERE = production.is_this_machine(urlsplit(MESSAGES_API_URL).hostname or "")
# Where the sandbox that `manage.py up` starts pushes replies to, so that they act at once.
SANDBOX_PUSHES_TO = env.web_address("SANDBOX_PUSHES_TO") if MESSAGES_API_IS_SANDBOX else ""
MESSAGES_API_KEY = env.secret("MESSAGES_API_KEY", "sandbox-key")
MESSAGES_API_SECRET = env.secret("MESSAGES_API_SECRET", "sandbox-secret")
MESSAGES_API_AUTH = env.choice("MESSAGES_API_AUTH", ("basic", "hmac"), "basic")
MESSAGES_API_ACCOUNT = env.text("MESSAGES_API_ACCOUNT")
MESSAGES_API_TIMEOUT = env.seconds("MESSAGES_API_TIMEOUT", 10, least=0.1, most=300)
MESSAGES_SOURCE_NUMBER = env.text("MESSAGES_SOURCE_NUMBER")
WEBHOOK_SECRET = env.pattern(
    "WEBHOOK_SECRET",
    "",
    regex=r"[A-Za-z0-9_-]{16,200}",
    takes="16 to 200 letters, digits, - or _",
    secret=True,
)
WEBHOOK_PUBLIC_KEY = env.pattern(
    "WEBHOOK_PUBLIC_KEY",
    "",
    regex=r"[A-Za-z0-9+/=\s]{100,2000}",
    takes="the base64 text that the provider shows when a signature key is created",
)
WHATSAPP = roads.whatsapp(env)  # beside SMS; None: it does not show

# The rings
HAND_OVER_AHEAD = env.duration("HAND_OVER_AHEAD", 86400)
SEND_EVERY = env.duration("SEND_EVERY", 15, least=1)
POLL_EVERY = env.duration("POLL_EVERY", 15, least=1)
RECONCILE_AFTER = env.duration("RECONCILE_AFTER", 120)
BULK_UNDO_FOR = env.duration("BULK_UNDO_FOR", 120)
MESSAGES_PER_NUMBER_PER_DAY = env.whole_number("MESSAGES_PER_NUMBER_PER_DAY", 10, most=1000)
MESSAGES_PER_HOUR = env.whole_number("MESSAGES_PER_HOUR", 20_000)

# Where diaries are picked up and backups written, if anywhere
IMPORT_FOLDER = env.folder("IMPORT_FOLDER")
BACKUP_FOLDER, BACKUP_EVERY_HOURS, BACKUP_KEEP_DAYS, BACKUP_PASSPHRASE = local.backups(env)
IMPORT_ERRORS = env.choice("IMPORT_ERRORS", ("stop", "leave"), "stop")
DEFAULT_COUNTRY = env.country("DEFAULT_COUNTRY", "GB")

# The application
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "config.administration.unfold.SideMenu",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_celery_beat",
    "django_htmx",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "bootstrap",
    "reminders",
]
MIDDLEWARE = [
    "reminders.middleware.LogIds",
    "django.middleware.security.SecurityMiddleware",
    "reminders.middleware.ReadableText",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "reminders.middleware.ContentSecurityPolicy",
    "reminders.middleware.Probes",
    "reminders.middleware.Traced",
    "reminders.middleware.KeepNothing",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "reminders.views.door.middleware.AtTheDoor",
    "reminders.views.door.rights.Rights",
    "reminders.middleware.OneMoment",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "reminders.navigation.shell",
            ],
        },
    },
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarity", {}),
        ("MinimumLength", {"min_length": 10}),
        ("CommonPassword", {}),
        ("NumericPassword", {}),
    )
]
AUTH_PASSWORD_VALIDATORS += [
    {"NAME": f"reminders.domain.signing_in.passwords.{name}"}
    for name in ("NotBroken", "NotOfTheHouse")
]
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "reminders.domain.signing_in.granted.OneLookBackend",
]
PASSWORD_HASHERS = ["reminders.hashing.InTurn"]
AXES_HANDLER = "reminders.views.site.sign_ins.Counting"
AXES_LOCKOUT_CALLABLE = "reminders.views.site.session.locked_out"
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # who has to wait is not counted again
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
LOGIN_URL = LOGOUT_REDIRECT_URL = "login"
LOGIN_REDIRECT_URL = "/"

# Second factors and other sign-in services. Failures are counted by the product, in the database:
# the library's own counts are kept in one process, and by name alone.
ACCOUNT_ADAPTER = "reminders.views.door.adapters.Door"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # nobody signs up; each other field would ask
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
MFA_ADAPTER = "reminders.views.door.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = branding.NAME
MFA_TOTP_TOLERANCE = 1  # telephones are off by some seconds
ACCOUNT_FORMS, MFA_FORMS = sign_in.ACCOUNT_FORMS, sign_in.MFA_FORMS

# An organisation's own sign-in service, by OpenID Connect
OIDC_ID = "organisation"
OIDC_ISSUER = env.web_address("OIDC_ISSUER")
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.secret("OIDC_CLIENT_SECRET")
OIDC_NAME = env.text("OIDC_NAME", "your organisation")
OIDC_GROUPS_CLAIM = env.text("OIDC_GROUPS_CLAIM", "groups")
OIDC_GROUPS = env.pattern("OIDC_GROUPS", "", regex=sign_in.GROUPS, takes=sign_in.GROUPS_TAKE)
if OIDC_ISSUER and not OIDC_CLIENT_ID:
    env.refuse("OIDC_CLIENT_ID is required with OIDC_ISSUER: what the service calls this site.")
SOCIALACCOUNT_ADAPTER = "reminders.views.door.service.SignInService"
SOCIALACCOUNT_STORE_TOKENS = False
# A link and no form: browsers follow no form to another site's page against our policy. It gives
# nothing away, since the way back holds only for the browser that set out.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = local.sign_in_service(
    OIDC_ID, OIDC_ISSUER, OIDC_NAME, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET
)

# Languages and times: stored in UTC, shown in the location's zone
LANGUAGE_CODE = "en-gb"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.time_zone("TIME_ZONE", "UTC")
DJANGO_CELERY_BEAT_TZ_AWARE = True

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
_COLLECTED = "collectstatic" in sys.argv[1:2] or (
    not DEBUG and (STATIC_ROOT / "staticfiles.json").exists()
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": local.static_storage(collected=_COLLECTED)},
}
WHITENOISE_USE_FINDERS = not _COLLECTED
MEDIA_ROOT = DATA_DIR / "media"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600
MAX_REQUEST_BYTES = 101 * 1024 * 1024  # a diary of 100 MB, and the form around it

# Security: strict where the public address is https, usable over plain http on localhost otherwise
_HTTPS = _public.scheme == "https"
CSRF_TRUSTED_ORIGINS = [f"{_public.scheme}://{_public.netloc}"] if PUBLIC_URL else []
SECURE_SSL_REDIRECT = env.flag("HTTPS_REDIRECT", default=True) and _HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 86400 if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_ENGINE = "reminders.sessions"
SESSION_IDLE = timedelta(minutes=env.whole_number("SESSION_IDLE_MINUTES", 30, least=1, most=1440))
SESSION_LONGEST = timedelta(hours=env.whole_number("SESSION_HOURS", 12, least=1, most=336))
SESSION_COOKIE_AGE = int(SESSION_LONGEST.total_seconds())
# With this prefix a browser takes a cookie of this very host only, and only over https.
_PREFIX = "__Host-" if _HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_PREFIX}sessionid", f"{_PREFIX}csrftoken"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token themselves
X_FRAME_OPTIONS = "DENY"
DEFAULT_EXCEPTION_REPORTER_FILTER = "config.safety.error_pages.NoSecrets"

# E-mail to administrators, if a server is given
EMAIL_URL = env.url(
    "EMAIL_URL", schemes=("smtp", "smtps"), example="smtp://user:password@mail.example:587"
)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_URL else 'dummy'}.EmailBackend"
EMAIL_HOST, EMAIL_PORT, EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = local.mail_server(EMAIL_URL)
EMAIL_USE_SSL = EMAIL_URL is not None and EMAIL_URL.scheme == "smtps"
EMAIL_USE_TLS = EMAIL_URL is not None and EMAIL_URL.scheme == "smtp" and bool(EMAIL_HOST_USER)
EMAIL_TIMEOUT, EMAIL_SUBJECT_PREFIX = 10, "[Till Then] "
_CAUGHT = MESSAGES_API_URL if PROVIDER_IS_HERE else ""  # mail to patients, beside the phone
PATIENTS_MAIL, ANYMAIL = roads.patients_mail(env, server=EMAIL_URL is not None, sandbox=_CAUGHT)
ADMINS = [(address, address) for address in env.emails("ADMINS")]
_SENDER = f"reminders@{_public.hostname or 'localhost'}"
SERVER_EMAIL = DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", _SENDER)

# Who stands between us and the visitor, and what is not safe to start with
TRUSTED_PROXY = env.pattern(
    "TRUSTED_PROXY", "127.0.0.1", regex=proxy.TRUSTED, takes="an address, or a network with its /"
)
if DEBUG and not PROVIDER_IS_HERE:
    env.refuse("DEBUG has to be off with a real provider: its pages show what patients wrote.")
if not ONE_MACHINE:
    production.refuse_what_is_unsafe(
        env,
        secret_key=SECRET_KEY,
        hosts=ALLOWED_HOSTS,
        public_url=PUBLIC_URL,
        provider_url=MESSAGES_API_URL,
        proxy=TRUSTED_PROXY,
    )

# Logs: ids only, never a number or a text of a patient
LOG_LEVEL = env.choice("LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"), "INFO")
LOG_FORMAT = env.choice("LOG_FORMAT", ("text", "json"), "text")
LOGGING = local.logging_settings(LOG_LEVEL, LOG_FORMAT)
PROMISE_PAGE = env.flag("PROMISE_PAGE", default=False)
METRICS, OUTSIDE, TELEMETRY = watching.metrics(env), watching.outside(env), watching.telemetry(env)
SENTRY_DSN = env.web_address("SENTRY_DSN")

env.stop_if_unusable()

if SENTRY_DSN:
    local.report_errors_to(SENTRY_DSN)
