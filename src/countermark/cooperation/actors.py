"""Actors: States, donors, regional organisations and centres, UN offices, NGOs, industry, and which person speaks for which of them.

Everybody in this room speaks for one actor (their *seat*); what they may see and do follows from whom they speak for. A contact is
personal data: its text stands beside the log, and looking at it is an act (`contact_of`).
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec
import pycountry
from django.conf import settings

from countermark.accounts import queries as accounts
from countermark.accounts.models import User
from countermark.accounts.queries import Person
from countermark.cooperation import acts, states
from countermark.cooperation.acts import Words
from countermark.cooperation.words import LABELS
from countermark.ledger.reasons import FIELD, Reason
from countermark.ledger.services import Actor, timed_act
from countermark.marks.sentences import Sentence
from countermark.register import checking

Kind = Literal["state", "donor", "regional", "centre", "un", "ngo", "industry", "facility"]
USER_ASSIGNED = frozenset(
    [
        "AA",
        "ZZ",
        *(f"Q{letter}" for letter in "MNOPQRSTUVWXYZ"),
        *(f"X{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    ]
)
"""Codes ISO 3166-1 leaves to its users, those of demonstrations among them."""


class ActorFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """`name` and `contact` are ids of texts; `country` the ISO 3166-1 code of a State, or where the actor sits; `regions` short codes of
    regions it belongs to or works in, as this node's users write them; `iati` its identifier in IATI files.
    """

    name: str
    kind: Kind
    country: str = ""
    regions: tuple[str, ...] = ()
    contact: str = ""
    iati: str = ""


class Seat(msgspec.Struct, frozen=True):
    """For which actor a person speaks; the empty text ends it."""

    actor: str


states.record("actor", ActorFacts)
states.record("seat", Seat)


def country(code: str) -> str:
    """A country code, or one left to users; Raises `Refused` for any other."""
    upper = code.strip().upper()
    if upper in USER_ASSIGNED or (upper.isascii() and pycountry.countries.get(alpha_2=upper)):
        return upper
    raise acts.refuse("country", code, "the two letters of a country (ISO 3166-1)", "unknown")


def set_actor(
    key: str,
    name: str,
    kind: str,
    *,
    country_code: str = "",
    regions: Sequence[str] = (),
    contact: str | None = None,
    iati: str = "",
    by: Actor,
    request: str = "",
) -> str:
    """Describes an actor; returns its key, which for a State is its country code. `contact` None keeps what is there. A new one asked for with
    one `request` is entered once. Raises `Refused`, with the code `known` for a new State that is entered already and is another.
    """
    if kind not in LABELS["actor"]:
        raise acts.refuse("kind", kind, acts.one_of(LABELS["actor"]), "unknown")
    code = country(country_code) if country_code.strip() else ""
    if kind == "state" and not code:
        raise acts.refuse("country", "", "the two letters of a country (ISO 3166-1)", "missing")
    words = Words()
    called = words(acts.required("name", name, "the name of the actor"), "party")
    pk = code if kind == "state" else key or acts.id_for(request)
    with acts.alone():
        known = acts.subject("actor", pk)
        if known is not None and not key and pk != code:
            return pk
        if known is not None and key and key != pk:
            raise acts.refuse("country", code, "a State that is not entered yet", "known")
        before = known.of(ActorFacts).contact if known else ""
        text = before if contact is None else words(contact, "person", column="contact")
        facts = ActorFacts(called, kind, code, tuple(dict.fromkeys(region(one) for one in regions)), text, iati.strip())  # type: ignore[arg-type]
        if known is not None and not key and known.of(ActorFacts) != facts:
            raise acts.refuse("country", code, "a State that is not entered yet; this one is changed on its own page, or by its key", "known")  # fmt: skip
        acts.state_record("actor", pk, facts, by=by, state=kind, texts=words.notes)
    return pk


REGION_LENGTH = 40


def region(code: str) -> str:
    """A region as it is written, for instance `north` or `R-1`. Raises `Refused` for an empty or long one."""
    found = acts.required("region", code, "a short name of a region")
    if len(found) > REGION_LENGTH:
        raise acts.refuse("region", code, "a short name of a region", "range")
    return found


def seat(user: User, actor: str, *, by: Actor) -> None:
    """Lets a person speak for an actor, or for none. Raises `Refused` for an actor there is not."""
    if actor:
        known_actor(actor)
    acts.state_record("seat", user.person.removeprefix("urn:countermark:"), Seat(actor), by=by, parent=_name(actor))


def _name(actor: str) -> str:
    return f"actor:{actor}" if actor else ""


def known_actor(key: str) -> states.Subject:
    """An actor. Raises `Refused` for a key that is none."""
    return acts.known("actor", key, Sentence("the key of an actor"))


def own_state() -> str:
    """The key of the State whose node this is."""
    return str(settings.ENVIRONMENT.state)


def speaks_for(user: Person) -> str:
    """The actor a person speaks for: their seat, or this State for its own coordinator; empty for nobody."""
    if not isinstance(user, User):
        return ""
    found = acts.subject("seat", user.person.removeprefix("urn:countermark:"))
    if found is not None and found.of(Seat).actor:
        return found.of(Seat).actor
    return own_state() if accounts.may(user, "aid.own") else ""


def names(keys: Sequence[str] | None = None) -> dict[str, str]:
    """The names of actors by key, of all where none is named; an erased name is shown as the key."""
    rows = acts.rows("actor")
    found = [acts.subject_of_row(row) for row in (rows if keys is None else rows.filter(key__in=list(keys)))]
    texts = acts.texts_of(found)
    said = {one.key: texts.get(one.of(ActorFacts).name, one.key) for one in found}
    return said if keys is None else {**{key: key for key in keys if key}, **said}


def regions_of(key: str) -> tuple[str, ...]:
    """The regions of an actor, its country first."""
    return regions_of_each([key])[key]


def regions_of_each(keys: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The regions of some actors by key, the country of each first; none of who is not entered."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(keys, ())
    for row in acts.rows("actor").filter(key__in=[key for key in found if "\0" not in key]):
        facts = acts.subject_of_row(row).of(ActorFacts)
        found[row.key] = (facts.country, *facts.regions) if facts.country else facts.regions
    return found


def contact_of(key: str, reason: Reason | str, *, by: Actor) -> str:
    """The contact of an actor; that somebody looked, and why (of the list `look`), is an act. Raises `Refused` without a reason."""
    why = checking.reason("look", reason)
    found = known_actor(key)
    facts = found.of(ActorFacts)
    fields = {"person": facts.contact, "about": found.name, FIELD: why.code}
    acts.append([timed_act("person_viewed", fields, note=why.words)], by=by)
    return acts.texts_of([found]).get(facts.contact, "")
