"""Overlaps of a project with what others do or are about to do, and as much of it as who looks may know (A/70/115, 43)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from countermark.cooperation import actors, acts
from countermark.cooperation.actors import ActorFacts
from countermark.cooperation.projects import others
from countermark.cooperation.projects.rules import overlap
from countermark.cooperation.projects.rules.overlap import Overlap, Undertaking
from countermark.cooperation.projects.rules.shapes import OPEN, UNDER_WAY, Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject


@dataclass(frozen=True)
class Told:
    """An overlap as somebody may know it: `other` is None where only that there is one is told; `answer` the recipient's words' id."""

    name: str
    themes: tuple[str, ...]
    places: tuple[str, ...]
    begin: str
    end: str
    other: Undertaking | None
    answer: str = ""


def within() -> dict[str, frozenset[str]]:
    """The regions of each State's country."""
    found = [one.of(ActorFacts) for one in acts.subjects("actor", state="state")]
    return {facts.country: frozenset(facts.regions) for facts in found}


@dataclass(frozen=True)
class World:
    """Everything that is planned or runs, by theme, with the record each is of; and which country lies in which regions."""

    by_theme: Mapping[str, Sequence[Undertaking]]
    records: Mapping[str, Subject]
    within: overlap.Within


def world() -> World:
    """What overlaps are looked for in: projects of this store, and what others report."""
    projects = acts.rows("project").filter(state__in=UNDER_WAY).order_by("key")
    elsewhere = acts.rows("elsewhere").filter(state__in=("planning", "implementation")).order_by("key")
    running = [(as_undertaking(one), one) for one in map(acts.subject_of_row, projects.iterator())]
    running += [(others.undertaking(one), one) for one in map(acts.subject_of_row, elsewhere.iterator())]
    by_theme: dict[str, list[Undertaking]] = {}
    for one, _record in running:
        for theme in one.themes:
            by_theme.setdefault(theme, []).append(one)
    return World(by_theme, {one.name: record for one, record in running}, within())


def _with(found: Subject, world: World) -> list[tuple[Overlap, Subject]]:
    """Everything a project overlaps with, whoever may see it: for decisions, never shown as it is."""
    one = as_undertaking(found)
    others = {other.name: other for theme in one.themes for other in world.by_theme.get(theme, ())}
    return [(met, world.records[met.other.name]) for met in overlap.overlaps(one, others.values(), world.within)]


def as_undertaking(found: Subject) -> Undertaking:
    """A project as overlaps read it; its title is the id of a text."""
    project = found.of(Project)
    return Undertaking(
        "project", found.key, project.title, project.recipient, project.providers, project.themes, project.places,
        project.begin, project.end, found.state, project.hint,
    )  # fmt: skip


def concerning(found: Subject, everything: World | None = None) -> list[Overlap]:
    """The overlaps the recipient answers for: those it may see, and those whose owner lets others know that there is one."""
    recipient = Viewer(found.of(Project).recipient)
    return [one for one, record in _with(found, everything or world()) if _told(one, record, recipient) is not None]


def unseen(found: Subject, everything: World | None = None) -> list[Overlap]:
    """Overlaps that have turned up since they were last looked for."""
    looked = found.of(Project).looked
    known = looked.found if looked else ()
    return [one for one in concerning(found, everything) if one.other.name not in known]


def told(found: Subject, who: Viewer) -> list[Told]:
    """The overlaps of a project as far as somebody may know of them."""
    answers = found.of(Project).answers
    lines = [(one, _told(one, record, who)) for one, record in _with(found, world())]
    return [
        Told(
            one.other.name,
            one.themes,
            one.places,
            one.begin,
            one.end,
            other if isinstance(other, Undertaking) else None,
            answers.get(one.other.name, ""),
        )
        for one, other in lines
        if other is not None
    ]


def _told(one: Overlap, record: Subject, who: Viewer) -> Undertaking | bool | None:
    """The other one as somebody may see it, True where only that there is one may be said, None for nothing."""
    if who.sees(record):
        return one.other
    if one.other.hint == "named":
        # Whose it is, and nothing else of it: who overlaps can ask them.
        return Undertaking("", "", "", one.other.owner, (), (), (), "", "", "", "named")
    return True if one.other.hint == "exists" else None


def open_for(who: Viewer) -> list[tuple[Subject, int]]:
    """Projects of a recipient with overlaps nobody has looked at or answered, and how many."""
    if not who.actor:
        return []
    rows = acts.rows("project").filter(state__in=OPEN, parent=f"actor:{who.actor}").order_by("key")
    found = [acts.subject_of_row(row) for row in rows]
    everything = world() if found else None
    counted = [
        (one, len({*one.of(Project).unanswered, *(new.other.name for new in unseen(one, everything))})) for one in found
    ]
    return [(one, number) for one, number in counted if number]


def names(found: list[Told]) -> dict[str, str]:
    """The names of the actors overlaps mention."""
    keys = [key for one in found if one.other for key in (one.other.owner, *one.other.providers)]
    return actors.names([key for key in dict.fromkeys(keys) if not key.startswith("urn:")])
