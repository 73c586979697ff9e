"""Reads of projects: which of them somebody may see and looks for. Counts and choices go through the same `Viewer`."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from countermark.cooperation import actors, acts, queries
from countermark.cooperation.needs import Need
from countermark.cooperation.projects import overlaps
from countermark.cooperation.projects.rules.shapes import OPEN, Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject

Found = list[tuple[Subject, Project]]


@dataclass(frozen=True)
class Sought:
    """What is looked for; an empty field is anything. `begin` and `end` are a window that what is found overlaps."""

    text: str = ""
    stage: str = ""
    theme: str = ""
    actor: str = ""
    begin: dt.date | None = None
    end: dt.date | None = None


def found(who: Viewer, sought: Sought = Sought()) -> Found:
    """The projects somebody may see and looks for, the newest first."""
    states = {"state": sought.stage} if sought.stage else {}
    every = [(one, one.of(Project)) for one in queries.visible(who, "project", **states)]
    kept = [(one, value) for one, value in every if _fits(value, sought)]
    if not sought.text.strip():
        return kept
    titles = acts.texts_of([Subject("", "", {"titles": [value.title for _one, value in kept]})])
    wanted = sought.text.strip().casefold()
    return [(one, value) for one, value in kept if wanted in titles.get(value.title, "").casefold()]


def _fits(value: Project, sought: Sought) -> bool:
    return (
        (not sought.theme or sought.theme in value.themes)
        and (not sought.actor or sought.actor in value.sides)
        and (sought.begin is None or value.end >= sought.begin.isoformat())
        and (sought.end is None or value.begin <= sought.end.isoformat())
    )


def names(every: Found) -> dict[str, str]:
    """The names of the actors of some projects."""
    return actors.names(list(dict.fromkeys(side for _one, value in every for side in value.sides)))


def is_inner(project: Project, who: Viewer) -> bool:
    """Whether somebody is of a side of a project, or sees everything: terms, risks, overlaps and words are for them alone."""
    return who.all or (bool(who.actor) and who.actor in project.sides)


def ends_of_needs(project: Project, who: Viewer) -> Sequence[tuple[str, str]]:
    """(key, last day) of the needs a project answers, as far as somebody may see them."""
    seen = [(key, queries.known(who, "need", key)) for key in project.needs]
    return [(key, one.of(Need).end) for key, one in seen if one is not None]


def overlap_open(found: Subject, who: Viewer) -> bool:
    """Whether an overlap that somebody may know of is not answered, while the project may still change."""
    if found.state not in OPEN:
        return False
    return any(not one.answer for one in overlaps.told(found, who))
