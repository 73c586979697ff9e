"""The closed lists of the register and events files. The order of a list is the order people see."""

WEAPON_FACTS = ("kind", "maker", "model", "calibre", "country", "year")
MARK_COLUMNS = ("component", "carrier", "role", "mark_kind", "mark", "inscription", "mark_condition", "layer")
WEAPON_COLUMNS = ("ref", *WEAPON_FACTS, *MARK_COLUMNS)
SERIAL_AGAIN = "serial_again"
"""The mark stated a second time: compared with the first and not kept, so no export has it."""
WEAPON_FILE_COLUMNS = (*WEAPON_COLUMNS, SERIAL_AGAIN)
"""What a register file may have."""
EVENT_COLUMNS = (
    "ref", "event", "date", "from", "to", "country", "place", "document", "note", "id", "component", "mark", "other_ref",
)  # fmt: skip
READING_COLUMNS = ("query_id", "reading", "maker", "country", "kind", "calibre", "component", "mark_kind")
MAKER_COLUMNS = ("name", "aliases", "country")
MODEL_COLUMNS = ("maker", "name", "aliases", "kind", "control_component", "calibre")
CALIBRE_COLUMNS = ("name", "aliases", "mm")

KINDS = (
    "revolver", "self_loading_pistol", "rifle", "carbine", "submachine_gun", "assault_rifle", "light_machine_gun",
    "shotgun", "heavy_machine_gun", "grenade_launcher", "anti_aircraft_gun", "anti_tank_gun", "recoilless_rifle",
    "anti_tank_launcher", "manpads", "mortar", "other",
)  # fmt: skip
COMPONENTS = (
    "receiver", "frame", "upper_receiver", "lower_receiver", "barrel", "slide", "cylinder", "bolt", "breech_block",
    "trigger_housing", "launch_tube", "gripstock", "silencer", "plate", "other",
)  # fmt: skip
CARRIERS = ("part", "plate")
ROLES = ("control", "other")
MARK_KINDS = (
    "manufacture", "import", "state_stock", "transfer", "found", "deactivation", "owner", "proof", "covert",
)  # fmt: skip
LAYERS = ("overt", "covert")
CONDITIONS = ("none", "obliterated", "altered", "worn", "illegible")
EVENTS = (
    "manufacture", "mark", "import", "export", "transit", "transfer", "sale", "registration", "issue", "return", "move",
    "count", "install", "remove", "repair", "conversion", "loss", "theft", "find", "recovery", "seizure",
    "confiscation", "surrender", "collection", "deactivation", "reactivation", "destruction",
)  # fmt: skip

CODED: dict[str, tuple[str, ...]] = {
    "kind": KINDS, "component": COMPONENTS, "carrier": CARRIERS, "role": ROLES, "mark_kind": MARK_KINDS,
    "mark_condition": CONDITIONS, "layer": LAYERS, "event": EVENTS, "control_component": COMPONENTS,
}  # fmt: skip

CONTROL_BY_DEFAULT = frozenset({"receiver", "frame", "plate", ""})
"""Components whose mark stands for the weapon when the file leaves `role` empty (contract, *Register file*)."""

LIMITS = {"ref": 200, "mark": 200, "serial_again": 200, "inscription": 1000, "note": 10_000, "reading": 1000}
"""Longest text accepted, in characters; every other column `LONGEST`."""
LONGEST = 500

FIRST_YEAR = 1400
"""No small arm with a maker's mark is older; a smaller number is a typing error."""
