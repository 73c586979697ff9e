"""Whatever is recorded, in whatever order: the views are the fold, the fold is what was said, and everything verifies."""

from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from countermark.ledger import identity
from countermark.ledger.rebuild import rebuild_views
from countermark.ledger.services import Actor
from countermark.ledger.verify import verify
from countermark.ledger.vocabulary import EVENTS
from countermark.register import services as register
from countermark.register.models import Mark, Weapon

CLERK = Actor("clerk")
WORDS = ("transfer", "issue", "loss", "find", "count")
DATES = ("2001-03-02", "", "2010")
HOLDERS = ("", "Depot", "Unit 5")


@dataclass
class Said:
    """An event that stands: its place in the order of its day is where it, or what it corrects, was first said."""

    event_id: str
    word: str
    date: str
    to: str
    place: int


@dataclass
class Told:
    """What the model knows of one weapon."""

    ref: str
    maker: str
    mark: str
    events: list[Said] = field(default_factory=list)
    joined: tuple[str, str] | None = None

    def in_order(self) -> list[Said]:
        return sorted(self.events, key=lambda said: (said.date.ljust(10, "-") if said.date else "", said.place))

    @property
    def marks(self) -> list[str]:
        return [self.mark]

    @property
    def status(self) -> str:
        return next((s for said in reversed(self.in_order()) if (s := EVENTS[said.word].status)), "active")

    @property
    def holder(self) -> str:
        moves = [said.to for said in self.in_order() if said.to and EVENTS[said.word].moves_custody]
        return identity.opaque("party", moves[-1]) if moves else ""


def an_event() -> st.SearchStrategy[dict[str, str]]:
    return st.fixed_dictionaries(
        {"event": st.sampled_from(WORDS), "date": st.sampled_from(DATES), "to": st.sampled_from(HOLDERS)}
    )


