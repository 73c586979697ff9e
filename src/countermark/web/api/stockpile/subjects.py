"""What the operations about shipments, incidents, disposal, ammunition and proposals share."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Path, Schema
from pydantic import Field

from countermark.accounts.models import User
from countermark.register.models import Weapon
from countermark.register.queries import scope
from countermark.stockpile import acts, custody, queries
from countermark.stockpile.states import Subject
from countermark.web.api.problems import not_found
from countermark.web.api.texts import Short, Strict

VIEW, HANDLE, COMMAND = "stock.view", "stock.handle", "stock.command"

Key = Annotated[str, Path(pattern=r"^[0-9a-f-]{32,36}$")]
Weapons = Annotated[list[UUID], Field(min_length=1, max_length=custody.MOST)]
Side = Literal["either", "place", "person"]


class SubjectFacts(Schema):
    """Where something stands: `since` is when it was opened, `time` when it last changed (RFC 3339), `finding` what does not fit together."""

    id: str
    state: str
    place: str
    since: str
    time: str
    due: str
    finding: str


class WhichSubjects(Strict):
    """Only those in one state; all, if it is empty."""

    state: Short = ""


class Proposed(Schema):
    """Nothing is done yet: a second person is asked for, and approves (or declines) the proposal of this id with a token of their own."""

    status: Literal["proposed"] = "proposed"
    proposal: str


def facts(one: Subject) -> dict[str, Any]:
    """A subject as an answer has it; texts are named by their ids, which say nothing."""
    names = ("state", "place", "since", "time", "due", "finding")
    return {"id": one.key, "value": one.value} | {name: getattr(one, name) for name in names}


def listed(user: User, kind: str, state: str) -> list[dict[str, Any]]:
    """The newest subjects of a kind somebody may see, at most 300."""
    return [facts(one) for one in queries.visible_rows(user, kind, VIEW, **({"state": state} if state else {}))]


def known(user: User, kind: str, key: str, permission: str = VIEW, side: Side = "either") -> Subject:
    """A subject whose place (of a shipment: whose sender or receiver) somebody holds a permission at; one answer for *not yours* and *absent*."""
    found, places = acts.subject(kind, key), queries.visible(user, permission)
    if found is None:
        raise not_found(kind)
    at = {"either": {found.place, found.person}, "place": {found.place}, "person": {found.person}}[side]
    if places is not None and not (at & places):
        raise not_found(kind)
    return found


def place_of(user: User, text: str, permission: str = HANDLE) -> str:
    """The id of a place where somebody holds a permission."""
    found = acts.place_id(text)
    places = queries.visible(user, permission)
    if not found or (places is not None and found not in places):
        raise not_found("place")
    return found


def own(user: User, weapons: Sequence[UUID]) -> list[str]:
    """The ids of weapons of places where somebody handles the stock, each once."""
    wanted = list(dict.fromkeys(weapons))
    if scope.of(user, HANDLE).narrow(Weapon.objects.filter(id__in=wanted)).count() != len(wanted):
        raise not_found("weapon")
    return [str(one) for one in wanted]
