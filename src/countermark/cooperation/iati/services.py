"""IATI files made for somebody: that one was taken away, and how much stands in it, is an act."""

from dataclasses import dataclass
from datetime import UTC, datetime

from countermark.cooperation.iati import exports, received, writing
from countermark.cooperation.iati.exports import Asked
from countermark.cooperation.iati.findings import Finding
from countermark.cooperation.queries import Viewer
from countermark.ledger.services import Actor
from countermark.register import listfiles


@dataclass(frozen=True)
class Made:
    """A file, how many activities are in it, and what was left out."""

    data: bytes
    activities: int
    findings: tuple[Finding, ...]


def export(who: Viewer, asked: Asked, *, keeps: bool, by: Actor, purpose: str = "IATI") -> Made:
    """The public portfolio of the actor somebody speaks for, as a file; that it was made is an act. Raises `NotAllowed`."""
    made = exports.export(who, asked, datetime.now(UTC), keeps=keeps)
    number = len(made.document.items)
    _noted(number, purpose, by)
    return Made(writing.dump(made.document), number, made.findings)


def export_received(who: Viewer, *, by: Actor, purpose: str = "IATI") -> Made:
    """Everything that was taken in, as far as somebody may see it, whole."""
    document, namespaces, findings = received.exported(received.seen(who))
    _noted(len(document.items), purpose, by)
    return Made(writing.dump(document, namespaces=namespaces), len(document.items), tuple(findings))


def _noted(number: int, purpose: str, by: Actor) -> None:
    listfiles.answered("xml", ["iati-activity"], number, purpose=purpose, query={}, by=by, what="iati")
