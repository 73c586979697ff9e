"""A hand receipt: one sheet of A4 that is cut into two copies of A5, one for each side, both with the code and its proof.

What does not fit the halves stands on an annex, which is printed twice as well.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countermark.register.reasons import told
from countermark.register.services import side_texts
from countermark.stockpile import queries, receipts
from countermark.stockpile.codes import house
from countermark.stockpile.papers import typesetting
from countermark.stockpile.papers.typesetting import plain
from countermark.stockpile.receipts import Receipt
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when

FIT = 16
"""Weapons that fit a half."""


def pdf(known: Subject) -> bytes:
    """The sheet of a receipt. Raises `typesetting.NoPaper`, and `Refused` where this node cannot sign."""
    data = sheet(known)
    proof = receipts.proof_of(known.key)
    codes = {"proof": typesetting.qr(proof), "short": typesetting.matrix(data["code"])}
    return typesetting.pdf("receipt.typ", {**data, **codes})


def sheet(known: Subject) -> dict[str, Any]:
    """What stands on it."""
    value = known.of(Receipt)
    names = side_texts([value.person, value.account, known.place, value.second, value.override, value.note])
    held = queries.shown([queries.as_uuid(weapon) for weapon in value.items])
    items = [[plain(one.weapon.serial or one.weapon.ref, 60), _what(one)] for one in held]
    facts = [
        (_("With"), names.get(value.person, "")),
        (_("Store"), names.get(known.place, "")),
        (_("Account"), names.get(value.account, "")),
        (_("Issued for"), stock_word(value.kind, "kind")),
        (_("Back by"), when(value.due)),
        (_("Happened"), when(value.happened or known.since)),
        (_("Recorded"), when(known.since) if value.happened else ""),
        (_("Second person"), names.get(value.second, "")),
        (_("Not eligible; why all the same"), told(value.override_code, "override", names.get(value.override, ""))),
        (_("Remark"), " ".join(names.get(value.note, "").split())),
    ]
    return {
        "title": _("Hand receipt"),
        "what": stock_word(value.direction, "direction"),
        "code": house.shown(known.key),
        "facts": [[label, plain(text, 180 if label == _("Remark") else 90)] for label, text in facts if text],
        "count": ngettext("%(n)d weapon", "%(n)d weapons", len(items)) % {"n": len(items)},
        "items": items[:FIT],
        "more": _("%(n)d more on the annex") % {"n": len(items) - FIT} if len(items) > FIT else "",
        "annex": items if len(items) > FIT else [],
        "head": [_("Serial"), _("Weapon")],
        "copies": [_("Copy of the store"), _("Copy of the other side")],
        "annex_title": _("Annex: all weapons of this receipt"),
        "signatures": [_signature(value), _("For the store")],
        "signed": stock_word(value.signed, "signature") if value.signed and value.signed != "paper" else "",
        "signed_label": _("Signed"),
        "hint": _("The large code proves this receipt without a network: compare weapons and name with what it says."),
        "cut": _("Cut here"),
        "page": _("Page"),
    }


def _what(one: queries.Held) -> str:
    return plain(" ".join(part for part in (one.weapon.maker, one.weapon.model, one.weapon.calibre) if part), 60)


def _signature(value: Receipt) -> str:
    return _("Received by") if value.direction == "out" else _("Handed over by")
