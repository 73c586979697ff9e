"""The questions of a security self-assessment, by the seven elements of the Programme of Action, section II, paragraph 17. Pure data.

Sources: A/CONF.192/15 II.17; MOSAIC 05.20 as norms 4.3 sums it up (site record, physical security, access, keys, accounting). The questions are
this program's own words; a State that asks more writes it into the remarks, or its own list beside this one.
"""

from dataclasses import dataclass

VERSION = 1
"""Of this list: assessments name it, for figures by another list are not compared."""
SOURCE = "A/CONF.192/15 II.17; MOSAIC 05.20"


@dataclass(frozen=True)
class Item:
    """One question. Where a `critical` one is answered no, the element cannot score above the ceiling (`rules.CEILING`)."""

    key: str
    text: str
    critical: bool = False


@dataclass(frozen=True)
class Element:
    """One of the seven elements, with its questions."""

    key: str
    title: str
    items: tuple[Item, ...]


def _(text: str) -> str:
    """Names a text for the translators."""
    return text


ELEMENTS: tuple[Element, ...] = (
    Element(
        "location",
        _("Appropriate locations"),
        (
            Item(
                "risk_known", _("Threats, weak points and consequences were weighed within the last year, in writing")
            ),
            Item(
                "apart_from_people",
                _("Explosion or fire here would not reach homes, schools or a hospital"),
                critical=True,
            ),
            Item("right_kind", _("Only the kinds and numbers of weapons the site is approved for are held")),
            Item("building_fit", _("The building is dry, sound and fit for the climate")),
            Item(
                "emergency_plan",
                _("There is a plan for fire, flood, attack and evacuation, and it was exercised this year"),
            ),
        ),
    ),
    Element(
        "physical",
        _("Physical security"),
        (
            Item("perimeter", _("The fence or wall is whole, and what stands beside it hides nobody")),
            Item("lighting", _("The perimeter and the doors are lit at night")),
            Item(
                "guards",
                _("Guards are there day and night, or a patrol within the time a break-in takes"),
                critical=True,
            ),
            Item(
                "doors", _("Walls, doors, locks and windows of the store are of the strength laid down"), critical=True
            ),
            Item(
                "detection",
                _("Intrusion is detected and reported to somebody who comes, and this was tried within three months"),
            ),
            Item("racks", _("Weapons stand in locked racks or chains inside the store")),
            Item("parts_apart", _("Bolts or other critical parts lie apart from the weapons they fit")),
            Item("ammunition_apart", _("Ammunition lies apart from weapons"), critical=True),
            Item(
                "manpads_apart",
                _("Missiles and launchers of portable air defence systems lie in different places"),
                critical=True,
            ),
            Item("fire", _("Fire is detected and can be fought, and the means were checked within the year")),
        ),
    ),
    Element(
        "access",
        _("Control of access"),
        (
            Item("authorised", _("Who may enter stands on a list that is in force and signed"), critical=True),
            Item("two_persons", _("Nobody is alone in the store"), critical=True),
            Item("visitors", _("Visitors are accompanied and entered in a log")),
            Item("clearance", _("Everybody on the list has a security clearance that has not expired")),
            Item(
                "keys_register",
                _("Keys are registered, signed for at each change of hands, and never leave the site"),
                critical=True,
            ),
            Item(
                "keys_duplicates", _("Duplicates lie sealed with somebody else, and the seals were checked this month")
            ),
            Item("locks_changed", _("Locks are changed when a key is lost or a holder leaves in dispute")),
            Item("count_at_keys", _("Weapons are counted whenever the keys change hands")),
        ),
    ),
    Element(
        "accounting",
        _("Inventory management and accounting"),
        (
            Item("by_serial", _("Every weapon is on record by its serial, and every movement with it"), critical=True),
            Item("counts", _("Counts are done as often as the rule asks, none is late")),
            Item("counter_apart", _("Who counts is not who keeps, nor the same person twice running")),
            Item("duties_apart", _("Nobody authorises, issues and checks the same thing"), critical=True),
            Item("discrepancies", _("Every discrepancy has an owner and a day, and none is overdue")),
            Item("records_safe", _("There is a copy of the records at another place")),
        ),
    ),
    Element(
        "training",
        _("Training of staff"),
        (
            Item("trained", _("Everybody who handles, keeps or guards weapons was trained for it"), critical=True),
            Item("refreshed", _("Training is repeated within two years")),
            Item("exercised", _("Alarms and the emergency plan are exercised with those who would act")),
            Item("instructions", _("Instructions are at hand in a language the staff read")),
        ),
    ),
    Element(
        "units",
        _("Weapons held or carried by units and persons"),
        (
            Item(
                "personal_account",
                _("What a person has out is signed for and stays on the account of the unit"),
                critical=True,
            ),
            Item("back_in_time", _("What is due back is back, or somebody has asked for it")),
            Item("kept_safe", _("Weapons that are out overnight are locked away as laid down")),
            Item("transport", _("Transport goes by manifest, sealed, escorted and checked in full on arrival")),
        ),
    ),
    Element(
        "loss",
        _("Loss and theft: procedures and sanctions"),
        (
            Item("reported", _("Everybody knows whom to tell of a loss, and that it is at once"), critical=True),
            Item("listed", _("Losses go on the national list, and to police and INTERPOL, without delay")),
            Item("inquired", _("Every loss was inquired into by somebody from outside the unit")),
            Item("sanctions", _("Sanctions are laid down, known and applied")),
            Item("written_off", _("Only somebody above writes off, after the inquiry")),
        ),
    ),
)
ITEMS: dict[str, Item] = {item.key: item for element in ELEMENTS for item in element.items}
ELEMENT_OF: dict[str, Element] = {item.key: element for element in ELEMENTS for item in element.items}
