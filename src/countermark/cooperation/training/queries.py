"""Reads of training. A State sees those it nominated; a provider those nominated for its calls; nobody else sees a person."""

from dataclasses import dataclass

from countermark.cooperation import acts
from countermark.cooperation.queries import Viewer, owner
from countermark.cooperation.rules.lasting import YEARS, lasted
from countermark.cooperation.states import Subject
from countermark.cooperation.training.rules import Nominee
from countermark.cooperation.training.states import Call, Nomination


def nominations(call: str) -> list[Subject]:
    """Every nomination for a call."""
    return acts.subjects("nomination", parent=f"call:{call}")


def seen(who: Viewer, found: list[Subject]) -> list[Subject]:
    """Those of some nominations somebody may see."""
    providers = {one.key: owner(one) for one in _calls(found)}
    return [one for one in found if sees(who, one, providers.get(one.value["call"], ""))]


def _calls(nominations: list[Subject]) -> list[Subject]:
    """The calls of some nominations."""
    keys = sorted({one.value["call"] for one in nominations})
    return [acts.subject_of_row(row) for row in acts.rows("call").filter(key__in=keys)]


def _themes(nominations: list[Subject]) -> dict[str, str]:
    """The theme of each call of some nominations, by its key."""
    return {one.key: one.of(Call).theme for one in _calls(nominations)}


def sees(who: Viewer, nomination: Subject, provider: str) -> bool:
    """Whether somebody may see a nomination: of their State, for their call, or as who sees everything."""
    return who.all or (bool(who.actor) and who.actor in (nomination.value.get("state"), provider))


def nominee(found: Subject, call: Call) -> Nominee:
    """A nomination as the rules weigh it."""
    value = found.of(Nomination)
    return Nominee(
        found.key, value.state, value.function, value.sex, value.languages,  # type: ignore[arg-type]
        years_since(value.person, call), value.rank,
    )  # fmt: skip


def years_since(person: str, call: Call) -> int | None:
    """How many whole years before a call began somebody last got a certificate on its theme; None for never."""
    found = acts.subjects("nomination", person=person, state="certified")
    themes = _themes(found)
    days = [
        value.certified
        for one in found
        if (value := one.of(Nomination)).certified
        and themes.get(value.call) == call.theme
        and value.certified <= call.begin
    ]
    return _years(max(days), call.begin) if days else None


def _years(since: str, until: str) -> int:
    return int(until[:4]) - int(since[:4]) - (until[4:] < since[4:])


@dataclass(frozen=True)
class Retention:
    """Of those trained at least so many years ago: how many were still in post then, how many had gone, of how many nobody knows."""

    years: int
    still: int
    gone: int
    unknown: int

    @property
    def share(self) -> float | None:
        """The share still in post among those known; None where nobody is known: no data, not zero."""
        known = self.still + self.gone
        return self.still / known if known else None


def trained(who: Viewer, *, state: str = "", theme: str = "") -> list[Subject]:
    """Everybody with a certificate somebody may see, of one State and theme where they are named."""
    found = seen(who, acts.subjects("nomination", state="certified"))
    found = [one for one in found if not state or one.value.get("state") == state]
    themes = _themes(found) if theme else {}
    return [one for one in found if not theme or themes.get(one.value["call"]) == theme]


def retention(people: list[Subject], today: str) -> list[Retention]:
    """Who of some people trained was still in post after one, three and five years; who is not that long trained is not counted."""
    found = []
    for years in YEARS:
        old = [v for one in people if _years((v := one.of(Nomination)).certified, today) >= years]
        answers = [lasted(value.checks, value.certified, years) for value in old]
        found.append(Retention(years, answers.count(True), answers.count(False), answers.count(None)))
    return found


@dataclass(frozen=True)
class Line:
    """How many of a State were trained on a theme, of whom how many are women, and how many are known to have moved on."""

    state: str
    theme: str
    trained: int
    women: int
    moved: int


def by_state(people: list[Subject]) -> list[Line]:
    """People trained by State and theme."""
    groups: dict[tuple[str, str], list[Nomination]] = {}
    themes = _themes(people)
    for one in people:
        value = one.of(Nomination)
        groups.setdefault((value.state, themes.get(value.call, "")), []).append(value)
    return [
        Line(
            state,
            theme,
            len(some),
            sum(value.sex == "f" for value in some),
            sum(bool(value.checks) and not value.checks[-1][1] for value in some),
        )
        for (state, theme), some in sorted(groups.items())
    ]


def asks(call: Subject, actor: str) -> bool:
    """Whether a call asks an actor to nominate."""
    found = acts.subject("actor", actor) if actor else None
    states = call.of(Call).states
    return found is not None and found.state == "state" and (not states or actor in states)
