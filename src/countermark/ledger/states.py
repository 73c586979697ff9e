"""What the acts of a room say now, for every kind of subject the room has. Pure.

Every kind comes to one shape, `Subject`, whose `value` is of the kind's own type; one table of the room shows them all (`models.SubjectColumns`).
A module that owns a kind registers how it is folded when the program starts: `Kinds.record` where its last act states the whole,
`Kinds.machine` where acts move it from state to state.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from countermark.ledger import subjects
from countermark.ledger.entry import Entry
from countermark.ledger.subjects import text

Value = TypeVar("Value")


class Subject(msgspec.Struct, frozen=True):
    """A subject as its acts say. `since` is when the first was recorded, `time` the last; `by` and `log` are those of the last.

    `parent` is a subject it belongs to, `place` the id of a place, `person` a party's; `due` a day or an RFC 3339 time. `finding`
    names what does not fit together, empty for nothing.
    """

    kind: str
    key: str
    value: dict[str, Any] = {}
    state: str = ""
    parent: str = ""
    place: str = ""
    person: str = ""
    due: str = ""
    finding: str = ""
    since: str = ""
    time: str = ""
    by: str = ""
    log: str = ""
    acts: int = 0

    @property
    def name(self) -> str:
        """How acts name it."""
        return f"{self.kind}:{self.key}"

    def of(self, shape: type[Value]) -> Value:
        """The value as its own type. Raises `msgspec.ValidationError` for what another version of this program wrote."""
        return msgspec.convert(self.value, shape)


Step = Callable[[Subject, Entry], Subject]
Folder = Callable[[str, str, Sequence[Entry]], Subject | None]


class Kinds:
    """The kinds of subjects of one room. `opening` are the words of acts that open a subject: they come first, whatever the clocks say."""

    def __init__(self, room: str) -> None:
        self.room = room
        self.folders: dict[str, Folder] = {}
        self.opening: set[str] = set()

    def fold(self, subject: str, entries: Iterable[Entry]) -> Subject | None:
        """The state of a subject from all acts about it, in any order; None where they do not say what it is."""
        kind, _, key = subject.partition(":")
        folder = self.folders.get(kind)
        acts = subjects.ordered(entries, self.opening)
        found = folder(kind, key, acts) if folder and acts else None
        if found is None:
            return None
        last = acts[-1]
        return msgspec.structs.replace(
            found,
            since=acts[0].recorded.time,
            time=last.recorded.time,
            by=last.recorded.by,
            log=last.log,
            acts=len(acts),
        )

    def record(self, kind: str, shape: type) -> None:
        """A kind whose last act states the whole value; what another version of this program wrote, and this one cannot read, is passed over."""

        def folder(kind: str, key: str, acts: Sequence[Entry]) -> Subject | None:
            stated = [act for act in acts if reads(act.body.get("value"), shape)]
            return opened(kind, key, stated[-1]) if stated else None

        self.folders[kind] = folder

    def machine(
        self, kind: str, opening: str, steps: Mapping[str, Step], *, state: str, shape: type, begin: Step | None = None
    ) -> None:
        """A kind that the act `opening` brings to `state`, and that the acts of `steps` move on. `begin` says what of the opening counts,
        where not all it states does.
        """
        self.opening.add(opening)

        def folder(kind: str, key: str, acts: Sequence[Entry]) -> Subject | None:
            first = next(
                (act for act in acts if act.body["act"] == opening and reads(act.body.get("value"), shape)), None
            )
            if first is None:
                return None
            found = msgspec.structs.replace(opened(kind, key, first), state=state)
            found = begin(found, first) if begin else found
            for act in acts:
                step = steps.get(act.body["act"])
                if act.event_id != first.event_id and step:
                    found = step(found, act)
            return found

        self.folders[kind] = folder


def opened(kind: str, key: str, act: Entry) -> Subject:
    """A subject as one act states it: `value`, and the fields of that name in the act."""
    body = act.body
    return Subject(
        kind,
        key,
        value=body["value"],
        state=text(body, "state"),
        parent=text(body, "parent"),
        place=text(body, "place"),
        person=text(body, "person"),
        due=text(body, "due"),
    )


def to(state: str, *, after: Iterable[str] = (), **value: str) -> Step:
    """A step to a state; `value` maps names in the subject's value to fields of the act that are texts (what is none, an act from anywhere
    does not change). From a state that is not in `after` it is a finding, `out_of_order`, and the state is reached all the same: two nodes
    that did not know of each other did both.
    """
    allowed = frozenset(after)

    def step(subject: Subject, act: Entry) -> Subject:
        said = {name: act.body[field] for name, field in value.items() if isinstance(act.body.get(field), str)}
        finding = subject.finding if not allowed or subject.state in allowed else "out_of_order"
        return msgspec.structs.replace(subject, state=state, value={**subject.value, **said}, finding=finding)

    return step


def reads(value: Any, shape: type) -> bool:
    """Whether a value of an act is of a type this version knows."""
    if not isinstance(value, dict):
        return False
    try:
        msgspec.convert(value, shape)
    except msgspec.ValidationError:
        return False
    return True
