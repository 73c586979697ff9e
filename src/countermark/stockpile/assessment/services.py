"""Assessing a site, and putting right what was found: an action for every question answered no, with an owner and a day."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import msgspec

from countermark.ledger import identity
from countermark.ledger.services import Actor, Draft, KeptWrite, SideNote
from countermark.stockpile import acts, states, units
from countermark.stockpile.assessment import rules
from countermark.stockpile.assessment.elements import ELEMENTS, ITEMS, VERSION
from countermark.stockpile.states import Subject, to

NAMESPACE = uuid.UUID("6a1f6c3e-0b0c-5f0e-9d57-6c3f2a6f1d17")
MOST_EVIDENCE = 20


class Assessment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A site assessed on a `day`. `answers` by question, `scores` by element (0 to 100), `remarks` ids of notes by element, `evidence` digests of
    documents by element; `risk` is threat, vulnerability and consequence, each 1 to 5 (0: not weighed). `by` is who assessed.
    """

    day: str
    by: str
    answers: dict[str, str]
    scores: dict[str, int]
    version: int = VERSION
    risk: tuple[int, int, int] = (0, 0, 0)
    remarks: dict[str, str] = {}
    evidence: dict[str, tuple[str, ...]] = {}


class Correction(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be put right at a site: a question answered no, or `what` (a note). `how` is the note that says how it was done."""

    item: str = ""
    what: str = ""
    how: str = ""
    closed_by: str = ""
    document: str = ""


states.record("assessment", Assessment)
states.machine(
    "correction",
    "stockpile_correction_opened",
    {"stockpile_correction_closed": to("done", after=("open",), how="how", closed_by="closed_by", document="document")},
    state="open",
    shape=Correction,
)


@dataclass(frozen=True)
class Said:
    """What somebody says of a site. `owner` answers for what is missing, by the day `due`; documents are bytes by element."""

    day: str
    answers: Mapping[str, str]
    next_day: str
    owner: str = ""
    due: str = ""
    risk: tuple[int, int, int] = (0, 0, 0)
    remarks: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, Sequence[bytes]] = field(default_factory=dict)


def assess(site: str, said: Said, *, by: Actor) -> str:
    """Records the assessment of a site on a day; said again for that day it replaces what was said. Returns its key. Raises `Refused`.

    For every question answered no a corrective action is opened, for `owner` by `due`.
    """
    pk = acts.place_id(acts.required("place", site, "a place of this State"))
    _check(pk, said)
    key = str(uuid.uuid5(NAMESPACE, f"{pk}|{said.day}"))
    documents = {element: [acts.document("evidence", one) for one in some] for element, some in said.evidence.items()}
    value = _value(said, documents, by)
    texts = [SideNote("note", text.strip()) for text in said.remarks.values() if text.strip()]
    kept = [write for some in documents.values() for write in some]
    with acts.alone():
        acts.state_record(
            "assessment", key, value, state="assessed", place=pk, due=said.next_day, texts=texts, kept=kept, by=by
        )
        opened = [_opened(key, pk, item, said) for item in rules.gaps(said.answers)]
        acts.append([draft for draft in opened if draft is not None], by=by)
    return key


def order(site: str, what: str, owner: str, due: str, *, parent: str = "", by: Actor, request: str = "") -> str:
    """Orders something else to be put right; returns its key. Said twice with one `request`, it is ordered once. Raises `Refused`."""
    pk = acts.place_id(acts.required("place", site, "a place of this State"))
    text, name = acts.required("what", what, "what is to be done"), acts.required("owner", owner, "who does it")
    acts.day("due", due)
    key = acts.id_for(request)
    value = Correction(what=identity.opaque("note", text))
    with acts.alone():
        if acts.subject("correction", key) is None:
            acts.append([_draft(key, pk, value, name, due, parent, [SideNote("note", text)])], by=by)
    return key


def done(key: str, how: str, document: bytes | None = None, *, by: Actor) -> None:
    """Says that an action is done, and how; with a document as evidence where there is one. Raises `Refused`."""
    text = acts.required("how", how, "how it was done")
    kept = [acts.document("document", document)] if document else []
    with acts.alone():
        known = acts.subject("correction", key)
        if known is None or known.state != "open":
            raise acts.refuse("correction", key, "an action that is open", "decided")
        fields = {
            "how": identity.opaque("note", text),
            "closed_by": identity.opaque("person", by.name),
            "document": kept[0].key if kept else "",
        }
        draft = acts.draft(
            "stockpile_correction_closed", [known.name], fields, texts=[SideNote("note", text)], kept=kept
        )
        acts.append([draft], by=by)


def _value(said: Said, documents: Mapping[str, Sequence[KeptWrite]], by: Actor) -> Assessment:
    remarks = {key: identity.opaque("note", text.strip()) for key, text in said.remarks.items() if text.strip()}
    evidence = {key: tuple(one.key for one in some) for key, some in documents.items() if some}
    person = identity.opaque("person", by.name) if by.name else ""
    answers = {key: said.answers[key] for key in ITEMS}
    return Assessment(said.day, person, answers, rules.scores(answers), VERSION, said.risk, remarks, evidence)


def _opened(key: str, site: str, item: str, said: Said) -> Draft | None:
    own = str(uuid.uuid5(NAMESPACE, f"{key}|{item}"))
    if acts.subject("correction", own) is not None:
        return None
    return _draft(own, site, Correction(item=item), said.owner.strip(), said.due, f"assessment:{key}", [])


def _draft(key: str, site: str, value: Correction, owner: str, due: str, parent: str, texts: list[SideNote]) -> Draft:
    fields: dict[str, Any] = {
        "value": msgspec.to_builtins(value),
        "place": site,
        "person": identity.opaque("party", owner),
        "due": due,
        "parent": parent,
    }
    names = [*texts, SideNote("party", owner), *acts.place_notes(site)]
    return acts.draft("stockpile_correction_opened", [f"correction:{key}"], fields, texts=names)


def _check(site: str, said: Said) -> None:
    unit = units.unit(site)
    if unit is None or unit.form != "site":
        raise acts.refuse("place", site, "a place that is described as a site", "unknown")
    missing = rules.wrong(said.answers)
    if missing:
        raise acts.refuse(missing, said.answers.get(missing, ""), acts.one_of(rules.ANSWERS), "missing")
    acts.day("day", said.day)
    if said.day > date.today().isoformat():  # noqa: DTZ011 -- a day as people at the site count it
        raise acts.refuse("day", said.day, "a day that has come", "range")
    acts.day("next_day", said.next_day)
    if said.next_day <= said.day:
        raise acts.refuse("next_day", said.next_day, "a day after the assessment", "range")
    _check_parts(said)
    if rules.gaps(said.answers):
        acts.required("owner", said.owner, "who puts right what is missing")
        acts.day("due", said.due)


def _check_parts(said: Said) -> None:
    known = {element.key for element in ELEMENTS}
    for key in (*said.remarks, *said.evidence):
        if key not in known:
            raise acts.refuse("element", key, acts.one_of(sorted(known)), "unknown")
    if sum(map(len, said.evidence.values())) > MOST_EVIDENCE:
        raise acts.refuse("evidence", "", "at most 20 documents", "range")
    if said.risk != (0, 0, 0) and not all(1 <= one <= rules.RISK_MOST for one in said.risk):
        raise acts.refuse("risk", str(said.risk), "threat, vulnerability and consequence, each 1 to 5", "range")


def of(known: Subject) -> Assessment:
    """An assessment as its own type."""
    return known.of(Assessment)