class Register(RuleBasedStateMachine):
    """People at work on one register."""

    def __init__(self) -> None:
        super().__init__()
        self.told: dict[str, Told] = {}
        self.numbers = count()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)
        identity.forget_secret()

    def some(self, data: st.DataObject) -> tuple[str, Told]:
        weapon_id = data.draw(st.sampled_from(sorted(self.told)))
        return weapon_id, self.told[weapon_id]

    def event_of(self, data: st.DataObject) -> tuple[str, Told, Said]:
        having = sorted(weapon_id for weapon_id, told in self.told.items() if told.events)
        weapon_id = data.draw(st.sampled_from(having))
        return weapon_id, self.told[weapon_id], data.draw(st.sampled_from(self.told[weapon_id].events))

    @precondition(lambda self: len(self.told) < 3)
    @rule(maker=st.sampled_from(["Taurus", "Rossi"]), mark=st.sampled_from(["K1", "K2", "ЖИ1408"]))
    def add(self, maker: str, mark: str) -> None:
        ref = f"R{next(self.numbers)}"
        added = register.add_weapon(ref, {"maker": maker}, [{"component": "frame", "mark": mark}], by=CLERK)
        assert added.new
        assert not register.add_weapon(ref, {"maker": maker}, [{"component": "frame", "mark": mark}], by=CLERK).new
        self.told[added.weapon_id] = Told(ref, maker, mark)

    @precondition(lambda self: self.told)
    @rule(data=st.data(), maker=st.sampled_from(["Taurus", "Rossi", "Beretta"]), mark=st.sampled_from(["K1", "K2"]))
    def correct(self, data: st.DataObject, maker: str, mark: str) -> None:
        weapon_id, told = self.some(data)
        new = [{"component": "frame", "mark": mark}]
        if (maker, mark) == (told.maker, told.mark):
            with pytest.raises(register.Refused):
                register.correct_weapon(weapon_id, {"maker": maker}, new, reason="so", by=CLERK)
            return
        register.correct_weapon(weapon_id, {"maker": maker}, new, reason="so", by=CLERK)
        told.maker, told.mark = maker, mark

    @precondition(lambda self: self.told)
    @rule(data=st.data(), several=st.lists(an_event(), min_size=1, max_size=3))
    def events(self, data: st.DataObject, several: list[dict[str, str]]) -> None:
        weapon_id, told = self.some(data)
        for fields in several:
            number = next(self.numbers)
            added = register.add_event(weapon_id, {**fields, "document": f"D{number}"}, by=CLERK)
            told.events.append(Said(added.event_id, fields["event"], fields["date"], fields["to"], number))

    @precondition(lambda self: any(told.events for told in self.told.values()))
    @rule(data=st.data(), fields=an_event())
    def correct_event(self, data: st.DataObject, fields: dict[str, str]) -> None:
        _, told, said = self.event_of(data)
        if (fields["event"], fields["date"], fields["to"]) == (said.word, said.date, said.to):
            return
        done = register.correct_event(said.event_id, fields, reason="typo", by=CLERK)
        told.events.remove(said)
        told.events.append(Said(done.event_id, fields["event"], fields["date"], fields["to"], said.place))

    @precondition(lambda self: self.told)
    @rule(data=st.data(), fields=an_event(), others=st.permutations(HOLDERS))
    def a_day_at_the_counter(self, data: st.DataObject, fields: dict[str, str], others: list[str]) -> None:
        weapon_id, told = self.some(data)
        day = []
        for word, to in (("issue", others[0]), ("return", others[1])):
            number = next(self.numbers)
            columns = {**fields, "event": word, "to": to, "document": f"D{number}"}
            added = register.add_event(weapon_id, columns, by=CLERK)
            day.append(Said(added.event_id, word, fields["date"], to, number))
        done = register.correct_event(day[0].event_id, {"to": others[2]}, reason="typo", by=CLERK)
        day[0] = Said(done.event_id, "issue", fields["date"], others[2], day[0].place)
        told.events += day

    @precondition(lambda self: any(told.events for told in self.told.values()))
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        _, told, said = self.event_of(data)
        register.correct_event(said.event_id, None, reason="it never happened", by=CLERK)
        told.events.remove(said)
        with pytest.raises(register.Refused):
            register.correct_event(said.event_id, None, reason="again", by=CLERK)

    @precondition(lambda self: len(self.told) > 1)
    @rule(data=st.data())
    def join(self, data: st.DataObject) -> None:
        weapon_id, told = self.some(data)
        other, survivor = self.some(data)
        if weapon_id == other or told.joined or survivor.joined:
            with pytest.raises(register.Refused):
                register.join(weapon_id, other, reason="the same", by=CLERK)
            return
        told.joined = (other, register.join(weapon_id, other, reason="the same", by=CLERK).event_id)

    @precondition(lambda self: any(told.joined for told in self.told.values()))
    @rule(data=st.data())
    def part(self, data: st.DataObject) -> None:
        told = data.draw(st.sampled_from([told for told in self.told.values() if told.joined]))
        assert told.joined is not None
        register.correct_event(told.joined[1], None, reason="they are two", by=CLERK)
        told.joined = None

    @rule()
    def rebuild(self) -> None:
        before = _rows()
        rebuild_views()
        assert _rows() == before

    @invariant()
    def the_views_say_what_was_told(self) -> None:
        weapons = {str(weapon.id): weapon for weapon in Weapon.objects.all()}
        assert set(weapons) == set(self.told)
        for weapon_id, told in self.told.items():
            weapon = weapons[weapon_id]
            assert (weapon.ref, weapon.maker, weapon.status) == (told.ref, told.maker, told.status)
            assert weapon.holder == told.holder
            assert str(weapon.replaced_by or "") == (told.joined[0] if told.joined else "")
            assert list(Mark.objects.filter(weapon=weapon).values_list("text", flat=True)) == told.marks

    @invariant()
    def everything_stored_is_as_the_log_says(self) -> None:
        report = verify()
        assert report.ok, report.first_difference


def _rows() -> list[Any]:
    weapons = list(Weapon.objects.order_by("id").values_list())
    return [*weapons, *Mark.objects.order_by("weapon_id", "number").values_list()]


@pytest.mark.django_db
def test_the_register_says_what_it_was_told_whatever_happens_in_whatever_order(scale: int) -> None:
    run_state_machine_as_test(
        Register, settings=settings(max_examples=min(12 * scale, 300), stateful_step_count=15, deadline=None)
    )
