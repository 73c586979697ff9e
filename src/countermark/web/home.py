"""The home page: at most five numbers and two lists, chosen by what a person may do.

`cards.py` has the functions that make them: this room stands above the others and may ask them, they do not know it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.functional import Promise

from countermark.accounts import queries
from countermark.accounts.models import User

Text = str | Promise

MAX_CARDS = 5
MAX_LISTS = 2


@dataclass(frozen=True)
class Card:
    """A number that leads somewhere. `value` None says "not known", which is not zero."""

    label: Text
    value: int | None
    url: str = ""
    hint: Text = ""
    alarming: bool = False


@dataclass(frozen=True)
class Row:
    """A line of a list; `mark` is shown as a serial, `note` small beside it."""

    text: str
    url: str = ""
    mark: str = ""
    note: str = ""


@dataclass(frozen=True)
class Listing:
    """A short list, what to say when it is empty and what to do then."""

    title: Text
    rows: list[Row]
    empty: Text
    url: str = ""
    steps: list[Row] = field(default_factory=list)


MakeCard = Callable[[User], Card]
MakeListing = Callable[[User], Listing]

CARDS: list[tuple[str, MakeCard]] = []
LISTS: list[tuple[str, MakeListing]] = []


def card(permission: str, make: MakeCard) -> None:
    """Adds a number for those who hold the permission; earlier ones come first."""
    CARDS.append((permission, make))


def listing(permission: str, make: MakeListing) -> None:
    """Adds a list for those who hold the permission."""
    LISTS.append((permission, make))


def cards_for(user: User) -> list[Card]:
    """The first five numbers a person may see, each once, whatever roles they hold."""
    made = dict.fromkeys(make for permission, make in CARDS if queries.may(user, permission))
    return [make(user) for make in list(made)[:MAX_CARDS]]


def lists_for(user: User) -> list[Listing]:
    """The first two lists a person may see, each once, whatever roles they hold."""
    made = dict.fromkeys(make for permission, make in LISTS if queries.may(user, permission))
    return [make(user) for make in list(made)[:MAX_LISTS]]
