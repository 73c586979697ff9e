"""The second person at a counter: somebody else who may, and who shows there and then that it is them. Their session is not begun."""

from django.core.cache import cache

from countermark.accounts import queries as accounts
from countermark.accounts import services
from countermark.accounts.models import User
from countermark.stockpile import acts

MAY = ("stock.handle", "stock.command")
TRIES = 5
LOCKED_SECONDS = 900


def confirm(name: str, secret: str, *, beside: User, place: str) -> str:
    """The person id of who confirms, by name and password. Raises `Refused`, with one answer for an unknown name and a wrong secret.

    After `TRIES` wrong answers nobody confirms under that name for a quarter of an hour.
    """
    key = f"stockpile:second:{name.strip().casefold()}"
    if cache.get(key, 0) >= TRIES:
        raise acts.refuse("second", "", "another try in a quarter of an hour: there were too many", "locked")
    user = _user(name, secret)
    if user is None:
        cache.set(key, cache.get(key, 0) + 1, LOCKED_SECONDS)
        raise acts.refuse("second", "", "the name and password of somebody who may confirm here", "unknown")
    cache.delete(key)
    if user.pk == beside.pk:
        raise acts.refuse("second", "", "somebody else than who is at the counter", "second_person")
    if not any(accounts.may_at(user, permission, place) for permission in MAY):
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
