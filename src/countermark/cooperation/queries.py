"""Reads of cooperation: what somebody may see of needs, offers and projects. Every list, count and choice goes through `Viewer`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from countermark.accounts import queries as accounts
from countermark.accounts.queries import Person
from countermark.cooperation import actors, acts, inside
from countermark.cooperation.models import SubjectRow
from countermark.cooperation.rules.seeing import sees
from countermark.cooperation.states import Subject
from countermark.ledger import identity


@dataclass(frozen=True)
class Viewer:
    """Who looks: the actor they speak for (empty for nobody); `all` for who sees everything and changes nothing; `keeps` for who keeps
    the books of the fund.
    """

    actor: str
    all: bool = False
    keeps: bool = False

    def sees(self, found: Subject) -> bool:
        """Whether a record that has an owner and says who may see it may be seen."""
        value = found.value
        partners = value.get("partners", ())
        return self.all or sees(self.actor, owner(found), str(value.get("visibility", "")), partners)

    def may_change(self, found: Subject) -> bool:
        """Whether the record is one's own."""
        return bool(self.actor) and owner(found) == self.actor


def viewer(user: Person) -> Viewer:
    """Whom somebody speaks for in this room, and what they may see."""
    return Viewer(actors.speaks_for(user), accounts.may(user, "aid.all"), accounts.may(user, "aid.fund"))


def today() -> str:
    """The day of whoever looks (YYYY-MM-DD)."""
    return timezone.localdate().isoformat()


def owner(found: Subject) -> str:
    """The key of the actor whose record it is."""
    return found.parent.removeprefix("actor:")


def visible(who: Viewer, kind: str, **columns: str) -> list[Subject]:
    """The subjects of a kind somebody may see, the newest first; drafts are seen by their owner alone."""
    rows = visible_rows(who, kind, **columns)
    return [acts.subject_of_row(row) for row in rows.iterator(chunk_size=2000)]


def visible_rows(who: Viewer, kind: str, **columns: str) -> QuerySet[SubjectRow]:
    """The rows of `visible`, to be narrowed, counted and cut by the database: `Viewer.sees` asked of all of them at once."""
    rows = acts.rows(kind).filter(**columns).order_by("-since", "key")
    if who.all:
        return rows
    seen, own = Q(value__visibility="public"), Q(pk__in=[])
    if who.actor:
        own = Q(parent__in=[f"actor:{who.actor}", who.actor])
        seen |= own | (Q(value__visibility="partners") & inside.holds("partners", who.actor))
    return rows.filter(seen).filter(~Q(state="draft") | own)


def known(who: Viewer, kind: str, key: str) -> Subject | None:
    """A subject somebody may see; None for one that is none, and for one they may not see."""
    found = acts.subject(kind, key)
    if found is None or not who.sees(found) or (found.state == "draft" and not who.all and not who.may_change(found)):
        return None
    return found


def told(found: Subject, texts: dict[str, str], *path: str) -> Any:
    """A field of a value as people read it: ids of texts as their texts, an erased one as an empty text."""
    value: Any = found.value
    for name in path:
        value = value.get(name, "") if isinstance(value, dict) else ""
    return texts.get(value, "") if isinstance(value, str) and identity.is_opaque(value) else value


def spelled(value: Any, texts: dict[str, str]) -> Any:
    """A value as programs read it: ids of texts as their texts, an erased one as an empty text."""
    return mapped(value, lambda text: texts.get(text, "") if identity.is_opaque(text) else text)


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """A value with every text in it, wherever it stands, changed; names of fields stay."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, dict):
        return {name: mapped(one, change) for name, one in value.items()}
    return [mapped(one, change) for one in value] if isinstance(value, list | tuple) else value
