"""What the operations of cooperation share: for whom a program speaks, what it may see, and how a record is answered."""

from typing import Annotated, Any

from ninja import Path, Schema

from countermark.accounts.models import User
from countermark.cooperation import acts, queries
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.web.api.problems import Fault, Problem
from countermark.web.api.texts import Short, Strict

VIEW, CHANGE = "aid.view", "aid.write"
MOST = 500
"""Records of a list."""

Key = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,80}$")]


class AidRecord(Schema):
    """A record of cooperation: `actor` is the key of the actor whose it is, `since` and `time` when it was first and last stated (RFC 3339)."""

    id: str
    actor: str
    state: str
    since: str
    time: str


class WhichRecords(Strict):
    """Only those in one state, or of one actor; all, where both are empty."""

    state: Short = ""
    actor: Short = ""


def speaking(user: User) -> str:
    """The actor somebody speaks for. Raises `Problem` for who speaks for none."""
    found = queries.viewer(user).actor
    if not found:
        fault = Fault(column="actor", value="", expected="a seat: somebody who speaks for an actor", code="seat")
        raise Problem(422, "you speak for no actor", fault)
    return found


def known(user: User, kind: str, key: str) -> Subject:
    """A record somebody may see; one answer for *not yours* and *absent*."""
    found = queries.known(queries.viewer(user), kind, key)
    if found is None:
        raise Problem(404, f"there is no {kind} of that id among those you may see")
    return found


def own(user: User, kind: str, key: str) -> Subject:
    """A record of the actor somebody speaks for. Raises `Problem`."""
    found = known(user, kind, key)
    if not queries.viewer(user).may_change(found):
        raise Problem(403, "this is another actor's: it alone changes it")
    return found


def visible(user: User, kind: str, asked: WhichRecords) -> list[Subject]:
    """The newest records of a kind somebody may see, at most `MOST`."""
    columns = {"state": asked.state} if asked.state else {}
    columns |= {"parent": f"actor:{asked.actor}"} if asked.actor else {}
    return queries.visible(queries.viewer(user), kind, **columns)[:MOST]


def facts(viewer: Viewer, one: Subject, texts: dict[str, str] | None = None) -> dict[str, Any]:
    """A record as an answer has it, texts spelled out (an erased one is empty). With whom else it is shared its owner alone is told."""
    known = acts.texts_of([one]) if texts is None else texts
    value = queries.spelled(one.value, known)
    if "partners" in value and not viewer.all and not viewer.may_change(one):
        value["partners"] = []
        # Which States a call asks is told to its owner; each State, that it is asked itself.
        if "states" in value:
            value["states"] = [one for one in value["states"] if one == viewer.actor]
    line = {"id": one.key, "actor": queries.owner(one), "state": one.state, "since": one.since, "time": one.time}
    return {**line, "value": value}


def listed(user: User, kind: str, asked: WhichRecords) -> list[dict[str, Any]]:
    """The newest records of a kind somebody may see, as an answer has them."""
    who, found = queries.viewer(user), visible(user, kind, asked)
    texts = acts.texts_of(found)
    return [facts(who, one, texts) for one in found]
