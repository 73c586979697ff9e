"""Who may do what: roles and their permissions as data. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


def _(text: str) -> str:
    """Marks a text for translation; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Role:
    """A duty. `idle_minutes` is how long its session may rest before it must sign in again."""

    label: str
    permissions: frozenset[str]
    idle_minutes: int = 60


@dataclass(frozen=True)
class Grant:
    """A role held by somebody: at one place and all below it, or nationally; until a day (inclusive), or for good."""

    role: str
    place: str | None = None
    until: date | None = None


PERMISSIONS: dict[str, str] = {
    "trace": _("trace a weapon from its marks"),
    "trace.decide": _("confirm or reject a candidate"),
    "case.view": _("see cases of recovered weapons"),
    "case.write": _("open cases of recovered weapons and work on them"),
    "request.view": _("see tracing requests between States"),
    "request.draft": _("write messages to other States"),
    "request.release": _("release messages to other States"),
    "weapon.view": _("see weapon records"),
    "weapon.add": _("enter weapons"),
    "weapon.correct": _("correct records"),
    "event.add": _("record events"),
    "event.grave": _("record events that hand a weapon over or change its status in law"),
    "load": _("load files"),
    "export": _("export lists"),
    "list.review": _("review makers, models and calibres"),
    "discrepancy.view": _("see discrepancies"),
    "discrepancy.decide": _("decide discrepancies"),
    "person.view": _("open personal data, with a reason"),
    "marking.view": _("see marking plans, batches, numbers and equipment"),
    "marking.bench": _("mark and inspect weapons at the bench"),
    "marking.manage": _("plan batches, issue numbers, keep models and equipment"),
    "marking.rules": _("add and end marking rules of the State, give blocks of numbers"),
    "stock.view": _("see the stockpile: stores, holdings, receipts, counts"),
    "stock.handle": _("receive, store, issue and take back weapons"),
    "stock.count": _("count weapons"),
    "stock.command": _("plan counts, approve what needs a second person, decide losses and disposal"),
    "stock.reads": _("send what readers of tags saw"),
    "stock.location": _("see exactly where a store lies"),
    "stock.inspect": _("inspect stores and the safe storage of civilian holders"),
    "storage.view": _("see inspections of the safe storage of civilian holders"),
    "aid.view": _("see needs, offers and projects of cooperation, as far as they are shared"),
    "aid.write": _("state needs and offers, work on projects, for the actor one speaks for"),
    "aid.match": _("match needs with offers"),
    "aid.gate": _("pass the gates of projects as the named authority of the recipient"),
    "aid.fund": _("keep the books of the trust fund"),
    "aid.own": _("speak for this State in cooperation"),
    "aid.host": _("keep the list of actors and of who speaks for them"),
    "aid.contact": _("open the contacts of actors of cooperation, with a reason"),
    "aid.all": _("see in cooperation what is not shared too"),
    "ledger.view": _("see and verify the ledger"),
    "user.view": _("see who the users are"),
    "user.manage": _("manage users and their roles"),
}

NATIONAL_ONLY = frozenset(
    {"load", "list.review", "marking.rules", "ledger.view", "user.view", "user.manage"}
    | {"request.view", "request.draft", "request.release"}
    | {"aid.view", "aid.write", "aid.match", "aid.gate", "aid.fund", "aid.own", "aid.host"}
    | {"aid.all", "aid.contact"}
)
"""What concerns the whole State: a role held at one place does not carry it."""

_REGISTER = {"weapon.view", "discrepancy.view"}
_MARKING = {"marking.view", "marking.bench", "marking.manage", "marking.rules"}

ROLES: dict[str, Role] = {
    "registrar": Role(
        _("Registrar"),
        frozenset(
            _REGISTER
            | {"trace", "weapon.add", "weapon.correct", "event.add", "event.grave", "load", "export"}
            | {"list.review", "discrepancy.decide", "person.view"}
        ),
    ),
    "tracing": Role(
        _("Tracing officer"),
        frozenset(
            _REGISTER
            | {"trace", "trace.decide", "event.add", "event.grave", "export", "person.view"}
            | {"case.view", "case.write", "request.view", "request.draft"}
        ),
    ),
    "armourer": Role(
        _("Armourer"),
        frozenset({"weapon.view", "event.add", "stock.view", "stock.handle", "stock.reads"}),
        idle_minutes=15,
    ),
    "commander": Role(
        _("Commander"),
        frozenset(
            _REGISTER
            | {"discrepancy.decide", "export", "marking.view"}
            | {"stock.view", "stock.command", "stock.location", "stock.inspect", "storage.view", "stock.reads"}
        ),
    ),
    "counter": Role(
        _("Counting officer"), frozenset({"weapon.view", "stock.view", "stock.count", "stock.reads"}), idle_minutes=15
    ),
    "contact": Role(
        _("National point of contact"),
        frozenset(
            {"trace", "weapon.view", "person.view", "case.view", "case.write"}
            | {"request.view", "request.draft", "request.release"}
        ),
    ),
    "marking": Role(_("Marking officer"), frozenset({"weapon.view", "weapon.add", "event.add"} | _MARKING)),
    "licensing": Role(
        _("Licensing officer"), frozenset({"weapon.view", "person.view", "stock.inspect", "storage.view"})
    ),
    "reports": Role(
        _("Report officer"), frozenset(_REGISTER | {"export", "marking.view", "stock.view", "aid.view", "aid.own"})
    ),
    "assistance": Role(
        _("Assistance coordinator"),
        frozenset({"aid.view", "aid.write", "aid.match", "aid.own", "aid.host", "aid.contact"}),
    ),
    "authority": Role(_("National authority for assistance"), frozenset({"aid.view", "aid.gate"})),
    "partner": Role(_("Partner in cooperation"), frozenset({"aid.view", "aid.write", "aid.match"})),
    "fund": Role(_("Fund manager"), frozenset({"aid.view", "aid.fund"})),
    "auditor": Role(
        _("Auditor"),
        frozenset(
            _REGISTER
            | {"trace", "person.view", "ledger.view", "user.view", "marking.view", "case.view", "request.view"}
            | {"stock.view", "stock.location", "storage.view", "aid.view", "aid.all", "aid.contact"}
        ),
    ),
    "admin": Role(_("Administrator"), frozenset({"user.view", "user.manage", "ledger.view"})),
}

