"""Decisions on candidates: an officer confirms or rejects one, with a reason. An act in the ledger, with the readings."""

from typing import Any

from countermark.ledger import services, store
from countermark.ledger.services import Actor, Captured
from countermark.marks.sentences import Sentence
from countermark.register import projection
from countermark.register.files.errors import RowError
from countermark.register.services import Refused
from countermark.tracing.search.question import Query


def decide(weapon_id: str, query: Query, probability: float, *, confirmed: bool, reason: str, by: Actor) -> Captured:
    """Confirms or rejects a candidate. The act carries the readings, the probability shown and the tree size.

    Raises `Refused` for an unknown weapon or a missing reason.
    """
    if not reason.strip():
        raise Refused([RowError(0, "reason", "", Sentence("why this is or is not the weapon"), "missing")])
    if projection.state_of(weapon_id) is None:
        raise Refused([RowError(0, "weapon", weapon_id, Sentence("the id of a weapon in this register"), "unknown")])
    log = services.require_own_log()
    fields: dict[str, Any] = {
        "weapon": weapon_id,
        "readings": [
            {"reading": r.reading, "component": r.component, "mark_kind": r.mark_kind} for r in query.readings
        ],
        "evidence": {"maker": query.maker, "country": query.country, "kind": query.kind, "calibre": query.calibre},
        "probability": f"{probability:.4f}",
        "tree_size": store.size(log),
    }
    word = "candidate_confirmed" if confirmed else "candidate_rejected"
    return services.append([services.timed_act(word, fields, note=reason)], by=by)[0]
