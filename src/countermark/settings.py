"""Settings come from the environment (contract, *Environment*); everything else is fixed here.

`COUNTERMARK_DATABASE_URL`, `COUNTERMARK_STATE`, `COUNTERMARK_NODE` and `COUNTERMARK_KEY` are read once, at import.
"""

import os
from pathlib import Path
from typing import Any

from csp.constants import NONCE, NONE, SELF
from django.conf import locale

from countermark.environment import Environment, data_directory, database_settings, secret_key, security_handler

ENVIRONMENT = Environment.read(os.environ)
BASE_DIR = Path(__file__).resolve().parent

DEBUG = False
DATABASES: dict[str, dict[str, Any]] = {"default": database_settings(ENVIRONMENT.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = secret_key(ENVIRONMENT)
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
DATA_DIRECTORY = data_directory(ENVIRONMENT)

INSTALLED_APPS = [
    "countermark.web",  # first: its templates replace those of the libraries below
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ninja",
    "countermark.ledger",
    "countermark.accounts",
    "countermark.register",
    "countermark.tracing",
    "countermark.marking",
    "countermark.stockpile",
    "countermark.cooperation",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "countermark.web.middleware.StaticFiles",
    "csp.middleware.CSPMiddleware",
    "countermark.web.middleware.Hardening",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "countermark.accounts.access.IdleSessions",
    "countermark.accounts.access.DefaultDeny",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "countermark.web.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "countermark.web.templatetags.house",
            ],
        },
    }
]
FORM_RENDERER = "countermark.web.forms.HouseRenderer"
ROOT_URLCONF = "countermark.urls"
ASGI_APPLICATION = "countermark.asgi.application"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "countermark.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_FORMS = {"login": "countermark.accounts.forms.SignIn"}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_REAUTHENTICATION_TIMEOUT = 10 * 60
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "30/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
MFA_ADAPTER = "countermark.accounts.adapters.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1
# Browsers offer passkeys on a plain-HTTP origin only for this machine itself.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not ENVIRONMENT.https
IDLE_MINUTES = ENVIRONMENT.idle_minutes
SEARCH_MEGABYTES = ENVIRONMENT.search_megabytes

SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ENVIRONMENT.https
SESSION_COOKIE_NAME = f"countermark_{ENVIRONMENT.state}_{ENVIRONMENT.node}".lower()
CSRF_COOKIE_NAME = f"{SESSION_COOKIE_NAME}_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "countermark.web.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if ENVIRONMENT.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ENVIRONMENT.https else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
    }
}

USE_TZ = True
TIME_ZONE = "UTC"
USE_I18N = True
LANGUAGE_CODE = "en"
# The words of papers in the languages that pages are not shown in; a language of the pages has all of them in its own catalogue.
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "stockpile" / "papers" / "words"]
PAPER_FONTS = BASE_DIR / "tracing" / "papers" / "fonts"
LANGUAGE_COOKIE_NAME = "countermark_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
# A language stands here once its catalogue is whole (tests/web/test_catalogues.py).
LANGUAGES = [("en", "English"), ("ar", "العربية"), ("es", "Español"), ("fr", "Français")]
if ENVIRONMENT.pseudo_locale:
    # Every string marked and written right to left: what is not translatable, or not mirrored, shows at once.
    locale.LANG_INFO["en-xr"] = {"bidi": True, "code": "en-xr", "name": "Mirrored English", "name_local": "hsilgnE"}
    LANGUAGES.append(("en-xr", "hsilgnE"))

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 10 * 60
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "bare": {"format": "%(message)s"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line"},
        "security": {**security_handler(ENVIRONMENT.security_log), "formatter": "bare"},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "countermark.security": {"handlers": ["security"], "level": "INFO", "propagate": False},
        "django.request": {"level": "ERROR"},  # refusals stand in the security log
    },
}
