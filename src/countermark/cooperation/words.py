"""The words of this room for people: kinds of actors and help, states of a record, costs."""

from countermark.cooperation.rules.themes import THEMES


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


LABELS: dict[str, dict[str, str]] = {
    "theme": {code: theme.text for code, theme in THEMES.items()},
    "actor": {
        "state": _("State"),
        "donor": _("Donor"),
        "regional": _("Regional organisation"),
        "centre": _("Regional centre"),
        "un": _("United Nations office"),
        "ngo": _("Non-governmental organisation"),
        "industry": _("Industry"),
        "facility": _("Funding facility"),
    },
    "kind": {
        "funds": _("Funds"),
        "equipment": _("Equipment"),
        "training": _("Training"),
        "legal": _("Legal advice"),
        "software": _("Software"),
        "people": _("People"),
    },
    "cost": {
        "power": _("Power"),
        "fuel": _("Fuel"),
        "consumables": _("Consumables"),
        "parts": _("Spare parts"),
        "licences": _("Licences"),
        "salaries": _("Salaries"),
        "training": _("Training"),
        "equipment": _("Equipment"),
        "works": _("Building works"),
        "services": _("Services"),
        "travel": _("Travel"),
        "other": _("Other"),
    },
    "visibility": {
        "private": _("Kept to ourselves"),
        "partners": _("Shared with named partners"),
        "public": _("Published"),
    },
    "readiness": {
        "rules": _("Rules"),
        "structures": _("Structures"),
        "infrastructure": _("Infrastructure"),
        "staff": _("Staff and its turnover"),
    },
    "level": {
        "0": _("nothing yet"),
        "1": _("begun"),
        "2": _("mostly there"),
        "3": _("in place"),
    },
    "need_state": {
        "draft": _("draft"),
        "open": _("open"),
        "met": _("met"),
        "withdrawn": _("withdrawn"),
    },
    "offer_state": {
        "draft": _("draft"),
        "open": _("open"),
        "spent": _("used up"),
        "withdrawn": _("withdrawn"),
    },
    "priority": {
        "1": _("1 (highest)"),
        "2": _("2"),
        "3": _("3"),
        "4": _("4"),
        "5": _("5 (lowest)"),
    },
}
