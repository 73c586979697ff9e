"""Writes: people, roles, places, tokens. Each is one append to the ledger, whose act names people by opaque ids only."""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext as _

from countermark.accounts import demo, queries, rules
from countermark.accounts.models import ApiToken, Organisation, Place, User, UserRole
from countermark.accounts.rules import Grant
from countermark.ledger import identity
from countermark.ledger import services as ledger
from countermark.ledger.services import Actor, Draft, KeptWrite

USERNAME = re.compile(r"[\w.@-]{2,64}")
TOKEN_PREFIX = "cmk_"  # noqa: S105
TOKEN_DAYS_MAX = 366
LAST_USED_EVERY = timedelta(minutes=1)
ONE_TIME_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


class AccountError(ValueError):
    """A request about people or places that cannot be met; the message says what was expected."""


def add_user(
    name: str,
    roles: Iterable[str] = (),
    place: str | None = None,
    password: str | None = None,
    *,
    full_name: str = "",
    by: Actor,
) -> str:
    """Adds somebody who may sign in. Returns the password: a one-time one, to be changed at first use, when none is given.

    `place` is the name of a place; it limits every role given. Raises `AccountError` for a name in use or unusable, an
    unknown role or place.
    """
    username = _username(name)
    if User.objects.filter(username=username).exists():
        raise AccountError(_("The user name %(name)s is taken.") % {"name": username})
    where = None if place is None else find_place(place)
    given = [Grant(_role(role), where.id if where else None) for role in dict.fromkeys(roles)]
    one_time = password is None
    secret = one_time_password() if password is None else password
    user = User(
        person=_id("person", username),
        username=username,
        full_name=full_name.strip(),
        password=make_password(secret),
        must_change_password=one_time,
        salt=identity.new_salt(),
    )
    added = ledger.timed_act("user_added", {"user": user.person}, texts=(ledger.person(username),), kept=(_user(user),))
    _append([added, *[_granted(user, grant) for grant in given]], by)
    return secret


def add_arrived(pk: UUID, username: str, full_name: str, password: str, *, by: Actor) -> User:
    """Adds somebody another node of the State knows by this id: disabled, and with no way to sign in."""
    user = User(
        pk=pk,
        person=_id("person", username),
        username=_username(username),
        full_name=full_name.strip(),
        password=password,
        disabled=True,
        salt=identity.new_salt(),
    )
    _append(
        [ledger.timed_act("user_added", {"user": user.person}, texts=(ledger.person(username),), kept=(_user(user),))],
        by,
    )
    return user


def rename_user(user: User, full_name: str, *, by: Actor) -> None:
    """Changes the name people are shown by; the name to sign in with never changes."""
    user.full_name = full_name.strip()
    _append([_changed("user_changed", user)], by)


def reset_user(name: str, *, by: Actor) -> str:
    """Gives a one-time password, drops passkeys and second factors, and ends every session. Returns the password."""
    user = find_user(name)
    password = one_time_password()
    user.password = make_password(password)
    user.must_change_password = True

    def forget_factors() -> None:
        from allauth.mfa.models import Authenticator

        user.save()
        Authenticator.objects.filter(user=user).delete()

    _append([_changed("user_reset", user, forget_factors)], by)
    return password


def disable_user(name: str, *, by: Actor) -> None:
    """Ends somebody's access at once: sessions and tokens stop working. The last administrator cannot be disabled."""
    user = find_user(name)
    _refuse_without_admin(user)
    user.disabled = True
    _append([_changed("user_disabled", user)], by)


def enable_user(name: str, *, by: Actor) -> None:
    """Gives access back."""
    user = find_user(name)
    user.disabled = False
    _append([_changed("user_enabled", user)], by)


def grant_role(user: User, role: str, place: Place | None = None, until: date | None = None, *, by: Actor) -> None:
    """Gives a role, nationally or at a place, for good or through a day. A grant held already is left alone."""
    wanted = Grant(_role(role), place.id if place else None, until)
    if until is not None and until < timezone.localdate():
        raise AccountError(_("The last day must not be in the past."))
    if wanted not in queries.grants(_fresh(user)):
        _append([_granted(user, wanted)], by)


