"""Courses, calls and nominations, as acts say. Pure.

A nomination is folded from acts of several people (the State that nominates, the provider that chooses and teaches): what one says
never undoes what another said, in whatever order the acts arrive.
"""

import msgspec

from countermark.cooperation import states
from countermark.cooperation.rules.days import Day, is_day
from countermark.cooperation.states import Subject
from countermark.ledger.entry import Entry
from countermark.ledger.subjects import count, happened, text


class Course(msgspec.Struct, frozen=True, omit_defaults=True):
    """A course of the catalogue; texts are ids of notes, `days` how many days it takes."""

    title: str
    theme: str
    days: int
    languages: tuple[str, ...] = ()
    contents: str = ""
    prerequisites: str = ""
    visibility: str = "private"
    partners: tuple[str, ...] = ()


class Call(msgspec.Struct, frozen=True, omit_defaults=True):
    """A course held once, for which governments are asked to nominate until `closes`. `states` are those asked, empty for all.

    What is chosen by stands in it as it was when the call went out (`rules.Terms`), with where it comes from.
    """

    course: str
    theme: str
    begin: Day
    end: Day
    closes: Day
    days: int
    seats: int
    quota: int = 0
    functions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    share: int = 0
    gap_years: int = 0
    states: tuple[str, ...] = ()
    where: str = ""
    source: str = ""
    project: str = ""
    visibility: str = "private"
    partners: tuple[str, ...] = ()


class Nominated(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Somebody nominated by a State for a call, and nothing that came after: an act that brings more along is no nomination.

    `person` is an opaque id, `unit` of a note; the others are codes that name nobody.
    """

    call: str
    state: str
    person: str
    function: str
    sex: str = ""
    languages: tuple[str, ...] = ()
    unit: str = ""
    rank: int = 1


class Nomination(Nominated, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """With what became of it: `outcome` is what was chosen, `override` (id of a note) why an officer decided against the rules; `present` and
    `absent` are sessions, counted from 1; `before` and `after` results of tests from 0 to 100; `certified` the day of the certificate;
    `checks` whether somebody was still in post on some days.
    """

    outcome: str = ""
    override: str = ""
    present: tuple[int, ...] = ()
    absent: tuple[int, ...] = ()
    before: int | None = None
    after: int | None = None
    passed: bool | None = None
    certified: str = ""
    checks: tuple[tuple[str, bool], ...] = ()


PERCENT = 100


def _changed(subject: Subject, state: str = "", **value: object) -> Subject:
    return msgspec.structs.replace(subject, state=state or subject.state, value={**subject.value, **value})


def _withdrawn(subject: Subject, _act: Entry) -> Subject:
    return _changed(subject, subject.state if subject.state == "certified" else "withdrawn")


def _chosen(subject: Subject, act: Entry) -> Subject:
    outcome = text(act.body, "outcome")
    if outcome not in ("chosen", "waiting", "refused"):
        return subject
    state = subject.state if subject.state in ("withdrawn", "certified") else outcome
    return _changed(subject, state, outcome=outcome, override=text(act.body, "reason"))


def _attended(subject: Subject, act: Entry) -> Subject:
    session = count(act.body, "session")
    if not session:
        return subject
    present, absent = set(subject.value.get("present", ())), set(subject.value.get("absent", ()))
    here, there = (present, absent) if act.body.get("present") is True else (absent, present)
    here.add(session)
    there.discard(session)
    return _changed(subject, present=sorted(present), absent=sorted(absent))


def _tested(subject: Subject, act: Entry) -> Subject:
    said: dict[str, object] = {
        name: min(result, PERCENT) for name in ("before", "after") if (result := count(act.body, name)) is not None
    }
    if isinstance(passed := act.body.get("passed"), bool):
        said["passed"] = passed
    return msgspec.structs.replace(subject, value={**subject.value, **said})


def _certified(subject: Subject, act: Entry) -> Subject:
    day = happened(act)[: len("2026-01-01")]
    return _changed(subject, "certified", certified=day if is_day(day) else act.recorded.time[: len("2026-01-01")])


def _checked(subject: Subject, act: Entry) -> Subject:
    day, still = text(act.body, "day"), act.body.get("still")
    if not is_day(day) or not isinstance(still, bool):
        return subject
    checks = {tuple(one) for one in subject.value.get("checks", ())} | {(day, still)}
    return _changed(subject, checks=[list(one) for one in sorted(checks)])


def _call_chosen(subject: Subject, _act: Entry) -> Subject:
    return msgspec.structs.replace(subject, state="held" if subject.state == "held" else "chosen")


def _call_held(subject: Subject, _act: Entry) -> Subject:
    return msgspec.structs.replace(subject, state="held")


def _call_cancelled(subject: Subject, _act: Entry) -> Subject:
    return msgspec.structs.replace(subject, state="held" if subject.state == "held" else "cancelled")


states.record("course", Course)
states.machine(
    "call",
    "cooperation_call_opened",
    {
        "cooperation_call_chosen": _call_chosen,
        "cooperation_call_held": _call_held,
        "cooperation_call_cancelled": _call_cancelled,
    },
    state="open",
    shape=Call,
)
states.machine(
    "nomination",
    "cooperation_nominated",
    {
        "cooperation_nomination_withdrawn": _withdrawn,
        "cooperation_nominee_chosen": _chosen,
        "cooperation_nominee_attended": _attended,
        "cooperation_nominee_tested": _tested,
        "cooperation_nominee_certified": _certified,
        "cooperation_nominee_checked": _checked,
    },
    state="nominated",
    shape=Nominated,
)
