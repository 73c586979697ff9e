"""The log of consultations with industry (A/70/115, paras. 16 and 61(a)): whom the State asked, about what, and what they said."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from countermark.ledger import identity
from countermark.ledger.services import Actor, SideNote, require_own_log
from countermark.marking import acts
from countermark.marking.acts import refuse
from countermark.marking.states import SHAPES
from countermark.marks.sentences import Sentence
from countermark.register.files import dates
from countermark.register.services import side_texts

TOPICS = ("polymer", "durability", "plates", "modular", "cost", "equipment", "numbers", "technology", "other")
MOST_DOCUMENTS = 20


@dataclass(frozen=True)
class Consultation:
    """One consultation. `partner`, `asked` and `answered` are texts, empty where they were erased; `documents` are digests."""

    id: str
    date: str
    topic: str
    partner: str
    asked: str
    answered: str
    documents: tuple[str, ...]
    recorded: str


class _Consultation(msgspec.Struct, frozen=True):
    """What an act states of a consultation: names and texts by their opaque ids."""

    date: str
    topic: str
    partner: str
    asked: str
    answered: str = ""
    documents: list[str] = []


SHAPES["consultation"] = _Consultation


def record(
    date: str,
    topic: str,
    partner: str,
    *,
    asked: str,
    answered: str = "",
    documents: Sequence[bytes] = (),
    consultation: str = "",
    by: Actor,
) -> str:
    """Records a consultation (or, with its id, what became of one); returns its id. `documents` (JPEG, PNG or PDF) are kept beside those it has.

    Raises `Refused` for a date that is none, an unknown topic, a document that is none, more than `MOST_DOCUMENTS` of them, and without
    a partner or a question.
    """
    if topic not in TOPICS:
        raise refuse("topic", topic, acts.one_of(TOPICS), "unknown")
    moment = dates.parse(date)
    if not isinstance(moment, dates.Moment) or moment.precision == "unknown":
        raise refuse("date", date, "a date such as 2026-05-04", "form")
    texts = {"partner": SideNote("party", acts.required("partner", partner, "who was asked"))}
    texts["asked"] = SideNote("note", acts.required("asked", asked, "what was asked"))
    if answered.strip():
        texts["answered"] = SideNote("note", answered.strip())
    require_own_log()
    kept = [acts.document("documents", data) for data in documents]
    key = consultation or acts.new_id()
    with acts.alone():
        together = list(dict.fromkeys([*_documents_of(consultation), *(row.key for row in kept)]))
        if len(together) > MOST_DOCUMENTS:
            expected = Sentence("at most %(most)d documents", most=MOST_DOCUMENTS)
            raise refuse("documents", str(len(together)), expected, "range")
        value = {"date": date, "topic": topic, "documents": together}
        value |= {name: identity.opaque(text.kind, text.text) for name, text in texts.items()}
        acts.state_record("consultation", key, value, texts=texts.values(), kept=kept, by=by)
    return key


def _documents_of(consultation: str) -> list[str]:
    """The digests a consultation has already. Raises `Refused` for an id that is none."""
    if not consultation:
        return []
    known = acts.record("consultation", consultation)
    if known is None:
        raise refuse("consultation", consultation, "the id of a consultation", "unknown")
    return [str(digest) for digest in known.value["documents"]]


def find(consultation: str) -> Consultation | None:
    """One consultation, or None."""
    return next((one for one in consultations() if one.id == consultation), None)


def consultations() -> list[Consultation]:
    """Every consultation, the newest first."""
    records = acts.records("consultation")
    urns = [str(one.value.get(name, "")) for one in records for name in ("partner", "asked", "answered")]
    names = side_texts([urn for urn in urns if urn])
    found = [
        Consultation(
            id=one.key,
            date=str(one.value["date"]),
            topic=str(one.value["topic"]),
            documents=tuple(one.value["documents"]),
            recorded=one.time,
            **{name: names.get(str(one.value.get(name, "")), "") for name in ("partner", "asked", "answered")},
        )
        for one in records
    ]
    return sorted(found, key=lambda one: (one.date, one.recorded), reverse=True)
