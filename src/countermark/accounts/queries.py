"""Reads: what a person may do and see."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Prefetch
from django.utils import timezone

from countermark.accounts import rules
from countermark.accounts.models import ApiToken, Organisation, Place, User, UserRole
from countermark.accounts.rules import Grant
from countermark.ledger import identity
from countermark.ledger import services as ledger

Person = User | AnonymousUser
KeptRow = tuple[str, str]

DEMO_SETTING = "demo"


def grants(user: Person) -> tuple[Grant, ...]:
    """The roles a person holds today; read once per request, kept on the user object."""
    if not isinstance(user, User) or user.disabled:
        return ()
    if user.grants is None:
        rows = UserRole.objects.filter(user=user, withdrawn=False).values_list("role", "place_id", "until")
        user.grants = rules.in_force((Grant(*row) for row in rows), timezone.localdate())
    return user.grants


def may(user: Person, permission: str) -> bool:
    """Whether a person holds the permission anywhere. What they may then see is `visible_place_ids`."""
    return rules.permits(grants(user), permission)


def visible_place_ids(user: Person, permission: str = "weapon.view") -> frozenset[str] | None:
    """The places whose rows a person may see with this permission: None for all, else ids as the ledger names places."""
    held = grants(user)
    if any(g.place is None and rules.carries(g, permission) for g in held):
        return None
    return rules.scope(held, permission, _children())


def may_at(user: Person, permission: str, place: str | None) -> bool:
    """Whether the permission holds at one place; what stands at no place belongs to those with a national role."""
    visible = visible_place_ids(user, permission)
    return visible is None or place in visible


def nearest_with(permission: str, place: str) -> list[User]:
    """Everybody who holds a permission at a place (id; empty: in the whole State), who holds it nearest first, then by user name."""
    above = _path(place)
    today = timezone.localdate()
    found: dict[User, int] = {}
    for held in UserRole.objects.filter(withdrawn=False, user__disabled=False).select_related("user"):
        grant = Grant(held.role, held.place_id, held.until)
        if not rules.in_force([grant], today) or not rules.carries(grant, permission):
            continue
        if grant.place is None or grant.place in above:
            near = above.index(grant.place) if grant.place else len(above)
            found[held.user] = min(near, found.get(held.user, near))
    return sorted(found, key=lambda user: (found[user], user.username))


def _path(place: str) -> list[str]:
    """A place and those above it, by id."""
    parents = dict(Place.objects.values_list("id", "parent_id"))
    found: list[str] = []
    here: str | None = place
    while here and here not in found:
        found.append(here)
        here = parents.get(here)
    return found


def places_below(place: str) -> frozenset[str]:
    """A place and all below it, by id."""
    return rules.below([place], _children())


def _children() -> dict[str, list[str]]:
    tree: dict[str, list[str]] = defaultdict(list)
    for place, parent in Place.objects.filter(parent__isnull=False).values_list("id", "parent_id"):
        tree[str(parent)].append(place)
    return tree


def place_path(place: Place) -> str:
    """`Ministry / North / Depot 3`."""
    names: list[str] = []
    here: Place | None = place
    while here is not None and here.name not in names:
        names.append(here.name)
        here = here.parent
    return " / ".join(reversed(names))


def is_demonstration() -> bool:
    """Whether this store was made for demonstration: its users and their password are public."""
    return ledger.setting(DEMO_SETTING) == "1"


def demonstration_users() -> list[User]:
    """The users a demonstration store offers on its sign-in page; empty in a real one."""
    return list(User.objects.filter(disabled=False)) if is_demonstration() else []


def user_digest(user: User) -> str:
    return identity.digest(
        {
            "id": str(user.pk),
            "person": user.person,
            "username": user.username,
            "full_name": user.full_name,
            "disabled": str(user.disabled),
            "salt": user.salt,
        }
    )


def role_digest(held: UserRole) -> str:
    return identity.digest(
        {
            "user": str(held.user_id),
            "role": held.role,
            "place": held.place_id or "",
            "until": held.until.isoformat() if held.until else "",
            "withdrawn": str(held.withdrawn),
        }
    )


def organisation_digest(organisation: Organisation) -> str:
    return identity.digest({"id": organisation.id, "name": organisation.name, "salt": organisation.salt})


def place_digest(place: Place) -> str:
    return identity.digest(
        {
            "id": place.id,
            "name": place.name,
            "parent": place.parent_id or "",
            "organisation": place.organisation_id or "",
            "salt": place.salt,
        }
    )


def token_digest(token: ApiToken) -> str:
    return identity.digest(
        {
            "user": str(token.user_id),
            "name": token.name,
            "hash": token.hash,
            "scopes": token.scopes,
            "expires": token.expires.isoformat(),
            "withdrawn": str(token.withdrawn),
            "salt": token.salt,
        }
    )


KEPT_TABLES: dict[str, Callable[[], Iterator[KeptRow]]] = {
    "organisation": lambda: ((o.pk, organisation_digest(o)) for o in Organisation.objects.order_by("pk").iterator()),
    "place": lambda: ((p.pk, place_digest(p)) for p in Place.objects.order_by("pk").iterator()),
    "user": lambda: ((u.person, user_digest(u)) for u in User.objects.order_by("person").iterator()),
    "role": lambda: ((str(r.pk), role_digest(r)) for r in UserRole.objects.order_by("pk").iterator()),
    "token": lambda: ((str(t.pk), token_digest(t)) for t in ApiToken.objects.order_by("pk").iterator()),
}
"""Every kept table of this room with its rows as (key, digest), what others name first: what `verify` recomputes."""


def active_user_count() -> int:
    """How many people may sign in."""
    return User.objects.filter(disabled=False).count()


def without_second_factor_count() -> int:
    """How many of them have neither passkey nor authenticator app."""
    return User.objects.filter(disabled=False, authenticator__isnull=True).count()


def roles_ending_soon(days: int = 30) -> list[UserRole]:
    """Roles whose last day is within some days from today, soonest first."""
    today = timezone.localdate()
    held = UserRole.objects.filter(withdrawn=False, user__disabled=False, until__range=(today, today + timedelta(days)))
    return list(held.select_related("user").order_by("until")[:5])


@dataclass(frozen=True)
class PersonRow:
    """A line of the list of users."""

    user: User
    roles: list[UserRole]
    second_factor: bool


def people() -> list[PersonRow]:
    """Everybody, those who may sign in first."""
    held = UserRole.objects.filter(withdrawn=False).select_related("place").order_by("role")
    users = User.objects.prefetch_related(Prefetch("roles", held)).annotate(
        factors=Count("authenticator", distinct=True)
    )
    return [PersonRow(u, list(u.roles.all()), u.factors > 0) for u in users.order_by("disabled", "username")]


def roles_of(user: User) -> list[UserRole]:
    """The roles somebody holds or held, those in force first."""
    return list(UserRole.objects.filter(user=user).select_related("place").order_by("withdrawn", "role"))


def second_factors(user: User) -> list[str]:
    """The kinds of second factor somebody has set up, in the reader's language."""
    from allauth.mfa.models import Authenticator

    return [str(Authenticator.Type(row.type).label) for row in Authenticator.objects.filter(user=user).order_by("type")]


def place_tree() -> list[tuple[int, Place]]:
    """Every place after the one above it, with its depth."""
    below: dict[str | None, list[Place]] = defaultdict(list)
    for place in Place.objects.select_related("organisation").order_by("name"):
        below[place.parent_id].append(place)
    rows: list[tuple[int, Place]] = []
    waiting = [(0, place) for place in reversed(below[None])]
    while waiting:
        depth, place = waiting.pop()
        rows.append((depth, place))
        waiting.extend((depth + 1, child) for child in reversed(below[place.id]))
    return rows


def tokens_of(user: User) -> list[ApiToken]:
    """Somebody's tokens that still work or lately did, newest first."""
    return list(ApiToken.objects.filter(user=user, withdrawn=False).order_by("-expires"))
