"""Projects in every stage, each passed from gate to gate by the authority of its recipient; one overlaps what others do."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from countermark.accounts.models import User
from countermark.cooperation import acts
from countermark.cooperation.needs import Need
from countermark.cooperation.projects import agreeing, delivering, meetings, others, services
from countermark.cooperation.projects.rules.shapes import STAGES, Giver, Project
from countermark.demo.region.tables import begin, months_after, past, table
from countermark.marks.sentences import Sentence

if TYPE_CHECKING:
    from countermark.demo.region.build import Region

TERMS = b"%PDF-1.4\n% Terms of a demonstration project: invented.\n%%EOF\n"
LATE = 3
"""Every third deliverable came late."""
BENCH = "Central Ordnance Depot, Oruvale"


def furnish(region: "Region") -> None:
    """Makes every project of the file, and what others do beside them."""
    for one in table()["elsewhere"]:
        _elsewhere(region, one)
    for one in table()["projects"]:
        _Made(region, one).bring()
    _meeting(region)


def _elsewhere(region: "Region", one: dict[str, Any]) -> None:
    first = begin(region.today, one["year"])
    others.state_elsewhere(
        one["title"], actor=one["state"], begin=first, end=f"{int(first[:4]) + one['years'] - 1}-12-31", stage=one["stage"],
        themes=[one["theme"]], places=[one["state"]], providers=[_name(one["of"])], source="Letter of the foundation",
        reference=f"demonstration {one['title']}", visibility="public", by=region.coordinator(one["state"]),
    )  # fmt: skip


def _name(key: str) -> str:
    return str(next(one["name"] for one in table()["others"] if one["key"] == key))


class _Made:
    """One project on its way to the stage the file names."""

    def __init__(self, region: "Region", said: dict[str, Any]) -> None:
        self.region, self.said = region, said
        need = acts.known("need", region.needs[said["key"]], Sentence("the id of a need"))
        self.need, self.state = need, need.parent.removeprefix("actor:")
        self.giver = region.actors[said["giver"]]
        self.officer, self.coordinator = region.officer(said["giver"]), region.coordinator(self.state)
        self.begin = months_after(need.of(Need).begin, 3)
        self.end = months_after(self.begin, said["months"], -1)

    def bring(self) -> None:
        """From the proposal on, stage by stage."""
        self.key = self._planned()
        self.region.projects[self.said["key"]] = self.key
        wanted = STAGES.index(self.said["stage"])
        for stage, make in zip(STAGES, (self._plan, self._design, self._implement, self._evaluate), strict=False):
            make(done=STAGES.index(stage) < wanted)
            if STAGES.index(stage) >= wanted:
                return
            self._pass(stage)

    def _planned(self) -> str:
        value = self.need.of(Need)
        title = acts.texts_of([self.need])[value.title]
        return services.plan(
            title, recipient=self.state, needs_answered=[self.need.key], givers=[Giver(self.giver, value.amount)], begin=self.begin,
            end=self.end, actor=self.giver, by=self.officer, request=f"demonstration {self.said['key']}",
        )  # fmt: skip

    @property
    def project(self) -> Project:
        """The project as it is now."""
        return services.project(self.key).of(Project)

    def _plan(self, *, done: bool) -> None:
        authority = User.objects.get(username=self.region.authority(self.state).name)
        services.name_authority(self.key, authority, actor=self.state, by=self.coordinator)
        value, texts = self.need.of(Need), acts.texts_of([self.need])
        said = services.Said(
            title=texts[value.title], currency="EUR", begin=self.begin, end=self.end, aims=texts[value.gap], themes=[value.theme],
            languages=value.languages, needs=[self.need.key], oda="no" if value.theme in ("stockpile", "ammunition") else "yes",
        )  # fmt: skip
        services.describe(self.key, said, actor=self.state, by=self.coordinator)
        services.share(self.key, "public", [], "named", actor=self.state, by=self.coordinator)
        if done:
            self._look()

    def _look(self) -> None:
        agreeing.look_for_overlaps(self.key, actor=self.state, by=self.coordinator)
        for overlap in self.project.unanswered:
            words = "They mark what people bring on market days; this unit goes to the barracks. Dates are exchanged each quarter."
            agreeing.answer_overlap(self.key, overlap, words, actor=self.state, by=self.coordinator)

    def _design(self, *, done: bool) -> None:
        for number, (kind, title) in enumerate(self._wanted()):
            self._deliverable(number, kind, title)
        delivering.set_risk(
            self.key, "Trained staff move on before they have taught others", 2, 2, "Two people are trained for each post.",
            actor=self.giver, by=self.officer,
        )  # fmt: skip
        if "indicator" in self.said:
            self._indicator(self.said["indicator"])
        self._running()
        if not done:
            return
        self._look()
        digest = agreeing.offer_terms(self.key, "Agreed terms", TERMS, actor=self.giver, by=self.officer)
        agreeing.sign_terms(self.key, digest, actor=self.giver, by=self.officer)
        agreeing.sign_terms(self.key, digest, actor=self.state, by=self.coordinator)

    def _wanted(self) -> list[tuple[str, str]]:
        equipment = [("equipment", self.said["equipment"][0])] if "equipment" in self.said else []
        taught = [
            ("training", "Training in the language of the users"),
            ("knowledge", "Manual, and a trainer of trainers"),
        ]
        return [*equipment, *taught]

    def _deliverable(self, number: int, kind: str, title: str) -> None:
        machine = self.said.get("equipment", ["", "", ""])
        said = delivering.DueSaid(
            kind=kind, title=title, due=months_after(self.end, -3 - number), owner=self.giver,
            language=self.need.of(Need).languages[0] if kind == "training" else "",
            maintenance=machine[1] if kind == "equipment" else "", fallback=machine[2] if kind == "equipment" else "",
        )  # fmt: skip
        delivering.set_deliverable(self.key, said, actor=self.giver, by=self.officer, request=f"{kind} {number}")

    def _indicator(self, said: list[str]) -> None:
        what, baseline, target, _value, unit = said
        target_said = delivering.TargetSaid(what=what, baseline=baseline, target=target, due=self.end, unit=unit)
        delivering.set_indicator(self.key, target_said, actor=self.state, by=self.coordinator, request="indicator")

    def _running(self) -> None:
        """Every line of the need with its payer; where nobody is named yet, a project that goes on finds one."""
        value, first = self.need.of(Need), int(self.begin[:4])
        lines = [
            agreeing.RunningCost(
                cost.category, f"{cost.amount / 100:.2f}", cost.payer or (self.state if self._goes_on() else ""), first=first,
                last=first + 2 + 3 * bool(cost.payer),
            )
            for cost in value.yearly
        ]  # fmt: skip
        if lines:
            agreeing.plan_running(self.key, lines, actor=self.state, by=self.coordinator)

    def _goes_on(self) -> bool:
        return STAGES.index(self.said["stage"]) > STAGES.index("design")

    def _implement(self, *, done: bool) -> None:
        for number, (item, one) in enumerate(self.project.deliverables.items()):
            # What goes on still has something outstanding.
            if not done and number == 0:
                continue
            day = past(months_after(one.due, 2 if number % LATE == 0 else 0, -5), self.region.today)
            delivering.deliver(self.key, item, day, actor=self.giver, by=self.officer)
            register = self._register() if one.kind == "equipment" else None
            delivering.accept(self.key, item, day, register=register, actor=self.state, by=self.coordinator)
        for indicator in self.project.indicators:
            value = self.said["indicator"][3]
            day = past(months_after(self.end, -1), self.region.today)
            delivering.read_indicator(
                self.key,
                indicator,
                day=day,
                value=value,
                source="Report of the authority",
                actor=self.state,
                by=self.coordinator,
            )

    def _register(self) -> delivering.Registered | None:
        if self.said["key"] != "marking-xa" or self.region.own != "XA":
            return None
        return delivering.Registered("machine", "Police bench", "dot_peen", BENCH, serial="DP-2210", days=90)

    def _evaluate(self, *, done: bool) -> None:
        words = "What was planned was done, later than planned. Spare parts should be ordered with the machine, not after it."
        delivering.evaluate(self.key, words, actor=self.state, by=self.coordinator)

    def _pass(self, gate: str) -> None:
        services.ask_gate(self.key, words="Everything the gate asks for is there.", actor=self.giver, by=self.officer)
        authority = self.region.authority(self.state)
        services.pass_gate(self.key, gate, words="Looked at with the commission.", actor=self.state, by=authority)


def _meeting(region: "Region") -> None:
    """A coordination meeting to come, of who helps in the west."""
    soon = datetime(region.today.year, region.today.month, region.today.day, 9, tzinfo=UTC) + timedelta(days=12)
    said = meetings.Called(
        title="Who helps whom in the west",
        starts=soon,
        hours=3,
        where="Regional Centre for Peace West, and by telephone",
        agenda=["Second mobile unit in the south", "Spare parts after the project", "Dates of courses"],
        invited=[region.actors[key] for key in ("agency", "ministry", "roads", "XC")],
    )
    meetings.call(said, actor=region.actors["centre"], by=region.officer("centre"), request="demonstration meeting")
