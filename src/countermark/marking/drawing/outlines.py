"""Plain outlines of four families of weapon, component by component: enough to show on which part a mark stands, no more. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Outline:
    """One component: its path, and where the number of a mark on it stands."""

    path: str
    x: float
    y: float


@dataclass(frozen=True)
class Family:
    """A family of weapons: its drawing in units of the view box, parts that bear no marks, and components by name.

    `when_marked` are drawn only where a mark stands on them: a silencer is no part of every weapon.
    """

    name: str
    width: float
    height: float
    plain: tuple[str, ...]
    components: Mapping[str, Outline]
    when_marked: Mapping[str, Outline]


PISTOL = Family(
    "pistol", 260, 130,
    ("M98 66H118V70Q116 80 106 80H95Z", "M52 114L60 76"),
    {
        "slide": Outline("M40 28H204Q206 28 206 30V52H40Z", 70, 40),
        "barrel": Outline("M206 34H214V46H206Z", 210, 40),
        "frame": Outline("M46 54H192V64H124V68Q124 86 106 86H90L82 122H46L58 72Q50 66 46 60Z", 68, 100),
    },
    {
        "bolt": Outline("M118 32H146V44H118Z", 132, 38),
        "breech_block": Outline("M118 32H146V44H118Z", 132, 38),
        "silencer": Outline("M214 30H252V50H214Z", 233, 40),
        "trigger_housing": Outline("M90 66H124V86H90Z", 107, 76),
        "plate": Outline("M140 55H176V63H140Z", 158, 59),
    },
)  # fmt: skip
REVOLVER = Family(
    "revolver", 260, 130,
    ("M100 84H122V88Q120 98 110 98H99Z", "M66 40L58 30H68L74 42"),
    {
        "frame": Outline("M66 42H96V36H150V80H128V86Q126 104 108 104H96L86 126H52L68 82Z", 78, 108),
        "cylinder": Outline("M100 46H140V74H100Z", 120, 60),
        "barrel": Outline("M150 38H236V54H150Z", 196, 46),
    },
    {
        "trigger_housing": Outline("M94 84H128V104H94Z", 111, 94),
        "silencer": Outline("M236 36H256V56H236Z", 246, 46),
        "plate": Outline("M126 82H148V90H126Z", 137, 86),
    },
)  # fmt: skip
LONG_ARM = Family(
    "long_arm", 340, 130,
    ("M16 46L112 44V62L84 66L20 92Z", "M140 70L132 106H148L156 70", "M176 68L170 104H192L196 68Z", "M206 40H266V58H206Z"),
    {
        "receiver": Outline("M112 40H206V68H112Z", 132, 54),
        "barrel": Outline("M266 46H326V52H266Z", 296, 49),
    },
    {
        "upper_receiver": Outline("M112 40H206V54H112Z", 124, 47),
        "lower_receiver": Outline("M112 54H206V68H112Z", 124, 61),
        "bolt": Outline("M150 43H178V51H150Z", 164, 47),
        "breech_block": Outline("M182 43H204V51H182Z", 193, 47),
        "slide": Outline("M206 40H266V58H206Z", 236, 49),
        "cylinder": Outline("M176 44H204V64H176Z", 190, 54),
        "trigger_housing": Outline("M148 68H174V80H148Z", 161, 74),
        "launch_tube": Outline("M210 60H290V74H210Z", 250, 67),
        "silencer": Outline("M308 42H336V56H308Z", 322, 49),
        "plate": Outline("M150 57H186V65H150Z", 168, 61),
    },
)  # fmt: skip
LAUNCHER = Family(
    "launcher", 340, 130,
    ("M150 34V22H182V34", "M60 56L52 92H70L78 56"),
    {
        "launch_tube": Outline("M20 34H320V56H20Z", 250, 45),
    },
    {
        "gripstock": Outline("M134 56H206V68H186L180 104H162L158 68H134Z", 172, 84),
        "breech_block": Outline("M20 30H46V60H20Z", 33, 45),
        "trigger_housing": Outline("M166 68H190V80H166Z", 178, 74),
        "receiver": Outline("M120 56H216V68H120Z", 132, 62),
        "bolt": Outline("M52 40H80V50H52Z", 66, 45),
        "plate": Outline("M90 40H120V50H90Z", 105, 45),
    },
)  # fmt: skip

_LAUNCHERS = (
    "grenade_launcher", "anti_tank_gun", "recoilless_rifle", "anti_tank_launcher", "manpads", "mortar", "anti_aircraft_gun",
)  # fmt: skip
_ALIKE: dict[str, dict[str, str]] = {
    "pistol": {"receiver": "frame", "lower_receiver": "frame", "upper_receiver": "slide"},
    "revolver": {"receiver": "frame", "lower_receiver": "frame"},
    "long_arm": {"frame": "receiver"},
    "launcher": {"barrel": "launch_tube", "frame": "receiver"},
}
"""What other names the components of a family go by."""


def family(kind: str) -> Family:
    """The outlines for a kind of weapon; a long arm where it says nothing."""
    if kind == "self_loading_pistol":
        return PISTOL
    if kind == "revolver":
        return REVOLVER
    return LAUNCHER if kind in _LAUNCHERS else LONG_ARM


def drawn_as(found: Family, component: str) -> str:
    """The component under which a mark's component is drawn; the empty string where the family has none of it."""
    name = _ALIKE[found.name].get(component, component)
    return name if name in found.components or name in found.when_marked else ""
