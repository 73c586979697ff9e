"""What other rooms add to the pages of weapons: panels of a record, what a document of theirs is called, and what one may do with a filtered list.

The register does not know those rooms; they say what they show.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.register.queries.records import Record


@dataclass(frozen=True)
class Panel:
    """A template and what it shows (as `panel`); `style` is a style sheet among the static files."""

    template: str
    data: Any
    style: str = ""


MakePanel = Callable[[User, Record], Panel | None]

PANELS: list[tuple[str, MakePanel]] = []


def panel(permission: str, make: MakePanel) -> None:
    """Adds a panel for those who hold the permission; called once, when the program starts."""
    if (permission, make) not in PANELS:
        PANELS.append((permission, make))


def panels_for(user: User, record: Record) -> list[Panel]:
    """The panels a person sees on a record, in the order the rooms came."""
    made = (make(user, record) for permission, make in PANELS if accounts.may(user, permission))
    return [one for one in made if one is not None]


@dataclass(frozen=True)
class Document:
    """A document that is a thing of another room: its word (in the reader's language), its number where it has one, its page for who may see it."""

    word: str
    number: str
    url: str


NameDocuments = Callable[[User, Iterable[str]], Mapping[str, Document]]

DOCUMENTS: list[NameDocuments] = []


def documents(name: NameDocuments) -> None:
    """Adds who names documents; called once, when the program starts."""
    if name not in DOCUMENTS:
        DOCUMENTS.append(name)


def documents_for(user: User, texts: Iterable[str]) -> dict[str, Document]:
    """Those of some texts of documents that are things of other rooms."""
    wanted = list(texts)
    return {text: found for name in DOCUMENTS for text, found in name(user, wanted).items()}


@dataclass(frozen=True)
class ListAction:
    """What may be done with the weapons of a filtered list: the page takes the filters in its address."""

    label: str | Promise
    url_name: str

    @property
    def url(self) -> str:
        """Where that is done."""
        return reverse(self.url_name)


LIST_ACTIONS: list[tuple[str, ListAction]] = []


def list_action(permission: str, action: ListAction) -> None:
    """Adds an action for those who hold the permission; called once, when the program starts."""
    if (permission, action) not in LIST_ACTIONS:
        LIST_ACTIONS.append((permission, action))


def actions_for(user: User) -> list[ListAction]:
    """What a person may do with a filtered list."""
    return [action for permission, action in LIST_ACTIONS if accounts.may(user, permission)]
