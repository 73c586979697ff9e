"""The manifest of a shipment: what travels, under which seals, and lines for every hand it goes through."""

from typing import Any

from django.utils.translation import gettext as _

from countermark.accounts.models import Place
from countermark.register.services import side_texts
from countermark.stockpile import queries
from countermark.stockpile.codes import house
from countermark.stockpile.papers import typesetting
from countermark.stockpile.papers.typesetting import plain
from countermark.stockpile.shipments.services import Shipment
from countermark.stockpile.states import Subject
from countermark.stockpile.templatetags.stockpile_words import stock_word, when

HANDS = 3
"""Lines for hand-overs on the way that are written by hand."""


def pdf(known: Subject, *, route: bool = False) -> bytes:
    """The manifest; with the `route` only for who may see exact locations. Raises `typesetting.NoPaper`."""
    data = sheet(known, route=route)
    return typesetting.pdf("sheet.typ", {**data, "picture": typesetting.matrix(data["code"])})


def sheet(known: Subject, *, route: bool = False) -> dict[str, Any]:
    """What stands on it."""
    value = known.of(Shipment)
    names = side_texts([value.authority, value.route, value.escort, value.vehicle, value.ammunition])
    places = dict(Place.objects.filter(pk__in=[value.sender, value.receiver]).values_list("pk", "name"))
    facts = [
        (_("From"), places.get(value.sender, ""), False),
        (_("To"), places.get(value.receiver, ""), False),
        (_("Status"), stock_word(known.state, "shipment_state"), False),
        (_("Sent off"), when(value.dispatched), False),
        (_("To arrive by"), when(known.due), False),
        (_("Ordered by"), names.get(value.authority, ""), False),
        (_("Vehicle"), names.get(value.vehicle, ""), False),
        (_("Escort"), names.get(value.escort, ""), False),
        (_("Route"), names.get(value.route, "") if route else "", False),
        (_("Ammunition sent apart"), names.get(value.ammunition, ""), False),
        (_("Weapons"), str(len(value.weapons)), True),
    ]
    return {
        "title": _("Manifest of a shipment"),
        "code": house.shown(house.whole_code("manifest", known.key)),
        "facts": [[label, plain(text), exact] for label, text, exact in facts if text],
        "tables": [_weapons(value), _seals(value), _hands(value)],
        "signatures_title": _("Signatures"),
        "signatures": [[_("Sent off by"), ""], [_("Carrier"), ""], [_("Received by"), ""], [_("Second person"), ""]],
        "proof_title": "",
        "proof": [],
        "checkpoint": "",
        "page": _("Page"),
    }


def _weapons(value: Shipment) -> dict[str, Any]:
    held = queries.shown([queries.as_uuid(weapon) for weapon in value.weapons])
    rows = [
        [
            str(number),
            plain(one.weapon.serial or one.weapon.ref, 60),
            plain(f"{one.weapon.maker} {one.weapon.model}", 80),
            plain(one.weapon.calibre, 30),
            "☐ ☐",
        ]
        for number, one in enumerate(held, 1)
    ]
    head = ["", _("Serial"), _("Weapon"), _("Calibre"), _("Sent, arrived")]
    return {
        "title": _("Weapons"),
        "head": head,
        "rows": rows,
        "none": "",
        "exact": [0, 1, 3],
        "widths": [0.3, 1.3, 2, 1, 0.8],
    }


def _seals(value: Shipment) -> dict[str, Any]:
    rows = [[plain(seal, 60), "☐ ☐"] for seal in value.seals]
    return {
        "title": _("Seals"),
        "head": [_("Number"), _("Whole when sent, when arrived")],
        "rows": rows,
        "none": _("No seal."),
        "exact": [0],
        "widths": [1, 1],
    }


def _hands(value: Shipment) -> dict[str, Any]:
    names = side_texts([one.get(name, "") for one in value.passed for name in ("party", "where", "condition")])
    rows = [
        [
            when(one.get("time", "")),
            *[plain(names.get(one.get(n, ""), ""), 80) for n in ("party", "where", "condition")],
            "",
        ]
        for one in value.passed
    ]
    rows += [["\u00a0\n\u00a0", "", "", "", ""] for _line in range(HANDS)]
    return {
        "title": _("From hand to hand"),
        "head": [_("When"), _("Taken over by"), _("Where"), _("Seals and condition"), _("Signature")],
        "rows": rows,
        "none": "",
        "exact": [],
        "widths": [0.9, 1.2, 1, 1.2, 1.2],
    }
