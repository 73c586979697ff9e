"""People and places of another node of the State: what of them a bundle carries, and how they are merged here.

No password, second factor or token travels. Who arrives is disabled until an administrator of this node enables them and gives
them a password; from then on this node alone decides what they may do. Ids of places and people are made with the secret of the
node that names them, so they are known again by name: the text its log states for the id.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from countermark.accounts import queries, rules, services
from countermark.accounts.models import Organisation, Place, User, UserRole
from countermark.ledger import identity
from countermark.ledger import services as ledger
from countermark.ledger.kept import Travels
from countermark.ledger.models import SideText
from countermark.ledger.services import Actor, KeptWrite

Value = dict[str, Any]
Rows = Sequence[tuple[str, Value]]


def _texts(ids: Sequence[str]) -> dict[str, str]:
    """The names behind ids of another node, as far as they are held here and not erased."""
    refs = {identity.ref_of(urn): urn for urn in ids if identity.ref_of(urn)}
    found = SideText.objects.filter(ref__in=list(refs)).exclude(text="")
    return {refs[row.ref]: row.text for row in found}


# --- organisations and places -----------------------------------------------------------------------------------------


def _organisations(keys: Sequence[str]) -> Iterator[tuple[str, Value]]:
    for row in Organisation.objects.filter(pk__in=keys):
        yield row.id, {"id": row.id, "name": row.name, "salt": row.salt}


def _merge_organisations(rows: Rows, by: Actor) -> int:
    known = set(Organisation.objects.values_list("name", flat=True))
    new = {value["name"] for _, value in rows} - known
    for name in sorted(new):
        services.add_organisation(name, by=by)
    return len(new)


def _places(keys: Sequence[str]) -> Iterator[tuple[str, Value]]:
    for row in Place.objects.filter(pk__in=keys):
        yield row.id, _place_value(row)


def _place_value(row: Place) -> Value:
    return {
        "id": row.id,
        "name": row.name,
        "parent": row.parent_id or "",
        "organisation": row.organisation_id or "",
        "salt": row.salt,
    }


def _place_digest(value: Value) -> str:
    return identity.digest({key: str(value[key]) for key in ("id", "name", "parent", "organisation", "salt")})


def _merge_places(rows: Rows, by: Actor) -> int:
    before = Place.objects.count()
    values = dict(rows)
    names = _texts([value[key] for value in values.values() for key in ("parent", "organisation")])
    for key in values:
        _merged_place(key, values, names, by)
    return Place.objects.count() - before


def _merged_place(key: str, values: dict[str, Value], names: dict[str, str], by: Actor) -> Place | None:
    """The place of this node with the name of one of the other, added below those above it where it is new."""
    value = values.get(key)
    name = value["name"] if value else names.get(key, "")
    known = Place.objects.filter(name=name).first() if name else None
    if known is not None or value is None:
        return known
    # Taken out, so that places above each other in a circle end.
    parent = _merged_place(value["parent"], {k: v for k, v in values.items() if k != key}, names, by)
    organisation = Organisation.objects.filter(name=names.get(value["organisation"], "")).first()
    return services.add_place(name, parent, organisation, by=by)


# --- people -----------------------------------------------------------------------------------------------------------


def _users(keys: Sequence[str]) -> Iterator[tuple[str, Value]]:
    for row in User.objects.filter(person__in=keys):
        yield row.person, {**_said_of(row), "disabled": row.disabled}


def _said_of(row: User) -> Value:
    return {
        "id": str(row.pk),
        "person": row.person,
        "username": row.username,
        "full_name": row.full_name,
        "salt": row.salt,
    }


def _user_digest(value: Value) -> str:
    known = {key: value[key] for key in ("person", "username", "full_name", "disabled", "salt")}
    return queries.user_digest(User(pk=UUID(value["id"]), **known))


def _merge_users(rows: Rows, by: Actor) -> int:
    """Those whose name nobody has here yet, disabled and without a password."""
    here = set(User.objects.values_list("username", flat=True))
    new = [
        value for _, value in rows if value["username"] not in here and services.USERNAME.fullmatch(value["username"])
    ]
    for value in new:
        services.add_arrived(UUID(value["id"]), value["username"], value["full_name"], make_password(None), by=by)
    return len(new)


def _roles(keys: Sequence[str]) -> Iterator[tuple[str, Value]]:
    for row in UserRole.objects.filter(pk__in=keys):
        yield str(row.pk), _role_value(row)


def _role_value(row: UserRole) -> Value:
    return {
        "user": str(row.user_id),
        "role": row.role,
        "place": row.place_id or "",
        "until": row.until.isoformat() if row.until else "",
        "withdrawn": row.withdrawn,
    }


def _role(key: UUID, value: Value) -> UserRole:
    return UserRole(
        pk=key,
        user_id=UUID(value["user"]),
        role=value["role"],
        place_id=value["place"] or None,
        until=date.fromisoformat(value["until"]) if value["until"] else None,
        withdrawn=value["withdrawn"],
    )


def _role_digest(value: Value) -> str:
    return queries.role_digest(_role(UUID(int=0), value))


def _merge_roles(rows: Rows, by: Actor) -> int:
    """Roles of people who arrived and whom nobody has enabled here."""
    users = {user.pk: user for user in User.objects.filter(disabled=True) if not user.has_usable_password()}
    held = {role.pk: role for role in UserRole.objects.filter(user__in=list(users.values()))}
    names = _texts([value["place"] for _, value in rows])
    places = {place.name: place for place in Place.objects.filter(name__in=list(names.values()))}
    changed = 0
    for key, value in rows:
        role = _role(UUID(key), value)
        there, place = held.get(role.pk), places.get(names.get(value["place"], ""))
        nowhere = bool(value["place"]) and place is None
        if role.user_id not in users or role.role not in rules.ROLES or nowhere:
            continue
        if there is not None and role.withdrawn and not there.withdrawn:
            services.withdraw_role(there, by=by)
        elif there is None and not role.withdrawn:
            role.place = place
            _grant(role, by)
        else:
            continue
        changed += 1
    return changed


def _grant(role: UserRole, by: Actor) -> None:
    fields = {"user": role.user.person, "role": role.role, "place": role.place_id or ""}
    row = KeptWrite("role", str(role.pk), queries.role_digest(role), role.save)
    ledger.append([ledger.timed_act("role_granted", fields, kept=(row,))], by=by)


def _organisation_digest(value: Value) -> str:
    return identity.digest({key: str(value[key]) for key in ("id", "name", "salt")})


TRAVELS = {
    "organisation": Travels(_organisations, _organisation_digest, _merge_organisations),
    "place": Travels(_places, _place_digest, _merge_places),
    "user": Travels(_users, _user_digest, _merge_users),
    "role": Travels(_roles, _role_digest, _merge_roles),
}
"""What a bundle within the State carries of this room, by kept table."""
