"""Offers: what donors and organisations can give, to whom, for what, when and on which terms: the donor resource database (A/70/115, 49)."""

from collections.abc import Callable, Sequence

import msgspec

from countermark.cooperation import actors, acts, needs, states
from countermark.cooperation.acts import Words
from countermark.cooperation.rules.days import Day
from countermark.cooperation.rules.themes import THEMES
from countermark.cooperation.states import Subject
from countermark.cooperation.words import LABELS
from countermark.ledger.services import Actor, Draft
from countermark.marks.sentences import Sentence


class Offer(msgspec.Struct, frozen=True, omit_defaults=True):
    """An offer. Texts are ids of notes; `budget` and `ceiling` (for one project, 0 for none) minor units of `currency`.

    Empty `kinds`, `themes`, `regions` or `languages` mean any. `regions` are countries or regions as actors have them; `eligible` the actors
    it is for (empty for all); `co_funding` the percentage somebody else must bring; `standards` what equipment it gives works with;
    `rules` the code of the dated rules of its facility, where it has some.
    """

    title: str
    currency: str
    budget: int
    begin: Day
    end: Day
    kinds: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    eligible: tuple[str, ...] = ()
    ceiling: int = 0
    co_funding: int = 0
    languages: tuple[str, ...] = ()
    standards: tuple[str, ...] = ()
    conditions: str = ""
    rules: str = ""
    visibility: str = "private"
    partners: tuple[str, ...] = ()


states.record("offer", Offer)


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """An offer as somebody says it: words as words, amounts as written."""

    title: str
    currency: str
    budget: str
    begin: str
    end: str
    kinds: Sequence[str] = ()
    themes: Sequence[str] = ()
    regions: Sequence[str] = ()
    eligible: Sequence[str] = ()
    ceiling: str = ""
    co_funding: int = 0
    languages: Sequence[str] = ()
    standards: Sequence[str] = ()
    conditions: str = ""
    rules: str = ""
    visibility: str = "public"
    partners: Sequence[str] = ()


def state_offer(said: Said, *, actor: str, by: Actor, key: str = "", state: str = "open", request: str = "") -> str:
    """States an offer of an actor, a new one or (with `key`) one it has made before; returns its id.

    Said twice with one `request` it is stated once. Raises `Refused`, naming the field, for what no offer can be.
    """
    needs.chosen(state, LABELS["offer_state"], "state")
    owner = actors.known_actor(actor)
    if key:
        mine(key, actor)
    pk = key or acts.id_for(request)
    value, words = offer_of(said)
    acts.state_record("offer", pk, value, by=by, state=state, parent=owner.name, due=value.end, texts=words.notes)
    return pk


def drafted(said: Said, *, actor: str, key: str, state: str) -> Draft:
    """The act that states an offer of an actor, to be appended with others. Raises `Refused`."""
    value, words = offer_of(said)
    columns = {"state": state, "parent": f"actor:{actor}", "due": value.end}
    return acts.record_draft("offer", key, acts.plain([value])[0], columns, texts=words.notes)


def offer_of(said: Said) -> tuple[Offer, Words]:
    """An offer as acts hold it, and the texts beside them. Raises `Refused`."""
    words = Words()
    code = needs.currency(said.currency)
    begin, end = needs.window(said.begin, said.end)
    if not 0 <= said.co_funding < needs.PERCENT:
        raise acts.refuse("co_funding", str(said.co_funding), "a percentage from 0 to 99", "range")
    needs.visible(said.visibility, said.partners)
    offer = Offer(
        title=words(acts.required("title", said.title, "what is offered, in one line"), column="title"),
        currency=code,
        budget=needs.amount("budget", said.budget, code),
        begin=begin,
        end=end,
        kinds=tuple(needs.chosen(one, LABELS["kind"], "kinds") for one in said.kinds),
        themes=tuple(needs.chosen(one, THEMES, "themes") for one in said.themes),
        regions=tuple(actors.region(one) for one in said.regions),
        eligible=tuple(actors.known_actor(one).key for one in said.eligible),
        ceiling=needs.amount("ceiling", said.ceiling, code) if said.ceiling.strip() else 0,
        co_funding=said.co_funding,
        languages=tuple(needs.language(one) for one in said.languages),
        standards=tuple(words(one) for one in said.standards if one.strip()),
        conditions=words(said.conditions),
        rules=said.rules,
        visibility=said.visibility,
        partners=tuple(actors.known_actor(one).key for one in said.partners),
    )
    if not offer.budget and set(offer.kinds) <= {"funds"}:
        raise acts.refuse("budget", said.budget, "an amount above zero, as funds are offered", "range")
    return offer, words


def move(key: str, state: str, *, actor: str, by: Actor) -> None:
    """Brings an offer of an actor to another state; what it says stays. Raises `Refused`."""
    needs.chosen(state, LABELS["offer_state"], "state")
    found = mine(key, actor)
    acts.state_record("offer", key, found.of(Offer), by=by, state=state, parent=found.parent, due=found.due)


def mine(key: str, actor: str) -> Subject:
    """An offer of an actor. Raises `Refused` for one that is none, or another's."""
    found = acts.known("offer", key, Sentence("the id of an offer"))
    if not actor or found.parent != f"actor:{actor}":
        raise acts.refuse("offer", key, "an offer of the actor you speak for", "denied")
    return found


# --- what is left of them -----------------------------------------------------------------------------------------------

Given = Callable[[Sequence[Subject]], dict[str, int] | None]
_GIVEN: list[Given] = []


def given_by(found: Given) -> None:
    """Lets another capability say how much of some offers it has given away: minor units of each offer's currency by its key.

    None where that capability has nothing recorded at all: then it says nothing about what is left.
    """
    _GIVEN.append(found)


def left(found: Sequence[Subject]) -> dict[str, int]:
    """What is left of some offers, by key; nothing for any of them while no capability has recorded what was given."""
    told = [one for one in (given(found) for given in _GIVEN) if one is not None]
    if not told:
        return {}
    return {one.key: one.of(Offer).budget - sum(given.get(one.key, 0) for given in told) for one in found}
