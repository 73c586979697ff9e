"""Check-backs with recipients, snapshots of the register's figures, and reports whose figures are frozen."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from countermark.cooperation import actors, acts, indicators, needs, queries
from countermark.cooperation.acts import Words
from countermark.cooperation.evaluation import rules, sources
from countermark.cooperation.evaluation.rules import AGREED, ASKED, Facts, Scope
from countermark.cooperation.evaluation.states import CheckBack, Frozen, Report, Snapshot
from countermark.cooperation.projects.rules.shapes import Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules.lasting import YEARS, later
from countermark.cooperation.states import Subject
from countermark.cooperation.words import LABELS
from countermark.ledger import jcs
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence


@dataclass(frozen=True)
class Said:
    """What a recipient says of a project on a day."""

    day: str
    runs: str
    payer: str = ""
    broke: str = ""
    words: str = ""


def check_back(project: str, said: Said, *, actor: str, by: Actor) -> str:
    """The recipient says whether a project still runs, on a day after its end; said again for that day it replaces what was said.

    Returns its id. Raises `Refused` for a project of another recipient, and for a day before its end.
    """
    found = acts.known("project", project, Sentence("the id of a project"), *AGREED)
    value = found.of(Project)
    if not actor or value.recipient != actor:
        raise acts.refuse("project", project, "a project of the State you speak for", "denied")
    day = acts.day("day", said.day)
    if day < value.end:
        raise acts.refuse("day", day, Sentence("a day from %(end)s on", end=value.end), "range")
    acts.happened_at(day)
    needs.chosen(said.runs, LABELS["runs"], "runs")
    words = Words()
    check = CheckBack(
        project=found.key,
        day=day,
        runs=said.runs,
        payer=actors.known_actor(said.payer).key if said.payer else "",
        broke=words(said.broke),
        words=words(said.words),
        # Whoever may see the project may see whether it still runs.
        visibility=str(found.value.get("visibility", "private")),
        partners=tuple(found.value.get("partners", ())),
    )
    key = acts.request_id(f"checkback {found.key} {day}")
    acts.state_record("checkback", key, check, by=by, parent=f"actor:{actor}", due=day, texts=words.notes)
    return key


@dataclass(frozen=True)
class DueCheck:
    """A check-back that is due: of which project, after how many years, since which day."""

    project: Subject
    years: int
    day: str


def due_checks(who: Viewer, today: str) -> list[DueCheck]:
    """Check-backs somebody's own projects owe, the oldest first: after one, three and five years, where nobody has answered since."""
    answered: dict[str, list[str]] = {}
    for one in queries.visible(who, "checkback"):
        answered.setdefault(one.value["project"], []).append(one.value["day"])
    found = []
    for project in queries.visible(who, "project"):
        if project.state not in AGREED or not (who.may_change(project) or who.all):
            continue
        end = project.of(Project).end
        last = max(answered.get(project.key, [""]))
        owed = [DueCheck(project, years, later(end, years)) for years in YEARS if last < later(end, years) <= today]
        # One answer today is an answer for every year before it.
        found += owed[-1:]
    return sorted(found, key=lambda one: one.day)


def snapshot(day: str, *, by: Actor) -> str:
    """Keeps the figures of this register as they are, under a day; said again it replaces them. Returns its id. Raises `Refused` with no data."""
    acts.day("day", day)
    figures = {key: one.written for key, one in indicators.figures().items() if one is not None}
    if not figures:
        raise acts.refuse("day", day, "a register that has something to count", "empty")
    state = actors.own_state()
    key = f"{state}-{day}"
    acts.state_record("snapshot", key, Snapshot(day, figures), by=by, parent=f"actor:{state}", due=day)
    return key


def draft(title: str, scope: Scope, currency: str, *, who: Viewer, today: str, by: Actor, request: str = "") -> str:
    """Makes the draft of a report: its figures are frozen as who makes it may see them now. Returns its id. Raises `Refused`."""
    actor = actors.known_actor(who.actor)
    words = Words()
    code = needs.currency(currency)
    known = rules.narrowed(sources.facts(who, code, today), scope)
    figures = frozen(known, today)
    report = Report(
        title=words(acts.required("title", title, "what the report is called")),
        as_of=today,
        currency=code,
        figures=figures,
        digest=digest_of(figures),
        state=scope.state,
        region=scope.region,
        theme=scope.theme,
        first=scope.first,
        last=scope.last,
    )
    key = acts.id_for(request)
    acts.state_record("evaluation", key, report, by=by, state="draft", parent=actor.name, texts=words.notes)
    return key


def frozen(known: Facts, today: str) -> tuple[Frozen, ...]:
    """The figures of what is known, as a report holds them."""
    return tuple(Frozen(one.key, one.part, one.whole, one.left_out) for one in rules.figures(known, today))


def digest_of(figures: Sequence[Frozen]) -> str:
    """SHA-256 (hexadecimal) of some figures (RFC 8785 JSON), which whoever has the report works out alike."""
    return hashlib.sha256(jcs.encode(msgspec.to_builtins(figures))).hexdigest()


def write(
    key: str, words_by: Mapping[str, str], *, visibility: str, partners: Sequence[str] = (), actor: str, by: Actor
) -> None:
    """Writes the officer's words beside the figures of a draft, and who may see it. The figures stay. Raises `Refused` for one that is finished."""
    found = mine(key, actor, "draft")
    for criterion in words_by:
        needs.chosen(criterion, ASKED, "words")
    needs.visible(visibility, partners)
    words = Words()
    said = {criterion: words(text) for criterion, text in words_by.items() if text.strip()}
    report = msgspec.structs.replace(
        found.of(Report),
        words=said,
        visibility=visibility,
        partners=tuple(actors.known_actor(one).key for one in partners),
    )
    acts.state_record("evaluation", key, report, by=by, state="draft", parent=found.parent, texts=words.notes)


def finish(key: str, *, actor: str, by: Actor) -> None:
    """Finishes a report: nothing of it changes any more. Raises `Refused`."""
    found = mine(key, actor, "draft")
    acts.state_record("evaluation", key, found.of(Report), by=by, state="final", parent=found.parent)


def mine(key: str, actor: str, *wanted: str) -> Subject:
    """A report of an actor. Raises `Refused` for one that is none, or another's."""
    found = acts.known("evaluation", key, Sentence("the id of a report"), *wanted)
    if not actor or found.parent != f"actor:{actor}":
        raise acts.refuse("evaluation", key, "a report of the actor you speak for", "denied")
    return found
