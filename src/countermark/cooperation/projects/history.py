"""What happened to a project: who, when, for whom, and the entry that proves it. Read from the acts; no list of its own."""

from collections.abc import Iterable
from dataclasses import dataclass

from countermark.cooperation.projection import PROJECTION
from countermark.cooperation.projects import fold
from countermark.cooperation.projects.rules.shapes import Project
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


def of(found: Subject) -> list[Happened]:
    """Every act about a project, the newest first."""
    entries = ordered(PROJECTION.entries_about(found.name), {fold.OPENING})
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


def people(ids: Iterable[str]) -> dict[str, str]:
    """The names of persons by id, of users of this node and of others."""
    from countermark.accounts.models import User

    wanted = list(dict.fromkeys(one for one in ids if one))
    known = {one.person: one.full_name or one.username for one in User.objects.filter(person__in=wanted)}
    return {**side_texts(wanted), **known}
