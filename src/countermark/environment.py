"""What the environment says: which store, which State, which node, which key (contract, *Environment*)."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

STATE_CODE = re.compile(r"[A-Z]{2}")
NODE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
LOCK_TIMEOUT_SECONDS = 30


class StoreUnusableError(Exception):
    """The store cannot be reached or made; the message says why."""


class EnvironmentProblem(Exception):
    """A setting of the environment cannot be used; the message says which one and what was expected."""


@dataclass(frozen=True)
class Environment:
    """The settings of the contract, checked, with the defaults filled in, and those of the web server.

    `https` says that people reach the node by HTTPS (cookies are then sent over nothing else); `idle_minutes` is the
    longest a session may rest, whatever the role; `security_log` is where lines of the security log go (`security_handler`); `search_megabytes` is what a
    process may take to keep marks in memory; `pseudo_locale` offers a mirrored English for looking at pages.
    """

    database_url: str
    state: str
    node: str
    key_path: Path
    allowed_hosts: list[str]
    https: bool = False
    idle_minutes: int = 60
    pseudo_locale: bool = False
    security_log: str = ""
    search_megabytes: int = 256

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> "Environment":
        """Raises `EnvironmentProblem` when a variable cannot be used."""
        url = variables.get("COUNTERMARK_DATABASE_URL") or f"sqlite:///{user_data_directory(variables)}/store.db"
        state = variables.get("COUNTERMARK_STATE") or "XA"
        if not STATE_CODE.fullmatch(state):
            raise EnvironmentProblem(f"COUNTERMARK_STATE is {state!r}; expected an ISO 3166-1 alpha-2 code such as XA")
        node = variables.get("COUNTERMARK_NODE") or "main"
        if not NODE_NAME.fullmatch(node):
            raise EnvironmentProblem(f"COUNTERMARK_NODE is {node!r}; expected lower-case letters, digits and hyphens")
        key = variables.get("COUNTERMARK_KEY")
        hosts = variables.get("COUNTERMARK_HOSTS", "")
        allowed = [h.strip() for h in hosts.split(",") if h.strip()] or ["127.0.0.1", "localhost", "[::1]"]
        return cls(
            url,
            state,
            node,
            Path(key) if key else _key_beside(url, variables),
            allowed,
            https=variables.get("COUNTERMARK_HTTPS") == "1",
            idle_minutes=_minutes(variables.get("COUNTERMARK_IDLE_MINUTES") or "60"),
            pseudo_locale=variables.get("COUNTERMARK_PSEUDO_LOCALE") == "1",
            security_log=_security_log(variables.get("COUNTERMARK_SECURITY_LOG", "")),
            search_megabytes=_megabytes(variables.get("COUNTERMARK_SEARCH_MEGABYTES") or "256"),
        )


def _minutes(text: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,3}", text):
        raise EnvironmentProblem(
            f"COUNTERMARK_IDLE_MINUTES is {text!r}; expected a whole number of minutes, at least 1"
        )
    return int(text)


def _megabytes(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", text):
        raise EnvironmentProblem(
            f"COUNTERMARK_SEARCH_MEGABYTES is {text!r}; expected a whole number of megabytes, 0 for none"
        )
    return int(text)


def _security_log(text: str) -> str:
    expected = "an absolute path of a file, or syslog://host:port"
    if text and not text.startswith(("/", "syslog://")):
        raise EnvironmentProblem(f"COUNTERMARK_SECURITY_LOG is {text!r}; expected {expected}")
    if text.startswith("/") and not Path(text).parent.is_dir():
        raise EnvironmentProblem(f"COUNTERMARK_SECURITY_LOG is {text!r}; its directory is not there")
    if text.startswith("syslog://") and not _syslog_address(text)[0]:
        raise EnvironmentProblem(f"COUNTERMARK_SECURITY_LOG is {text!r}; expected {expected}")
    return text


def _syslog_address(text: str) -> tuple[str, int]:
    parts = urlsplit(text)
    try:
        return parts.hostname or "", parts.port or SYSLOG_PORT
    except ValueError:
        return "", 0


SYSLOG_PORT = 514


def security_handler(text: str) -> dict[str, Any]:
    """The handler of Python's logging that takes the security log, one JSON object a line: standard error where nothing is said, a file that
    may be moved away while it is written (as log rotation does), or a collector that takes syslog over UDP (RFC 5426).
    """
    if text.startswith("/"):
        return {"class": "logging.handlers.WatchedFileHandler", "filename": text, "encoding": "utf-8", "delay": True}
    if text:
        return {"class": "logging.handlers.SysLogHandler", "address": _syslog_address(text), "facility": "authpriv"}
    return {"class": "logging.StreamHandler"}


def user_data_directory(variables: Mapping[str, str]) -> Path:
    """The user's data directory of this program."""
    base = variables.get("XDG_DATA_HOME") or str(Path(variables.get("HOME") or "~").expanduser() / ".local" / "share")
    return Path(base) / "countermark"


