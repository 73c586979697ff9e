"""Matching runs: what was matched, under which overrides, and what came of it, kept as acts so that it can be answered for later.

The act has the digest of what went in and the figures; needs, offers and the whole answer stand in an attachment it names. A run belongs to the
actor who made it, and is seen by it alone (and by who audits): it was made of what that actor may see.
"""

import gzip
import hashlib
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import msgspec

from countermark.cooperation import acts, needs, queries, states
from countermark.cooperation.acts import Words
from countermark.cooperation.matching import answers, inputs, market
from countermark.cooperation.matching.answers import Answer, Changed, Cost, Match, Unmet
from countermark.cooperation.matching.market import Market, Override
from countermark.cooperation.queries import Viewer
from countermark.cooperation.rules import money
from countermark.cooperation.states import Subject
from countermark.ledger import jcs, services
from countermark.ledger.models import Attachment
from countermark.ledger.services import Actor
from countermark.marks.sentences import Sentence, packed, unpacked
from countermark.register.files.errors import RowError

KIND = "matching"
MEDIA_TYPE = "application/gzip"


class Run(msgspec.Struct, frozen=True, omit_defaults=True):
    """A matching run. `digest` is the SHA-256 of needs, offers and overrides as canonical JSON, `document` that of the attachment; `others` are
    the records left out for their currency; amounts and figures are decimals as text; `after` is the run whose needs and offers it took over.
    """

    currency: str
    day: str
    digest: str
    document: str
    needs: int
    offers: int
    others: int
    asked: str
    offered: str
    matched: str
    objective: str
    bound: str
    greedy: str
    cost: str = ""
    overrides: int = 0
    readiness: bool = False
    after: str = ""
    visibility: str = "private"


class _Document(msgspec.Struct, frozen=True):
    """The attachment: sentences are packed, so that they can be told in any language."""

    market: Market
    matches: list[tuple[str, str, Decimal, float, list[Any]]]
    unmet: list[tuple[str, Decimal, Any]]
    loses: list[Changed]
    gains: list[Changed]
    figures: tuple[float, float, float, float, float, float]


states.record(KIND, Run)


def match(*, currency: str, today: str, actor: str, by: Actor, readiness: bool = False, request: str = "") -> str:
    """Matches the open needs and offers in a currency that an actor may see; returns the id of the run.

    Said twice with one `request` it is run once. Raises `Refused`, also where there is nothing to match.
    """
    pk = acts.id_for(request)
    if acts.subject(KIND, pk) is not None:
        return pk
    found = inputs.gathered(Viewer(actor), needs.currency(currency), today, readiness=readiness)
    if not found.market.needs:
        raise acts.refuse("currency", currency, "a currency of open needs that you may see", "missing")
    run = Run(**_zero(found.market), day=today, others=found.others, readiness=readiness)
    return _kept(pk, run, found.market, actor, by, Words())


def override(
    key: str,
    need: str,
    offer: str,
    *,
    fix: str = "",
    limit: str = "",
    forbid: bool = False,
    reason: str,
    actor: str,
    by: Actor,
    request: str = "",
) -> str:
    """The same needs and offers matched again with one more decision about a pair; returns the id of the new run.

    A decision about a pair that has one takes its place. Raises `Refused` where what is fixed cannot be, and without a reason.
    """
    before = mine(key, actor)
    pk = acts.id_for(request)
    if acts.subject(KIND, pk) is not None:
        return pk
    run, asked, words = before.of(Run), document(before).market, Words()
    why = words(acts.required("reason", reason, "why this is decided by hand"))
    decided = Override(
        need,
        offer,
        fix=_amount("fix", fix, run.currency),
        limit=_amount("limit", limit, run.currency),
        forbid=forbid,
        reason=why,
    )
    kept = [one for one in asked.overrides if (one.need, one.offer) != (need, offer)]
    new = msgspec.structs.replace(asked, overrides=[*kept, decided])
    return _kept(pk, msgspec.structs.replace(run, after=key), new, actor, by, words)


def without(key: str, need: str, offer: str, *, actor: str, by: Actor, request: str = "") -> str:
    """The same matched again without what was decided about a pair; returns the id of the new run. Raises `Refused`."""
    before = mine(key, actor)
    pk = acts.id_for(request)
    if acts.subject(KIND, pk) is not None:
        return pk
    asked = document(before).market
    kept = [one for one in asked.overrides if (one.need, one.offer) != (need, offer)]
    if len(kept) == len(asked.overrides):
        raise acts.refuse("need", need, "a pair about which something was decided", "unknown")
    new = msgspec.structs.replace(asked, overrides=kept)
    return _kept(pk, msgspec.structs.replace(before.of(Run), after=key), new, actor, by, Words())


