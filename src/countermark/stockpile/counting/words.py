"""The words of counting for people, added to those of the room."""

from countermark.stockpile.words import LABELS


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


LABELS.update(
    {
        "count_outcome": {
            "found": _("found"),
            "out": _("issued"),
            "elsewhere": _("in another place"),
            "unexpected": _("not expected here"),
            "not_found": _("not found"),
            "unreadable": _("mark unreadable"),
            "tag_mismatch": _("tag of another weapon"),
            "differs": _("counters differ"),
            "misread": _("not there when counted again"),
        },
        "count_word": {
            "found": _("Found"),
            "elsewhere": _("Belongs in another place"),
            "unexpected": _("Not expected here"),
            "unknown": _("Not known"),
            "unreadable": _("Mark unreadable"),
            "tag_mismatch": _("Tag of another weapon"),
            "place": _("You stand here now"),
            "unknown_place": _("No place of this State"),
            "no_weapon": _("No weapon"),
            "several": _("Several weapons"),
            "near": _("Is it one of these?"),
        },
        "count_decision": {
            "put_back": _("put it back where it belongs"),
            "record_move": _("record that it was moved"),
            "record_receipt": _("record its receipt"),
            "give_back": _("give it back to its store"),
            "incident": _("report it lost: an incident"),
            "investigate": _("look into it"),
            "mark_again": _("have it marked again"),
            "bind_again": _("bind a new tag"),
            "explained": _("explained"),
        },
        "count_phase": {
            "counting": _("being counted"),
            "counted": _("counted, to be decided"),
            "recounting": _("differences being counted again"),
            "sampling": _("sample being read by eye"),
            "closed": _("closed"),
            "cancelled": _("given up"),
        },
        "count_kind": {
            "full": _("Everything"),
            "cyclic": _("Part by part, in turn"),
            "surprise": _("By surprise"),
            "rack": _("One storage unit"),
        },
        "count_urgency": {
            "escalated": _("late: one level up"),
            "overdue": _("overdue"),
            "due": _("due today"),
        },
        "count_sheet": {
            "counter": _("Counting officer"),
            "recount": _("Recount of the differences"),
            "sample": _("Sample read by eye"),
        },
        "count_how": {
            "paper": _("on paper"),
            "reader": _("by a reader"),
        },
        "force": {
            "binding": _("binding"),
            "political": _("political"),
            "advisory": _("advisory"),
        },
    }
)

PRESETS = (
    _("Solomon Islands police: daily count by the armoury's own staff"),
    _("Solomon Islands police: weekly spot audit by a superintendent"),
    _("Solomon Islands police: quarterly check of serial numbers by the director"),
    _("Solomon Islands police: half-yearly check of exhibits and private arms"),
    _("United States Army: monthly count"),
    _("United States Army: every serial number, each quarter"),
    _("United States Army: count whenever the keys change hands"),
    _("United States Army: count on receipt, serial numbers entered"),
    _("United States Army: yearly count of depots and bulk storage"),
    _("Australian Defence: yearly census, supervised from outside"),
    _("Separate duties: two blind counters, neither the armourer nor whoever counted last"),
    _("armoury staff"),
    _("superintendent"),
    _("director"),
    _("somebody else than the armourer, and nobody twice running"),
    _("both custodians of the keys"),
    _("receiving custodian"),
    _("counters from outside the unit, reviewed by the inspector general"),
)
"""Titles of the rules in `presets.toml`, and who counts by them, so that they are translated."""
