"""What happened to a project: who, when, for whom, and the entry that proves it. Read from the acts; no list of its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from countermark.cooperation.projection import PROJECTION
from countermark.cooperation.projects import fold, overlaps
from countermark.cooperation.projects.rules.shapes import Project
from countermark.cooperation.queries import Viewer
from countermark.cooperation.states import Subject
from countermark.ledger.subjects import ordered, text
from countermark.ledger.vocabulary import ACTS
from countermark.register.services import side_texts


@dataclass(frozen=True)
class Happened:
    """One act: `by` is a person id, `actor` for whom they spoke, `words` what they wrote; `why` a code where it changed nothing."""

    time: str
    act: str
    by: str
    actor: str
    gate: str
    words: str
    event: str
    log: str
    position: int
    why: str = ""

    @property
    def label(self) -> str:
        """What happened, untranslated."""
        return ACTS[self.act].text if self.act in ACTS else self.act


def of(found: Subject, who: Viewer) -> list[Happened]:
    """Every act about a project, the newest first; an answer to an overlap only to who may know of that overlap."""
    told = {one.name for one in overlaps.told(found, who)}
    every = ordered(PROJECTION.entries_about(found.name), {fold.OPENING})
    entries = [one for one in every if who.all or text(one.body, "overlap") in {"", *told} or _owns(found, who)]
    texts = side_texts([text(one.body, "words") for one in entries if text(one.body, "words")])
    odd = {(one.act, one.by, one.time): one.why for one in found.of(Project).odd}
    lines = [
        Happened(
            one.recorded.time,
            text(one.body, "act"),
            one.recorded.by,
            text(one.body, "actor"),
            text(one.body, "gate") or text(one.body, "stage"),
            texts.get(text(one.body, "words"), ""),
            one.event_id,
            one.log,
            one.position,
            odd.get((text(one.body, "act"), one.recorded.by, one.recorded.time), ""),
        )
        for one in entries
    ]
    return lines[::-1]


def _owns(found: Subject, who: Viewer) -> bool:
    return who.actor == found.of(Project).recipient


def people(ids: Iterable[str]) -> dict[str, str]:
    """The names of persons by id, of users of this node and of others."""
    from countermark.accounts.models import User

    wanted = list(dict.fromkeys(one for one in ids if one))
    known = {one.person: one.full_name or one.username for one in User.objects.filter(person__in=wanted)}
    return {**side_texts(wanted), **known}