def withdraw_role(held: UserRole, *, by: Actor) -> None:
    """Takes a role away; the row stays, marked as withdrawn."""
    if held.role == "admin":
        _refuse_without_admin(held.user)
    held.withdrawn = True
    fields = {"user": held.user.person, "role": held.role, "place": held.place_id or ""}
    row = KeptWrite("role", str(held.pk), queries.role_digest(held), held.save)
    _append([ledger.timed_act("role_withdrawn", fields, kept=(row,))], by)


def add_organisation(name: str, *, by: Actor) -> Organisation:
    """Adds a ministry, force or agency; returns the one there is when the name is known."""
    clean = _name(name)
    known = Organisation.objects.filter(pk=_id("party", clean)).first()
    if known is not None:
        return known
    new = Organisation(id=_id("party", clean), name=clean, salt=identity.new_salt())
    row = KeptWrite("organisation", new.id, queries.organisation_digest(new), new.save)
    text = ledger.SideNote("party", clean)
    _append([ledger.timed_act("organisation_added", {"organisation": new.id}, texts=(text,), kept=(row,))], by)
    return new


def add_place(name: str, parent: Place | None = None, organisation: Organisation | None = None, *, by: Actor) -> Place:
    """Adds a place, or returns the one there is. Its id is the one the ledger gives the same name in an event."""
    clean = _name(name)
    known = Place.objects.filter(pk=_id("place", clean)).first()
    if known is not None:
        return known
    new = Place(
        id=_id("place", clean),
        name=clean,
        parent=parent,
        organisation=organisation,
        salt=identity.new_salt(),
    )
    row = KeptWrite("place", new.id, queries.place_digest(new), new.save)
    fields = {"place": new.id, "parent": new.parent_id or ""}
    text = ledger.SideNote("place", clean)
    _append([ledger.timed_act("place_added", fields, texts=(text,), kept=(row,))], by)
    return new


def issue_token(user: User, name: str, scopes: Sequence[str], expires: datetime, *, by: Actor) -> str:
    """Issues an API token and returns its text, which is not stored and cannot be shown again.

    `scopes` are words of `rules.SCOPES`; `expires` is an aware time at most a year ahead. Raises `AccountError`.
    """
    chosen = [scope for scope in rules.SCOPES if scope in scopes]
    if not chosen or set(scopes) - set(chosen):
        raise AccountError(_("Choose at least one scope: %(scopes)s.") % {"scopes": ", ".join(rules.SCOPES)})
    if not timezone.now() < expires <= timezone.now() + timedelta(days=TOKEN_DAYS_MAX):
        raise AccountError(_("A token must expire within a year."))
    text = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        user=user,
        name=_name(name, limit=100),
        prefix=text[:12],
        hash=_hash(text),
        scopes=" ".join(chosen),
        expires=expires,
        salt=identity.new_salt(),
    )
    fields = {"user": user.person, "token": str(token.pk), "scopes": chosen, "expires": expires.isoformat()}
    row = KeptWrite("token", str(token.pk), queries.token_digest(token), token.save)
    _append([ledger.timed_act("token_issued", fields, kept=(row,))], by)
    return text


def withdraw_token(token: ApiToken, *, by: Actor) -> None:
    """Ends a token at once."""
    token.withdrawn = True
    fields = {"user": token.user.person, "token": str(token.pk)}
    row = KeptWrite("token", str(token.pk), queries.token_digest(token), token.save)
    _append([ledger.timed_act("token_withdrawn", fields, kept=(row,))], by)


def use_token(text: str) -> ApiToken | None:
    """The token somebody presents, or None when it is unknown, expired, withdrawn or its owner disabled.

    Notes when it was last used, at most once a minute.
    """
    token = ApiToken.objects.select_related("user").filter(hash=_hash(text)).first()
    now = timezone.now()
    if token is None or token.withdrawn or token.expires <= now or token.user.disabled:
        return None
    if token.last_used is None or now - token.last_used > LAST_USED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used=now)
    return token


def token_may(token: ApiToken, permission: str) -> bool:
    """Whether both the token's scopes and its owner's roles carry a permission."""
    in_scope = any(permission in rules.SCOPE_PERMISSIONS[scope] for scope in token.scopes.split())
    return in_scope and queries.may(token.user, permission)


