"""Whatever one person does, of whatever role and through whatever door: who has a weapon of a store stays so, or somebody else is asked."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from countermark.ledger import identity
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor
from countermark.register import asking, cases, projection, services, undo
from countermark.register.checking import Refused
from countermark.register.files.write import write_rows
from countermark.register.loading.events import load_events
from countermark.register.loading.options import Options
from countermark.register.queries import discrepancies
from countermark.register.queries.scope import Scope
from countermark.stockpile import acts, proposals, receipts, units
from countermark.stockpile.alone.queue import KIND
from countermark.stockpile.rules.custody import ARMED_FORCES
from tests.register import people
from tests.register.people import CHIEF
from tests.stockpile.armoury import DEPOT, Armoury, armoury, state

pytestmark = pytest.mark.django_db
ROLES = ("registrar", "tracing", "armourer", "commander", "counter", "marking", "auditor", "admin")


def later(_: object) -> str:
    """After whatever a test hands over: of now, for a run of all tests is long."""
    return (timezone.now() + timedelta(minutes=10)).isoformat(timespec="seconds")


STEP = st.fixed_dictionaries({
    "do": st.sampled_from(["correct", "withdraw", "add", "join", "approve", "decide", "counter", "load", "undo", "correct_by_command", "withdraw_by_command", "add_by_command"]),
    "which": st.integers(0, 9),
    "event": st.sampled_from(["transfer", "sale", "export", "repair", "find", "seizure", "registration", "move", "return"]),
    "date": st.one_of(st.sampled_from(["", "2001-02-03"]), st.none().map(later)),
    "to": st.sampled_from(["", "A. Friend", DEPOT]),
    "place": st.sampled_from(["", "Elsewhere", "Rack B of Depot 7"]),
})  # fmt: skip
Step = dict[str, Any]


@contextmanager
def forgotten() -> Iterator[None]:
    """A store that is as it was afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
    identity.forget_secret()


class OnePerson:
    """Somebody of each role, a weapon that was issued by two, and a store whose rules ask for two. What is refused does not happen."""

    def __init__(self, folder: Path) -> None:
        self.place: Armoury = armoury(1)
        self.weapon = self.place.weapons[0]
        self.other = people.weapon("C1", "CC1")
        units.set_policy(ARMED_FORCES, reason=Reason("order"), by=CHIEF)
        for name, held, at in (("carla", "commander", DEPOT), ("nora", "commander", None)):
            people.person(name, held, at)
        for role in ROLES:
            people.person(role, role)
        self.by, self.folder, self.loads = CHIEF, folder, list[str]()
        receipts.issue(self.place.counter(second=self.place.second), [self.weapon], self.place.trained, "shift")
        self.before = self.hands()

    def begin(self, role: str) -> None:
        self.by, self.loads = Actor(role), []

    def hands(self) -> tuple[str, ...]:
        found = state(self.weapon)
        return (found.holder, found.place, found.replaced_by, found.custody.kind if found.custody else "")

    def do(self, step: Step) -> None:
        with suppress(Refused, undo.UnknownLoad):
            getattr(self, step["do"])(step)

    def asked_of_somebody_else(self) -> bool:
        found = discrepancies.queue(Scope(), kind=KIND)
        return any(str(one.weapons[0].id) == self.weapon and one.owner not in ("", self.by.name) for one in found)

    def correct(self, step: Step) -> None:
        asking.correct(self.event(step), said(step), reason="so", by=self.by)

    def withdraw(self, step: Step) -> None:
        asking.correct(self.event(step), None, reason="so", by=self.by)

    def add(self, step: Step) -> None:
        asking.add_event(self.weapon, {"event": step["event"], **said(step)}, by=self.by)

    def join(self, _step: Step) -> None:
        asking.join(self.weapon, self.other, reason="so", by=self.by)

    def approve(self, _step: Step) -> None:
        for one in acts.subjects("proposal", state="pending"):
            proposals.approve(one.key, by=self.by)

    def decide(self, _step: Step) -> None:
        for one in discrepancies.queue(Scope(), kind=KIND):
            cases.decide(one.subject, one.due, "as_recorded", "it is so", by=self.by)

    def counter(self, _step: Step) -> None:
        receipts.give_back(self.place.counter(by=self.by), [self.weapon])

    def load(self, step: Step) -> None:
        file = self.folder / f"{len(self.loads)}.csv"
        write_rows(file, ["ref", "event", "date", "to", "place"], [["W0", step["event"], *said(step).values()]])
        self.loads.append(load_events(file, Options(), by=self.by).load)

    def undo(self, _step: Step) -> None:
        if self.loads:
            undo.undo_load(self.loads[-1], Reason("trial"), by=self.by)

    def correct_by_command(self, step: Step) -> None:
        services.correct_event(self.event(step), said(step), reason="so", by=self.by)

    def withdraw_by_command(self, step: Step) -> None:
        services.correct_event(self.event(step), None, reason="so", by=self.by)

    def add_by_command(self, step: Step) -> None:
        services.add_event(self.weapon, {"event": step["event"], **said(step)}, by=self.by)

    def event(self, step: Step) -> str:
        events = [
            entry.event_id for entry in projection.entries_of([self.weapon]) if "errorDeclaration" not in entry.body
        ]
        which: int = step["which"]
        return events[which % len(events)]


def said(step: Step) -> dict[str, str]:
    return {name: step[name] for name in ("date", "to", "place")}


def test_nothing_one_person_does_changes_who_has_a_weapon_unless_somebody_else_is_asked(tmp_path: Path) -> None:
    world = OnePerson(tmp_path)

    @given(role=st.sampled_from(ROLES), steps=st.lists(STEP, max_size=5))
    def holds(role: str, steps: list[Step]) -> None:
        with forgotten():
            world.begin(role)
            for step in steps:
                world.do(step)
            assert world.hands() == world.before or world.asked_of_somebody_else(), (role, steps)

    holds()
