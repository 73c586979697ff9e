"""What the codes of this room are called, for pages. Pure."""

from countermark.ledger.vocabulary import gettext_noop
from countermark.marking.comparison import PROBLEMS
from countermark.register import words as register

_ = gettext_noop

OCCASIONS = {
    "manufacture": _("manufacture"),
    "import": _("import"),
    "state_to_civil": _("transfer from State stock to civil use"),
    "state_holding": _("State holdings"),
    "found": _("found weapon"),
    "deactivation": _("deactivation"),
}
VERDICTS = {
    "compliant": _("compliant"),
    "not_compliant": _("not compliant"),
    "incomplete": _("incomplete"),
    "exempt": _("exempt"),
    "not_applicable": _("not applicable"),
}
JUDGEMENTS = {
    "met": _("met"),
    "missing": _("missing"),
    "refused": _("refused"),
    "advice": _("advice"),
    "unknown": _("unknown"),
}
FORCES = {"binding": _("binding"), "political": _("political"), "advisory": _("advisory")}
BATCH_STATES = {
    "draft": _("draft"),
    "released": _("released"),
    "running": _("running"),
    "inspected": _("inspected"),
    "closed": _("closed"),
}
ITEM_STATES = {
    "waiting": _("waiting"),
    "confirmed": _("serial confirmed"),
    "stopped": _("stopped"),
    "applied": _("to be inspected"),
    "rework": _("to be done again"),
    "accepted": _("accepted"),
    "withdrawn": _("withdrawn"),
}
CRITERIA = {
    "exposed": _("on an exposed surface"),
    "conspicuous": _("conspicuous without tools"),
    "recognisable": _("easily recognisable"),
    "readable": _("readable"),
    "durable": _("durable"),
    "recoverable": _("recoverable, as far as technically possible"),
}
MACHINES = {
    "laser": _("laser"),
    "dot_peen": _("dot-peen unit"),
    "rotary": _("rotary engraver"),
    "stamp_press": _("stamping press"),
    "roll_mark": _("roll marker"),
    "hand_stamp": _("hand stamps"),
    "etching": _("etching unit"),
    "other": _("other equipment"),
}
DOWN = {
    "no_power": _("no power"),
    "fault": _("fault"),
    "no_consumables": _("no consumables"),
    "no_spare_part": _("a spare part is missing"),
    "maintenance": _("maintenance"),
    "no_operator": _("nobody to work it"),
    "other": _("other reason"),
}
DONE = {
    "routine": _("routine maintenance"),
    "repair": _("repair"),
    "calibration": _("calibration"),
    "parts_replaced": _("parts replaced"),
}
MATERIALS = {
    "steel": _("steel"),
    "aluminium": _("aluminium"),
    "titanium": _("titanium"),
    "polymer": _("polymer"),
    "other": _("other material"),
}
ELEMENTS = {
    "manufacturer": _("manufacturer"),
    "country": _("country"),
    "place": _("place"),
    "city": _("city"),
    "serial": _("serial number"),
    "year": _("year"),
    "model": _("model"),
    "calibre": _("calibre"),
    "importer": _("importer"),
    "importer_city": _("importer's city"),
    "licence": _("licence number"),
    "symbol_code": _("symbol code"),
    "purchaser": _("purchaser"),
    "destination": _("destination"),
    "agency": _("agency"),
}
ATTRIBUTES = {
    "height": _("height of characters"),
    "depth": _("depth"),
    "alphabet": _("alphabet"),
    "alphabets": _("alphabets"),
    "exemption": _("exemption"),
    "numerals": _("numerals"),
    "plate": _("plate"),
    "identity": _("which part is the weapon"),
}
PRODUCTIONS = {
    "industrial": _("industrial"),
    "craft": _("craft"),
    "converted": _("converted"),
    "reactivated": _("reactivated"),
    "private": _("made privately"),
    "additive": _("additively manufactured"),
    "unknown": _("unknown"),
}
IMPORTS = {"permanent": _("permanent"), "temporary": _("temporary"), "museum": _("museum piece")}
RATINGS = {"good": _("good"), "fair": _("fair"), "poor": _("poor"), "unknown": _("unknown")}
CLASSES = {"none": _("none"), "low": _("low"), "medium": _("medium"), "high": _("high")}
PURPOSES = {
    "serial": _("serial numbers"),
    "import": _("import marks"),
    "state_stock": _("marks of State stock"),
    "extra": _("weapons without a usable serial"),
}
TOPICS = {
    "polymer": _("polymer frames"),
    "durability": _("durability"),
    "plates": _("plates"),
    "modular": _("modular weapons"),
    "cost": _("cost"),
    "equipment": _("equipment"),
    "numbers": _("numbers"),
    "technology": _("technology"),
    "other": _("other"),
}
POLICIES = {
    "control": _("only the control component is marked and recorded"),
    "essential": _("every essential component is marked and recorded"),
    "one_part": _("one part is the weapon in law; halves share its number"),
    "undecided": _("not decided yet"),
}
DECISIONS = {"mark": _("mark and record"), "destroy": _("destroy"), "": _("undecided")}
NUMBER_STATES = {"issued": _("issued"), "used": _("on metal"), "voided": _("voided")}
MODEL_STATES = {"provisional": _("provisional"), "known": _("reviewed")}
COSTS = {
    "consumables": _("consumables"),
    "transport": _("transport"),
    "purchase": _("purchase"),
    "yearly": _("yearly costs"),
    "labour": _("labour"),
    "energy": _("energy"),
}

LABELS: dict[str, dict[str, str]] = {
    **register.LABELS,
    "occasion": OCCASIONS,
    "verdict": VERDICTS,
    "judgement": JUDGEMENTS,
    "force": FORCES,
    "batch_state": BATCH_STATES,
    "item_state": ITEM_STATES,
    "criterion": CRITERIA,
    "machine": MACHINES,
    "down": DOWN,
    "done": DONE,
    "material": MATERIALS,
    "element": ELEMENTS,
    "attribute": ATTRIBUTES | ELEMENTS,
    "production": PRODUCTIONS,
    "import_purpose": IMPORTS,
    "rating": RATINGS,
    "class": CLASSES,
    "purpose": PURPOSES,
    "topic": TOPICS,
    "policy": POLICIES,
    "decision": DECISIONS,
    "number_state": NUMBER_STATES,
    "model_state": MODEL_STATES,
    "cost": COSTS,
    "problem": PROBLEMS,
}


def label(value: str, of: str) -> str:
    """The text of a code, untranslated; a value that is no code stands for itself."""
    return LABELS[of].get(value) or value.replace("_", " ")
