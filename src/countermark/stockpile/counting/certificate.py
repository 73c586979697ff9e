"""The certificate of a count: figures, exceptions with their decisions, places for signatures, and its proof in the ledger, as PDF.

The proof names the entry that closed the count, its leaf in the log and the signed checkpoint over it (RFC 9162): whoever holds a later checkpoint
can show that the certificate stands in the log unchanged. Lines beyond `MOST_LINES` are counted and left to the document named by its digest.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from countermark.accounts.models import Place
from countermark.accounts.queries import place_path
from countermark.ledger import checkpoint, guard, store
from countermark.ledger.entry import Entry
from countermark.marks.sentences import Sentence
from countermark.register.proofs import Proof, prove
from countermark.register.services import side_texts
from countermark.stockpile.codes import house
from countermark.stockpile.counting import queries, rules
from countermark.stockpile.counting.queries import Counting
from countermark.stockpile.papers import languages
from countermark.stockpile.projection import PROJECTION
from countermark.stockpile.words import LABELS

RIGHT_TO_LEFT = frozenset({"ar"})
MOST_LINES = 500
TEMPLATE = Path(__file__).with_name("certificate.typ")


class NoCertificate(Exception):
    """A certificate that cannot be made; says why."""


def pdf(found: Counting, language: str) -> bytes:
    """The certificate of a closed count. Raises `NoCertificate`."""
    if not settings.PAPER_FONTS.is_dir():
        raise NoCertificate(Sentence("the fonts of printed sheets are not installed: make install fetches them"))
    data = sheet(found, language)
    # Sixty megabytes of library that only who prints needs.
    import typst
    import zxingcpp

    code = zxingcpp.create_barcode(data["code"], zxingcpp.BarcodeFormat.DataMatrix, force_square=True).to_svg()
    try:
        made: Any = typst.compile(
            str(TEMPLATE),
            font_paths=[str(settings.PAPER_FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(data, ensure_ascii=False), "code": code},
        )
    except RuntimeError as error:
        raise NoCertificate(Sentence("the sheet cannot be typeset: %(problem)s", problem=str(error))) from error
    return bytes(made)


def sheet(found: Counting, language: str) -> dict[str, Any]:
    """The data of the certificate, every text as it will stand on paper. Raises `NoCertificate` for a count that is not closed."""
    with languages.spoken(language):
        return {"language": language, "rtl": language in RIGHT_TO_LEFT, **_sheet(found)}


def _sheet(found: Counting) -> dict[str, Any]:
    count, place = found.count, Place.objects.filter(pk=found.place).first()
    names = queries.names([*found.people, count.closed_by])
    proof, note = proof_of(found)
    lines = list(_lines(found))
    return {
        "title": _("Certificate of count"),
        "code": house.shown(found.key),
        "facts": [
            [_("Count"), house.shown(found.key), True],
            [_("Place"), place_path(place) if place else "", False],
            [_("Rule"), f"{_(found.preset.title)} ({found.preset.source})", False],
            [_("Opened"), _minute(found.subject.since), True],
            [_("Counted until"), _minute(count.counted), True],
            [_("Closed"), _minute(found.subject.time), True],
        ],
        "figures_title": _("Figures"),
        "figures": [
            [_("To be there, as the register had it when the count was opened"), count.items],
            *([_(LABELS["count_outcome"][code]), n] for code, n in count.figures.items() if n or code in ("found", "not_found")),
        ],
        "exceptions_title": _("Exceptions and what was decided"),
        "head": [_("Serial"), _("Outcome"), _("Expected at"), _("Seen at"), _("Decision"), _("Reason")],
        "lines": lines[:MOST_LINES],
        "none": "" if lines else _("No exception."),
        "more": _("%(n)d more stand in the document of the result.") % {"n": len(lines) - MOST_LINES}
        if len(lines) > MOST_LINES
        else "",
        "signatures_title": _("Signatures"),
        "signatures": [
            *([_(LABELS["count_sheet"][sheet.role]), names.get(sheet.person, "")] for _s, sheet in found.sheets.values()),
            [_("Closed by"), names.get(count.closed_by, "")],
            *([[_("Answers for a recount by one of the two counters"), names.get(count.closed_by, "")]] if count.accepted else []),
        ],
        "proof_title": _("Proof in the ledger"),
        "proof": [
            [_("Entry"), proof.event_id], [_("Log"), proof.origin], [_("Leaf"), f"{proof.leaf_index} / {proof.tree_size}"],
            [_("Leaf hash"), proof.leaf_hash], [_("Root"), proof.root_hash],
            [_("Document of what was expected"), count.expected], [_("Document of the result"), count.result],
        ],
        "checkpoint": note,
        "page": _("Page"),
    }  # fmt: skip


def _lines(found: Counting) -> Iterator[list[str]]:
    decided = queries.decisions(found)
    exceptions = [one for one in queries.outcome(found).exceptions if one.outcome in rules.EXCEPTIONS]
    reasons = side_texts([one.reason for one in decided.values()])
    places = dict(Place.objects.values_list("pk", "name"))
    for one in exceptions:
        said = decided.get(one.item)
        yield [
            one.text or "—", _(LABELS["count_outcome"][one.outcome]), places.get(one.expected, ""),
            places.get(queries.seen_at(found, one), ""),
            _(LABELS["count_decision"].get(said.word, said.word)) if said else "", reasons.get(said.reason, "") if said else "",
        ]  # fmt: skip


def closing_of(found: Counting) -> Entry:
    """The entry that closed a count. Raises `NoCertificate`."""
    acts = [one for one in PROJECTION.entries_about(found.subject.name) if one.body["act"] == "stockpile_count_closed"]
    if not acts:
        raise NoCertificate(Sentence("the count is not closed"))
    return min(acts, key=lambda one: (one.recorded.time, one.log, one.position))


def proof_of(found: Counting) -> tuple[Proof, str]:
    """The proof of the entry that closed a count in its log, and the checkpoint that this node signs over its own log now (empty for another's)."""
    entry = closing_of(found)
    own = store.own_log()
    try:
        note = guard.sign_current(own) if own and own.origin == entry.log else ""
    except (checkpoint.KeyFileError, guard.RolledBackError, OSError) as error:
        raise NoCertificate(Sentence("no checkpoint can be signed: %(problem)s", problem=str(error))) from error
    proof = prove(entry.position)
    if proof is None:
        raise NoCertificate(Sentence("the entry that closed the count is not in a log of this node"))
    return proof, note


def _minute(time: str) -> str:
    return f"{time[:10]} {time[11:16]} UTC" if len(time) > 16 else time
