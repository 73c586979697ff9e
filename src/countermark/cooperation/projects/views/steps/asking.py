"""What a step of a project is: what is asked, what it begins with and what it does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms as django_forms
from django.http import HttpRequest
from django.utils.functional import Promise

from countermark.cooperation.projects.views.common import Shown
from countermark.cooperation.views.pages import Cell, once
from countermark.register.views.common import actor

Text = str | Promise
Said = dict[str, Any]


@dataclass(frozen=True)
class Asking:
    """A form that is asked or was sent: of which project and part of it, by whom."""

    request: HttpRequest
    one: Shown
    item: str

    @property
    def says(self) -> dict[str, Any]:
        """For whom and by whom something is said."""
        return {"actor": self.one.who.actor, "by": actor(self.request)}

    @property
    def once(self) -> str:
        """The key of the form."""
        return once(self.request)


@dataclass(frozen=True)
class Step:
    """`form` makes the form; `do` does what it asks, `to` names the page to go on to; `initial` what it begins with; `facts` what it is
    about.
    """

    title: Text
    button: Text
    form: type[django_forms.Form]
    do: Callable[[Asking, Said], Any]
    initial: Callable[[Asking], Mapping[str, Any]] = field(default=lambda _asking: {})
    prepare: Callable[[django_forms.Form, Asking], None] = field(default=lambda _form, _asking: None)
    to: str = "project"
    note: Text = ""
    facts: Callable[[Asking], Sequence[tuple[str, Cell]]] = field(default=lambda _asking: ())
    whole: bool = False
    """Whether it states anew all that its form begins with."""


def says(call: Callable[..., Any], *names: str) -> Callable[[Asking, Said], Any]:
    """A step that hands its words on."""
    return lambda asking, said: call(asking.one.key, **{name: said[name] for name in names}, **asking.says)


def item_says(call: Callable[..., Any]) -> Callable[[Asking, Said], Any]:
    """A step that hands on what is said of a part."""
    return lambda asking, said: call(asking.one.key, asking.item, words=said["words"], **asking.says)
