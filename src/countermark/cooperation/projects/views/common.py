"""What the pages of projects share: which project, who looks, how its parts are told."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from countermark.accounts import queries as accounts
from countermark.cooperation import actors, acts
from countermark.cooperation.projects.rules.shapes import GATES, Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money
from countermark.cooperation.states import Subject
from countermark.cooperation.templatetags.cooperation_words import aid_word
from countermark.cooperation.views.pages import Action, known, viewer
from countermark.register.views.common import me

HERE = "projects"
VIEW, WRITE, GATE = "aid.view", "aid.write", "aid.gate"


@dataclass(frozen=True)
class Shown:
    """A project on a page: its texts, the names of actors, who looks. `inner` tells whether they are of a side, or see everything."""

    found: Subject
    project: Project
    texts: Mapping[str, str]
    names: Mapping[str, str]
    who: Viewer
    inner: bool
    writes: bool
    """Whether they may work on it."""
    decides: bool
    """Whether they are its authority."""

    @property
    def key(self) -> str:
        """Its id."""
        return self.found.key

    @property
    def title(self) -> str:
        """What it is called."""
        return self.texts.get(self.project.title, self.key)

    @property
    def owns(self) -> bool:
        """Whether they speak for the recipient."""
        return self.who.actor == self.project.recipient

    @property
    def above(self) -> tuple[str, str]:
        """The way back to the project."""
        return reverse("cooperation:project", args=[self.key]), self.title

    def said(self, text: str) -> str:
        """A text by its id; an erased one is told as such."""
        return self.texts.get(text, _("erased")) if text else ""

    def name(self, actor: str) -> str:
        """The name of an actor."""
        return self.names.get(actor, actor) if actor else ""

    def named(self, keys: Iterable[str]) -> str:
        """The names of actors."""
        return ", ".join(self.name(one) for one in keys)

    def amount(self, minor: int) -> str:
        """An amount in the currency of the project."""
        return money.shown(minor, self.project.currency)

    def do(self, step: str, item: str = "") -> str:
        """The address of the form of a step."""
        if item:
            return reverse("cooperation:project_item_do", args=[self.key, item, step])
        return reverse("cooperation:project_do", args=[self.key, step])

    def action(self, label: str, step: str, item: str = "", *, main: bool = False) -> Action:
        """A button that leads to the form of a step."""
        return Action(label, self.do(step, item), main)


def project(request: HttpRequest, key: str) -> Shown:
    """A project somebody may see; the same 404 for *not yours* and *absent*."""
    found, who, user = known(request, "project", key), viewer(request), me(request)
    value = found.of(Project)
    inner = who.all or who.actor in value.sides
    return Shown(
        found,
        value,
        acts.texts_of([found]),
        actors.names(),
        who,
        inner,
        writes=who.actor in value.sides and accounts.may(user, WRITE),
        decides=bool(value.authority) and user.person == value.authority and accounts.may(user, GATE),
    )


def sorted_names() -> list[tuple[str, str]]:
    """Every actor by name."""
    return sorted(actors.names().items(), key=lambda pair: pair[1].casefold())


def stages(one: Shown) -> list[tuple[str, bool]]:
    """The steps of the cycle, and whether each is behind."""
    return [(aid_word(gate, "stage"), gate in one.project.passed) for gate in GATES] + [
        (aid_word("closed", "stage"), one.found.state == "closed")
    ]


def codes(values: Iterable[Any], of: str) -> str:
    """Codes in words."""
    return ", ".join(aid_word(value, of) for value in values)
