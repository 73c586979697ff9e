"""The home page: at most five numbers and two lists, chosen by what a person may do.

A room's numbers come from small functions of its `queries`, added to `CARDS` and `LISTS` below: this room stands above
the others and may ask them, they do not know it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from countermark.accounts import queries
from countermark.accounts.models import User
from countermark.web import context

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
    """The first five numbers a person may see."""
    return [make(user) for permission, make in CARDS if queries.may(user, permission)][:MAX_CARDS]


def lists_for(user: User) -> list[Listing]:
    """The first two lists a person may see."""
    return [make(user) for permission, make in LISTS if queries.may(user, permission)][:MAX_LISTS]


def _users_card(user: User) -> Card:
    return Card(gettext_lazy("People who may sign in"), queries.active_user_count(), reverse("accounts:users"))


def _without_second_factor(user: User) -> Card:
    count = queries.without_second_factor_count()
    return Card(
        gettext_lazy("Without a passkey or second factor"), count, reverse("accounts:users"), alarming=count > 0
    )


def _entries_card(user: User) -> Card:
    state = context.log_state()
    return Card(gettext_lazy("Entries in the ledger"), state.size if state else 0)


def _roles_ending(user: User) -> Listing:
    rows = [
        Row(
            str(held.user),
            reverse("accounts:user", args=[held.user.username]),
            note=_ending(held.role, str(held.until)),
        )
        for held in queries.roles_ending_soon()
    ]
    empty = gettext_lazy("No role ends within the next 30 days.")
    return Listing(gettext_lazy("Roles that end soon"), rows, empty, reverse("accounts:users"))


def _ending(role: str, until: str) -> str:
    from countermark.accounts.rules import ROLES

    return _("%(role)s until %(day)s") % {"role": _(ROLES[role].label), "day": until}


card("ledger.view", _entries_card)
card("user.view", _users_card)
card("user.manage", _without_second_factor)
listing("user.manage", _roles_ending)
