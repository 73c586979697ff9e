"""Coordination meetings: who is asked, about what, who came, what was decided, who does what until when (A/70/115, 43)."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

import msgspec
from msgspec.structs import replace

from countermark.cooperation import actors, acts, queries, states
from countermark.cooperation.acts import Words
from countermark.cooperation.projects.agreeing import YEARS
from countermark.cooperation.projects.services import side
from countermark.cooperation.rules.days import Day
from countermark.cooperation.states import Subject
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence

Time = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:00Z\Z")]
LONGEST_HOURS = 24 * 14


class FollowUp(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody does after a meeting: `what` is the id of a note, `owner` an actor, `done` the day it was."""

    what: str
    owner: str
    due: Day
    done: str = ""


class Meeting(msgspec.Struct, frozen=True, omit_defaults=True):
    """A meeting, in the time of the world (UTC). Texts are ids of notes; `project` the key of a project it is about, empty for none in particular.

    `partners` are the actors invited, and see it; `came` those who were there.
    """

    title: str
    starts: Time
    ends: Time
    where: str = ""
    agenda: tuple[str, ...] = ()
    project: str = ""
    partners: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    visibility: str = "private"


states.record("meeting", Meeting)


class Called(msgspec.Struct, frozen=True, kw_only=True):
    """A meeting as somebody calls it; `starts` a time with its zone."""

    title: str
    starts: dt.datetime
    hours: float = 2
    where: str = ""
    agenda: Sequence[str] = ()
    project: str = ""
    invited: Sequence[str] = ()


def call(said: Called, *, actor: str, by: Actor, key: str = "", request: str = "") -> str:
    """Calls a meeting, or (with `key`) says it anew; returns its id. Whoever calls it keeps it. Raises `Refused`."""
    owner = actors.known_actor(actor)
    before = _own(key, actor) if key else None
    if not 0 < said.hours <= LONGEST_HOURS:
        raise acts.refuse("hours", str(said.hours), "hours, at most two weeks", "range")
    if said.starts.year not in YEARS:
        raise acts.refuse("day", said.starts.date().isoformat(), "a day, such as 2026-01-31", "range")
    if said.project:
        side(said.project, actor)
    starts = said.starts.astimezone(dt.UTC)
    words = Words()
    value = Meeting(
        words(acts.required("title", said.title, "what the meeting is called"), column="title"),
        written(starts),
        written(starts + dt.timedelta(hours=said.hours)),
        words(said.where, column="where"),
        tuple(words(one, column="agenda") for one in said.agenda if one.strip()),
        said.project,
        tuple(actors.known_actor(one).key for one in dict.fromkeys(said.invited) if one != actor),
        visibility="partners",
    )
    if before is not None:
        kept = before.of(Meeting)
        value = replace(value, came=kept.came, decisions=kept.decisions, follow_ups=kept.follow_ups)
    pk = key or acts.id_for(request)
    if before is None and acts.subject("meeting", pk) is not None:
        return pk
    state = before.state if before else "planned"
    acts.state_record("meeting", pk, value, by=by, state=state, parent=owner.name, due=value.starts, texts=words.notes)
    return pk


def written(time: dt.datetime) -> str:
    """A time as meetings carry it: UTC, whole minutes."""
    return time.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:00Z")


class Task(msgspec.Struct, frozen=True):
    """A follow-up as somebody says it."""

    what: str
    owner: str
    due: str


def record(key: str, came: Sequence[str], decisions: Sequence[str], *, actor: str, by: Actor) -> None:
    """Records who was there and what was decided. Whoever called it does. Raises `Refused`."""
    with acts.alone():
        found = _own(key, actor)
        if found.state == "cancelled":
            raise acts.refuse("meeting", key, "a meeting that is planned", "state")
        value = found.of(Meeting)
        there = [one for one in dict.fromkeys(came) if one in (actor, *value.partners)]
        words = Words()
        noted = tuple(words(one, column="decisions") for one in decisions if one.strip())
        _state(found, replace(value, came=tuple(there), decisions=noted), "held", by, words)


def follow_up(key: str, task: Task, *, actor: str, by: Actor) -> None:
    """Adds what somebody who was invited does, and until when. Raises `Refused`."""
    with acts.alone():
        found = _own(key, actor)
        value = found.of(Meeting)
        if task.owner not in (actor, *value.partners):
            raise acts.refuse("owner", task.owner, "somebody who calls the meeting or is invited", "unknown")
        words = Words()
        what = words(acts.required("what", task.what, "what is to be done"), column="what")
        added = FollowUp(what, task.owner, acts.day("due", task.due))
        if added not in value.follow_ups:
            _state(found, replace(value, follow_ups=(*value.follow_ups, added)), found.state, by, words)


def done(key: str, at: int, *, actor: str, by: Actor) -> None:
    """Says that a follow-up was done: whoever owns it, or called the meeting. Raises `Refused`."""
    with acts.alone():
        found = acts.known("meeting", key, Sentence("the id of a meeting"))
        value = found.of(Meeting)
        if not 0 <= at < len(value.follow_ups):
            raise acts.refuse("follow_up", str(at), "a follow-up of the meeting", "unknown")
        task = value.follow_ups[at]
        if not actor or (actor != task.owner and found.parent != f"actor:{actor}"):
            raise acts.refuse("follow_up", str(at), "a follow-up of the actor you speak for", "denied")
        if task.done:
            return
        ticked = replace(task, done=queries.today())
        every = (*value.follow_ups[:at], ticked, *value.follow_ups[at + 1 :])
        _state(found, replace(value, follow_ups=every), found.state, by, Words())


def cancel(key: str, *, actor: str, by: Actor) -> None:
    """Calls a meeting off. Raises `Refused`."""
    found = _own(key, actor)
    if found.state != "planned":
        raise acts.refuse("meeting", key, "a meeting that is planned", "state")
    _state(found, found.of(Meeting), "cancelled", by, Words())


def _state(found: Subject, value: Meeting, state: str, by: Actor, words: Words) -> None:
    acts.state_record(
        "meeting", found.key, value, by=by, state=state, parent=found.parent, due=value.starts, texts=words.notes
    )


def _own(key: str, actor: str) -> Subject:
    found = acts.known("meeting", key, Sentence("the id of a meeting"))
    if not actor or found.parent != f"actor:{actor}":
        raise acts.refuse("meeting", key, "a meeting the actor you speak for has called", "denied")
    return found