SCOPES: dict[str, str] = {
    "trace": _("trace"),
    "read": _("read weapons and lists"),
    "write": _("enter weapons, events and corrections"),
    "marking": _("plan marks, read work orders, issue numbers"),
    "bench": _("mark and inspect weapons at the bench"),
    "rules": _("change the marking rules of the State"),
    "cases": _("see cases of recovered weapons and work on them"),
    "requests": _("see tracing requests and chains, draft requests, ask blindly"),
    "release": _("export for INTERPOL, say whose blind questions are answered"),
    "stock": _("see the stockpile, hand over and count weapons"),
    "reads": _("send what readers of tags saw"),
    "aid": _("see needs, offers, projects and the fund, and work on them"),
    "load": _("load files"),
    "ledger": _("read the ledger and its proofs"),
}
"""What an API token may be allowed; a token never allows more than its owner's roles do."""

SCOPE_PERMISSIONS: dict[str, frozenset[str]] = {
    "trace": frozenset({"trace"}),
    "read": frozenset({"weapon.view", "export", "discrepancy.view"}),
    "write": frozenset({"weapon.add", "weapon.correct", "event.add", "event.grave"}),
    "marking": frozenset({"marking.view", "marking.manage"}),
    "bench": frozenset({"marking.view", "marking.bench"}),
    "rules": frozenset({"marking.view", "marking.rules"}),
    "cases": frozenset({"case.view", "case.write"}),
    "requests": frozenset({"request.view", "request.draft"}),
    "release": frozenset({"request.release"}),
    "stock": frozenset({"stock.view", "stock.handle", "stock.count", "stock.command", "stock.inspect", "storage.view"}),
    "reads": frozenset({"stock.reads"}),
    "aid": frozenset({"aid.view", "aid.write", "aid.match", "aid.gate", "aid.fund", "aid.own", "aid.all"}),
    "load": frozenset({"load"}),
    "ledger": frozenset({"ledger.view"}),
}

DEFAULT_IDLE_MINUTES = 60


def in_force(grants: Iterable[Grant], today: date) -> tuple[Grant, ...]:
    """The grants that hold today and name a role there is."""
    return tuple(g for g in grants if g.role in ROLES and (g.until is None or g.until >= today))


def permits(grants: Iterable[Grant], permission: str) -> bool:
    """Whether any of the grants carries the permission, at whatever place."""
    return any(carries(grant, permission) for grant in grants)


def carries(grant: Grant, permission: str) -> bool:
    """Whether one grant carries a permission."""
    if grant.place is not None and permission in NATIONAL_ONLY:
        return False
    return permission in ROLES[grant.role].permissions


def scope(grants: Iterable[Grant], permission: str, children: Mapping[str, Iterable[str]]) -> frozenset[str] | None:
    """The places where the permission holds: None for everywhere, else the granted places and all below them.

    `children` maps a place id to the ids directly below it; a loop in it is walked once.
    """
    roots: set[str] = set()
    for grant in grants:
        if not carries(grant, permission):
            continue
        if grant.place is None:
            return None
        roots.add(grant.place)
    return below(roots, children)


def below(roots: Iterable[str], children: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """The roots and everything under them."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            waiting.extend(children.get(place, ()))
    return frozenset(seen)


def idle_minutes(grants: Iterable[Grant]) -> int:
    """How long a session may rest: the strictest of the roles held."""
    return min((ROLES[g.role].idle_minutes for g in grants), default=DEFAULT_IDLE_MINUTES)


def roles_with(permission: str) -> list[str]:
    """The labels of the roles that carry a permission, for telling somebody whom to ask."""
    return [role.label for role in ROLES.values() if permission in role.permissions]
