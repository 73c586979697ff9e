"""Settings come from the environment (contract, *Environment*); everything else is fixed here.

`COUNTERMARK_DATABASE_URL`, `COUNTERMARK_STATE`, `COUNTERMARK_NODE` and `COUNTERMARK_KEY` are read once, at import.
"""

import os
from pathlib import Path
from typing import Any

from countermark.environment import Environment, data_directory, database_settings, secret_key

ENVIRONMENT = Environment.read(os.environ)
BASE_DIR = Path(__file__).resolve().parent

DEBUG = False
DATABASES: dict[str, dict[str, Any]] = {"default": database_settings(ENVIRONMENT.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SECRET_KEY = secret_key(ENVIRONMENT)
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
DATA_DIRECTORY = data_directory(ENVIRONMENT)

INSTALLED_APPS = [
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
    "countermark.web",
]
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ROOT_URLCONF = "countermark.urls"
USE_TZ = True
TIME_ZONE = "UTC"
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIRECTORY / "static"