def add_demo_users(*, by: Actor = ledger.NODE) -> None:
    """Makes this a demonstration store: its places, and the users of the contract with a password everybody knows.

    A store that has users already is refused, so that no real store ever gets them.
    """
    if queries.is_demonstration():
        return
    if User.objects.exists():
        raise AccountError("this store has users of its own; demonstration users are not added to it")
    ledger.set_setting(queries.DEMO_SETTING, "1", by=by)
    state = demo.STATES.get(settings.ENVIRONMENT.state, demo.STATES["XA"])
    organisation = add_organisation(state.organisation, by=by)
    for region, sites in state.regions:
        parent = add_place(region, None, organisation, by=by)
        for site in sites:
            add_place(site, parent, organisation, by=by)
    for person in demo.USERS:
        place = person.place(state) if person.place else None
        add_user(person.name, [person.role], place, demo.PASSWORD, full_name=person.full_name, by=by)


def find_user(name: str) -> User:
    """The user of a name. Raises `AccountError`."""
    user = User.objects.filter(username=_fold(name)).first()
    if user is None:
        raise AccountError(_("There is no user %(name)s.") % {"name": name})
    return user


def find_place(name: str) -> Place:
    """The place of a name. Raises `AccountError`."""
    place = Place.objects.filter(pk=_id("place", name)).first()
    if place is None:
        raise AccountError(_("There is no place %(name)s.") % {"name": name})
    return place


def actor(user: User) -> Actor:
    """Who records, for a signed-in user."""
    return Actor(user.username)


def one_time_password() -> str:
    """Sixteen characters that are easy to read out, 79 bits."""
    letters = "".join(secrets.choice(ONE_TIME_ALPHABET) for _ in range(16))
    return "-".join(letters[i : i + 4] for i in range(0, 16, 4))


def _refuse_without_admin(user: User) -> None:
    if not queries.may(_fresh(user), "user.manage"):
        return
    others = UserRole.objects.filter(role="admin", place=None, withdrawn=False, user__disabled=False).exclude(user=user)
    today = timezone.localdate()
    if not any(held.until is None or held.until >= today for held in others):
        raise AccountError(_("This is the last administrator: make somebody else administrator first."))


def _id(kind: str, name: str) -> str:
    # The ids depend on the node secret, which a new store gets when its log is opened.
    ledger.require_own_log()
    return identity.opaque(kind, name)


def _append(drafts: list[Draft], by: Actor) -> None:
    ledger.append(drafts, by=by)


def _user(user: User, write: Callable[[], None] | None = None) -> KeptWrite:
    return KeptWrite("user", user.person, queries.user_digest(user), write or user.save)


def _changed(word: str, user: User, write: Callable[[], None] | None = None) -> Draft:
    return ledger.timed_act(word, {"user": user.person}, kept=(_user(user, write),))


def _granted(user: User, grant: Grant) -> Draft:
    held = UserRole(user=user, role=grant.role, place_id=grant.place, until=grant.until)
    fields: dict[str, Any] = {"user": user.person, "role": grant.role, "place": grant.place or ""}
    if grant.until is not None:
        fields["until"] = grant.until.isoformat()
    row = KeptWrite("role", str(held.pk), queries.role_digest(held), held.save)
    return ledger.timed_act("role_granted", fields, kept=(row,))


def _fresh(user: User) -> User:
    """The user as stored now: roles may have changed since they were read."""
    return User.objects.get(pk=user.pk)


def _fold(name: str) -> str:
    return unicodedata.normalize("NFKC", name).strip().casefold()


def _username(name: str) -> str:
    folded = _fold(name)
    if not USERNAME.fullmatch(folded):
        raise AccountError(_("A user name has 2 to 64 letters, digits or . @ - _ and no spaces."))
    return folded


def _role(role: str) -> str:
    if role not in rules.ROLES:
        raise AccountError(
            _("%(role)s is no role; roles are %(roles)s.") % {"role": role, "roles": ", ".join(rules.ROLES)}
        )
    return role


def _name(name: str, limit: int = 200) -> str:
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= limit or not clean.isprintable():
        raise AccountError(_("A name has 1 to %(limit)d printable characters.") % {"limit": limit})
    return clean


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
