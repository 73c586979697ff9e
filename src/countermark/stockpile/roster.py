"""The roster: people who may be handed a weapon, their cards and what they are qualified for. A person here need not be a user.

Names stand in side texts; the ledger and the views know the party's id. The code of a card is drawn at random and kept as an id too, so
that the ledger does not say which card opens which door.
"""

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec
from django.utils import timezone

from countermark.accounts.models import User
from countermark.ledger import identity
from countermark.ledger.reasons import Reason
from countermark.ledger.services import Actor, SideNote, require_own_log
from countermark.register.services import side_texts
from countermark.stockpile import acts, states, units
from countermark.stockpile.codes import house
from countermark.stockpile.rules.custody import QUALIFICATIONS, Eligibility, Qualification, eligible
from countermark.stockpile.states import Subject


class Person(msgspec.Struct, frozen=True, omit_defaults=True):
    """Somebody on the roster. `unit` is the party of the unit they belong to, `user` the person id of a user, `card` the id of a card's code."""

    party: str
    unit: str = ""
    user: str = ""
    card: str = ""
    qualifications: tuple[Qualification, ...] = ()


states.record("person", Person)


@dataclass(frozen=True)
class Enrolled:
    """A person as a counter shows them: the party's id, name and what stands on the roster."""

    party: str
    name: str
    person: Person
    place: str

    @property
    def active(self) -> bool:
        """Whether they may still be handed anything: who has left has no card."""
        return bool(self.person.card)


def enrol(
    name: str,
    *,
    place: str,
    unit: str = "",
    username: str = "",
    qualifications: Iterable[Qualification] | None = None,
    by: Actor,
) -> tuple[Enrolled, str]:
    """Puts somebody on the roster of a place, or says more of them: what is left out stays as it was. Returns them and the code of their card.

    `name` is as it is to stand on receipts, with the service number where namesakes are to be told apart. Who has a card keeps it; the
    code is given out once, when the card is made, and is empty afterwards. `username` is given by that user, or on the machine of the node:
    whoever could say that an invented person is somebody else would have that one's word as a second person. Raises `Refused`.
    """
    require_own_log()
    text = acts.required("name", name, "the name of a person")
    pk = acts.place_id(acts.required("place", place, "a place of this State"))
    party = identity.opaque("party", text)
    known = find(party)
    code = "" if known and known.person.card else _new_code()
    card = known.person.card if known and known.person.card else identity.opaque("card", code)
    before = known.person if known else Person(party)
    held = before.qualifications if qualifications is None else tuple(map(_checked, qualifications))
    user = _own_user(username, party, by) if username else before.user
    value = Person(party, _party(unit) or before.unit, user, card, held)
    texts = [SideNote("party", text)] + ([SideNote("party", unit.strip())] if unit.strip() else [])
    _state(value, pk, texts, by)
    return Enrolled(party, text, value, pk), code


def qualify(party: str, qualifications: Iterable[Qualification], *, by: Actor) -> bool:
    """States what somebody is qualified for. Raises `Refused`."""
    one = _known(party)
    value = msgspec.structs.replace(one.person, qualifications=tuple(map(_checked, qualifications)))
    return _state(value, one.place, [], by)


def new_card(party: str, *, reason: Reason | str, by: Actor) -> str:
    """Gives somebody a new card, for one that was lost or a person who returns; the old one opens nothing any more. Returns its code.

    `reason` is of the list `card`. Raises `Refused`.
    """
    why = acts.reason_of("card", reason)
    one, code = _known(party), _new_code()
    _state(msgspec.structs.replace(one.person, card=identity.opaque("card", code)), one.place, [], by, why)
    return code


def link(code: str, *, by: Actor) -> Enrolled:
    """Says that the card of this code is one's own: who signs in as `by` is that person on the roster. Raises `Refused`."""
    one = by_card(code)
    if one is None:
        raise acts.refuse("card", code, "a card in use", "unknown")
    value = msgspec.structs.replace(one.person, user=_own_user(by.name, one.party, by))
    if one.person.user not in ("", value.user):
        raise acts.refuse("card", code, "a card that is nobody else's", "differs")
    _state(value, one.place, [], by)
    return one


