"""Where somebody is signed in, and ending that. The key of a session never leaves this module: a digest names it."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from countermark.accounts.models import User
from countermark.ledger import services as ledger
from countermark.ledger.services import Actor

SEEN, CLIENT = "seen", "client"
LONGEST_AGENT = 300


@dataclass(frozen=True)
class OpenSession:
    """One place somebody is signed in; `handle` names it, `agent` is what the browser calls itself."""

    handle: str
    started: datetime | None
    seen: datetime | None
    address: str
    agent: str
    current: bool


def remember_client(request: HttpRequest, now: int) -> None:
    """Notes in a new session from where and with what somebody signed in."""
    if CLIENT not in request.session:
        agent = request.headers.get("User-Agent", "")[:LONGEST_AGENT]
        address = request.META.get("REMOTE_ADDR", "")
        request.session[CLIENT] = {"started": now, "agent": agent, "address": address}


def open_sessions(user: User, rest: int, current: str = "") -> list[OpenSession]:
    """Somebody's sessions that still count, the last used first.

    `rest` is how many seconds one may lie idle, `current` the key of the one that asks.
    """
    shown = [_shown(key, data, current) for key, data in _sessions(user, rest)]
    return sorted(shown, key=lambda one: (one.current, one.seen or datetime.min.replace(tzinfo=UTC)), reverse=True)


def end(user: User, rest: int, *, by: Actor, handle: str = "", keep: str = "") -> int:
    """Ends the session of a handle, or every one but that whose key is `keep`. Returns how many; an act says so."""
    keys = [
        key
        for key, _data in _sessions(user, rest)
        if (handle and _handle(key) == handle) or (not handle and key != keep)
    ]
    if keys:
        Session.objects.filter(session_key__in=keys).delete()
        fields = {"user": user.person, "sessions": len(keys)}
        ledger.append([ledger.timed_act("sessions_ended", fields)], by=by)
    return len(keys)


def _sessions(user: User, rest: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Key and data of each. Sessions are few and short; to find them by user would take a table of their keys."""
    now = timezone.now()
    for session in Session.objects.filter(expire_date__gt=now).iterator():
        data = session.get_decoded()
        if data.get(SESSION_KEY) != str(user.pk) or now.timestamp() - float(data.get(SEEN, 0)) > rest:
            continue
        # After a new password the others are over, although their rows stand until they expire.
        if constant_time_compare(data.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
            yield session.session_key, data


def _shown(key: str, data: dict[str, Any], current: str) -> OpenSession:
    client = data.get(CLIENT, {})
    return OpenSession(
        handle=_handle(key),
        started=_time(client.get("started")),
        seen=_time(data.get(SEEN)),
        address=str(client.get("address", "")),
        agent=str(client.get("agent", "")),
        current=key == current,
    )


def _handle(key: str) -> str:
    return hashlib.sha256(f"session|{key}".encode()).hexdigest()[:24]


def _time(seconds: object) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int) else None
