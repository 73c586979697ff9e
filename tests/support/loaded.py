"""What a command needs to have imported, imported once: `prepared` forks commands from a process that imported this.

The settings are read from the environment. So they are forgotten again, and a command reads them as if it had just started.
"""

import importlib
import pkgutil
import sys
from types import ModuleType

LEFT_OUT = ("countermark.bench", "countermark.asgi", "countermark.settings")
"""What only measures, what serves when it is imported, and what is forgotten."""


def _import_everything(package: ModuleType) -> None:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not found.name.startswith(LEFT_OUT) and not found.name.endswith("__main__"):
            importlib.import_module(found.name)


def _forget_settings() -> None:
    """And the connections that were prepared from them, none of which was opened."""
    from django import conf
    from django.db import connections
    from django.utils.functional import empty

    import countermark

    for alias in connections:
        if hasattr(connections._connections, alias):  # type: ignore[attr-defined]
            del connections[alias]
    conf.settings._wrapped = empty
    del sys.modules["countermark.settings"], countermark.settings
    connections._settings = None  # type: ignore[attr-defined]
    vars(connections).pop("settings", None)


def _hash_passwords_quickly() -> None:
    """Passwords of tests guard nothing. What is hashed says with which numbers, so every program can check it."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost, Argon2PasswordHasher.parallelism = 1, 8, 1


def _load() -> None:
    import django

    import countermark

    django.setup()
    _import_everything(countermark)
    _hash_passwords_quickly()
    _forget_settings()


_load()
