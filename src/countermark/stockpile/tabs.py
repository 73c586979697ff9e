"""The pages of this room in groups, as its days have them: at the counter, in the stores, in the office, set up once."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse

from countermark.accounts import queries
from countermark.accounts.queries import Person


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


@dataclass(frozen=True)
class Tab:
    """A page: its name (what a page calls itself), its label, its address, and what one must be allowed to see it."""

    here: str
    label: str
    url_name: str
    permission: str = "stock.view"
    args: Sequence[str] = ()


@dataclass(frozen=True)
class Group:
    """Pages that belong together."""

    label: str
    tabs: Sequence[Tab]


GROUPS = (
    Group(
        _("Counter"),
        (
            Tab("home", _("Overview"), "stockpile:home"),
            Tab("counter", _("Hand over"), "stockpile:counter", "stock.handle", ("issue",)),
            Tab("shift", _("Due today"), "stockpile:shift", "stock.handle"),
            Tab("all_home", _("All home?"), "stockpile:all_home"),
            Tab("receipts", _("Receipts"), "stockpile:receipts"),
            Tab("kits", _("Kits"), "stockpile:kits"),
            Tab("scan", _("Scan"), "stockpile:scan", "weapon.view"),
        ),
    ),
    Group(
        _("Stores"),
        (
            Tab("live", _("Movements"), "stockpile:live"),
            Tab("accounts", _("Accounts"), "stockpile:accounts"),
            Tab("counts", _("Stocktaking"), "stockpile:counts"),
            Tab("shipments", _("Shipments"), "stockpile:shipments"),
            Tab("ammunition", _("Ammunition"), "stockpile:lots"),
            Tab("tags", _("Tags"), "stockpile:tags"),
        ),
    ),
    Group(
        _("Office"),
        (
            Tab("proposals", _("To approve"), "stockpile:proposals"),
            Tab("incidents", _("Losses"), "stockpile:incidents"),
            Tab("disposal", _("Disposal"), "stockpile:disposal"),
            Tab("assessments", _("Security"), "stockpile:assessments"),
            Tab("civilian", _("Safe storage"), "stockpile:civilian", "storage.view"),
        ),
    ),
    Group(
        _("Set-up"),
        (
            Tab("people", _("Roster"), "stockpile:people"),
            Tab("units", _("Storage units"), "stockpile:units"),
            Tab("rules", _("Rules of the stores"), "stockpile:policies"),
            Tab("labels", _("Labels"), "stockpile:labels", "weapon.view"),
            Tab("features", _("Features with a risk"), "stockpile:features"),
        ),
    ),
)


@dataclass(frozen=True)
class Link:
    """A page as shown to somebody on some page of this room."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Shown:
    """A group with the pages somebody may see; its own address is that of the first of them."""

    label: str
    links: Sequence[Link]
    current: bool

    @property
    def url(self) -> str:
        """Where the group leads."""
        return self.links[0].url


def groups(user: Person, here: str) -> list[Shown]:
    """The groups with what somebody may see of them; `here` is the page that is open."""
    allowed = {permission: queries.may(user, permission) for permission in PERMISSIONS}
    found = [(group, [tab for tab in group.tabs if allowed[tab.permission]]) for group in GROUPS]
    return [
        Shown(group.label, [_link(tab, here) for tab in tabs], any(tab.here == here for tab in tabs))
        for group, tabs in found
        if tabs
    ]


PERMISSIONS = sorted({tab.permission for group in GROUPS for tab in group.tabs})


def _link(tab: Tab, here: str) -> Link:
    return Link(tab.label, reverse(tab.url_name, args=tab.args), tab.here == here)
