"""The field in the header: whatever is typed or scanned there leads to the right page.

Finders are asked in order; the first that knows the text wins. Each is a function of the person and the text that returns
a URL or None, and looks only at what that person may see.
"""

from collections.abc import Callable

from countermark.accounts import queries
from countermark.accounts.models import User

Finder = Callable[[User, str], str | None]

LONGEST = 500
FINDERS: list[tuple[str, Finder]] = []


def finder(permission: str, find: Finder) -> None:
    """Adds a finder for those who hold the permission."""
    FINDERS.append((permission, find))


def find(user: User, text: str) -> str | None:
    """Where a text leads for a person, or None."""
    for permission, look in FINDERS:
        if queries.may(user, permission) and (url := look(user, text)):
            return url
    return None