def mine(key: str, actor: str) -> Subject:
    """A run of an actor. Raises `Refused` for one that is none, or another's."""
    found = acts.known(KIND, key, Sentence("the id of a matching run"))
    if not actor or queries.owner(found) != actor:
        raise acts.refuse("matching", key, "a matching run of the actor you speak for", "denied")
    return found


def _amount(column: str, text: str, currency: str) -> Decimal | None:
    if not text.strip():
        return None
    return Decimal(needs.amount(column, text, currency)).scaleb(-money.exponent(currency))


def _zero(asked: Market) -> dict[str, Any]:
    """What a run says before it is run."""
    names = ("digest", "document", "asked", "offered", "matched", "objective", "bound", "greedy")
    return {
        **dict.fromkeys(names, ""),
        "currency": asked.currency,
        "needs": len(asked.needs),
        "offers": len(asked.offers),
    }


def _kept(pk: str, run: Run, asked: Market, actor: str, by: Actor, words: Words) -> str:
    """Runs it and keeps what came of it."""
    try:
        found = answers.answer(market.checked(asked))
    except market.Refused as refusal:
        raise acts.Refused([RowError(0, "matching", "", one, "not_allowed") for one in refusal.problems]) from refusal
    data = gzip.compress(msgspec.json.encode(_written(asked, found)), 6, mtime=0)
    document_ = services.attachment(data, MEDIA_TYPE)
    sums = answers.totals(asked, found)
    value = msgspec.structs.replace(
        run,
        digest=digest(asked),
        document=document_.key,
        asked=f"{sums.asked:f}",
        offered=f"{sums.offered:f}",
        matched=f"{sums.matched:f}",
        objective=_figure(found.objective),
        bound=_figure(found.bound),
        greedy=_figure(found.greedy),
        cost=_figure(found.overrides.cost) if found.overrides else "",
        overrides=len(asked.overrides),
    )
    acts.state_record(KIND, pk, value, by=by, parent=f"actor:{actor}", texts=words.notes, kept=[document_])
    return pk


def digest(asked: Market) -> str:
    """The SHA-256 of needs, offers and overrides as canonical JSON (RFC 8785), in hexadecimal."""
    plain = msgspec.to_builtins(asked, builtin_types=(Decimal,), enc_hook=str)
    return hashlib.sha256(jcs.encode(_texts(plain))).hexdigest()


def _texts(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, dict):
        return {name: _texts(one) for name, one in value.items()}
    return [_texts(one) for one in value] if isinstance(value, list | tuple) else value


def _figure(value: float) -> str:
    return f"{value:.6f}"


def _written(asked: Market, found: Answer) -> _Document:
    cost = found.overrides
    return _Document(
        market=asked,
        matches=[(str(m.need), str(m.offer), m.amount, m.share, [packed(why) for why in m.reasons]) for m in found.matches],
        unmet=[(str(one.need), one.amount, packed(one.why)) for one in found.unmet],
        loses=cost.loses if cost else [],
        gains=cost.gains if cost else [],
        figures=(
            found.objective, found.bound, found.gap, found.greedy,
            cost.objective_without if cost else found.objective, cost.cost if cost else 0.0,
        ),
    )  # fmt: skip


class Read(msgspec.Struct, frozen=True):
    """A run as it was: what went in, and what came of it."""

    market: Market
    answer: Answer


def document(run: Subject) -> Read:
    """What a run was made of and came to. Raises `Refused` where its document has not come here, or is not what it was."""
    name = run.of(Run).document
    row = Attachment.objects.filter(pk=name).first()
    data = bytes(row.data) if row else b""
    if hashlib.sha256(data).hexdigest() != name:
        raise acts.refuse("matching", run.key, "a run whose document is on this node, as it was made", "missing")
    return _read(msgspec.json.decode(gzip.decompress(data), type=_Document))


def _read(said: _Document) -> Read:
    objective, bound, gap, greedy, without_, cost = said.figures
    overrides = Cost(without_, cost, said.loses, said.gains) if said.market.overrides else None
    matches = [
        Match(need, offer, amount, share, [unpacked(why) for why in reasons])
        for need, offer, amount, share, reasons in said.matches
    ]
    unmet = [Unmet(need, amount, unpacked(why)) for need, amount, why in said.unmet]
    return Read(said.market, Answer(matches, unmet, objective, bound, gap, greedy, overrides))


def givers(found: Read, need: str) -> Sequence[Match]:
    """The matches of one need."""
    return [match for match in found.answer.matches if match.need == need]
