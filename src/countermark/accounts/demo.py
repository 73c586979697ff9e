"""The users and places of a demonstration store (contract, *Web and HTTP*): invented people, one for each duty."""

from collections.abc import Callable
from dataclasses import dataclass

PASSWORD = "countermark-demo"  # noqa: S105


@dataclass(frozen=True)
class DemoState:
    """Whose depots these are, and two regions with the sites below each: the names the demonstration register uses."""

    organisation: str
    regions: tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]


@dataclass(frozen=True)
class DemoUser:
    """`place` picks where the role holds; None for the whole State."""

    name: str
    role: str
    full_name: str
    place: Callable[[DemoState], str] | None = None


STATES: dict[str, DemoState] = {
    "XA": DemoState(
        "Ministry of Defence of XA",
        (
            ("Central Region of XA", ("Central Ordnance Depot, Oruvale", "Camp Oru")),
            ("Northern Region of XA", ("Fort Selan", "Camp Marenga")),
        ),
    ),
    "XB": DemoState(
        "Ministry of Defence of XB",
        (
            ("Eastern Region of XB", ("Central Artillery Depot, Rusk", "Barracks Rusk")),
            ("Western Region of XB", ("Barracks Stavnik", "Barracks Murvica")),
        ),
    ),
}


def _first_region(state: DemoState) -> str:
    return state.regions[0][0]


def _first_site(state: DemoState) -> str:
    return state.regions[0][1][0]


def _other_site(state: DemoState) -> str:
    return state.regions[1][1][0]


USERS: tuple[DemoUser, ...] = (
    DemoUser("registrar", "registrar", "Lenira Santeiro"),
    DemoUser("tracing", "tracing", "Osmar Vilmare"),
    DemoUser("armourer", "armourer", "Belo Outaro", _first_site),
    DemoUser("armourer2", "armourer", "Helda Mourato", _other_site),
    DemoUser("commander", "commander", "Quirino Braganel", _first_region),
    DemoUser("counter", "counter", "Taide Lindeiro", _first_site),
    DemoUser("contact", "contact", "Fiora Camuro"),
    DemoUser("contact2", "contact", "Inaco Torrejo"),
    DemoUser("marking", "marking", "Mauro Sarmenta"),
    DemoUser("licensing", "licensing", "Dalva Nascele"),
    DemoUser("reports", "reports", "Selmo Quintelo"),
    DemoUser("assistance", "assistance", "Pelia Figuelo"),
    DemoUser("authority", "authority", "Amaro Telvane"),
    DemoUser("partner", "partner", "Ingrid Solvane"),
    DemoUser("fund", "fund", "Marisol Quintero Vane"),
    DemoUser("auditor", "auditor", "Rosava Ximarim"),
    DemoUser("admin", "admin", "Nadila Korvel"),
)
