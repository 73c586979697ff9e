"""The places one can go, in the order of the day. A page of a room that is not installed has no link."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from countermark.accounts import queries
from countermark.accounts.access import SIGNED_IN
from countermark.accounts.queries import Person
from countermark.stockpile.queries import has_proposed


@dataclass(frozen=True)
class Item:
    """A link: `key` is pressed after `g` to go there."""

    label: str | Promise
    url_name: str
    permission: str
    icon: str
    key: str = ""
    also: Callable[[Person], bool] | None = None
    """Whether somebody without the permission goes there all the same."""

    def open_to(self, user: Person) -> bool:
        """Whether somebody may go there."""
        if self.permission == SIGNED_IN or queries.may(user, self.permission):
            return True
        return self.also is not None and self.also(user)


@dataclass(frozen=True)
class Link:
    """An item as shown to somebody on some page."""

    label: str | Promise
    url: str
    icon: str
    key: str
    current: bool


ITEMS = (
    Item(_("Home"), "home", SIGNED_IN, "home", "h"),
    Item(_("Trace"), "tracing:trace", "trace", "trace", "t"),
    Item(_("Cases"), "tracing:cases", "case.view", "alert", "c"),
    Item(_("Requests"), "tracing:requests", "request.view", "globe", "q"),
    Item(_("Weapons"), "register:weapons", "weapon.view", "list", "w"),
    Item(_("New weapon"), "register:weapon_add", "weapon.add", "plus", "n"),
    Item(_("Paper forms"), "register:papers", "event.add", "print", "p"),
    Item(_("What I asked for"), "stockpile:own_list", "event.add", "check", also=has_proposed),
    Item(_("Marking"), "marking:home", "marking.view", "check", "m"),
    Item(_("Stockpile"), "stockpile:home", "stock.view", "ledger", "s"),
    Item(_("Safe storage"), "stockpile:civilian", "storage.view", "check", "i"),
    Item(_("Cooperation"), "cooperation:home", "aid.view", "globe", "o"),
    Item(_("Load a file"), "register:import", "load", "upload", "l"),
    Item(_("Discrepancies"), "register:discrepancies", "discrepancy.view", "alert", "d"),
    Item(_("Reference lists"), "register:lists", "list.review", "book", "r"),
    Item(_("Ledger"), "ledger:log", "ledger.view", "ledger", "e"),
    Item(_("Users"), "accounts:users", "user.view", "users", "u"),
)


def url(name: str, *args: object, **query: str) -> str:
    """The address of a page by name, or the empty string where its room is not installed."""
    try:
        address = reverse(name, args=args)
    except NoReverseMatch:
        return ""
    return f"{address}?{urlencode(query)}" if query else address


@lru_cache(maxsize=1)
def _there() -> tuple[tuple[Item, str], ...]:
    return tuple((item, address) for item in ITEMS if (address := url(item.url_name)))


def links(user: Person, path: str) -> list[Link]:
    """The links a person may follow; the one whose page or part is open is current."""
    allowed = [(i, url) for i, url in _there() if i.open_to(user)]
    current = max((url for _item, url in allowed if _within(path, url)), key=len, default="")
    return [Link(i.label, url, i.icon, i.key, url == current) for i, url in allowed]


def _within(path: str, url: str) -> bool:
    return path == url if url == "/" else path.startswith(url)
