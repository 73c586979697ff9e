"""The certificate of destruction (norms 4.4; MOSAIC 05.50): who ordered it, what was destroyed how and before whom, and its proof in the ledger.

The proof names the entry that closed the list, its leaf and the signed checkpoint over the log; the digest is over what was destroyed, weapon
by weapon with the event of its record, so that a certificate with another list has another.
"""

import hashlib
from collections import Counter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from countermark.accounts.models import Place
from countermark.accounts.queries import place_path
from countermark.ledger import jcs
from countermark.marks.sentences import Sentence
from countermark.register.models import Weapon
from countermark.register.services import side_texts
from countermark.register.words import label as register_label
from countermark.stockpile.codes import house
from countermark.stockpile.disposal import services
from countermark.stockpile.disposal.services import Destruction, Item
from countermark.stockpile.papers import proofs, typesetting
from countermark.stockpile.papers.typesetting import NoPaper, plain
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when

CLOSING = "stockpile_destruction_closed"


def pdf(known: Subject) -> bytes:
    """The certificate of a closed list. Raises `NoPaper`."""
    data = sheet(known)
    return typesetting.pdf("sheet.typ", {**data, "picture": typesetting.matrix(data["code"])})


def sheet(known: Subject) -> dict[str, Any]:
    """What stands on it. Raises `NoPaper` for a list that is not closed."""
    if known.state != "closed":
        raise NoPaper(Sentence("the list is not closed"))
    value, items = known.of(Destruction), services.items_of(known.key)
    weapons = Weapon.objects.in_bulk([one.of(Item).weapon for one in items])
    by_id = {str(pk): weapon for pk, weapon in weapons.items()}
    destroyed = [one.of(Item) for one in items if one.state == "destroyed"]
    withdrawn = [one.of(Item) for one in items if one.state == "withdrawn"]
    readers = sorted({reading["reader"] for one in destroyed for reading in one.readings})
    entry, proof, note = proofs.of(known.name, CLOSING)
    officer = entry.recorded.by
    names = side_texts(
        [value.authority, value.evidence, value.witness, value.residue, value.approved_by, officer, *readers]
    )
    return {
        "title": _("Certificate of destruction"),
        "code": house.shown(house.whole_code("destruction", known.key)),
        "facts": _facts(known, value, names, len(destroyed), len(withdrawn)),
        "tables": [_by_type(destroyed, by_id), _listed(_("Destroyed"), destroyed, by_id), *_off(withdrawn, by_id)],
        "signatures_title": _("Signatures"),
        "signatures": [
            [_("Responsible officer"), plain(names.get(officer, ""), 60)],
            [_("Independent witness"), plain(names.get(value.witness, ""), 60)],
            *([_("Serials read by"), plain(names.get(one, ""), 60)] for one in readers),
            [_("Photographs and films are kept at"), ""],
        ],
        "proof_title": _("Proof in the ledger"),
        "proof": [
            [_("SHA-256 of what was destroyed"), digest_of(destroyed)],
            *([[_("Paper of the authority"), value.document]] if value.document else []),
            [_("Entry"), proof.event_id], [_("Log"), proof.origin], [_("Leaf"), f"{proof.leaf_index} / {proof.tree_size}"],
            [_("Leaf hash"), proof.leaf_hash], [_("Root"), proof.root_hash],
        ],
        "checkpoint": note,
        "page": _("Page"),
    }  # fmt: skip


def digest_of(destroyed: list[Item]) -> str:
    """SHA-256 (hexadecimal) over weapon, serial and event of each, in order of the weapons' ids (RFC 8785 JSON)."""
    return hashlib.sha256(jcs.encode(sorted([one.weapon, one.serial, one.event_id] for one in destroyed))).hexdigest()


def _facts(known: Subject, value: Destruction, names: dict[str, str], destroyed: int, withdrawn: int) -> list[Any]:
    place = Place.objects.filter(pk=known.place).first()
    facts = [
        (_("Number"), house.shown(house.whole_code("destruction", known.key)), True),
        (_("Authority"), names.get(value.authority, ""), False),
        (_("Authorised by"), names.get(value.approved_by, ""), False),
        (_("Place"), place_path(place) if place else "", False),
        (_("Date"), when(value.happened), False),
        (_("Method"), stock_word(value.method, "method"), False),
        (_("Release of evidence"), names.get(value.evidence, ""), False),
        (_("Planned, destroyed, withdrawn"), f"{value.planned} = {destroyed} + {withdrawn}", True),
        (_("What became of the scrap"), names.get(value.residue, ""), False),
    ]
    return [[label, plain(text), exact] for label, text, exact in facts]


def _by_type(destroyed: list[Item], weapons: dict[str, Weapon]) -> dict[str, Any]:
    kinds = Counter(weapons[one.weapon].kind for one in destroyed if one.weapon in weapons)
    rows = [[_(register_label(kind, "kind")) if kind else "—", str(n)] for kind, n in sorted(kinds.items())]
    total = ngettext("%(n)d weapon", "%(n)d weapons", len(destroyed)) % {"n": len(destroyed)}
    return {
        "title": total,
        "head": [_("Kind"), _("Number")],
        "rows": rows,
        "none": _("None was destroyed."),
        "exact": [1],
        "widths": [3, 1],
    }


def _listed(title: str, items: list[Item], weapons: dict[str, Weapon]) -> dict[str, Any]:
    rows = []
    for one in items:
        weapon = weapons.get(one.weapon)
        said = [weapon.maker, weapon.model, weapon.calibre] if weapon else ["", "", ""]
        code = house.shown(house.weapon_code(one.weapon))
        rows.append([plain(one.serial, 60) or "—", *[plain(part, 60) for part in said], code])
    head = [_("Serial"), _("Maker"), _("Model"), _("Calibre"), _("Code of the record")]
    return {
        "title": title,
        "head": head,
        "rows": rows,
        "none": _("None."),
        "exact": [0, 3, 4],
        "widths": [1.1, 1, 1, 0.9, 1.9],
    }


def _off(items: list[Item], weapons: dict[str, Weapon]) -> list[dict[str, Any]]:
    return [_listed(_("Taken off the list"), items, weapons)] if items else []
