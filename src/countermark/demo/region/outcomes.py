"""What became of it: recipients' answers in the years after, snapshots of the register's figures, a report."""

from typing import TYPE_CHECKING

from countermark.cooperation import acts, indicators
from countermark.cooperation.evaluation import services
from countermark.cooperation.evaluation.rules import Scope
from countermark.cooperation.evaluation.services import Said
from countermark.cooperation.evaluation.states import Snapshot
from countermark.cooperation.projects.rules.shapes import Project
from countermark.cooperation.queries import Viewer
from countermark.demo.region.tables import months_after, table
from countermark.ledger.services import Actor

if TYPE_CHECKING:
    from countermark.demo.region.build import Region

YEARS = 5
MOVED = {"high": -6, "low": 9}
"""Per cent by which a figure was worse a year earlier."""


def furnish(region: "Region") -> None:
    """Answers, snapshots and a published report."""
    for one in table()["projects"]:
        for years, runs, broke in one.get("runs", []):
            _answer(region, one["key"], years, runs, broke)
    _snapshots(region)
    _report(region)


def _answer(region: "Region", project: str, years: int, runs: str, broke: str) -> None:
    found = acts.subject("project", region.projects[project])
    assert found is not None  # noqa: S101 -- it was made a moment ago
    value = found.of(Project)
    day = months_after(value.end, 12 * years, 14)
    if day > region.today.isoformat():
        return
    said = Said(day, runs, value.recipient if runs != "no" else "", broke)
    services.check_back(found.key, said, actor=value.recipient, by=region.coordinator(value.recipient))


def _snapshots(region: "Region") -> None:
    """A figure a year back, worse by a few per cent each: the register was not there to be counted then."""
    now = {key: one for key, one in indicators.figures().items() if one is not None}
    for ago in range(YEARS, 0, -1):
        day = f"{region.today.year - ago}-06-30"
        figures = {}
        for key, one in now.items():
            moved = one.value * (100 + MOVED[one.indicator.better] * ago) / 100
            figures[key] = str(round(moved, 1) if one.indicator.unit == "percent" else round(moved))
        acts.state_record(
            "snapshot", f"{region.own}-{day}", Snapshot(day, figures), by=region.coordinator(region.own), parent=f"actor:{region.own}", due=day
        )  # fmt: skip
    if now:
        services.snapshot(region.today.isoformat(), by=region.coordinator(region.own))


def _report(region: "Region") -> None:
    first = region.today.year - 7
    key = services.draft(
        "Assistance in the region, eight years", Scope(first=first, last=region.today.year), "EUR", who=Viewer(region.own),
        today=region.today.isoformat(), by=region.coordinator(region.own), request="demonstration report",
    )  # fmt: skip
    words = {
        "relevance": "The most urgent needs were met first; coordination and reporting found nobody.",
        "coherence": "Overlaps were looked for before terms were agreed. One was found, and answered.",
        "effectiveness": "What was promised came, a third of it late.",
        "efficiency": "Two thirds of what the fund granted is paid; all of what was paid first is accounted for.",
        "impact": "The figures of the register move the right way. How much of that is due to assistance nobody can say.",
        "sustainability": "Half of what nobody pays for stands still after three years. Spare parts belong into the first budget.",
    }
    by = Actor("assistance")
    services.write(key, words, visibility="public", actor=region.own, by=by)
    services.finish(key, actor=region.own, by=by)
