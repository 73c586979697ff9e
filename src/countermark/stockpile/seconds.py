"""The second person at a counter: somebody else who may, and who shows there and then that it is them. Their session is not begun.

They say so with their user name and password, with their card and PIN, or with a security key (`confirm_key`).
"""

from collections.abc import Mapping

from countermark.accounts import queries as accounts
from countermark.accounts import services
from countermark.accounts.models import User
from countermark.stockpile import acts, roster
from countermark.stockpile.codes import house
from countermark.stockpile.counterauth import passkeys, pins, tries
from countermark.stockpile.counterauth.passkeys import Asked, Site
from countermark.stockpile.roster import Enrolled

MAY = ("stock.handle", "stock.command")


def confirm(name: str, secret: str, *, beside: User, place: str) -> str:
    """The person id of who confirms, by name and password or card and PIN. Raises `Refused`, with one answer for an unknown name and a wrong secret.

    After 5 wrong answers nobody confirms under that name for a quarter of an hour (`tries`); none at all is no guess and does not count.
    """
    if not secret:
        raise acts.refuse("second_secret", "", "the password or PIN of the second person", "missing")
    parsed = house.parse(name)
    if parsed is not None and parsed[0] == "person":
        return _fit(_user_of(pins.prove(name, secret)), beside, place)
    row = tries.of_password(name)
    tries.require_open(row, "second")
    user = _user(name, secret) if tries.count(row) else None
    if user is None:
        tries.failed(row, "second")
        raise acts.refuse("second", "", "the name and password of somebody who may confirm here", "unknown")
    tries.right(row)
    return _fit(user, beside, place)


def of_form(said: Mapping[str, str], *, beside: User, place: str) -> str:
    """The person id of who confirms in a form (`forms.Second`); empty where nobody is named. Raises `Refused`."""
    if not said.get("second_name"):
        return ""
    return confirm(said["second_name"], said["second_secret"], beside=beside, place=place)


def confirm_key(site: Site, asked: Asked, answer: str, *, beside: User, place: str) -> str:
    """The person id of who confirms what is asked with a security key. Raises `Refused`."""
    one, _evidence = passkeys.prove(site, asked, answer, place)
    return _fit(_user_of(one), beside, place)


def on_roster(name: str) -> Enrolled | None:
    """Whom a card or a user name means on the roster."""
    by_card = roster.by_card(name)
    if by_card is not None:
        return by_card
    try:
        return roster.by_user(services.find_user(name))
    except services.AccountError:
        return None


def _user_of(one: Enrolled) -> User | None:
    return User.objects.filter(person=one.person.user).first() if one.person.user else None


def _fit(user: User | None, beside: User, place: str) -> str:
    """The person id, if they are somebody else and may confirm here."""
    if user is not None and user.pk == beside.pk:
        raise acts.refuse("second", "", "somebody else than who is at the counter", "second_person")
    if user is None or user.disabled or not any(accounts.may_at(user, permission, place) for permission in MAY):
        raise acts.refuse("second", "", "somebody who may confirm here", "unknown")
    return user.person


def _user(name: str, secret: str) -> User | None:
    try:
        user = services.find_user(name)
    except services.AccountError:
        User().set_password(secret)  # as long as with a name there is
        return None
    usable = not user.disabled and not user.must_change_password
    return user if usable and user.check_password(secret) else None