def leave(party: str, *, reason: Reason | str, by: Actor) -> bool:
    """Takes somebody off the roster: no card, nothing issued any more. What they hold they still hold. `reason` is of the list `card`."""
    why = acts.reason_of("card", reason)
    one = _known(party)
    return _state(msgspec.structs.replace(one.person, card=""), one.place, [], by, why)


def _state(value: Person, place: str, texts: Sequence[SideNote], by: Actor, why: Reason | None = None) -> bool:
    return acts.state_record(
        "person", identity.ref_of(value.party), value, state=identity.ref_of(value.card), place=place,
        person=value.party, reason=why, texts=texts, by=by,
    )  # fmt: skip


def find(party: str) -> Enrolled | None:
    """Somebody by the id of the party."""
    row = acts.subject("person", identity.ref_of(party)) if party else None
    return _enrolled([row])[0] if row else None


def party_of(name: str) -> str:
    """The party of a name, whether or not it is on the roster."""
    return _party(name)


def by_card(code: str) -> Enrolled | None:
    """Who has a card; None for a code no card in use has."""
    parsed = house.parse(code)
    if parsed is None or parsed[0] != "person":
        return None
    row = acts.rows("person").filter(state=identity.ref("card", parsed[1])).first()
    return _enrolled([acts.subject_of_row(row)])[0] if row else None


def by_user(user: User) -> Enrolled | None:
    """The entry of a user on the roster."""
    row = acts.rows("person").filter(value__user=user.person).first()
    return _enrolled([acts.subject_of_row(row)])[0] if row else None


def at(places: Iterable[str] | None) -> list[Enrolled]:
    """Everybody on the roster of some places (None: of all), by name."""
    rows = acts.rows("person")
    if places is not None:
        rows = rows.filter(place__in=list(places))
    return sorted(_enrolled([acts.subject_of_row(row) for row in rows]), key=lambda one: one.name.casefold())


def eligibility(party: str, weapon_kinds: Iterable[str], custody: str, place: str) -> Eligibility:
    """Whether somebody may receive weapons of some kinds in a kind of custody at a place today."""
    one = find(party)
    required = units.policy_at(place).requires.get(custody, ())
    held = one.person.qualifications if one else ()
    return eligible(held, required, weapon_kinds, timezone.localdate().isoformat())


def _enrolled(found: Sequence[Subject]) -> list[Enrolled]:
    people = [(one, one.of(Person)) for one in found]
    names = side_texts([person.party for _, person in people])
    return [Enrolled(person.party, names.get(person.party, ""), person, one.place) for one, person in people]


def _known(party: str) -> Enrolled:
    found = find(party)
    if found is None:
        raise acts.refuse("person", party, "somebody on the roster", "unknown")
    return found


def _checked(one: Qualification) -> Qualification:
    if one.what not in QUALIFICATIONS:
        raise acts.refuse("qualification", one.what, acts.one_of(QUALIFICATIONS), "unknown")
    return one


def _party(name: str) -> str:
    return identity.opaque("party", name.strip()) if name.strip() else ""


def _own_user(username: str, party: str, by: Actor) -> str:
    """The person id of a user who says of themselves that they are somebody on the roster. Raises `Refused`."""
    user = User.objects.filter(username=username).first()
    if user is None:
        raise acts.refuse("user", username, "the name of a user", "unknown")
    if by.name != username and not by.name.startswith("os:"):
        raise acts.refuse(
            "user", username, "one's own user name: a user says so themselves, with their card", "unknown"
        )
    others = acts.rows("person").filter(value__user=user.person).exclude(person=party).exclude(state="")
    if others.exists():
        raise acts.refuse("user", username, "a user who has no other card", "differs")
    return user.person


def _new_code() -> str:
    return house.code_of("person", secrets.randbelow(house.NUMBERS))
