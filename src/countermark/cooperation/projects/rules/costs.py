"""What a project costs over ten years, who pays it, and where nobody does any more. Pure (A/70/115, 42: running costs after the donor has left)."""

from collections.abc import Iterable
from dataclasses import dataclass

from countermark.cooperation.projects.rules.shapes import Project

YEARS = 10


@dataclass(frozen=True)
class Year:
    """A year of the ten: what is paid once and what runs, by payer (empty for nobody), in minor units."""

    year: int
    once: int
    running: int
    payers: tuple[tuple[str, int], ...]

    @property
    def unpaid(self) -> int:
        """What nobody pays."""
        return dict(self.payers).get("", 0)


@dataclass(frozen=True)
class Gap:
    """That the plan ends and the need does not. `why`: `need` (of `about`) goes on until the year `until`; `costs` (of the category `about`)
    run on, as equipment does, to the end of the ten years; `payer`: a line of the category `about` has none.
    """

    why: str
    about: str
    covered: int
    until: int


def years(project: Project) -> list[Year]:
    """The ten years from the first of the project. A running cost whose line ends goes on, and nobody pays it: what stands there has to be fed."""
    first = year_of(project.begin)
    return [_year(project, year, first) for year in range(first, first + YEARS)]


def _year(project: Project, year: int, first: int) -> Year:
    payers: dict[str, int] = {}
    once = 0
    if year == first:
        for line in project.once:
            once += line.amount
            payers[line.payer] = payers.get(line.payer, 0) + line.amount
    running = 0
    for cost in _last_lines(project, year):
        running += cost[1]
        payers[cost[0]] = payers.get(cost[0], 0) + cost[1]
    return Year(year, once, running, tuple(sorted(payers.items())))


def _last_lines(project: Project, year: int) -> list[tuple[str, int]]:
    """(payer, amount) of each category in a year: the lines that hold then, or its last one, paid by nobody, where they have all ended."""
    found: list[tuple[str, int]] = []
    for category in dict.fromkeys(line.category for line in project.running):
        lines = [line for line in project.running if line.category == category]
        holding = [line for line in lines if line.first <= year <= line.last]
        if holding:
            found += [(line.payer, line.amount) for line in holding]
        elif (last := max(line.last for line in lines)) < year:
            found.append(("", sum(line.amount for line in lines if line.last == last)))
        elif min(line.first for line in lines) < year:
            # Between two lines of one category: as before it, and nobody named.
            before = max(line.last for line in lines if line.last < year)
            found.append(("", sum(line.amount for line in lines if line.last == before)))
    return found


def total(project: Project) -> int:
    """Total cost of ownership over ten years."""
    return sum(year.once + year.running for year in years(project))


def unpaid(project: Project) -> int:
    """What of it nobody pays."""
    return sum(year.unpaid for year in years(project))


def covered_through(project: Project) -> int:
    """The last year in which every running cost has a payer; the year before the first where there is none, 0 without running costs."""
    if not project.running:
        return 0
    first = year_of(project.begin)
    last = first - 1
    for year in years(project):
        if any(payer == "" for payer, _ in _last_lines(project, year.year)):
            break
        last = year.year
    return last


def gaps(project: Project, needs: Iterable[tuple[str, str]] = ()) -> list[Gap]:
    """Where the plan ends and the need does not: `needs` are (key, last day) of the needs it answers."""
    if not project.running:
        return []
    covered, first = covered_through(project), year_of(project.begin)
    found = [Gap("payer", line.category, covered, line.last) for line in project.running if not line.payer]
    if covered >= first or not found:
        found += [Gap("need", key, covered, year_of(end)) for key, end in needs if year_of(end) > covered]
    if covered < first + YEARS - 1 and not any(gap.why == "payer" for gap in found):
        ending = dict.fromkeys(line.category for line in project.running)
        found += [
            Gap("costs", category, last, first + YEARS - 1)
            for category in ending
            if (last := max(line.last for line in project.running if line.category == category)) < first + YEARS - 1
        ]
    return found


def year_of(day: str) -> int:
    """The year of a day."""
    return int(day[:4])
