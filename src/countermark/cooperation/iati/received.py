"""What came in as IATI files: each activity once, by its identifier, with the document it stands in; so nothing of it is lost.

`Received` says what an activity became here (somebody else's activity, an offer or a need of the actor that took it in) and what its transactions
come to. Whether it counts as development assistance stands beside the amounts, never in them. The document itself, without contacts, is an
attachment; `exported` writes everything received back from it. `publication` holds what is said of a project for publication alone.
"""

from collections.abc import Sequence

import msgspec

from countermark.cooperation import acts, queries, states
from countermark.cooperation.iati import codes
from countermark.cooperation.iati.findings import Finding
from countermark.cooperation.iati.kinds import KIND, Markers, Received
from countermark.cooperation.iati.model import Activities, Activity
from countermark.cooperation.iati.reading import load
from countermark.cooperation.projects.services import side
from countermark.ledger.models import Attachment
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence


def known(actor: str) -> list[states.Subject]:
    """What an actor has taken in, by key."""
    return acts.subjects(KIND, parent=f"actor:{actor}")


def seen(who: queries.Viewer) -> list[states.Subject]:
    """What somebody may see of what was taken in: their own actor's; everything for who sees everything."""
    return acts.subjects(KIND) if who.all else known(who.actor) if who.actor else []


def exported(records: Sequence[states.Subject]) -> tuple[Activities, tuple[tuple[str, str], ...], list[Finding]]:
    """Everything received, as a file of 2.03, with the prefixes of the files it came in; what cannot be is a finding."""
    wanted: dict[str, set[str]] = {}
    for one in records:
        value = one.of(Received)
        wanted.setdefault(value.document, set()).add(value.reference)
    items: list[Activity] = []
    namespaces: dict[str, str] = {}
    findings: list[Finding] = []
    for digest, references in sorted(wanted.items()):
        data = document(digest)
        if data is None:
            message = Sentence("the document it came in was erased, or is not on this node")
            findings += [Finding("withheld", "warning", "", one, 0, digest, message) for one in sorted(references)]
            continue
        read = load(data)
        namespaces |= dict(read.namespaces)
        items += [one for one in read.activities if one.id in references]
    return Activities(items=tuple(items)), tuple(sorted(namespaces.items())), findings


def document(digest: str) -> bytes | None:
    """A file that was taken in; None where it was erased, or is not here."""
    found = Attachment.objects.filter(digest=digest).first()
    return bytes(found.data) if found is not None and found.data else None


# --- what is said of a project for publication --------------------------------------------------------------------------

_LISTS = {"aid": "AidType", "flow": "FlowType", "tied": "TiedStatus", "collaboration": "CollaborationType"}


def set_publication(project: str, said: Markers, *, actor: str, by: Actor) -> bool:
    """Says of a project what publication asks beside the plan: policy markers and types. A side's. Raises `Refused`."""
    found = side(project, actor)
    for code, significance in said.markers.items():
        _one_of("markers", code, codes.CLOSED["PolicyMarker"])
        _one_of("markers", significance, codes.SIGNIFICANCE)
    for name, codelist in _LISTS.items():
        if code := getattr(said, name):
            _one_of(name, code, codes.CLOSED[codelist])
    if said.finance and not (said.finance.isascii() and said.finance.isdigit() and len(said.finance) <= 4):
        raise acts.refuse("finance", said.finance, "a code of the list FinanceType, such as 110", "unknown")
    kept = _said_only(said)
    return acts.state_record("publication", project, kept, by=by, parent=found.parent)


def _said_only(said: Markers) -> Markers:
    """Without markers that say nothing."""
    return msgspec.structs.replace(said, markers={code: one for code, one in said.markers.items() if one})


def _one_of(column: str, code: str, known_codes: dict[str, str]) -> None:
    if code not in known_codes:
        raise acts.refuse(column, code, acts.one_of(known_codes), "unknown")
