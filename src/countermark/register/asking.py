"""What one person asks for and another decides: what takes a weapon of the stores out of the hands it is in, beside their counters.

Pages and programs come through here; `services` do what they are told. What is asked is tried, and taken back where the weapon would change
hands: it is then proposed (`PROPOSE`), and done when somebody who commands where the weapon is, and where it would be, approves. What
does not come through here (a command of whoever holds the machine, a file, another node) shows in the fold as `WeaponState.alone`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from django.db.models import QuerySet

from countermark.accounts.models import Place
from countermark.ledger import identity, store
from countermark.ledger import services as ledger
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor, Captured, SideNote
from countermark.marks.sentences import Sentence
from countermark.register import checking, projection, services
from countermark.register.checking import refuse
from countermark.register.rules import WeaponState, is_birth, is_hand_over, weapons_of
from countermark.register.services import Added, Fields, side_texts

T = TypeVar("T")
Weighs = Callable[[WeaponState, WeaponState], bool]


@dataclass(frozen=True)
class Asked:
    """What waits for a second person: `command` is what `done` is given, texts by their ids; `texts` what the ids stand for; `places`
    where the second person must command (one empty name: in the whole State).
    """

    command: dict[str, Any]
    texts: tuple[SideNote, ...]
    places: tuple[str, ...] = ()


@dataclass(frozen=True)
class Waits:
    """Nothing is recorded of a weapon yet: the proposal of this id waits."""

    proposal: str
    weapon_id: str


PROPOSE: list[Callable[[Asked, Actor], str]] = []
"""How it is proposed; the id of the proposal is returned. The room of the stores fills it when the program starts."""
PROPOSALS: list[Callable[[], "QuerySet[Any]"]] = []
"""Every proposal there is: rows with `key` and `state` (`pending`, `approved`, `declined`). The room of the stores fills it as well."""
FOLLOWED: list[str] = []
"""Where who asked follows a proposal (the name of a URL, given its id). The room of the stores fills it too."""
KEPT_BY_STORES: list[Callable[[str], bool]] = []
"""Whether a place (id) belongs to a store, so that what stands there by the record is in its hands though it never handed it over."""

TEXTS = {"from": "party", "to": "party", "place": "place", "document": "document", "note": "note"}
"""Columns of the events file that hold a text, and of what kind."""


def correct(event_id: str, changes: Fields | None, *, reason: Reason | str, by: Actor) -> Captured | Waits:
    """As `services.correct_event`; waits where it takes a hand-over or what a weapon is in law back. Raises `Refused`."""
    why = checking.reason("correction", reason)
    fields, texts = (None, ()) if changes is None else _named(changes)
    command: dict[str, Any] = {
        "do": "correct",
        "weapon": services.weapon_of(event_id),
        "event": event_id,
        **_reason(why),
    }
    command |= {} if fields is None else {"fields": fields}
    return _tried(
        weapons_about(event_id),
        lambda: services.correct_event(event_id, changes, reason=why, by=by),
        lambda before, after: _is_hand_over(event_id) or _held(before, law=True) != _held(after, law=True),
        Asked(command, (*texts, *_said(why))),
        by,
    )


def add_event(weapon: str, given: Fields, *, by: Actor) -> Added | Waits:
    """As `services.add_event`; waits where it moves a weapon that is in the hands of a store. Raises `Refused`."""
    fields, texts = _named(given)
    command: dict[str, Any] = {"do": "add", "weapon": weapon, "fields": fields}
    return _tried(
        [weapon],
        lambda: services.add_event(weapon, given, by=by),
        lambda before, after: _held(before) != _held(after),
        Asked(command, texts),
        by,
    )


def join(weapon: str, survivor: str, *, reason: Reason | str, by: Actor) -> Captured | Waits:
    """As `services.join`; waits where the record that goes is of a weapon in the hands of a store. Raises `Refused`."""
    why = checking.reason("same_weapon", reason)
    command = {"do": "join", "weapon": weapon, "survivor": survivor, **_reason(why)}
    return _tried(
        [weapon],
        lambda: services.join(weapon, survivor, reason=why, by=by),
        lambda before, after: True,
        Asked(command, _said(why)),
        by,
    )


def proposals(**columns: Any) -> "QuerySet[Any]":
    """The proposals whose columns are as given."""
    return PROPOSALS[0]().filter(**columns)


def done(command: Mapping[str, Any], *, by: Actor, may: Callable[[str], bool]) -> None:
    """Does what was asked for, as things stand now. `may` says whether who approves commands at a place (empty: in the whole State).

    Raises `Refused` where they do not at each of the places it touches, and for what has become impossible.
    """
    weapons = weapons_in(command)
    with ledger.alone():
        before = projection.states_of(weapons)
        _do(command, by)
        places = _places([*before.values(), *projection.states_of(weapons).values()])
        if not all(map(may, places)):
            expected = Sentence("somebody who commands where the weapon is and where it would be")
            raise refuse("approver", by.name, expected, "unknown")


def weapons_in(command: Mapping[str, Any]) -> list[str]:
    """The weapons whose hands a command would change."""
    return weapons_about(str(command["event"])) if command["do"] == "correct" else [str(command["weapon"])]


def weapons_about(event_id: str) -> list[str]:
    """The weapons an event is about."""
    return list(dict.fromkeys(weapon for entry in store.find(event_id) for weapon in weapons_of(entry.body)))


def _do(command: Mapping[str, Any], by: Actor) -> None:
    weapon, words = str(command["weapon"]), str(command.get("reason", ""))
    why = Reason(str(command.get("reason_code", "")), side_texts([words]).get(words, words))
    fields = of_command(command)
    if command["do"] == "correct":
        services.correct_event(str(command["event"]), fields, reason=why, by=by)
    elif command["do"] == "join":
        services.join(weapon, str(command["survivor"]), reason=why, by=by)
    elif command["do"] == "add" and fields is not None:
        services.add_event(weapon, fields, by=by)
    else:
        raise refuse("do", str(command["do"]), "something this version can do", "unknown")


def of_command(command: Mapping[str, Any]) -> dict[str, str] | None:
    """The columns a command gives; a note is empty where it was erased meanwhile. None where an event is said never to have been."""
    if "fields" not in command:
        return None
    fields = dict(command["fields"])
    if note := fields.get("note"):
        fields["note"] = side_texts([note]).get(note, "")
    return fields


class _ChangesHands(Exception):
    """What was tried would take the weapon out of the hands it is in."""

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__()
        self.places = places


def _tried(weapons: Sequence[str], make: Callable[[], T], weighs: Weighs, asked: Asked, by: Actor) -> T | Waits:
    try:
        with ledger.alone():
            before = projection.states_of(weapons)
            made = make()
            _take_back(before, projection.states_of(weapons), weighs)
            return made
    except _ChangesHands as found:
        places = found.places
    return Waits(PROPOSE[0](replace(asked, places=places), by), weapons[0])


def _take_back(before: Mapping[str, WeaponState], after: Mapping[str, WeaponState], weighs: Weighs) -> None:
    """Ends the transaction where a weapon of a store would change hands. Raises `_ChangesHands`."""
    taken = [one for one in before if before[one] != after[one] and _in_hands(before[one], after[one])]
    if any(weighs(before[one], after[one]) for one in taken):
        raise _ChangesHands(_places([*before.values(), *after.values()]))


def _in_hands(before: WeaponState, after: WeaponState) -> bool:
    """Whether a weapon is in the hands of a store: one handed it over, or it stands there by the record."""
    held = before.custody is not None or after.custody is not None
    return held or (bool(before.place) and any(asked(before.place) for asked in KEPT_BY_STORES))


def _held(state: WeaponState, *, law: bool = False) -> tuple[Any, ...]:
    """Who has a weapon and where; with `law`, what it is in law and whether it has a record too."""
    custody = state.custody.kind if state.custody else ""
    return (state.holder, state.place, state.replaced_by, custody, *((state.status, state.ref) if law else ()))


def _is_hand_over(event_id: str) -> bool:
    return any(is_hand_over(entry.body) and not is_birth(entry.body) for entry in store.find(event_id))


def _places(states: Iterable[WeaponState]) -> tuple[str, ...]:
    """The places of this State some weapons leave and come to; one empty name where they are at none of them."""
    named = [state.place for state in states if state.place]
    known = set(Place.objects.filter(pk__in=named).values_list("pk", flat=True))
    return tuple(dict.fromkeys(place for place in named if place in known)) or ("",)


def _named(fields: Fields) -> tuple[dict[str, str], tuple[SideNote, ...]]:
    """Columns with ids in place of texts, and the texts."""
    said = {column: SideNote(TEXTS[column], text) for column, text in fields.items() if column in TEXTS and text}
    texts = {column: one for column, one in said.items() if not identity.is_opaque(one.text)}
    named = {column: identity.opaque(one.kind, one.text) for column, one in texts.items()}
    return {**fields, **named}, tuple(texts.values())


def _reason(why: Reason) -> dict[str, str]:
    words = {"reason": identity.opaque("note", why.words)} if why.words else {}
    return {"reason_code": why.code, **words}


def _said(why: Reason) -> tuple[SideNote, ...]:
    return (SideNote("note", why.words),) if why.words else ()