def _key_beside(url: str, variables: Mapping[str, str]) -> Path:
    if not url.startswith("sqlite:"):
        return user_data_directory(variables) / "node.key"
    return sqlite_path(url).with_suffix(".key")


def sqlite_path(url: str) -> Path:
    """The file a `sqlite:///absolute/path.db` URL names. Raises `EnvironmentProblem` for a relative path."""
    # Taken whole: a path may hold # and ?, which mean something in other URLs.
    text = unquote(url.partition("://")[2])
    path = Path("/" + text.lstrip("/") if text.startswith("/") else text)
    # What other programs call a store in memory would here be a file of that name.
    if not path.is_absolute() or path in (Path("/"), Path("/:memory:")):
        raise EnvironmentProblem(f"COUNTERMARK_DATABASE_URL is {url!r}; expected sqlite:///absolute/path.db")
    return path


def database_settings(url: str) -> dict[str, Any]:
    """Django's DATABASES entry for a store URL.

    SQLite runs in WAL mode, fully synchronous, and takes its write lock at BEGIN, so that a writer waits for the
    other instead of failing half way (design, *Storage*).
    """
    scheme = url.partition(":")[0].lower()
    if scheme == "sqlite":
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(sqlite_path(url)),
            "OPTIONS": {
                "timeout": LOCK_TIMEOUT_SECONDS,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;"
                " PRAGMA cache_size=-65536; PRAGMA mmap_size=1073741824;",
            },
        }
    if scheme in ("postgres", "postgresql"):
        parts = _server(url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
            "OPTIONS": {**_connection_options(url), "options": f"-c lock_timeout={LOCK_TIMEOUT_SECONDS * 1000}"},
        }
    # Not the whole address: it may hold a password.
    raise EnvironmentProblem(f"COUNTERMARK_DATABASE_URL begins with {scheme!r}; expected sqlite:/// or postgres://")


def _server(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # says only when asked that it is none
    except ValueError as error:
        raise EnvironmentProblem(f"COUNTERMARK_DATABASE_URL names no server and port: {error}") from error
    return parts


CONNECTION_OPTIONS = ("sslmode", "sslrootcert", "sslcert", "sslkey", "connect_timeout", "target_session_attrs")


def _connection_options(url: str) -> dict[str, str]:
    """What stands after `?`: what is asked for, encryption above all, is done or refused, never passed over."""
    given = dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))
    for name in sorted(set(given) - set(CONNECTION_OPTIONS)):
        known = ", ".join(CONNECTION_OPTIONS)
        raise EnvironmentProblem(f"COUNTERMARK_DATABASE_URL has the option {name!r}; expected one of {known}")
    return given


def data_directory(environment: Environment) -> Path:
    """Where attachments, load staging and the web secret live: beside the key."""
    return environment.key_path.parent / (environment.key_path.stem + ".data")


def secret_key(environment: Environment) -> str:
    """The web secret (sessions, CSRF), made once beside the signing key with mode 0600; never in the store."""
    path = environment.key_path.with_suffix(".web-secret")
    try:
        return path.read_text(encoding="ascii")
    except FileNotFoundError:
        pass
    value = secrets.token_urlsafe(50)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreUnusableError(f"{path.parent} cannot be made: {error.strerror}") from error
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii")
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(value)
    return value
